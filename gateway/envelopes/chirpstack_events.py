"""What ChirpStack's events mean, however they were written down."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from gateway.envelopes import chirpstack_types as cs
from gateway.envelopes.clock import When
from gateway.envelopes.text import Place, clean, is_eui, place
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

RETAINED = Nothing("retained without a time of its own")
_RECEIVED = TimeSource.RECEIVED
_STATUS_CHANNEL = "status"
_MAX_DESCRIPTION = 500


class Sender(NamedTuple):
    """What `deviceInfo` says: who sent it, what may name a decoder, where it is."""

    device: str
    name: str
    hints: tuple[str, ...]
    location: Place | None
    tags: dict[str, str]


def sender(info: cs.DeviceInfo, topic_eui: str, dirty: bool) -> Sender:
    """Read it. `dirty`: names may hold control characters and are cleaned."""
    tags = info.tags or {}
    name, profile = info.device_name, info.device_profile_name
    if dirty:
        name, profile, tags = clean(name), clean(profile), {clean(k): clean(v) for k, v in tags.items()}
    tag = tags.get("decoder")
    hints = tuple(hint for hint in (tag and f"tag:{tag}", profile and f"profile:{profile}") if hint)
    latitude = tags.get("lat") or tags.get("latitude")
    longitude = tags.get("lon") or tags.get("longitude") or tags.get("lng") or tags.get("long")
    altitude = tags.get("alt") or tags.get("altitude")
    location = place(latitude, longitude, altitude) if latitude and longitude else None
    return Sender(_device(info, topic_eui), name, hints, location, tags)


def uplink(received: Received, who: Sender, up: cs.Up | cs.BriefUp, when: When) -> Sequence[Event]:
    """An up event whose sender and times are read."""
    device, name, hints, location, tags = who
    time, source, rejected = when
    if received.retained and source is _RECEIVED:
        return (RETAINED,)

    port = up.f_port
    if not 0 <= port <= 255:
        raise RejectedError(Reason.ENVELOPE, "up event: fPort is not between 0 and 255", device)
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
        hints,
        name,
        up.deduplication_id,
        up.f_cnt,
        _radio(heard, up.relay_rx_info, up.tx_info) if heard else None,
        location,
        rejected,
        _clock_gateway(heard) if rejected else "",
        False,  # simulated: ChirpStack marks no test traffic
        tags,
    )
    if encrypted and payload is not None:
        detail = "up event: joinServerContext is set, the payload is encrypted end to end"
        raise RejectedError(Reason.ENCRYPTED, detail, device, result)
    return (result,)


def other(message: cs.Join | cs.Status | cs.Log | cs.Located, topic_eui: str, when: When) -> Event:
    """Any other event whose time is read."""
    device, name, hints, tagged, tags = sender(message.device_info, topic_eui, dirty=True)
    time, source, rejected = when
    if isinstance(message, cs.Join):
        return Join(device, time, name)
    if isinstance(message, cs.Log):
        return NetworkLog(
            device=device,
            time=time,
            level=str(message.level),
            code=str(message.code),
            description=clean(" ".join(message.description.split()))[:_MAX_DESCRIPTION],
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
    return Uplink(
        device=device,
        time=time,
        time_source=source,
        measured=measured,
        hints=hints,
        name=name,
        dedup=message.deduplication_id,
        location=location or tagged,
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


def _radio(heard: list[cs.RxInfo], relay: cs.RelayRxInfo | None, tx: cs.TxInfo | None) -> Radio:
    """The best gateway's values: highest SNR, then highest RSSI. An RSSI of 0 dBm is protobuf's "not set"."""
    if relay is not None:
        return Radio(relay.rssi or None, relay.snr, None, None, relay.dev_eui)
    best = heard[0] if len(heard) == 1 else max(heard, key=_strength)
    snr = best.snr
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
