"""Decentlab DL-LWS: leaf wetness.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word, share wetted = raw / 2**23 - 1

Source: https://github.com/decentlab/decentlab-decoders (DL-LWS), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab

DECODER = decentlab(
    "DL-LWS",
    Sensor(2, (bridge(0, "leaf_wetness", "1"),)),
    ttn=("dl-lws",),
)
