"""SenML (RFC 8428) in JSON and CBOR: base values, relative times, sums.

    [{"bn":"urn:dev:ow:10e2073a01080063:","bt":1.796e9,"n":"temp","u":"Cel","v":23.1},{"n":"hum","u":"%RH","v":67}]

The base name is the device and the record's name what was measured; with no base name, the part of the name before the
last slash is the device. Base fields hold from their record on. Times below 2^28 count from the time of receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Any, NamedTuple

import msgspec

from gateway.config import ConfigError, PlainField, SourceBase
from gateway.envelopes.clock import Bounds, payload_time
from gateway.envelopes.gather import gather, shorten
from gateway.envelopes.plain_paths import topic_selector
from gateway.envelopes.plain_values import number
from gateway.envelopes.senml_units import PLACES, UCUM
from gateway.envelopes.text import MALFORMED, check_size, clean, identifier, malformed
from gateway.model import SECOND_NS, Event, Measured, Nothing, Reason, Received, RejectedError, TimeSource, Uplink

MAX_RECORDS = 10_000
RELATIVE = 1 << 28
"""Times below count from now (RFC 8428, section 4.5.3)."""

_VERSION = 10
_WHAT = "SenML"
_LABELS = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs", 0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s",
    6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
_SIGNS = "/:._-"
_SELF_DESCRIBED = b"\xd9\xd9\xf7"
"""The tag that says "this is CBOR" (RFC 8949, section 3.4.6)."""


class _Value(NamedTuple):
    """One resolved value; its whole name is `base` and `name`, its `time` is None for "now"."""

    base: str
    name: str
    value: float | str
    unit: str
    time: int | None
    sum: bool


_Named = tuple[str, _Value]
_Parts = tuple[str, str]


class _Base:
    """The base fields so far."""

    name: str = ""
    time: Decimal | None = None
    unit: str = ""
    value: Decimal | None = None
    sum: Decimal | None = None


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
        check_size(received, _WHAT)
        problems: list[str] = []
        groups: dict[str, list[_Named]] = {}
        texts: dict[str, str] = {}
        for value in _resolve(_records(received), received.received_at, problems):
            device, name = ("", value.base + value.name) if always else _split(value, fields)
            try:
                device = identifier(device or select(received.topic))
            except ValueError:
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
        return gather(groups.items(), partial(_uplink, received, bounds, fields, texts or None), problems)

    return parse


def _records(received: Received) -> list[Any]:
    body, kind = received.body, received.content_type
    if "xml" in kind or "exi" in kind:
        raise RejectedError(Reason.UNSUPPORTED, "SenML in XML or EXI; send JSON or CBOR")
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if "json" in kind or ("cbor" not in kind and start in (b"[", b"{")):
        try:
            pack = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
        except MALFORMED as error:
            raise malformed(_WHAT, error) from None
    else:
        pack = _cbor(body)
    if isinstance(pack, dict):
        pack = [pack]
    if not isinstance(pack, list):
        raise RejectedError(Reason.ENVELOPE, "SenML: a pack is an array of records")
    if len(pack) > MAX_RECORDS:
        raise RejectedError(Reason.ENVELOPE, f"SenML: {len(pack)} records are more than {MAX_RECORDS}")
    return pack


def _cbor(body: bytes) -> Any:
    import cbor2  # noqa: PLC0415 - only where CBOR arrives

    try:
        return cbor2.loads(body.removeprefix(_SELF_DESCRIBED), max_depth=8)
    except cbor2.CBORError:
        raise RejectedError(Reason.ENVELOPE, "SenML: neither JSON nor well-formed CBOR") from None


def _resolve(records: list[Any], now: int, problems: list[str]) -> list[_Value]:
    """Apply the base fields (RFC 8428, section 4.6)."""
    base = _Base()
    values: list[_Value] = []
    for index, raw in enumerate(records):
        if not isinstance(raw, dict):
            problems.append(f"record {index} is no object")
            continue
        record = {_LABELS.get(key, key) if isinstance(key, int) else key: value for key, value in raw.items()}
        for key in record:
            if isinstance(key, str) and key.endswith("_"):
                raise RejectedError(Reason.UNSUPPORTED, f"SenML: record {index} has a field that must be understood")
        try:
            _rebase(base, record)
            values += _values(base, record, now)
        except _BaseError as error:
            raise RejectedError(Reason.ENVELOPE, f"SenML: record {index}: {error}") from None
        except ValueError as error:
            problems.append(f"record {index}: {error}")
    return values


class _BaseError(Exception):
    """A base field is wrong: nothing after it can be resolved."""


def _rebase(base: _Base, record: dict[Any, Any]) -> None:
    try:
        version = record.get("bver", _VERSION)
        if not isinstance(version, int) or version > _VERSION:
            raise RejectedError(Reason.UNSUPPORTED, "SenML of a newer version")
        base.name = _text(record, "bn") if "bn" in record else base.name
        base.unit = _text(record, "bu") if "bu" in record else base.unit
        base.time = _decimal(record, "bt") if "bt" in record else base.time
        base.value = _decimal(record, "bv") if "bv" in record else base.value
        base.sum = _decimal(record, "bs") if "bs" in record else base.sum
    except ValueError as error:
        raise _BaseError(str(error)) from None


def _values(base: _Base, record: dict[Any, Any], now: int) -> list[_Value]:
    name = _text(record, "n") if "n" in record else ""
    unit = _text(record, "u") if "u" in record else base.unit
    time = _time(base, record, now)
    value: float | str | None = None
    total: float | None = None
    if "vb" in record:
        if not isinstance(record["vb"], bool):
            raise ValueError("vb is no boolean")
        value = float(record["vb"])
    elif "vs" in record:
        value = _text(record, "vs")
    elif "v" in record or (base.value is not None and name and not record.keys() & {"vd", "s"}):
        value = _add(base.value, record, "v")
    if "s" in record or (base.sum is not None and "v" in record):
        total = _add(base.sum, record, "s")
    if value is None and total is None and name and "vd" not in record:
        raise ValueError("no value")
    found = [] if value is None else [_Value(base.name, name, value, unit, time, sum=False)]
    return found if total is None else [*found, _Value(base.name, name, total, unit, time, sum=True)]


def _time(base: _Base, record: dict[Any, Any], now: int) -> int | None:
    """ns; None for now. Exact: the decimal digits that were sent are added, not their nearest floats."""
    seconds = (base.time or Decimal(0)) + (_decimal(record, "t") if "t" in record else Decimal(0))
    if seconds == 0:
        return None
    if abs(seconds) >= 10**11:
        raise ValueError("t is no time")
    ns = int(seconds * SECOND_NS)
    return now + ns if seconds < RELATIVE else ns


def _add(base: Decimal | None, record: dict[Any, Any], key: str) -> float:
    result = float((base or Decimal(0)) + (_decimal(record, key) if key in record else Decimal(0)))
    if not isfinite(result):
        raise ValueError(f"{key} is no finite number")
    return result


def _decimal(record: dict[Any, Any], key: str) -> Decimal:
    """A number of the record by its decimal digits; raises ValueError."""
    value = record[key]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{key} is no number")  # noqa: TRY004 - one error for whatever stands there
    try:
        result = float(value)
    except OverflowError:
        raise ValueError(f"{key} is no finite number") from None
    if not isfinite(result):
        raise ValueError(f"{key} is no finite number")
    return Decimal(value) if isinstance(value, int) and abs(value) < 1 << 63 else Decimal(repr(result))


def _text(record: dict[Any, Any], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")  # noqa: TRY004 - one error for whatever stands there
    return value


def _split(value: _Value, fields: dict[str, PlainField]) -> _Parts:
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


def _field(value: _Value, name: str, fields: dict[str, PlainField]) -> PlainField | None:
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


def _measured(name: str, value: _Value, fields: dict[str, PlainField]) -> Measured:
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
