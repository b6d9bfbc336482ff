"""Watteco Smart Plug: switched socket with a meter.

Batches have labels of 1 bit.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, watteco

DECODER = watteco(
    "Smart Plug",
    "smartplug",
    Model(labels={0: Series("energy", "W.h", "i24")}, width=1, meter=True),
    ("smartplug",),
)
