"""Watteco Clim'O, Hygro Temp'O, TH sensor: temperature and humidity of a room or at a cable.

The input sees the case being opened. Batches have labels of 2 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import TAMPER, Model, battery, humidity, temperature, watteco

DECODER = watteco(
    "Clim'O",
    "climo",
    Model(
        endpoints=TAMPER,
        labels={0: temperature(), 1: humidity(), 2: battery(1), 3: Series("tamper", "1", "bool")},
        width=2,
    ),
    ("climo", "hygrotempo", "hygrotempo-remote", "indoor-temperature-humidity", "th-sensor"),
)
