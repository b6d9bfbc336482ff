"""Milesight EM500-SWL: submersible water level probe.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB              battery, %
    03 77 DDDD            uint16, depth above the probe, cm; FFFF: reading failed, FFFD: out of range
    20 CE ssssssss DDDD   stored sample with its time (u32, s since 1970)
    FF 1B cc HHHH LLLL    the probe's range (a setting)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-SWL).
"""

from decoders.kit import Record, u16
from decoders.milesight._records import milesight, sample

NO_VALUE = (0xFFFF, 0xFFFD)
DEPTH = u16(0, "liquid_depth", "cm", missing=NO_VALUE)

DECODER = milesight(
    "EM500-SWL",
    {
        0x0377: Record(2, (DEPTH,)),
        0x20CE: sample(u16(4, "liquid_depth", "cm", missing=NO_VALUE), size=6),
    },
    ttn=("em500-swl",),
)
