"""Watteco Flash'O: reads the flashes of an electricity meter.

Batches have labels of 1 bit.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, battery, pulses, watteco

DECODER = watteco(
    "Flash'O",
    "flasho",
    Model(labels={0: pulses(), 1: battery()}, width=1),
    ("flasho",),
)
