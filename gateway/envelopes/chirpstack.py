"""ChirpStack v4: integration events over MQTT or HTTP, as JSON or protobuf, to `Uplink`, `Join`, `NetworkLog`.

The event's kind stands in the topic (`…/device/{dev_eui}/event/{event}`, the template is the operator's) or, over
HTTP, in the query (`?event=up`). There is no content-type marker: JSON starts with `{`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import isfinite
from urllib.parse import parse_qs

import msgspec

from gateway.config import ConfigError, SourceBase
from gateway.envelopes import chirpstack_types as cs
from gateway.envelopes.clock import Bounds, When, network_time, rfc3339_ns
from gateway.envelopes.text import MALFORMED, MAX_BODY, check_size, clean, is_eui, malformed, place
from gateway.model import (
    Event,
    Join,
    Measured,
    NetworkLog,
    Nothing,
    Radio,
    Reason,
    Received,
    RejectedError,
    TimeSource,
    Uplink,
)

MAX_FPORT = 223
"""FPorts above are reserved by LoRaWAN (224: MAC layer test, 225, 226: relay); 0 carries MAC commands."""

DOWNLINK_EVENTS = frozenset({"ack", "txack", "integration"})
_NETWORK, _RECEIVED = TimeSource.NETWORK, TimeSource.RECEIVED
_BRACE, _BACKSLASH = b"{\\"
_RETAINED = Nothing("retained without a time of its own")
_STATUS_CHANNEL = "status"
_decode_up = msgspec.json.Decoder(cs.Up).decode
_DECODERS: dict[str, Callable[[bytes], cs.Message]] = {
    "up": _decode_up,
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


def parser(source: SourceBase, bounds: Bounds) -> Callable[[Received], Sequence[Event]]:
    """The envelope of a ChirpStack source: one message to the events in it.

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
    decode_up = _decode_up
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
            claimed = rfc3339_ns(up.time) if up.time else 0
            if -agree <= claimed - received.received_at <= agree:
                when = claimed, _NETWORK, False
            else:
                when = network_time(claimed or None, _server(up.rx_info), received.received_at, bounds)
        except MALFORMED as error:
            raise malformed("up event", error) from None
        except ValueError as error:
            raise _bad_time(up.device_info, error) from None
        return uplink(received, topic_eui, up, when, _BACKSLASH in body)

    return parse


def _server(heard: list[cs.RxInfo] | None) -> int | None:
    """The network server's own clock when the uplink came in."""
    return next((rfc3339_ns(rx.ns_time) for rx in heard or () if rx.ns_time), None)


def uplink(received: Received, topic_eui: str, up: cs.Up, when: When, dirty: bool) -> Sequence[Event]:
    """An up event whose times are read. `dirty`: names may hold control characters and are cleaned."""
    info = up.device_info
    device = info.dev_eui
    if device != topic_eui or not device.islower():
        device = _device(info, topic_eui)
    time, source, rejected = when
    if received.retained and source is _RECEIVED:
        return (_RETAINED,)

    port = up.f_port
    if not 0 <= port <= 255:
        raise RejectedError(Reason.ENVELOPE, "up event: fPort is not between 0 and 255", device)
    tags = info.tags or {}
    name, profile = info.device_name, info.device_profile_name
    if dirty:
        name, profile, tags = clean(name), clean(profile), {clean(k): clean(v) for k, v in tags.items()}
    heard = up.rx_info
    payload = up.data or None
    encrypted = up.join_server_context is not None
    result = Uplink(
        device,
        time,
        source,
        port or None,
        None if encrypted or not 0 < port <= MAX_FPORT else payload,
        (),
        None if encrypted else up.object,
        _hints(tags.get("decoder"), profile),
        name,
        up.deduplication_id,
        up.f_cnt,
        _radio(heard, up) if heard else None,
        _location(tags) if tags else None,
        rejected,
        _clock_gateway(heard) if rejected else "",
        False,  # simulated: ChirpStack marks no test traffic
        tags,
    )
    if encrypted and payload is not None:
        detail = "up event: joinServerContext is set, the payload is encrypted end to end"
        raise RejectedError(Reason.ENCRYPTED, detail, device, result)
    return (result,)


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
        return uplink(received, topic_eui, message, when, True)
    if received.retained and when[1] is _RECEIVED:
        return (_RETAINED,)
    return (_event(message, _device(message.device_info, topic_eui), when),)


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


