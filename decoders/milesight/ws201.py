"""Milesight WS201: fill level of a dispenser.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 82 DDDD         uint16, mm
    04 D6 RR           what is left, %

Source: https://github.com/Milesight-IoT/SensorDecoders (WS201).
"""

from decoders.kit import Record, u8
from decoders.milesight._records import milesight, word

DECODER = milesight(
    "WS201",
    {0x0382: Record(2, (word(0, "distance", "mm"),)), 0x04D6: Record(1, (u8(0, "bin_fill_level", "%"),))},
    ttn=("ws201",),
)
