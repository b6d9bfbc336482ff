"""Decentlab DL-DLR2-006: potentiometer.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word, share of the way = raw / 2**23 - 1

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-006), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab

DECODER = decentlab(
    "DL-DLR2-006",
    Sensor(2, (bridge(0, "linear_position", "1"),)),
    ttn=("dl-dlr2-006",),
)
