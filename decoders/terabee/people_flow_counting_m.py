"""Terabee People Flow Counting M: people who pass in and out.

    fPort 82: IIIIIIII OOOOOOOO SS    uint32 each; S: bits 0 counting stopped, 1 stuck, 2 its network is on

Source: see `_counter` (people-flow-counting-m.js).
"""

from decoders.kit import Frame, flag
from decoders.terabee._counter import COUNTS, COUNTS_ASKED_FOR, state, terabee

DECODER = terabee(
    "People Flow Counting M",
    "people-flow-counting-m",
    Frame(
        ports=82,
        length=9,
        fields=(*COUNTS, *state(8, "stopped", "stuck"), flag(8, 2, "device_state", channel="access-point")),
    ),
    COUNTS_ASKED_FOR,
    answers=(2, 3, 4, 5, 6, 8, 100),
)
