"""Decentlab DL-PYR: total solar radiation.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    PPPP

    - P: W/m2 = 3 * (P / 32768 - 1) * 1000 * 5

Source: https://github.com/decentlab/decentlab-decoders (DL-PYR), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-PYR",
    Sensor(1, (centred(0, "solar_irradiance", "W/m2", mul=15000, div=32768),)),
    ttn=("dl-pyr",),
)
