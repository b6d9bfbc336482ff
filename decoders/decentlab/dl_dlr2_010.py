"""Decentlab DL-DLR2-010: two pulse counters.

Protocol 2 (see `_protocol`), any fPort. Two sensors of four words each:

    PPPP IIII LLLL HHHH

    - P: pulses in the interval
    - I: interval, s
    - L, H: low and high word of all pulses

Source: https://github.com/decentlab/decentlab-decoders (DL-DLR2-010), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, double, word

DECODER = decentlab(
    "DL-DLR2-010",
    Sensor(
        4,
        (
            word(0, "pulse_increment", "1", channel="1"),
            word(1, "duration", "s", channel="1_interval"),
            double(2, "pulse_count", "1", channel="1"),
        ),
    ),
    Sensor(
        4,
        (
            word(0, "pulse_increment", "1", channel="2"),
            word(1, "duration", "s", channel="2_interval"),
            double(2, "pulse_count", "1", channel="2"),
        ),
    ),
    ttn=("dl-dlr2-010",),
)
