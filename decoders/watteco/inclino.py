"""Watteco Inclin'O: tilt and movement.

Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, watteco

DECODER = watteco(
    "Inclin'O",
    "inclino",
    Model(
        endpoints={"analog": (("tilt", "deg", ""),), "occupancy": (("moving", "1", ""),)},
        labels={
            0: Series("acceleration", "[g]", "u16", div=1000),
            1: Series("tilt", "deg", "float", div=1000, step=0.1),
        },
        width=3,
        shocks=True,
    ),
    ("inclino",),
)
