"""Dragino D20, D22, D23 (LB, and LSN50v2-D20, -D22, -D23): one to three temperature probes.

fPort 2, 11 bytes, big-endian:

    BBBB 1111 .... FF 2222 3333

- B: battery, mV; 1, 2, 3: int16, 0.1 degC, FFFF: no probe
- F: bits 6..2 mode (3; 31: limits of alarms), bit 0 alarm

fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, VOLTS, dragino
from decoders.kit import Field, Frame, When, flag, i16


def _probe(byte: int, channel: str) -> Field:
    return i16(byte, "air_temperature", "Cel", div=10, missing=(0x7FFF, 0xFFFF), channel=channel)


DECODER = dragino(
    "D2X-LB",
    Frame(
        ports=2,
        length=11,
        when=When(at=(6, 2), width=5, equals=3),
        fields=(VOLTS, _probe(2, "1"), _probe(7, "2"), _probe(9, "3"), flag(6, 0, "alarm")),
    ),
    Frame(ports=2, length=11, when=When(at=(6, 2), width=5, equals=31), note="limits of the alarms"),
    INFORMATION,
    ttn=("d2x-lb", "d20-lb", "d22-lb", "d23-lb", "lsn50v2-d20-d22-d23", "lsn50v2-d22", "lsn50v2-d23"),
    chirpstack=("D20-LB", "D22-LB", "D23-LB", "D20", "D22", "D23"),
)
