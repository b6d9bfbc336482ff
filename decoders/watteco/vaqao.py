"""Watteco VAQA'O: carbon dioxide, air quality, light, pressure, temperature, humidity and presence in a room.

The input sees the case being opened. Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import TAMPER, Model, humidity, temperature, watteco

DECODER = watteco(
    "VAQA'O",
    "vaqao",
    Model(
        endpoints={**TAMPER, "concentration": (("iaq_index", "1", ""), ("co2", "[ppm]", ""))},
        labels={
            0: Series("occupied", "1", "u8"),
            1: temperature(),
            2: humidity(),
            3: Series("co2", "[ppm]", "u16", step=10),
            4: Series("iaq_index", "1", "u16", step=10),
            5: Series("illuminance", "lx", "u16", step=10),
            6: Series("air_pressure", "hPa", "u16", div=10, step=10),
        },
        width=3,
    ),
    ("vaqao-lite", "vaqao", "vaqao-plus", "vaqao-plus-lite", "vaqao-multi-lite"),
)
