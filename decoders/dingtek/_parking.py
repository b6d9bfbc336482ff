"""Dingtek parking sensors: what all models say of the place (see `_frames`).

    7 vehicle, distance (halves)     9-10 battery, 0.01 V
    8 magnet, battery low (halves)   11-12, 13-14, 15-16 magnetic field x, y, z, mG

1 mG is 0.1 uT.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek), facts only.
"""

from decoders.dingtek._frames import alarm, battery, temperature
from decoders.kit import i16, u8

PLACE = (
    alarm(7, "high", "occupancy"),
    alarm(7, "low", channel="distance"),
    alarm(8, "high", channel="magnet"),
    alarm(8, "low", "battery_low"),
    battery(9),
    *(i16(11 + 2 * n, "magnetic_field", "uT", div=10, channel=axis) for n, axis in enumerate("xyz")),
)
CLIMATE = (temperature(17), u8(18, "relative_humidity", "%"))
