"""Dingtek DC510: people counter (infrared), with temperature.

fPort 3, see `_frames`:

    5-6 people so far        11 counter (high half)       13-14 battery, 0.01 V
    8 temperature, degC      12 battery low (low half)

The counter goes on until the device is told to set it to 0.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dc510-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, settings, temperature
from decoders.kit import u16

DECODER = dingtek(
    "DC510",
    data(
        18,
        u16(5, "people_total", "1"),
        temperature(),
        alarm(11, "high", channel="counter"),
        alarm(12, "low", "battery_low"),
        battery(13),
    ),
    settings(13),
)
