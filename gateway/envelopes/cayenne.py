"""Cayenne LPP as the whole body of a message: the device stands in the topic or the query."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from decoders.cayenne._types import parse as parse_lpp
from decoders.kit import DecodeError
from gateway.config import ConfigError, PlainField, SourceBase
from gateway.envelopes.clock import Bounds, payload_time
from gateway.envelopes.plain_paths import topic_selector
from gateway.envelopes.text import check_size, identifier
from gateway.model import Event, Measured, Nothing, Reason, Received, RejectedError, TimeSource, Uplink

MAX_BODY = 4096
"""Bytes; a LoRaWAN payload has 242 at most, and other bearers carry the same."""


def parser(source: SourceBase, bounds: Bounds) -> Callable[[Received], Sequence[Event]]:
    """The envelope of a Cayenne LPP source: one message to one uplink, the data channel's number as channel.

    A field whose path is "channel.quantity" ("3.concentration") or "quantity" renames what the type of a record leaves
    open, and may give it another unit or channel. A record "unix time" is the event time.

    Raises:
        ConfigError: `mapping.device` is neither "topic:N" nor "query:NAME".
        RejectedError (the returned function): ENVELOPE (no record can be read, no device), TIME.
    """
    mapping = source.mapping
    select = topic_selector(mapping.device)
    if select is None:
        raise ConfigError('mapping.device: a Cayenne LPP body names no device, give "topic:N" or "query:NAME"')
    fields = {field.path: field for field in mapping.fields}

    def parse(received: Received) -> Sequence[Event]:
        check_size(received, "Cayenne LPP")
        if len(received.body) > MAX_BODY:
            raise RejectedError(Reason.ENVELOPE, f"Cayenne LPP: {len(received.body)} bytes are more than {MAX_BODY}")
        try:
            device = identifier(select(received.topic))
        except ValueError:
            detail = f"Cayenne LPP: no device id at {mapping.device!r}"
            raise RejectedError(Reason.ENVELOPE, detail) from None
        try:
            readings, warnings = parse_lpp(received.body)
        except DecodeError as error:
            raise RejectedError(Reason.ENVELOPE, f"Cayenne LPP: {error}", device) from None
        if not readings:
            return (Nothing("no values"),)
        try:
            time, rung, rejected = payload_time(readings[0].time, received.received_at, bounds)
        except RejectedError as error:
            raise RejectedError(error.reason, error.detail, device) from None
        if received.retained and rung is TimeSource.RECEIVED:
            return (Nothing("retained without a time of its own"),)
        uplink = Uplink(
            device=device,
            time=time,
            time_source=rung,
            measured=tuple(_measured(fields, r.quantity, r.value, r.unit, r.channel) for r in readings),
            clock_rejected=rejected,
            problems=warnings,
        )
        return (uplink,)

    return parse


def _measured(fields: dict[str, PlainField], quantity: str, value: float | None, unit: str, channel: str) -> Measured:
    field = fields.get(f"{channel}.{quantity}") or fields.get(quantity)
    if field is None:
        return Measured(quantity, value, unit, channel)
    if value in field.missing:
        value = None
    return Measured(field.quantity or quantity, value, field.unit or unit, field.channel or channel)
