"""ChirpStack events in protobuf, read with the generated classes of `chirpstack-api` into the structs of the JSON form.

Imported only when the first such message comes: the generated classes are slow to load.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from math import isfinite
from typing import Any

from chirpstack_api import integration as pb  # type: ignore[import-untyped]  # has stubs, but no py.typed
from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.envelopes import chirpstack_types as cs
from gateway.model import SECOND_NS, Reason, RejectedError

_FLOAT = struct.Struct("<f")


def read(event: str, body: bytes) -> tuple[cs.Message, int | None, int | None]:
    """Read an event.

    Args:
        event: "up", "join", "status", "log" or "location".
        body: serialised message.

    Returns:
        the event, its `time` and the network server's clock (up only), ns.

    Raises:
        RejectedError: ENVELOPE, the bytes are no such message.
    """
    cls, convert = _READERS[event]
    try:
        message = cls.FromString(body)
    except DecodeError:
        raise RejectedError(Reason.ENVELOPE, f"{event} event: neither JSON nor the event's protobuf message") from None
    if not message.HasField("device_info"):
        raise RejectedError(Reason.ENVELOPE, f"{event} event: protobuf message without device_info")
    claimed = _ns(message.time) if message.HasField("time") else None
    heard = message.rx_info if event == "up" else ()
    return convert(message), claimed, next((_ns(rx.ns_time) for rx in heard if rx.HasField("ns_time")), None)


def _ns(stamp: Timestamp) -> int:
    return int(stamp.seconds) * SECOND_NS + int(stamp.nanos)


def _float(value: float) -> float:
    """The shortest decimal that is this 32-bit float: what JSON would have said (78.74016, not 78.74015808105469)."""
    if not isfinite(value) or ((value * 4).is_integer() and -1000 < value < 1000):  # exact in few digits
        return value
    for digits in range(6, 10):
        short = float(f"{value:.{digits}g}")
        if _FLOAT.unpack(_FLOAT.pack(short))[0] == value:
            return short
    return value


def _info(message: Any) -> cs.DeviceInfo:
    info = message.device_info
    tags = info.tags
    return cs.DeviceInfo(
        dev_eui=info.dev_eui,
        device_name=info.device_name,
        device_profile_name=info.device_profile_name,
        tags={key: tags[key] for key in tags},  # half the cost of dict(tags)
    )


def _rx(rx: Any) -> cs.RxInfo:
    gps = "s" if rx.HasField("time_since_gps_epoch") else None
    return cs.RxInfo(rx.gateway_id, None, gps, rx.rssi, _float(rx.snr))


def _up(message: pb.UplinkEvent) -> cs.Up:
    modulation = message.tx_info.modulation
    lora = cs.Lora(modulation.lora.spreading_factor) if modulation.HasField("lora") else None
    relay = None
    if message.HasField("relay_rx_info"):
        info = message.relay_rx_info
        relay = cs.RelayRxInfo(info.dev_eui, info.rssi, info.snr)
    return cs.Up(
        device_info=_info(message),
        deduplication_id=message.deduplication_id,
        f_cnt=message.f_cnt,
        f_port=message.f_port,
        data=message.data,
        object=_members(message.object) if message.HasField("object") else None,
        rx_info=[_rx(rx) for rx in message.rx_info],
        tx_info=cs.TxInfo(cs.Modulation(lora)),
        relay_rx_info=relay,
        join_server_context={} if message.HasField("join_server_context") else None,
    )


def _members(value: Struct) -> dict[str, Any]:
    return {name: _plain(member) for name, member in value.fields.items()}


def _plain(value: Value) -> Any:
    """A google.protobuf.Value as JSON would have it; numbers that JSON cannot say are null."""
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        return value.number_value if isfinite(value.number_value) else None
    if kind == "string_value":
        return value.string_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "struct_value":
        return _members(value.struct_value)
    if kind == "list_value":
        return [_plain(member) for member in value.list_value.values]
    return None


def _join(message: pb.JoinEvent) -> cs.Join:
    return cs.Join(device_info=_info(message))


def _status(message: pb.StatusEvent) -> cs.Status:
    return cs.Status(
        device_info=_info(message),
        deduplication_id=message.deduplication_id,
        margin=message.margin,
        external_power_source=message.external_power_source,
        battery_level_unavailable=message.battery_level_unavailable,
        battery_level=_float(message.battery_level),
    )


def _name(enum: Any, number: int) -> str | int:
    name: str | None = enum.DESCRIPTOR.values_by_number[number].name if number in enum.values() else None
    return number if name is None else name


def _log(message: pb.LogEvent) -> cs.Log:
    return cs.Log(
        device_info=_info(message),
        level=_name(pb.LogLevel, message.level),
        code=_name(pb.LogCode, message.code),
        description=message.description,
        context=dict(message.context),
    )


def _location(message: pb.LocationEvent) -> cs.Located:
    at = message.location
    location = cs.Location(at.latitude, at.longitude, at.altitude) if message.HasField("location") else None
    return cs.Located(device_info=_info(message), deduplication_id=message.deduplication_id, location=location)


_READERS: dict[str, tuple[Any, Callable[[Any], cs.Message]]] = {
    "up": (pb.UplinkEvent, _up),
    "join": (pb.JoinEvent, _join),
    "status": (pb.StatusEvent, _status),
    "log": (pb.LogEvent, _log),
    "location": (pb.LocationEvent, _location),
}
