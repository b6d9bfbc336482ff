"""MClimate CO2 Display Lite: carbon dioxide, air temperature, humidity.

Any fPort: `01 TTTT HH BBBB CC cs`, see `_frames` and `co2_display`.

Source: see `_frames`.
"""

from decoders.kit import Frame, bits
from decoders.mclimate._frames import KEEP_ALIVE, co2, humidity, mclimate, millivolts, temperature

DECODER = mclimate(
    "CO2 Display Lite",
    "co2-display-lite",
    Frame(
        length=8,
        when=KEEP_ALIVE,
        fields=(
            temperature(1),
            humidity(3),
            millivolts(4),
            co2(6),
            bits(7, 2, 0, "device_state", channel="power"),
        ),
    ),
)
