"""MClimate CO2 PIR Lite: carbon dioxide, air temperature, humidity, occupancy.

Any fPort: `81 TTTT HH BB CC c. MM`, see `_frames`; bit 10 of T: occupied; M: movements.

Source: see `_frames`.
"""

from decoders.kit import Frame, flag, u8
from decoders.mclimate._frames import KEEP_ALIVE, battery_255, co2, humidity, mclimate, temperature

DECODER = mclimate(
    "CO2 PIR Lite",
    "co2-pir-lite",
    Frame(
        length=8,
        when=KEEP_ALIVE,
        fields=(
            flag(1, 2, "occupancy"),
            temperature(1),
            humidity(3),
            battery_255(4),
            co2(5),
            u8(7, "motion_count", "1"),
        ),
    ),
)
