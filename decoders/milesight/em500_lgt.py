"""Milesight EM500-LGT: illuminance.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB                  battery, %
    03 94 LLLLLLLL            uint32, lx
    20 CE ssssssss LLLLLLLL   stored sample with its time (u32, s since 1970)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-LGT).
"""

from decoders.kit import Record, u32
from decoders.milesight._records import milesight, sample

DECODER = milesight(
    "EM500-LGT",
    {0x0394: Record(4, (u32(0, "illuminance", "lx"),)), 0x20CE: sample(u32(4, "illuminance", "lx"), size=8)},
    ttn=("em500-lgt",),
)
