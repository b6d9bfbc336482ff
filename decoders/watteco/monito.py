"""Watteco Monit'O: inputs for 0 to 100 mV and 0 to 70 V.

Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, battery, watteco

DECODER = watteco(
    "Monit'O",
    "monito",
    Model(
        endpoints={"analog": (("voltage", "mV", "low"), ("voltage", "V", "high"))},
        labels={
            0: Series("voltage", "mV", "float", "low", step=0.02),
            1: Series("voltage", "V", "float", "high", step=17),
            2: battery(),
            3: Series("supply_voltage", "V", "u16", div=1000, step=100),
        },
        width=3,
    ),
    ("monito",),
)
