"""What Kamstrup's own records (VIF FF) say.

- 25: information of a water meter: bits 0 dry, 1 reverse, 2 leak, 3 burst, 4 tamper, 5 battery low, 6 and 7 too
  cold and too hot around
- 22: information of a heat meter (type 4): a code; bit 1 battery low
- 1B, 1C: acoustic noise in the pipe now and of the last day, a leak indicator; 4095 none
- 16: number of the configuration

Source: https://github.com/TheThingsNetwork/lorawan-devices (kamstrup/mbusparser.js), facts only.
"""

from __future__ import annotations

from decoders.kit import Reading

WATER = (
    ("alarm", "dry"), ("backflow", ""), ("leak", ""), ("burst", ""), ("tamper", ""), ("battery_low", ""),
    ("alarm", "ambient-low"), ("alarm", "ambient-high"),
)  # fmt: skip
NO_NOISE = 4095


def _flags(data: bytes) -> list[Reading]:
    raw = int.from_bytes(data, "little")
    return [
        Reading("fault_code", float(raw), "1"),
        *(Reading(quantity, float(raw >> bit & 1), "1", channel) for bit, (quantity, channel) in enumerate(WATER)),
    ]


def _heat(data: bytes) -> list[Reading]:
    raw = int.from_bytes(data, "little")
    return [Reading("fault_code", float(raw), "1"), Reading("battery_low", float(raw >> 1 & 1), "1")]


def _noise(channel: str, data: bytes) -> list[Reading]:
    raw = int.from_bytes(data, "little")
    none = raw == NO_NOISE or raw == (1 << 8 * len(data)) - 1
    return [] if none else [Reading("analog_value", float(raw), "1", channel)]


OWN = {
    0x16: lambda _: [],
    0x1B: lambda data: _noise("acoustic-noise", data),
    0x1C: lambda data: _noise("acoustic-noise-day", data),
    0x22: _heat,
    0x25: _flags,
}
QUANTITIES = (
    ("fault_code", "1", ""),
    ("analog_value", "1", "acoustic-noise"),
    ("analog_value", "1", "acoustic-noise-day"),
    *((quantity, "1", channel) for quantity, channel in WATER),
)
