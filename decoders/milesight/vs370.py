"""Milesight VS370: presence, by radar.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 00 LL           0 dim, 1 bright
    04 00 OO           0 vacant, 1 occupied

Source: https://github.com/Milesight-IoT/SensorDecoders (VS370).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, state

DECODER = milesight(
    "VS370", {0x0300: Record(1, (state(0, "daylight"),)), 0x0400: Record(1, (state(0, "occupied"),))}, ttn=("vs370",)
)
