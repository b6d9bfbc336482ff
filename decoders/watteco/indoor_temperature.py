"""Watteco indoor temperature sensor.

Batches have labels of 2 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, battery, temperature, watteco

DECODER = watteco(
    "Indoor Temp'O",
    "indoor-temperature",
    Model(labels={0: temperature(), 2: battery(1)}, width=2),
    ("indoor-temperature",),
)
