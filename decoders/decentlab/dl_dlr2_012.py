"""Decentlab DL-DLR2-012: strain gauge bridge.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word, um/m = (raw / 2**23 - 1) / 64 * 4 / 2.02 * 1000000

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-012), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab

DECODER = decentlab(
    "DL-DLR2-012",
    Sensor(2, (bridge(0, "strain", "um/m", mul=4000000, div=129.28),)),
    ttn=("dl-dlr2-012",),
)
