"""Milesight EM500-SWL: submersible water level probe.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB              battery, %
    03 77 DDDD            uint16, depth above the probe, cm; FFFF: reading failed, FFFD: out of range
    83 77 DDDD AA         threshold alarm: depth and 1 (alarm) or 0 (over)
    20 CE ssssssss DDDD   stored sample with its time (u32, s since 1970)
    FF 1B cc HHHH LLLL    the probe's range (a setting)

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-SWL).
"""

from decoders.kit import Record, u8, u16
from decoders.milesight._records import milesight, sample

NO_VALUE = (0xFFFF, 0xFFFD)
DEPTH = u16(0, "liquid_depth", "cm", missing=NO_VALUE)

DECODER = milesight(
    "EM500-SWL",
    {
        0x0377: Record(2, (DEPTH,)),
        0x8377: Record(3, (DEPTH, u8(2, "alarm", channel="liquid_depth", table={0: 0, 1: 1}))),
        0x20CE: sample(u16(4, "liquid_depth", "cm", missing=NO_VALUE), size=6),
    },
    ttn=("em500-swl", "em500-swl-868m", "em500-swl-915m", "em500-swl-l005", "em500-swl-l010"),
)
