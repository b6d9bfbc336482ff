"""Decentlab DL-ILT: leaf temperature.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    TTTT

    - T: 0.01 degC, counted from 32768

Source: https://github.com/decentlab/decentlab-decoders (DL-ILT), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-ILT",
    Sensor(1, (centred(0, "leaf_temperature", "Cel", div=100),)),
    ttn=("dl-ilt",),
)
