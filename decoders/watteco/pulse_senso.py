"""Watteco Pulse Sens'O: three pulse counters with their states.

Batches have labels of 4 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, battery, pulses, watteco

DECODER = watteco(
    "Pulse Sens'O",
    "pulse-senso",
    Model(
        endpoints={
            "index": tuple(("pulse_count", "1", f"{n}") for n in range(1, 4)),
            "pin": tuple(("digital_input", "1", f"{n}") for n in range(1, 4)),
        },
        labels={n: pulses(f"{n + 1}") for n in range(3)}
        | {n + 3: Series("digital_input", "1", "bool", f"{n + 1}") for n in range(3)}
        | {6: battery(), 7: Series("device_state", "1", "u16", "inputs", div=100)},
        width=4,
        pins=3,
    ),
    ("pulse-senso", "pulse-senso-atex"),
)
