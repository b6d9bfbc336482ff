"""Decentlab DL-LPW: linear position (potentiometer).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has two words:

    LLLL HHHH

    - L, H: low and high word, % = (raw / 2**23 - 1) * 100

Source: https://github.com/decentlab/decentlab-decoders (DL-LPW), facts only.
"""

from decoders.decentlab._protocol import Sensor, bridge, decentlab

DECODER = decentlab(
    "DL-LPW",
    Sensor(2, (bridge(0, "linear_position", "%", mul=100),)),
    ttn=("dl-lpw",),
)
