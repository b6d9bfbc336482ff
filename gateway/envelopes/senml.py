"""SenML (RFC 8428) in JSON and CBOR: base values, relative times, sums.

    [{"bn":"urn:dev:ow:10e2073a01080063:","bt":1.796e9,"n":"temp","u":"Cel","v":23.1},{"n":"hum","u":"%RH","v":67}]

The base name is the device and the record's name what was measured; with no base name, the part of the name before the
last slash is the device. Base fields hold from their record on. Times below 2^28 count from the time of receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from gateway.config import ConfigError, PlainField, SourceBase
from gateway.envelopes.clock import Bounds, payload_time
from gateway.envelopes.gather import gather, shorten
from gateway.envelopes.plain_paths import topic_selector
from gateway.envelopes.plain_values import number
from gateway.envelopes.senml_pack import Value, records, resolve
from gateway.envelopes.senml_units import PLACES, UCUM
from gateway.envelopes.text import check_size, clean, identifier
from gateway.model import Event, Measured, Nothing, Reason, Received, RejectedError, TimeSource, Uplink

_SIGNS = "/:._-"
_Named = tuple[str, Value]
_Parts = tuple[str, str]


def parser(source: SourceBase, bounds: Bounds) -> Callable[[Received], Sequence[Event]]:
    """The envelope of a SenML source: one pack to one uplink for each device in it.

    A field of the mapping whose path is the record's name (whole, without the device, or its last part) says which
    quantity it is; without one the name itself is. Where `mapping.device` is given ("topic:N", "query:NAME") it names
    the device, and the names of the records only what was measured; it also does where the names have no device.

    Raises:
        ConfigError: `mapping.device` is a path.
        RejectedError (the returned function): ENVELOPE (malformed, no value), UNSUPPORTED (a field that must be
            understood, a newer version, XML or EXI), TIME.
    """
    mapping = source.mapping
    select = topic_selector(mapping.device)
    if select is None:
        raise ConfigError('mapping.device: for SenML give "topic:N" or "query:NAME", or nothing')
    always = "device" in mapping.model_fields_set
    fields = {field.path: field for field in mapping.fields}

    def parse(received: Received) -> Sequence[Event]:
        check_size(received, "SenML")
        problems: list[str] = []
        groups: dict[str, list[_Named]] = {}
        texts: dict[str, str] = {}
        devices: dict[str, str] = {}
        for value in resolve(records(received), received.received_at, problems):
            device, name = ("", value.base + value.name) if always else _split(value, fields)
            if device not in devices:
                try:
                    devices[device] = identifier(device or select(received.topic))
                except ValueError:
                    devices[device] = ""
            device = devices[device]
            if not device:
                problems.append("a record without a usable device name")
                continue
            if isinstance(value.value, str) and _field(value, name, fields) is None:
                texts[name] = value.value
            else:
                groups.setdefault(device, []).append((name, value))
        if not groups:
            if texts and not problems:
                return (Nothing("text values only"),)
            raise RejectedError(Reason.ENVELOPE, f"SenML: {'; '.join(shorten(problems)) or 'no values'}")
        if len(groups) == 1 and not problems:
            return (_uplink(received, bounds, fields, texts or None, *groups.items()),)
        return gather(groups.items(), partial(_uplink, received, bounds, fields, texts or None), problems)

    return parse


def _split(value: Value, fields: dict[str, PlainField]) -> _Parts:
    """Device ("" when the names have none) and what was measured."""
    base, name = value.base, value.name
    if base and name:
        return base.rstrip(_SIGNS), name.lstrip(_SIGNS)
    whole = base or name
    device, slash, last = whole.rpartition("/")
    if slash:
        return device, last
    device, colon, last = whole.rpartition(":")
    if colon and last in fields:
        return device, last
    return ("", whole) if name and not colon else (whole, "")


def _field(value: Value, name: str, fields: dict[str, PlainField]) -> PlainField | None:
    """The field of the mapping: by the whole name, by what follows the device, by its last part."""
    suffix = ":sum" if value.sum else ""
    for path in (value.base + value.name, name, name.rpartition("/")[2]):
        if (field := fields.get(path + suffix)) is not None:
            return field
    return None


def _uplink(
    received: Received,
    bounds: Bounds,
    fields: dict[str, PlainField],
    texts: dict[str, str] | None,
    group: tuple[str, list[_Named]],
) -> Event:
    device, values = group
    measured: list[Measured] = []
    problems: list[str] = []
    for name, value in values:
        try:
            measured.append(_measured(name, value, fields))
        except ValueError as error:
            problems.append(f"{clean(name)[:80]}: {error}")
    if not measured:
        raise RejectedError(Reason.ENVELOPE, f"SenML: {'; '.join(shorten(problems))}", device)
    own = {m.time for m in measured if m.time is not None}
    shared = len(own) == 1 and all(m.time is not None for m in measured)
    try:
        time, rung, rejected = payload_time(max(own) if own else None, received.received_at, bounds)
    except RejectedError as error:
        raise RejectedError(error.reason, error.detail, device) from None
    if shared:
        measured = [msgspec.structs.replace(m, time=None) for m in measured]
    elif any(m.time is None for m in measured):
        time, rung = received.received_at, TimeSource.RECEIVED
    if received.retained and rung is TimeSource.RECEIVED:
        return Nothing("retained without a time of its own")
    return Uplink(
        device=device,
        time=time,
        time_source=rung,
        measured=tuple(measured),
        decoded=texts,
        clock_rejected=rejected,
        problems=shorten(problems),
    )


def _measured(name: str, value: Value, fields: dict[str, PlainField]) -> Measured:
    above, _, last = name.rpartition("/")
    result, unit = number(value.value) if isinstance(value.value, str) else (value.value, value.unit)
    if unit == "Bspl" and result is not None:  # bel
        result, unit = result * 10, "dB[SPL]"
    unit = UCUM.get(unit, unit)
    field = _field(value, name, fields)
    if field is None:
        quantity = PLACES.get(value.unit) or last or "value"
        return Measured(f"{quantity}_sum" if value.sum else quantity, result, unit, above, value.time)
    if result in field.missing:
        result = None
    return Measured(field.quantity or last or "value", result, unit or field.unit, field.channel or above, value.time)
