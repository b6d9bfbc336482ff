"""MClimate HT PIR Lite: air temperature, humidity, occupancy.

Any fPort: `81 TTTT HH BB MM`, see `_frames`; bit 10 of T: occupied; M: movements.

Source: see `_frames`.
"""

from decoders.kit import Frame, flag, u8
from decoders.mclimate._frames import KEEP_ALIVE, battery_255, humidity, mclimate, temperature

DECODER = mclimate(
    "HT PIR Lite",
    "ht-pir-lite",
    Frame(
        length=6,
        when=KEEP_ALIVE,
        fields=(
            flag(1, 2, "occupancy"),
            temperature(1),
            humidity(3),
            battery_255(4),
            u8(5, "motion_count", "1"),
        ),
    ),
)
