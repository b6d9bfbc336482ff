"""Decentlab DL-IFD: fruit dendrometer.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    SSSS

    - S: diameter, 0.01 mm

Source: https://github.com/decentlab/decentlab-decoders (DL-IFD), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word

DECODER = decentlab(
    "DL-IFD",
    Sensor(1, (word(0, "fruit_diameter", "mm", div=100),)),
    ttn=("dl-ifd",),
)
