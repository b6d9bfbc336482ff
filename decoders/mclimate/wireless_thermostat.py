"""MClimate Wireless Thermostat: air temperature and its target, humidity, light, motion.

Any fPort: `01 TTTT HH BBBB SS PP LLLL MM`, see `_frames`; B: mV; S: target, degC; P: source of power; L: lx; M: motion.

Source: see `_frames`.
"""

from decoders.kit import NONZERO, Frame, u8, u16
from decoders.mclimate._frames import KEEP_ALIVE, humidity, mclimate, millivolts, temperature

DECODER = mclimate(
    "Wireless Thermostat",
    "wireless-thermostat",
    Frame(
        length=11,
        when=KEEP_ALIVE,
        fields=(
            temperature(1),
            humidity(3),
            millivolts(4),
            u8(6, "target_temperature", "Cel"),
            u8(7, "device_state", "1", channel="power"),
            u16(8, "illuminance", "lx"),
            u8(10, "motion", "1", table=NONZERO),
        ),
    ),
)
