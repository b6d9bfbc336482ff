"""Milesight EM310-UDL: ultrasonic distance.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 82 DDDD         uint16, mm
    04 00 PP           position: 0 normal, 1 tilted

Source: https://github.com/Milesight-IoT/SensorDecoders (EM310-UDL).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, state, word

DECODER = milesight(
    "EM310-UDL",
    {0x0382: Record(2, (word(0, "distance", "mm"),)), 0x0400: Record(1, (state(0, "tilted"),))},
    ttn=("em310-udl",),
)