def _event(message: cs.Join | cs.Status | cs.Log | cs.Located, device: str, when: When) -> Event:
    info = message.device_info
    time, source, rejected = when
    name = clean(info.device_name)
    if isinstance(message, cs.Join):
        return Join(device, time, name)
    if isinstance(message, cs.Log):
        return NetworkLog(
            device=device,
            time=time,
            level=str(message.level),
            code=str(message.code),
            description=message.description[:500],
            dedup=(message.context or {}).get("deduplication_id", ""),
        )
    measured: tuple[Measured, ...] = ()
    location = None
    if isinstance(message, cs.Status):
        measured = _status(message)
    elif message.location is not None:
        at = message.location
        location = place(at.latitude, at.longitude, at.altitude or None)
    if not measured and location is None:
        return Nothing("location unknown")
    tags = info.tags or {}
    return Uplink(
        device=device,
        time=time,
        time_source=source,
        measured=measured,
        hints=_hints(tags.get("decoder"), info.device_profile_name),
        name=name,
        dedup=message.deduplication_id,
        location=location or (_location(tags) if tags else None),
        clock_rejected=rejected,
        tags=tags,
    )


def _status(status: cs.Status) -> tuple[Measured, ...]:
    """DevStatusAns: battery 0 is an external source, 255 "cannot be measured"; the margin is always there."""
    margin = Measured("link_margin", float(status.margin), "dB")
    if status.external_power_source:
        return margin, Measured("external_power", 1.0, "1")
    if status.battery_level_unavailable:
        return margin, Measured("battery_level", None, "%", _STATUS_CHANNEL)
    level = status.battery_level
    value = level if isinstance(level, float) and isfinite(level) else None
    return margin, Measured("external_power", 0.0, "1"), Measured("battery_level", value, "%", _STATUS_CHANNEL)


def _device(info: cs.DeviceInfo, topic_eui: str) -> str:
    """The body's DevEUI in canonical form; it must agree with the topic's, where the topic has one."""
    eui = info.dev_eui.lower()
    if not is_eui(eui):
        raise RejectedError(Reason.ENVELOPE, "deviceInfo.devEui is not 16 hex digits")
    if topic_eui and eui != topic_eui.lower():
        raise RejectedError(Reason.ENVELOPE, "deviceInfo.devEui and the topic name different devices", eui)
    return eui


def _bad_time(info: cs.DeviceInfo, error: ValueError) -> RejectedError:
    device = info.dev_eui.lower() if is_eui(info.dev_eui) else ""
    return RejectedError(Reason.ENVELOPE, f"time or nsTime: {error}", device)


@lru_cache(4096)
def _hints(tag: str | None, profile: str) -> tuple[str, ...]:
    return tuple(hint for hint in (tag and f"tag:{tag}", profile and f"profile:{profile}") if hint)


def _radio(heard: list[cs.RxInfo], up: cs.Up) -> Radio:
    """The best gateway's values: highest SNR, then highest RSSI. An RSSI of 0 dBm is protobuf's "not set"."""
    if up.relay_rx_info is not None:
        relay = up.relay_rx_info
        return Radio(relay.rssi or None, relay.snr, None, None, relay.dev_eui)
    best = heard[0] if len(heard) == 1 else max(heard, key=_strength)
    snr = best.snr
    tx = up.tx_info
    lora = tx.modulation.lora if tx is not None and tx.modulation is not None else None
    return Radio(
        best.rssi or None,
        snr if isinstance(snr, float) and isfinite(snr) else None,
        None if lora is None else lora.spreading_factor or None,
        None,
        best.gateway_id,
    )


def _strength(rx: cs.RxInfo) -> tuple[float, int]:
    snr = rx.snr if isinstance(rx.snr, float) and isfinite(rx.snr) else -999.0
    return snr, rx.rssi or -999


def _clock_gateway(heard: list[cs.RxInfo] | None) -> str:
    """Whose clock the event's `time` is: the first gateway with GPS time, else the first."""
    if not heard:
        return ""
    return next((rx.gateway_id for rx in heard if rx.time_since_gps_epoch), heard[0].gateway_id)


def _location(tags: dict[str, str]) -> tuple[float, float, float | None] | None:
    get = tags.get
    latitude = get("lat") or get("latitude")
    if latitude is None:
        return None
    longitude = get("lon") or get("longitude") or get("lng") or get("long")
    return None if longitude is None else place(latitude, longitude, get("alt") or get("altitude"))
