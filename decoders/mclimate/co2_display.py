"""MClimate CO2 Display: carbon dioxide, air temperature, humidity, light, motion.

Any fPort: `01 TTTT HH BBBB CC cs LLLL MM`, see `_frames`; B: mV; C: CO2, lower byte, upper five bits in c; s: source of
power (3 bit); L: lx; M: motion.

Source: see `_frames`.
"""

from decoders.kit import NONZERO, Frame, bits, u8, u16
from decoders.mclimate._frames import KEEP_ALIVE, co2, humidity, mclimate, millivolts, temperature

DECODER = mclimate(
    "CO2 Display",
    "co2-display",
    Frame(
        length=11,
        when=KEEP_ALIVE,
        fields=(
            temperature(1),
            humidity(3),
            millivolts(4),
            co2(6),
            bits(7, 2, 0, "device_state", channel="power"),
            u16(8, "illuminance", "lx"),
            u8(10, "motion", "1", table=NONZERO),
        ),
    ),
)
