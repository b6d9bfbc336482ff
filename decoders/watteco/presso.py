"""Watteco Press'O and Lev'O: inputs for 4 to 20 mA and 0 to 10 V.

Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, battery, pulses, watteco

DECODER = watteco(
    "Press'O",
    "presso",
    Model(
        endpoints={"analog": (("current", "mA", ""), ("voltage", "V", ""))},
        labels={
            0: Series("current", "mA", "float", step=0.004),
            1: Series("voltage", "V", "float"),
            2: battery(),
            3: Series("supply_voltage", "V", "u16", div=1000, step=100),
            4: pulses(),
        },
        width=3,
    ),
    ("presso", "levo"),
)
