"""The attributes of Watteco's reports that hold one value, and the fields of those that hold several.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

Place = tuple[str, str, str]
"""(quantity, unit, channel) of one endpoint."""

INT16 = 0x29
PHASES = ("a", "b", "c", "sum")
SILENT = {0x0000, 0x8004, 0x8006}
UNREAD = {(0x000F, 0x0054), (0x000F, 0x0400), (0x000F, 0x0401), (0x000F, 0x0403), (0x000F, 0x0404), (0x000C, 0x0100),
           (0x000C, 0x8003), (0x000C, 0x8004), (0x0050, 0x0004), (0x800C, 0x0001), (0x800C, 0x0002)}  # fmt: skip
Attribute = tuple[str, int, Callable[[bytes, int], float]]


def _unsigned(data: bytes, _: int) -> float:
    return float(int.from_bytes(data, "big"))


def _signed(data: bytes, _: int) -> float:
    return float(int.from_bytes(data, "big", signed=True))


def _typed(data: bytes, type_: int) -> float:
    return float(int.from_bytes(data, "big", signed=type_ == INT16))


def _float(data: bytes, _: int) -> float:
    (value,) = struct.unpack(">f", data)
    return float(value)


def _truth(data: bytes, _: int) -> float:
    return float(any(data))


SINGLE: Mapping[tuple[int, int], Attribute] = {
    (0x0402, 0): ("temperature", 2, lambda data, _: int.from_bytes(data, "big", signed=True) / 100),
    (0x0402, 1): ("temperature_min", 2, lambda data, _: int.from_bytes(data, "big", signed=True) / 100),
    (0x0402, 2): ("temperature_max", 2, lambda data, _: int.from_bytes(data, "big", signed=True) / 100),
    (0x0405, 0): ("humidity", 2, lambda data, _: int.from_bytes(data, "big") / 100),
    (0x0405, 1): ("humidity_min", 2, lambda data, _: int.from_bytes(data, "big") / 100),
    (0x0405, 2): ("humidity_max", 2, lambda data, _: int.from_bytes(data, "big") / 100),
    (0x0400, 0): ("illuminance", 2, _unsigned),
    (0x0403, 0): ("pressure", 2, _signed),
    (0x0406, 0): ("occupancy", 1, _truth),
    (0x0006, 0): ("output", 1, _truth),
    (0x000F, 0x0402): ("index", 4, _unsigned),
    (0x000F, 0x0055): ("pin", 1, _truth),
    (0x0013, 0x0055): ("output_value", 1, _unsigned),
    (0x000C, 0x0055): ("analog", 4, _float),
    (0x8008, 0): ("differential_pressure", 2, _typed),
    (0x800C, 0): ("concentration", 2, _unsigned),
}

USUAL: Mapping[str, tuple[str, str, str]] = {
    "temperature": ("air_temperature", "Cel", ""),
    "temperature_min": ("air_temperature", "Cel", "min"),
    "temperature_max": ("air_temperature", "Cel", "max"),
    "humidity": ("relative_humidity", "%", ""),
    "humidity_min": ("relative_humidity", "%", "min"),
    "humidity_max": ("relative_humidity", "%", "max"),
    "illuminance": ("illuminance", "lx", ""),
    "pressure": ("air_pressure", "hPa", ""),
    "occupancy": ("occupied", "1", ""),
    "output": ("relay", "1", ""),
    "index": ("pulse_count", "1", ""),
    "pin": ("digital_input", "1", ""),
    "output_value": ("device_state", "1", "output"),
    "analog": ("analog_value", "1", ""),
    "differential_pressure": ("differential_pressure", "Pa", ""),
    "concentration": ("analog_value", "1", "concentration"),
}

POWERS: tuple[tuple[int, str, str], ...] = (
    (0x01, "supply_voltage", ""),
    (0x02, "battery_voltage", "rechargeable"),
    (0x04, "battery_voltage", ""),
    (0x08, "supply_voltage", "solar"),
    (0x10, "supply_voltage", "meter"),
)

METER = (
    ("energy", "W.h", ""), ("energy_exported", "W.h", ""), ("reactive_energy", "kvar.h", ""),
    ("reactive_energy", "kvar.h", "exported"), ("power", "W", ""), ("power", "W", "exported"),
    ("reactive_power", "var", ""), ("reactive_power", "var", "exported"),
)  # fmt: skip
GRID = (
    ("frequency", "Hz", ""), ("frequency", "Hz", "min"), ("frequency", "Hz", "max"), ("voltage", "V", ""),
    ("voltage", "V", "min"), ("voltage", "V", "max"), ("voltage", "V", "peak"), ("voltage", "V", "peak_min"),
    ("voltage", "V", "peak_max"), ("event_count", "1", "over_voltage"), ("event_count", "1", "sag_voltage"),
)  # fmt: skip
SHOCK = tuple(
    (quantity, unit, channel)
    for axis in "xyz"
    for quantity, unit, channel in (
        (f"acceleration_{axis}", "[g]", "mean"),
        (f"acceleration_{axis}", "[g]", "max"),
        ("duration", "ms", axis),
    )
)
