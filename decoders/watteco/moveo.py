"""Watteco Move'O: presence, light, temperature and humidity of a room.

The input sees the case being opened. Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import TAMPER, Model, humidity, temperature, watteco

DECODER = watteco(
    "Move'O",
    "moveo",
    Model(
        endpoints=TAMPER,
        labels={
            0: Series("occupied", "1", "u8"),
            1: temperature(),
            2: humidity(),
            5: Series("light_level", "1", "u16", div=100, step=10),
        },
        width=3,
    ),
    ("moveo-lite", "moveo"),
)
