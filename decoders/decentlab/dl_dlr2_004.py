"""Decentlab DL-DLR2-004: current loop, 4 to 20 mA, over 10 Ohm.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has one word:

    CCCC

    - C: mA = 3000 * (C - 32768) / 32768 / 2 / 10

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-004), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-DLR2-004",
    Sensor(1, (centred(0, "current", "mA", mul=3000, div=32768 * 20),)),
    ttn=("dl-dlr2-004", "dl-dlr2-004-10"),
)
