"""The Things Stack v3's upstream messages (ApplicationUp), as far as they are used.

JSON by the stack's own marshaller: snake_case, zero and empty values left out, 64-bit integers and durations as text,
bytes in base64, EUIs in upper-case hex, times with up to nine fraction digits.
"""

from __future__ import annotations

from typing import Any

import msgspec


class ApplicationIds(msgspec.Struct, gc=False):
    """Which application."""

    application_id: str = ""


class EndDeviceIds(msgspec.Struct, gc=False):
    """Which device; one that is activated by personalisation may have no DevEUI."""

    device_id: str = ""
    application_ids: ApplicationIds | None = None
    dev_eui: str = ""


class GatewayIds(msgspec.Struct, gc=False):
    """Which gateway; "packetbroker" for another network's."""

    gateway_id: str = ""
    eui: str = ""


class RxMetadata(msgspec.Struct, gc=False):
    """How one gateway heard it. `timestamp` is a wrapping counter of the concentrator, no clock, and is not read."""

    gateway_ids: GatewayIds | None = None
    rssi: float = 0.0
    snr: float = 0.0


class Lora(msgspec.Struct, gc=False):
    """LoRa data rate."""

    spreading_factor: int = 0


class DataRate(msgspec.Struct, gc=False):
    """Data rate; FSK and LR-FHSS have no spreading factor."""

    lora: Lora | None = None


class Settings(msgspec.Struct, gc=False):
    """How it was sent."""

    data_rate: DataRate | None = None


class Location(msgspec.Struct, gc=False):
    """Degrees and m."""

    latitude: float = 0.0
    longitude: float = 0.0
    altitude: float = 0.0


class VersionIds(msgspec.Struct, gc=False):
    """Brand and model in the Device Repository."""

    brand_id: str = ""
    model_id: str = ""
    firmware_version: str = ""


class UplinkMessage(msgspec.Struct, gc=False):
    """ApplicationUplink, and ApplicationUplinkNormalized (there `normalized_payload` is one measurement)."""

    session_key_id: str = ""
    f_port: int = 0
    f_cnt: int = 0
    frm_payload: bytes | None = None
    decoded_payload: Any = None
    normalized_payload: Any = None
    rx_metadata: list[RxMetadata] | None = None
    settings: Settings | None = None
    received_at: str | None = None
    app_s_key: Any = None
    consumed_airtime: str | None = None
    locations: dict[str, Location] | None = None
    version_ids: VersionIds | None = None
    attributes: dict[str, str] | None = None


class LocationSolved(msgspec.Struct, gc=False):
    """ApplicationLocation."""

    location: Location | None = None


class Up(msgspec.Struct, gc=False):
    """ApplicationUp: exactly one of its messages is there. `result` wraps it in a line of the storage integration."""

    end_device_ids: EndDeviceIds | None = None
    received_at: str | None = None
    uplink_message: UplinkMessage | None = None
    uplink_normalized: UplinkMessage | None = None
    join_accept: Any = None
    location_solved: LocationSolved | None = None
    simulated: bool = False
    result: Up | None = None
