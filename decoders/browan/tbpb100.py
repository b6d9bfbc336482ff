"""Browan TBPB100: Tabs push button.

fPort 147, 8 bytes, little-endian:

    SS BB TT MM MM CC CC CC

- S: bit 0: the button was pressed
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- M: minutes since the last event
- C: events since the device started

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbpb100.js), facts only; minutes and events as
in the sister models.
"""

from decoders.browan._tabs import BATTERY, BOARD, EVENTS, SINCE, tabs
from decoders.kit import flag

DECODER = tabs("TBPB100", 147, range(3, 12), (flag(0, 0, "button"), BATTERY, BOARD, SINCE, EVENTS))
