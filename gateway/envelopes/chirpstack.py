"""ChirpStack v4: integration events over MQTT or HTTP, as JSON or protobuf, to `Uplink`, `Join`, `NetworkLog`.

The event's kind stands in the topic (`…/device/{dev_eui}/event/{event}`, the template is the operator's) or, over
HTTP, in the query (`?event=up`). There is no content-type marker: JSON starts with `{`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import parse_qs

import msgspec

from gateway.config import ConfigError, SourceBase
from gateway.envelopes import chirpstack_types as cs
from gateway.envelopes.chirpstack_events import RETAINED, Sender, other, sender, uplink
from gateway.envelopes.clock import Bounds, network_time, rfc3339_ns
from gateway.envelopes.text import MALFORMED, MAX_BODY, check_size, is_eui, malformed
from gateway.model import Event, Nothing, Reason, Received, RejectedError, TimeSource

MAX_INFO = 2048
"""Bytes of `deviceInfo` up to which what it says is remembered."""
DOWNLINK_EVENTS = frozenset({"ack", "txack", "integration"})
_NETWORK, _RECEIVED = TimeSource.NETWORK, TimeSource.RECEIVED
_BRACE, _BACKSLASH = b"{\\"
_decode_unread = msgspec.json.Decoder(cs.UnreadUp).decode
_decode_brief = msgspec.json.Decoder(cs.BriefUp).decode
_decode_info = msgspec.json.Decoder(cs.DeviceInfo).decode
_DECODERS: dict[str, Callable[[bytes], cs.Message]] = {
    "up": msgspec.json.Decoder(cs.Up).decode,
    "join": msgspec.json.Decoder(cs.Join).decode,
    "status": msgspec.json.Decoder(cs.Status).decode,
    "log": msgspec.json.Decoder(cs.Log).decode,
    "location": msgspec.json.Decoder(cs.Located).decode,
}


def compile_template(template: str) -> re.Pattern[str]:
    """The topic template as a pattern with the groups `dev_eui` (may be missing) and `event`.

    Placeholders are written `{event}` or, as in ChirpStack's own configuration, `{{event}}`.

    Raises:
        ConfigError: without `{event}` nothing says what a message is.
    """
    groups = {"dev_eui": "(?P<dev_eui>[0-9a-fA-F]{16})", "event": "(?P<event>[^/]+)"}
    pattern = ""
    for part in re.split(r"(\{+\w+\}+)", template):
        name = part.strip("{}") if part.startswith("{") else None
        pattern += re.escape(part) if name is None else groups.pop(name, "[^/]+")
    if "event" in groups:
        raise ConfigError(f"topic_template {template!r} has no {{event}}: nothing would say what a message is")
    return re.compile(pattern)


def parser(source: SourceBase, bounds: Bounds, *, radio: bool = True) -> Callable[[Received], Sequence[Event]]:
    """The envelope of a ChirpStack source: one message to the events in it.

    Without `radio` nothing is read of how an uplink was heard unless its time is in doubt, which saves a fifth.

    Radio is the best gateway's. Tags `lat`/`latitude`, `lon`/`lng`/`longitude` (and `alt`/`altitude`) place the device.
    A status event gives `battery_level` on a channel of its own ("status"), because many devices also report a level
    in their payload, with the same time.

    Raises (the returned function):
        RejectedError: ENVELOPE (malformed), UNSUPPORTED (topic or event), ENCRYPTED (with joinServerContext the payload
            is still encrypted end to end; the error's `uplink` has what is known all the same).
    """
    template = compile_template(source.topic_template)
    match = template.fullmatch
    has_eui = "dev_eui" in template.groupindex
    decode_up: Callable[[bytes], cs.UnreadUp | cs.BriefUp] = _decode_unread if radio else _decode_brief
    agree = bounds.agree

    @lru_cache(16384)
    def where(topic: str) -> tuple[str, str]:
        found = match(topic)
        if found is not None:
            return (found["dev_eui"] if has_eui else ""), found["event"]
        _, mark, query = topic.partition("?")
        if mark and "event" in (names := parse_qs(query)):
            return "", names["event"][-1]
        if "/command/" in topic:
            return "", "command"
        raise RejectedError(Reason.UNSUPPORTED, f"the topic does not fit the template {source.topic_template!r}")

    def parse(received: Received) -> Sequence[Event]:
        topic_eui, event = where(received.topic)
        body = received.body
        if event != "up" or not body or body[0] != _BRACE or len(body) > MAX_BODY:
            return _other(received, topic_eui, event, bounds)
        try:
            up = decode_up(body)
            info = bytes(up.device_info)
            who = _remembered(info, topic_eui) if len(info) <= MAX_INFO else _sender(info, topic_eui)
            claimed = rfc3339_ns(up.time) if up.time else None
            near = claimed is not None and -agree <= claimed - received.received_at <= agree
            if near:
                assert claimed is not None
                when = claimed, _NETWORK, False  # the common case needs no second clock
            else:
                up = _decode_unread(body)
                when = network_time(claimed, _server(up.rx_info), received.received_at, bounds)
        except (*MALFORMED, ValueError):
            _json(event, body)  # reads all of it, and says what is wrong and where
            raise
        return uplink(received, who, up, when)

    return parse


def _sender(info: bytes, topic_eui: str) -> Sender:
    return sender(_decode_info(info), topic_eui, _BACKSLASH in info)


_remembered = lru_cache(16384)(_sender)
"""Who sent it, by the bytes that say so: a device is described alike in each of its messages."""


def _server(heard: list[cs.RxInfo] | None) -> int | None:
    """The network server's own clock when the uplink came in."""
    return next((rfc3339_ns(rx.ns_time) for rx in heard or () if rx.ns_time), None)


def _other(received: Received, topic_eui: str, event: str, bounds: Bounds) -> Sequence[Event]:
    """Everything but an up event in JSON."""
    if event in DOWNLINK_EVENTS or event == "command":
        return (Nothing(event),)
    if event not in _DECODERS:
        raise RejectedError(Reason.UNSUPPORTED, "ChirpStack event of an unknown kind")
    check_size(received, f"{event} event")
    if received.body[:1] != b"{" and "json" not in received.content_type:
        # The generated classes take 0.1 s to import, which installations with JSON need not pay.
        from gateway.envelopes import chirpstack_proto  # noqa: PLC0415 - see above

        message, claimed, server = chirpstack_proto.read(event, received.body)
    else:
        message, claimed, server = _json(event, received.body)
    when = network_time(claimed, server, received.received_at, bounds)
    if isinstance(message, cs.Up):
        info, tags = message.device_info, message.device_info.tags or {}
        printable = "".join((info.device_name, info.device_profile_name, *tags, *tags.values())).isprintable()
        return uplink(received, sender(info, topic_eui, not printable), message, when)
    if received.retained and when[1] is _RECEIVED:
        return (RETAINED,)
    return (other(message, topic_eui, when),)


def _json(event: str, body: bytes) -> tuple[cs.Message, int | None, int | None]:
    try:
        message = _DECODERS[event](body)
        claimed = rfc3339_ns(message.time) if message.time else None
        server = _server(message.rx_info) if isinstance(message, cs.Up) else None
    except MALFORMED as error:
        raise malformed(f"{event} event", error) from None
    except ValueError as error:
        raise _bad_time(message.device_info, error) from None
    return message, claimed, server


def _bad_time(info: cs.DeviceInfo, error: ValueError) -> RejectedError:
    device = info.dev_eui.lower() if is_eui(info.dev_eui) else ""
    return RejectedError(Reason.ENVELOPE, f"time or nsTime: {error}", device)
