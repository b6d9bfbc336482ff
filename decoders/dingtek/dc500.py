"""Dingtek DC500: people counter (infrared beam).

fPort 3, see `_frames`:

    5-6 people so far             7 counter, battery low (halves)    9-10 battery, 0.01 V

The counter goes on until the device is told to set it to 0.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dc500-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, battery, data, dingtek, settings
from decoders.kit import u16

DECODER = dingtek(
    "DC500",
    data(
        21, u16(5, "people_total", "1"), alarm(7, "high", channel="counter"), alarm(7, "low", "battery_low"), battery(9)
    ),
    settings(12),
)
