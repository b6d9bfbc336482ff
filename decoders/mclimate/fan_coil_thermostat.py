"""MClimate Fan Coil Thermostat: air temperature and its target, humidity, fan and valve.

Any fPort: `01 TTTT HH SSSS MM DD AA VV OO`, see `_frames`; S: target, 0.1 degC; M: mode; D, A: speed of the fan shown
and actual; V: valve open; O: on.

Source: see `_frames`; the published example.
"""

from decoders.kit import NONZERO, Frame, u8, u16
from decoders.mclimate._frames import KEEP_ALIVE, humidity, mclimate, temperature

DECODER = mclimate(
    "Fan Coil Thermostat",
    "fan-coil-thermostat",
    Frame(
        length=11,
        when=KEEP_ALIVE,
        fields=(
            temperature(1),
            humidity(3),
            u16(4, "target_temperature", "Cel", div=10),
            u8(6, "device_state", "1", channel="mode"),
            u8(7, "device_state", "1", channel="fan-displayed"),
            u8(8, "device_state", "1", channel="fan"),
            u8(9, "valve_open", "1", table=NONZERO),
            u8(10, "device_state", "1", channel="on"),
        ),
    ),
)
