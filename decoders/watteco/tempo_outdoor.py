"""Watteco Temp'O outdoor: temperature outside.

Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, battery, temperature, watteco

DECODER = watteco(
    "Temp'O Outdoor",
    "tempo-outdoor",
    Model(labels={0: temperature(), 5: battery()}, width=3),
    ("tempo-outdoor",),
)
