"""Milesight VS341: a seat is occupied.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 00 OO           0 vacant, 1 occupied

Source: https://github.com/Milesight-IoT/SensorDecoders (VS341).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, state

DECODER = milesight("VS341", {0x0300: Record(1, (state(0, "occupied"),))}, ttn=("vs341",))
