"""Decentlab DL-ISD: stem dendrometer.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    SSSS

    - S: diameter, 0.001 mm

Source: https://github.com/decentlab/decentlab-decoders (DL-ISD), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word

DECODER = decentlab(
    "DL-ISD",
    Sensor(1, (word(0, "stem_diameter", "mm", div=1000),)),
    ttn=("dl-isd",),
)
