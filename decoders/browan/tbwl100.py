"""Browan TBWL100: Tabs water leak sensor.

fPort 106, 5 bytes, little-endian:

    SS BB TT HH EE

- S: bit 0: water; what made the device send: bit 4 water, bit 5 temperature, bit 6 humidity
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- H: bits 6..0 relative humidity, %; 127: error
- E: bits 6..0 temperature of the air, degC = E - 32

A message of zeros alone says nothing.

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbwl100.js, waterleaksensor-codec.yaml), facts only.
"""

from decoders.browan._tabs import BATTERY, BOARD, humidity, tabs, temperature
from decoders.kit import flag

DECODER = tabs(
    "TBWL100",
    106,
    range(5, 12),
    (
        flag(0, 0, "leak"),
        temperature(4),
        humidity(3),
        BATTERY,
        BOARD,
        flag(0, 4, "device_state", channel="leak_changed"),
        flag(0, 5, "device_state", channel="temperature_changed"),
        flag(0, 6, "device_state", channel="humidity_changed"),
    ),
    ttn=("waterleaksensor",),
    empty=True,
)
