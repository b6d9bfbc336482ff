"""Watteco Ventil'O: differential pressure of a ventilation.

Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, battery, pulses, temperature, watteco

DECODER = watteco(
    "Ventil'O",
    "ventilo",
    Model(
        labels={
            0: Series("differential_pressure", "Pa", "i16", "mean"),
            1: Series("differential_pressure", "Pa", "i16", "min"),
            2: Series("differential_pressure", "Pa", "i16", "max"),
            3: battery(1),
            4: temperature(),
            5: Series("differential_pressure", "Pa", "i16"),
            6: pulses(),
            7: Series("digital_input", "1", "bool"),
        },
        width=3,
    ),
    ("ventilo",),
)
