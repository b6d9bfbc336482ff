"""People passing in two directions, as VS350, VS351 and VS360 count them.

04 CC IIII OOOO      people in and out, total, uint16
05 CC IIII OOOO      people in and out since the last message, uint16
84 CC IIII OOOO AA   total and alarm
85 CC IIII OOOO AA   since the last message, and alarm
20 CE ssssssss 00 IIII OOOO                stored sample with its time (u32, s since 1970): since the message before
20 CE ssssssss 01 IIII OOOO TTTT tttt      and total
"""

from __future__ import annotations

from collections.abc import Iterator

from decoders.kit import SECOND_NS, Field, Reading, Record, u16
from decoders.kit.clock import EARLIEST_S
from decoders.milesight._records import state


def both(quantity: str) -> tuple[Field, Field]:
    """Two counts, in and out."""
    return u16(0, quantity, "1", channel="in"), u16(2, quantity, "1", channel="out")


def _stored(data: bytes) -> Iterator[Reading]:
    seconds = int.from_bytes(data[:4], "little")
    if seconds < EARLIEST_S:
        return
    names = ("people_count", "people_total") if data[4] == 1 else ("people_count",)
    for n, name in enumerate(names):
        for k, way in enumerate(("in", "out")):
            at = 5 + 4 * n + 2 * k
            yield Reading(name, float(int.from_bytes(data[at : at + 2], "little")), "1", way, time=seconds * SECOND_NS)


COUNTS = tuple((name, "1", way) for name in ("people_count", "people_total") for way in ("in", "out"))
PASSING = {
    0x04CC: Record(4, both("people_total")),
    0x05CC: Record(4, both("people_count")),
    0x84CC: Record(5, (*both("people_total"), state(4, "alarm", channel="total"))),
    0x85CC: Record(5, (*both("people_count"), state(4, "alarm", channel="period"))),
    0x20CE: Record(lambda data: 13 if data[4:5] == b"\1" else 9, read=_stored, quantities=COUNTS),
    0xFF08: Record(6),
    0xFF1F: Record(4),
}
