"""Dingtek DT320: odour (volatile organic compounds).

fPort 3, see `_frames`:

    5-6 level, 0 to 3        11 level (high half)         13-14 battery, 0.01 V
    8 temperature, degC      12 battery low (low half)

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dt320-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, settings, temperature
from decoders.kit import u16

DECODER = dingtek(
    "DT320",
    data(
        18,
        u16(5, "odour_level", "1"),
        temperature(),
        alarm(11, "high", channel="level"),
        alarm(12, "low", "battery_low"),
        battery(13),
    ),
    settings(12),
)
