"""Decentlab DL-DLR2-002: one pulse counter.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has four words:

    PPPP IIII LLLL HHHH

    - P: pulses in the interval
    - I: interval, s
    - L, H: low and high word of all pulses

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-002), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, double, word

DECODER = decentlab(
    "DL-DLR2-002",
    Sensor(
        4,
        (
            word(0, "pulse_increment", "1"),
            word(1, "duration", "s", channel="interval"),
            double(2, "pulse_count", "1"),
        ),
    ),
    ttn=("dl-dlr2-002",),
)
