"""Dingtek DF200: gas tank level (on the dial).

fPort 3, see `_frames`:

    5-6 battery, 0.01 V          8 temperature, degC    10 level (low half)
    7 battery low (low half)     9 level, %

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df200-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, settings, temperature
from decoders.kit import u8

DECODER = dingtek(
    "DF200",
    data(
        15,
        u8(9, "bin_fill_level", "%"),
        temperature(),
        alarm(10, "low", channel="level"),
        alarm(7, "low", "battery_low"),
        battery(5),
    ),
    settings(13),
)
