"""Terabee People Counting L-XL: people who pass in and out.

    fPort 1: IIIIIIII OOOOOOOO SS    uint32 each; S: bits 0 counting stopped, 1 stuck, 2 trouble among several devices,
                                     3 its access point is on

Source: see `_counter` (people-flow-counting-l-xl.js).
"""

from decoders.kit import Frame, flag
from decoders.terabee._counter import COUNTS, COUNTS_ASKED_FOR, state, terabee

DECODER = terabee(
    "People Counting L-XL",
    "people-flow-counting-l-xl",
    Frame(
        ports=1,
        length=9,
        fields=(*COUNTS, *state(8, "stopped", "stuck", "several"), flag(8, 3, "device_state", channel="access-point")),
    ),
    COUNTS_ASKED_FOR,
    answers=(2, 3, 4, 5, 6, 7, 100, 101, 102),
)
