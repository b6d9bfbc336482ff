"""Browan TBDW100: Tabs door and window sensor.

fPort 100, 8 bytes, little-endian:

    SS BB TT MM MM CC CC CC

- S: bit 0: open
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- M: minutes since the last event
- C: events since the device started

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbdw100.js), facts only.
"""

from decoders.browan._tabs import BATTERY, BOARD, EVENTS, SINCE, tabs
from decoders.kit import flag

DECODER = tabs(
    "TBDW100", 100, range(8, 12), (flag(0, 0, "contact"), BATTERY, BOARD, SINCE, EVENTS), ttn=("doorwindowsensor",)
)
