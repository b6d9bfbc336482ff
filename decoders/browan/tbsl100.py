"""Browan TBSL100: Tabs sound level sensor.

fPort 105, 4 bytes, little-endian:

    SS BB TT LL

- S: bit 0: the level passed its threshold
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- L: sound level, dB

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbsl100.js), facts only.
"""

from decoders.browan._tabs import BATTERY, BOARD, tabs
from decoders.kit import flag, u8

DECODER = tabs(
    "TBSL100",
    105,
    range(4, 12),
    (u8(3, "sound_level_a", "dB"), flag(0, 0, "alarm"), BATTERY, BOARD),
    ttn=("soundlevelsensor",),
)
