"""ChirpStack v4's integration events, as far as they are used: chirpstack-api `integration/integration.proto`.

The same structs hold what came as JSON (protobuf's JSON mapping, camelCase) and as protobuf. Every member may be
absent: which defaults are written depends on ChirpStack's version and on the level in the message. Members stand in
the order of the JSON, which msgspec reads fastest.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec


class Location(msgspec.Struct, gc=False):
    """common.Location; degrees and m."""

    latitude: float = 0.0
    longitude: float = 0.0
    altitude: float = 0.0


class DeviceInfo(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """Who sent it. `tags` are merged from tenant, application, profile and device, in no fixed order."""

    device_profile_name: str = ""
    device_name: str = ""
    dev_eui: str
    tags: dict[str, str] | None = None


class RxInfo(msgspec.Struct, rename="camel", gc=False):
    """How one gateway heard it. `snr` may be "NaN": protobuf's JSON mapping writes such numbers as text."""

    gateway_id: str = ""
    ns_time: str | None = None
    time_since_gps_epoch: str | None = None
    rssi: int = 0
    snr: float | str = 0.0


class Lora(msgspec.Struct, rename="camel", gc=False):
    """gw.LoraModulationInfo."""

    spreading_factor: int = 0


class Modulation(msgspec.Struct, gc=False):
    """gw.Modulation; FSK and LR-FHSS have no spreading factor."""

    lora: Lora | None = None


class TxInfo(msgspec.Struct, gc=False):
    """gw.UplinkTxInfo."""

    modulation: Modulation | None = None


class RelayRxInfo(msgspec.Struct, rename="camel", gc=False):
    """integration.UplinkRelayRxInfo: how a relay heard the device; rxInfo is then how the relay was heard."""

    dev_eui: str = ""
    rssi: int = 0
    snr: int = 0


class Up(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """integration.UplinkEvent."""

    deduplication_id: str = ""
    time: str | None = None
    device_info: DeviceInfo
    f_cnt: int = 0
    f_port: int = 0
    data: bytes | None = None
    object: Any = None
    rx_info: list[RxInfo] | None = None
    tx_info: TxInfo | None = None
    relay_rx_info: RelayRxInfo | None = None
    join_server_context: Any = None


class UnreadUp(Up, rename="camel", gc=False, kw_only=True):
    """The same with who sent it left unread: those bytes are alike in all messages of a device."""

    device_info: msgspec.Raw  # type: ignore[assignment]  # whoever needs it reads it


class BriefUp(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """The same without how it was heard, which is not even looked at."""

    rx_info: ClassVar[None] = None
    tx_info: ClassVar[None] = None
    relay_rx_info: ClassVar[None] = None
    deduplication_id: str = ""
    time: str | None = None
    device_info: msgspec.Raw
    f_cnt: int = 0
    f_port: int = 0
    data: bytes | None = None
    object: Any = None
    join_server_context: Any = None


class Join(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """integration.JoinEvent."""

    device_info: DeviceInfo
    time: str | None = None


class Status(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """integration.StatusEvent; margin in dB, battery level in %."""

    device_info: DeviceInfo
    deduplication_id: str = ""
    time: str | None = None
    margin: int = 0
    external_power_source: bool = False
    battery_level_unavailable: bool = False
    battery_level: float | str = 0.0


class Log(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """integration.LogEvent; an enum value that this version lacks comes as its number."""

    device_info: DeviceInfo
    time: str | None = None
    level: str | int = "INFO"
    code: str | int = "UNKNOWN"
    description: str = ""
    context: dict[str, str] | None = None


class Located(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """integration.LocationEvent."""

    device_info: DeviceInfo
    deduplication_id: str = ""
    time: str | None = None
    location: Location | None = None


Message = Up | Join | Status | Log | Located
