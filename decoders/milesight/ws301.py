"""Milesight WS301: door or window contact.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 00 OO           0 closed, 1 open
    04 00 UU           0 installed, 1 taken off

Source: https://github.com/Milesight-IoT/SensorDecoders (WS301).
"""

from decoders.kit import Record
from decoders.milesight._records import milesight, state

DECODER = milesight(
    "WS301", {0x0300: Record(1, (state(0, "contact"),)), 0x0400: Record(1, (state(0, "tamper"),))}, ttn=("ws301",)
)
