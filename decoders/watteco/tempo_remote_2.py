"""Watteco Temp'O remote with two probes.

Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, battery, temperature, watteco

DECODER = watteco(
    "Temp'O Remote, two probes",
    "tempo-remote-2",
    Model(
        endpoints={"temperature": (("air_temperature", "Cel", "1"), ("air_temperature", "Cel", "2"))},
        labels={0: temperature("1"), 1: temperature("2"), 5: battery()},
        width=3,
    ),
    ("tempo-remote-2-probes",),
)
