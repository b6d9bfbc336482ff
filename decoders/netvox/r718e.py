"""Netvox R718E: vibration and temperature.

Device type 1C:

report 1: BB XXXX YYYY ZZZZ ..     acceleration, m/s2
    report 2: XXXX YYYY ZZZZ TTTT      velocity, mm/s; int16, 0.1 degC

X, Y, Z are the upper half of a float32, little-endian.

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

import struct
from math import copysign, floor

from decoders.kit import Field, u16
from decoders.netvox._protocol import celsius, netvox, report


def _upper_half(raw: int) -> float:
    """The value of a float32 of which only the upper 16 bits are sent, to six decimals as the maker gives it."""
    value: float = struct.unpack(">f", raw.to_bytes(2, "big") + b"\0\0")[0]
    return copysign(floor(abs(value) * 1e6 + 0.5) / 1e6, value)


def _half(byte: int, quantity: str, unit: str, channel: str = "") -> Field:
    return u16(byte, quantity, unit, byteorder="little", convert=_upper_half, channel=channel)


LAYOUTS = (
    report((0x1C,), *(_half(4 + 2 * n, f"acceleration_{axis}", "m/s2") for n, axis in enumerate("xyz"))),
    report(
        (0x1C,),
        *(_half(3 + 2 * n, "vibration_velocity", "mm/s", axis) for n, axis in enumerate("xyz")),
        celsius(9, div=10, quantity="surface_temperature"),
        kinds=(2,),
        battery=False,
    ),
)

DECODER = netvox("R718E", *LAYOUTS)
