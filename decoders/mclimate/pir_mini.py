"""MClimate PIR mini: occupancy, air temperature, humidity, light.

Any fPort: `01 TTTT HH LLLL BB OO MMMM`, see `_frames`; L: lx, FFFB and more: off or faulty; O: bit 0 occupied; M:
movements.

Source: see `_frames`.
"""

from decoders.kit import Frame, flag, u16
from decoders.mclimate._frames import KEEP_ALIVE, battery_255, humidity, mclimate, temperature

DECODER = mclimate(
    "PIR mini",
    "pir-mini",
    Frame(
        length=10,
        when=KEEP_ALIVE,
        fields=(
            temperature(1),
            humidity(3),
            u16(4, "illuminance", "lx", missing=range(0xFFFB, 0x10000)),
            battery_255(6),
            flag(7, 0, "occupancy"),
            u16(8, "motion_count", "1"),
        ),
    ),
)
