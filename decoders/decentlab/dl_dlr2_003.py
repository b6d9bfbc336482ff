"""Decentlab DL-DLR2-003: one digital input.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    IIII

    - I: 1 when the input is high

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-003), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab
from decoders.kit import NONZERO, u16

DECODER = decentlab(
    "DL-DLR2-003",
    Sensor(1, (u16(0, "digital_input", "1", table=NONZERO),)),
    ttn=("dl-dlr2-003",),
)
