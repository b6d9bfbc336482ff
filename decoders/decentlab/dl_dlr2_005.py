"""Decentlab DL-DLR2-005: voltage input.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word, V = 3 * (raw / 2**23 - 1)

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-005), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab

DECODER = decentlab(
    "DL-DLR2-005",
    Sensor(2, (bridge(0, "voltage", "V", mul=3),)),
    ttn=("dl-dlr2-005",),
)
