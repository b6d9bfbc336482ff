"""The Things Stack v3: MQTT, webhook and storage integration send the same body; what it is, its members say.

    uplink_message      Uplink: payload for a decoder, normalised payload beside it
    uplink_normalized   Uplink: the same once more, see below
    join_accept         Join
    location_solved     Uplink with a location only
    service_data, downlink_*    Nothing

An uplink with a normalised payload comes twice, as `up` and (for each measurement) as `up/normalized`. Both give the
same payload, the same event time and the same values under the same names, so whatever the pipeline makes of one it
makes of the other, and the store keeps it once: the last write wins and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from gateway.config import SourceBase
from gateway.envelopes.clock import Bounds, When, network_time, rfc3339_ns
from gateway.envelopes.text import MALFORMED, Place, check_size, clean, identifier, is_eui, malformed, place
from gateway.envelopes.tts_normalized import measurements
from gateway.envelopes.tts_types import EndDeviceIds, Location, RxMetadata, Up, UplinkMessage
from gateway.model import Event, Join, Nothing, Radio, Reason, Received, RejectedError, TimeSource, Uplink

_FOREVER = 1 << 62
_WHAT = "The Things Stack message"
_NETWORK, _RECEIVED = TimeSource.NETWORK, TimeSource.RECEIVED
_MAX_FPORT = 223  # above are LoRaWAN's own; 0 carries MAC commands


def parser(source: SourceBase, bounds: Bounds) -> Callable[[Received], Sequence[Event]]:  # noqa: ARG001 - registry's form
    """The envelope of a Things Stack source: one message to its one event.

    The device is the DevEUI where there is one, else "application_id/device_id". The event time is the network's
    `received_at`; a line of the storage integration may be as old as the outage was long, so only its future is
    bounded. Hints are `tag:` (the device attribute `decoder`), `tts:brand/model@firmware`, `tts:brand/model`.

    Raises (the returned function):
        RejectedError: ENVELOPE (malformed), UNSUPPORTED (no known member), ENCRYPTED (with `app_s_key` the payload is
            still encrypted; the error's `uplink` has what is known all the same).
    """
    decode = msgspec.json.Decoder(Up).decode
    stored = msgspec.structs.replace(bounds, max_past=_FOREVER)

    def parse(received: Received) -> Sequence[Event]:
        check_size(received, _WHAT)
        try:
            up = decode(received.body)
        except MALFORMED as error:
            raise malformed(_WHAT, error) from None
        limits = bounds
        if up.result is not None:
            up, limits = up.result, stored
        ids = up.end_device_ids
        if ids is None:
            return (_other(received.body, ""),)
        device = _device(ids)
        message = up.uplink_message if up.uplink_message is not None else up.uplink_normalized
        when = _when(up, message, received.received_at, limits, device)
        if received.retained and when[1] is _RECEIVED:
            return (Nothing("retained without a time of its own"),)
        if message is not None:
            return (_uplink(up, message, device, when),)
        if up.join_accept is not None:
            return (Join(device, when[0], clean(ids.device_id)),)
        if up.location_solved is not None:
            return (_located(up, device, when),)
        return (_other(received.body, device),)

    return parse


def _device(ids: EndDeviceIds) -> str:
    eui = ids.dev_eui
    if eui:
        if not is_eui(eui):
            raise RejectedError(Reason.ENVELOPE, "end_device_ids.dev_eui is not 16 hex digits")
        return eui.lower()
    application = ids.application_ids.application_id if ids.application_ids is not None else ""
    try:
        return f"{identifier(application)}/{identifier(ids.device_id)}"
    except ValueError:
        raise RejectedError(Reason.ENVELOPE, "end_device_ids has neither dev_eui nor both ids") from None


def _when(up: Up, message: UplinkMessage | None, received_at: int, bounds: Bounds, device: str) -> When:
    stamp = message.received_at if message is not None and message.received_at else up.received_at
    if not stamp:
        return received_at, _RECEIVED, False
    try:
        claimed = rfc3339_ns(stamp)
    except ValueError as error:
        raise RejectedError(Reason.ENVELOPE, f"received_at: {error}", device) from None
    if -bounds.agree <= claimed - received_at <= bounds.agree:
        return claimed, _NETWORK, False
    return network_time(claimed, None, received_at, bounds)


def _uplink(up: Up, message: UplinkMessage, device: str, when: When) -> Uplink:
    port = message.f_port
    if not 0 <= port <= 255:
        raise RejectedError(Reason.ENVELOPE, "f_port is not between 0 and 255", device)
    tags = {clean(key): clean(value) for key, value in (message.attributes or {}).items()}
    version = message.version_ids
    encrypted = message.app_s_key is not None
    payload = message.frm_payload or None
    normalized = message.normalized_payload
    measured, problems = measurements(normalized) if normalized is not None and not encrypted else ((), ())
    heard = message.rx_metadata
    time, source, rejected = when
    ids = up.end_device_ids
    uplink = Uplink(
        device=device,
        time=time,
        time_source=source,
        port=port or None,
        payload=None if encrypted or not 0 < port <= _MAX_FPORT else payload,
        measured=measured,
        decoded=None if encrypted else message.decoded_payload,
        hints=_hints(
            tags.get("decoder", ""),
            version.brand_id if version is not None else "",
            version.model_id if version is not None else "",
            version.firmware_version if version is not None else "",
        ),
        name=clean(ids.device_id) if ids is not None else "",
        dedup=f"{message.session_key_id}/{message.f_cnt}" if message.session_key_id else "",
        counter=message.f_cnt,
        radio=_radio(message, heard) if heard else None,
        location=_location(message.locations) if message.locations else None,
        clock_rejected=rejected,
        simulated=up.simulated,
        tags=tags,
        problems=problems,
    )
    if encrypted and payload is not None:
        detail = "app_s_key is set, the payload is encrypted end to end"
        raise RejectedError(Reason.ENCRYPTED, detail, device, uplink)
    return uplink


def _located(up: Up, device: str, when: When) -> Event:
    solved = up.location_solved
    location = _place(solved.location) if solved is not None and solved.location is not None else None
    if location is None:
        return Nothing("location unknown")
    time, source, rejected = when
    return Uplink(
        device=device,
        time=time,
        time_source=source,
        name=clean(up.end_device_ids.device_id) if up.end_device_ids is not None else "",
        location=location,
        clock_rejected=rejected,
        simulated=up.simulated,
    )


def _other(body: bytes, device: str) -> Event:
    """What none of the known members names: downlink events, service data, the storage's own error."""
    try:
        members: Any = msgspec.json.decode(body)
    except MALFORMED as error:
        raise malformed(_WHAT, error, device) from None
    for name in members:
        if name.startswith("downlink_") or name == "service_data":
            return Nothing(name)
    if "error" in members:
        raise RejectedError(Reason.ENVELOPE, "the storage integration reports an error instead of an uplink", device)
    if not device:
        raise RejectedError(Reason.ENVELOPE, f"{_WHAT}: end_device_ids is missing")
    raise RejectedError(Reason.UNSUPPORTED, f"{_WHAT} without a known member", device)


@lru_cache(4096)
def _hints(tag: str, brand: str, model: str, firmware: str) -> tuple[str, ...]:
    hints = [f"tag:{tag}"] if tag else []
    if brand and model:
        hints += [f"tts:{brand}/{model}@{firmware}"] if firmware and not firmware.startswith("_unknown") else []
        hints.append(f"tts:{brand}/{model}")
    return tuple(hints)


def _radio(message: UplinkMessage, heard: list[RxMetadata]) -> Radio:
    """The best gateway's values: highest SNR, then highest RSSI. An RSSI of 0 dBm was left out by the stack."""
    best = heard[0] if len(heard) == 1 else max(heard, key=lambda rx: (rx.snr, rx.rssi or -999.0))
    rate = message.settings.data_rate if message.settings is not None else None
    gateway = best.gateway_ids
    return Radio(
        rssi=best.rssi or None,
        snr=best.snr,
        spreading_factor=rate.lora.spreading_factor or None if rate is not None and rate.lora is not None else None,
        airtime=_seconds(message.consumed_airtime),
        gateway=(gateway.eui.lower() or gateway.gateway_id) if gateway is not None else "",
    )


def _seconds(duration: str | None) -> float | None:
    """A protobuf duration ("0.056576s")."""
    if not duration or not duration.endswith("s") or not duration[:-1].replace(".", "", 1).isdecimal():
        return None
    return float(duration[:-1])


def _location(locations: dict[str, Location]) -> Place | None:
    """Where the device is: as registered ("user"), else as its payload says, else as anything says."""
    for name in ("user", "frm-payload", *sorted(locations)):
        if name in locations and (found := _place(locations[name])) is not None:
            return found
    return None


def _place(location: Location) -> Place | None:
    return place(location.latitude, location.longitude, location.altitude or None)
