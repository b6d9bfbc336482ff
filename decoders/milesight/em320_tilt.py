"""Milesight EM320-TILT: inclination.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                    battery, %
    03 D4 XXXX YYYY ZZZZ        each: bits 15..1 int15, 0.01 deg; bit 0 threshold exceeded

Source: https://github.com/Milesight-IoT/SensorDecoders (EM320-TILT).
"""

from decoders.kit import Field, Record
from decoders.milesight._records import milesight

AXES = ("x", "y", "z")


def _angle(axis: int) -> Field:
    return Field(quantity=f"tilt_{AXES[axis]}", unit="deg", at=16 * axis + 1, width=15, signed=True, div=100)


def _alarm(axis: int) -> Field:
    return Field(quantity="alarm", unit="1", at=16 * axis, width=1, channel=AXES[axis])


DECODER = milesight(
    "EM320-TILT",
    {0x03D4: Record(6, (*(_angle(n) for n in range(3)), *(_alarm(n) for n in range(3))))},
    ttn=("em320-tilt",),
)
