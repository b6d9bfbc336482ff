"""Milesight WS156: scene panel with six buttons (WS136 with four).

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    FF 34 nn mm EE     button, its mode, event: 1 short, 2 twice, 3 long

Source: https://github.com/Milesight-IoT/SensorDecoders (WS156).
"""

from collections.abc import Iterator

from decoders.kit import Reading, Record
from decoders.milesight._records import milesight

EVENTS = {1: "short", 2: "double", 3: "long"}


def _press(data: bytes) -> Iterator[Reading]:
    if data[2] in EVENTS:
        yield Reading("button", 1.0, "1", f"{data[0]}-{EVENTS[data[2]]}")


DECODER = milesight(
    "WS156",
    {
        0xFF34: Record(
            3,
            read=_press,
            quantities=tuple(("button", "1", f"{n}-{name}") for n in range(1, 7) for name in EVENTS.values()),
        ),
    },
    ttn=("ws156", "ws136"),
    chirpstack=("WS136",),
)
