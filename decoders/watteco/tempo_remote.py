"""Watteco Temp'O remote with one probe.

Batches have labels of 1 bit.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, battery, temperature, watteco

DECODER = watteco(
    "Temp'O Remote",
    "tempo-remote",
    Model(labels={0: temperature(), 1: battery()}, width=1),
    ("tempo-remote-1-probe",),
)
