"""What M-Bus value information fields (VIF) mean: quantity, unit and factor.

A row serves a run of codes whose lowest bits are a power of ten. Quantities that depend on the medium are "energy"
and "volume"; `Medium` says which of ours they are.

Source: EN 13757-3:2018, tables 10, 12 and 14 to 16; https://oms-group.org/ (OMS specification volume 2), facts only.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a number is; `value = raw * factor`."""

    quantity: str
    unit: str
    factor: Fraction
    channel: str = ""


class Medium(NamedTuple):
    """What energy and volume are the readings of, and on which channel the volume is told."""

    energy: str
    volume: str
    channel: str = ""


HEAT = Medium("heat_energy", "water_volume", "heat")
COOLING = Medium("cooling_energy", "water_volume", "cooling")
WATER = Medium("heat_energy", "water_volume")
GAS = Medium("energy", "gas_volume")
ELECTRICITY = Medium("energy", "water_volume")
MEDIA = {
    0x02: ELECTRICITY, 0x03: GAS, 0x04: HEAT, 0x06: WATER, 0x07: WATER, 0x08: HEAT, 0x0A: COOLING, 0x0B: COOLING,
    0x0C: HEAT, 0x0D: HEAT, 0x15: WATER, 0x16: WATER,
}  # fmt: skip
"""Device type in a header → medium."""

_TEN = Fraction(10)
_TIMES = (1, 60, 3600, 86400)


def _run(first: int, last: int, quantity: str, unit: str, exponent: int, channel: str = "") -> dict[int, Meaning]:
    """Codes first..last; the first one has the factor 10^exponent."""
    return {
        code: Meaning(quantity, unit, _TEN ** (exponent + code - first), channel) for code in range(first, last + 1)
    }


def _times(first: int, quantity: str, channel: str) -> dict[int, Meaning]:
    return {first + n: Meaning(quantity, "s", Fraction(factor), channel) for n, factor in enumerate(_TIMES)}


def _scaled(rows: dict[int, Meaning], factor: Fraction) -> dict[int, Meaning]:
    return {code: row._replace(factor=row.factor * factor) for code, row in rows.items()}


PRIMARY: dict[int, Meaning] = {
    **_run(0x00, 0x07, "energy", "kW.h", -6),
    **_run(0x08, 0x0F, "energy", "MJ", -6),
    **_run(0x10, 0x17, "volume", "m3", -6),
    **_times(0x20, "operating_time", "on"),
    **_times(0x24, "operating_time", ""),
    **_run(0x28, 0x2F, "power", "W", -3),
    **_scaled(_run(0x30, 0x37, "power", "W", 0), Fraction(1, 3600)),
    **_run(0x38, 0x3F, "water_flow", "m3/h", -6),
    **_scaled(_run(0x40, 0x47, "water_flow", "m3/h", -7), Fraction(60)),
    **_scaled(_run(0x48, 0x4F, "water_flow", "m3/h", -9), Fraction(3600)),
    **_run(0x58, 0x5B, "flow_temperature", "Cel", -3),
    **_run(0x5C, 0x5F, "return_temperature", "Cel", -3),
    **_run(0x60, 0x63, "temperature_change", "K", -3, "flow-return"),
    **_run(0x64, 0x67, "air_temperature", "Cel", -3),
    **_run(0x68, 0x6B, "pressure", "bar", -3),
    0x6E: Meaning("heat_cost_units", "1", Fraction(1)),
}

FD: dict[int, Meaning] = {
    0x17: Meaning("fault_code", "1", Fraction(1)),
    0x3A: Meaning("analog_value", "1", Fraction(1)),
    **_run(0x40, 0x4F, "voltage", "V", -9),
    **_run(0x50, 0x5F, "current", "A", -12),
    0x71: Meaning("rssi", "dB[mW]", Fraction(1)),
    0x74: Meaning("remaining_lifetime", "s", Fraction(86400)),
}

FB: dict[int, Meaning] = {
    **_run(0x00, 0x01, "energy", "kW.h", 2),
    **_run(0x02, 0x03, "reactive_energy", "kvar.h", 0),
    **_run(0x04, 0x05, "apparent_energy", "kV.A.h", 0),
    **_run(0x08, 0x09, "energy", "GJ", -1),
    **_run(0x10, 0x11, "volume", "m3", 2),
    **_run(0x14, 0x17, "reactive_power", "var", 0),
    **_run(0x1A, 0x1B, "relative_humidity", "%", -1),
    **_run(0x28, 0x29, "power", "W", 5),
    **_run(0x2C, 0x2F, "frequency", "Hz", -3),
    **_run(0x34, 0x37, "apparent_power", "V.A", 0),
}

SILENT_PRIMARY = frozenset((*range(0x18, 0x20), *range(0x50, 0x58), *range(0x70, 0x7B)))
"""Masses, durations of averages, numbers of the device: understood, no readings."""

DATE, DATE_TIME, TEXT, ANY, OWN = 0x6C, 0x6D, 0x7C, 0x7E, 0x7F

UNSIGNED = frozenset({"fault_code"})

REVERSE = 0x3C
CHANNELS = {0x12: "mean", 0x3A: "uncorrected", 0x3B: "", REVERSE: "reverse"}
"""VIF extensions that make a channel of their own."""

COMPACT = frozenset((0x1E, 0x1F))
INVERSE_COMPACT = 0x13
QUANTITIES = tuple(
    dict.fromkeys(
        (quantity, row.unit)
        for table in (PRIMARY, FD, FB)
        for row in table.values()
        for quantity in (
            {
                "energy": ("energy", "heat_energy", "cooling_energy"),
                "volume": ("water_volume", "water_volume_reverse", "gas_volume"),
            }.get(row.quantity, (row.quantity,))
        )
    )
)
"""Every (quantity, unit) that these tables may give."""
