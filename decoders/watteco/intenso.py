"""Watteco Intens'O: current clamp.

Batches have labels of 2 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, battery, watteco

DECODER = watteco(
    "Intens'O",
    "intenso",
    Model(
        endpoints={"analog": (("current", "A", ""),)},
        labels={0: Series("current", "A", "float", step=0.1), 1: battery()},
        width=2,
    ),
    ("intenso",),
)
