"""Watteco Temp'O: temperature of a room.

The input sees the case being opened. Batches have labels of 2 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import TAMPER, Model, temperature, watteco

DECODER = watteco(
    "Temp'O",
    "tempo",
    Model(endpoints=TAMPER, labels={0: temperature()}, width=2),
    ("tempo",),
)
