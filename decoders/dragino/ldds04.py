"""Dragino LDDS04, DDS04-LB: four ultrasonic distances.

fPort 2, 11 bytes, big-endian:

    BBBB 1111 2222 3333 4444 MM

- B: bit 15 sent by the interrupt (DDS04-LB: bit 14, bit 15 its level), lower 14 bits battery, mV
- 1..4: distances, mm; 0: no sensor, 0014: nothing measured
- M: kind of message; with B beginning 03 and M = 2 settings

fPort 3 (DDS04-LB): datalog FF 1111 2222 3333 ssssssss; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, INFORMATION, dragino, log
from decoders.kit import Field, Frame, When, flag, u16


def _distances(byte: int, count: int) -> tuple[Field, ...]:
    return tuple(
        u16(byte + 2 * n, "distance", "mm", missing=(*range(21), 0xFFFF), channel=str(n + 1)) for n in range(count)
    )


DECODER = dragino(
    "LDDS04",
    Frame(
        ports=2,
        length=11,
        when=(When(at=0, width=8, equals=3), When(at=80, width=8, equals=2)),
        note="the device's settings",
    ),
    Frame(
        ports=2,
        length=11,
        fields=(BATTERY, flag(0, 7, "digital_input", channel="interrupt"), *_distances(2, 4)),
    ),
    log(*_distances(1, 3)),
    INFORMATION,
    ttn=("ldds04", "dds04-lb"),
    chirpstack=("DDS04-LB", "DDS04-LS"),
)
