"""Decentlab DL-ITST: infrared surface thermometer.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    SSSS HHHH

    - S: surface, 0.1 degC + 100
    - H: head of the sensor, likewise

Source: https://github.com/decentlab/decentlab-decoders (DL-ITST), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word

DECODER = decentlab(
    "DL-ITST",
    Sensor(
        2,
        (
            word(0, "surface_temperature", "Cel", add=-1000, div=10),
            word(1, "internal_temperature", "Cel", add=-1000, div=10, channel="head"),
        ),
    ),
    ttn=("dl-itst",),
)
