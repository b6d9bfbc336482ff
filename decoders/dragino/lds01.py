"""Dragino LDS01, LDS02, LWL01, LWL02: door contact and water leak.

fPort 10, 10 bytes (7 in some firmware: what lies beyond is then missing), big-endian:

    BBBB MM NNNNNN DDDDDD AA

- B: bit 15 open, bit 14 leak, lower 14 bits battery, mV
- M: 1 door, 2 leak, 3 both
- N: how often it was open or wet (modes 1, 2); D: how long the last time, min; A: bit 0 alarm

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import BATTERY, dragino
from decoders.kit import AnyField, Frame, Layout, When, flag, u24

OPEN, LEAK, ALARM = flag(0, 7, "contact"), flag(0, 6, "leak"), flag(9, 0, "alarm")


def _mode(code: int, *fields: AnyField) -> Frame:
    return Frame(ports=10, length=(7, 10), when=When(at=(2, 0), width=8, equals=code), fields=(BATTERY, *fields))


MESSAGES: tuple[Layout, ...] = (
    _mode(1, OPEN, u24(3, "event_count", "1", channel="open"), u24(6, "duration", "min", channel="open"), ALARM),
    _mode(2, LEAK, u24(3, "event_count", "1", channel="leak"), u24(6, "duration", "min", channel="leak")),
    _mode(3, OPEN, LEAK, ALARM),
    Frame(ports=10, length=(7, 10), fields=(BATTERY,), note="a mode that is not described"),
)

DECODER = dragino("LDS01", *MESSAGES, ttn=("lds01",))
