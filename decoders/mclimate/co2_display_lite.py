"""MClimate CO2 Display Lite: carbon dioxide, air temperature, humidity, light.

Any fPort: `01 TTTT HH BBBB CC cs LLLL`, see `_frames` and `co2_display`; B with two
decimals as the maker does.

Source: see `_frames`.
"""

from decoders.kit import Frame, bits, rounded, u16
from decoders.mclimate._frames import KEEP_ALIVE, co2, humidity, mclimate, temperature

DECODER = mclimate(
    "CO2 Display Lite",
    "co2-display-lite",
    Frame(
        length=10,
        when=KEEP_ALIVE,
        fields=(
            temperature(1),
            humidity(3),
            u16(4, "battery_voltage", "V", **rounded(2, div=1000)),
            co2(6),
            bits(7, 2, 0, "device_state", channel="power"),
            u16(8, "illuminance", "lx"),
        ),
    ),
)
