"""Watteco Toran'O: three pulse inputs, inputs for 4 to 20 mA and 0 to 5 V.

Batches have labels of 4 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, pulses, watteco

VOLTAGES = ("1", "2", "ratiometric_1", "ratiometric_2")

DECODER = watteco(
    "Toran'O",
    "torano",
    Model(
        endpoints={
            "index": tuple(("pulse_count", "1", f"{n}") for n in range(1, 4)),
            "pin": tuple(("digital_input", "1", f"{n}") for n in range(1, 4)),
            "analog": (("current", "mA", ""), *(("voltage", "V", name) for name in VOLTAGES)),
        },
        labels={n: pulses(f"{n + 1}") for n in range(3)}
        | {n + 3: Series("digital_input", "1", "bool", f"{n + 1}") for n in range(3)}
        | {6: Series("current", "mA", "float", step=0.004)}
        | {n + 7: Series("voltage", "V", "float", name) for n, name in enumerate(VOLTAGES)}
        | {11: Series("battery_voltage", "mV", "u16", step=100)},
        width=4,
        pins=3,
    ),
    ("torano-atex",),
)
