"""Milesight WS202: motion and light.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 00 MM           1 somebody moves
    04 00 LL           0 dark, 1 light

Source: https://github.com/Milesight-IoT/SensorDecoders (WS202).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, state

DECODER = milesight(
    "WS202", {0x0300: Record(1, (state(0, "motion"),)), 0x0400: Record(1, (state(0, "daylight"),))}, ttn=("ws202",)
)
