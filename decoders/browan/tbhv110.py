"""Browan TBHV110: Tabs Healthy Home sensor with air quality.

fPort 103, 11 bytes, little-endian:

    SS BB TT HH CC CC VV VV QQ QQ EE

- S: bit 0: status; what made the device send: bit 4 temperature or humidity, bit 5 air quality
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature of the board, degC = T - 32
- H: bits 6..0 relative humidity, %; 127: error
- C: CO2 equivalent, ppm
- V: volatile organic compounds, ppm
- Q: index of air quality, 0 to 500
- E: bits 6..0 temperature of the air, degC = E - 32

A message of zeros alone says nothing; FFFF is a value that the device has not got.

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbhv110.js), facts only.
"""

from decoders.browan._tabs import BATTERY, BOARD, humidity, tabs, temperature
from decoders.kit import flag, u16

DECODER = tabs(
    "TBHV110",
    103,
    range(11, 14),
    (
        temperature(10),
        humidity(3),
        u16(4, "co2", "[ppm]", channel="equivalent", missing=0xFFFF),
        u16(6, "tvoc_ppb", "[ppm]", missing=0xFFFF),
        u16(8, "iaq_index", "1", missing=0xFFFF),
        BATTERY,
        BOARD,
        flag(0, 0, "device_state"),
        flag(0, 4, "device_state", channel="temperature_humidity_changed"),
        flag(0, 5, "device_state", channel="iaq_changed"),
    ),
    empty=True,
)
