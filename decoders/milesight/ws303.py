"""Milesight WS303: water leak.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 00 LL           0 dry, 1 leak

Source: https://github.com/Milesight-IoT/SensorDecoders (WS303).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, state

DECODER = milesight("WS303", {0x0300: Record(1, (state(0, "leak"),))}, ttn=("ws303",))
