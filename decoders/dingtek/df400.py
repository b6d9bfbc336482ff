"""Dingtek DF400: gas tank level (on the dial), with reading.

fPort 3, see `_frames`:

    5-6 battery, 0.01 V          8 temperature, degC     11 level, %
    7 battery low (low half)     9-10 raw reading        12 level (low half)

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/df400-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, settings, temperature
from decoders.kit import u8, u16

DECODER = dingtek(
    "DF400",
    data(
        17,
        u8(11, "bin_fill_level", "%"),
        u16(9, "analog_value", "1", channel="level"),
        temperature(),
        alarm(12, "low", channel="level"),
        alarm(7, "low", "battery_low"),
        battery(5),
    ),
    settings(13),
)
