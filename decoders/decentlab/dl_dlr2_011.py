"""Decentlab DL-DLR2-011: two digital inputs.

Protocol 2 (see `_protocol`), any fPort. Two sensors of one word each:

    IIII

    - I: 1 when the input is high

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-011), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab
from decoders.kit import NONZERO, u16

DECODER = decentlab(
    "DL-DLR2-011",
    Sensor(1, (u16(0, "digital_input", "1", table=NONZERO, channel="1"),)),
    Sensor(1, (u16(0, "digital_input", "1", table=NONZERO, channel="2"),)),
    ttn=("dl-dlr2-011",),
)
