"""Decentlab DL-ZN1: dendrometer.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word, um = (raw / 2**23 - 1) * 20000

Source: https://github.com/decentlab/decentlab-decoders (DL-ZN1), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab

DECODER = decentlab(
    "DL-ZN1",
    Sensor(2, (bridge(0, "stem_diameter_change", "um", mul=20000),)),
    ttn=("dl-zn1",),
    chirpstack=("DL-ZN11O",),
)
