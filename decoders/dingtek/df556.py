"""Dingtek DF556: fuel tank level by pressure.

fPort 3, see `_frames`:

    18 bytes                     26 bytes
    5-6 depth, mm                5-6 depth, mm
    7 position switched on       8-11 longitude, 12-15 latitude (float, little-endian)
    11 level (high half)         19 level, 20 battery low
    12 battery low (low half)    21-22 battery, 0.01 V
    13-14 battery, 0.01 V

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df556-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, position, settings
from decoders.kit import u16

DECODER = dingtek(
    "DF556",
    data(
        18,
        u16(5, "liquid_depth", "mm"),
        alarm(11, "high", channel="level"),
        alarm(12, "low", "battery_low"),
        battery(13),
    ),
    data(
        26,
        u16(5, "liquid_depth", "mm"),
        *position(8),
        alarm(19, "high", channel="level"),
        alarm(20, "low", "battery_low"),
        battery(21),
    ),
    settings(17),
)
