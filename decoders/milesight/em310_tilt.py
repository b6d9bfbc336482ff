"""Milesight EM310-TILT: inclination.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                       battery, %
    03 CF XXXX YYYY ZZZZ AA        int16, 0.01 deg; A: bits 0..2 threshold of x, y, z exceeded

Source: https://github.com/Milesight-IoT/SensorDecoders (EM310-TILT).
"""

from decoders.kit import Record, flag, i16
from decoders.milesight._records import milesight

DECODER = milesight(
    "EM310-TILT",
    {
        0x03CF: Record(
            7,
            (
                i16(0, "tilt_x", "deg", div=100),
                i16(2, "tilt_y", "deg", div=100),
                i16(4, "tilt_z", "deg", div=100),
                flag(6, 0, "alarm", channel="x"),
                flag(6, 1, "alarm", channel="y"),
                flag(6, 2, "alarm", channel="z"),
            ),
        ),
    },
    ttn=("em310-tilt",),
    lengths={0x62: 1, 0x63: 8},
)
