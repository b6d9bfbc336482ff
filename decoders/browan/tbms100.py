"""Browan TBMS100: Tabs motion sensor.

fPort 102, 8 bytes, little-endian:

    SS BB TT MM MM CC CC CC

- S: bit 0: movement
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- M: minutes since the last event
- C: events since the device started

A message of zeros alone says nothing.

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbms100.js), facts only.
"""

from decoders.browan._tabs import BATTERY, BOARD, EVENTS, SINCE, tabs
from decoders.kit import flag

DECODER = tabs(
    "TBMS100",
    102,
    range(8, 12),
    (flag(0, 0, "motion"), BATTERY, BOARD, SINCE, EVENTS),
    ttn=("motionsensor",),
    empty=True,
)
