"""Milesight VS340: a desk is occupied.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 00 OO           0 vacant, 1 occupied

Source: https://github.com/Milesight-IoT/SensorDecoders (VS340).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, state

DECODER = milesight("VS340", {0x0300: Record(1, (state(0, "occupied"),))}, ttn=("vs340",))
