"""Browan TBAM100 (TBAL100): Tabs ambient light sensor.

fPort 104, 6 bytes, little-endian:

    SS BB TT LL LL LL

- S: bit 0: became darker, bit 1: became lighter; what made the device send: bit 4 light, bit 5 keep alive
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- L: illuminance, 0.01 lx

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbam100.js), facts only.
"""

from decoders.browan._tabs import BATTERY, BOARD, tabs
from decoders.kit import flag, u24

DECODER = tabs(
    "TBAM100",
    104,
    range(6, 12),
    (
        u24(3, "illuminance", "lx", div=100),
        BATTERY,
        BOARD,
        flag(0, 0, "device_state", channel="darker"),
        flag(0, 1, "device_state", channel="lighter"),
        flag(0, 4, "device_state", channel="light_changed"),
        flag(0, 5, "device_state", channel="keep_alive"),
    ),
    ttn=("ambientlightsensor", "tbal100"),
    chirpstack=("TBAL100",),
)
