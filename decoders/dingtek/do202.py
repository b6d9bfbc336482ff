"""Dingtek DO202: parking place, by magnetic field.

fPort 3, see `_frames`:

                                          9-10 battery, 0.01 V
    7 vehicle, distance (halves)          11-12, 13-14, 15-16 magnetic field x, y, z, mG
    8 magnet, battery low (halves)
    17 temperature, degC                  18 humidity, %

1 mG is 0.1 uT.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/do202-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, settings, temperature
from decoders.kit import i16, u8

DECODER = dingtek(
    "DO202",
    data(
        23,
        alarm(7, "high", "occupancy"),
        alarm(7, "low", channel="distance"),
        alarm(8, "high", channel="magnet"),
        alarm(8, "low", "battery_low"),
        battery(9),
        *(i16(11 + 2 * n, "magnetic_field", "uT", div=10, channel=axis) for n, axis in enumerate("xyz")),
        temperature(17),
        u8(18, "relative_humidity", "%"),
    ),
    settings(16),
)
