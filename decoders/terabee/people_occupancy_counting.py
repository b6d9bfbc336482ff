"""Terabee People Occupancy Counting: people in a room and in up to eight zones of it.

    fPort 83: SS GG Z0 .. Z7    S: bits 0 stopped, 1 stuck, 2 its access point is on, 3 warming up; G: people in all;
                                Z: people in a zone, FF: no such zone

Source: see `_counter` (people-occupancy-counting.js).
"""

from decoders.kit import Frame, flag, u8
from decoders.terabee._counter import state, terabee

DECODER = terabee(
    "People Occupancy Counting",
    "people-occupancy-counting",
    Frame(
        ports=83,
        length=10,
        fields=(
            u8(1, "people_present", "1"),
            *(u8(2 + zone, "people_present", "1", channel=f"zone-{zone}", missing=255) for zone in range(8)),
            *state(0, "stopped", "stuck"),
            flag(0, 2, "device_state", channel="access-point"),
            flag(0, 3, "device_state", channel="warm-up"),
        ),
    ),
    answers=(3, 4, 5, 6, 8, 100, 101),
)
