"""Milesight VS132: people passing, by time-of-flight camera.

Records of channel, type, data (little-endian), usually on fPort 85:

    03 D2 IIIIIIII     people in, total, uint32
    04 D2 OOOOOOOO     people out, total
    05 CC IIII OOOO    people in and out since the last message, uint16
    FF 1F              firmware

Source: https://github.com/Milesight-IoT/SensorDecoders (VS132).
"""

from decoders.kit import Record, u16, u32
from decoders.milesight._records import milesight

DECODER = milesight(
    "VS132",
    {
        0x03D2: Record(4, (u32(0, "people_total", "1", channel="in"),)),
        0x04D2: Record(4, (u32(0, "people_total", "1", channel="out"),)),
        0x05CC: Record(4, (u16(0, "people_count", "1", channel="in"), u16(2, "people_count", "1", channel="out"))),
        0xFF1F: Record(4),
    },
    ttn=("vs132",),
)
