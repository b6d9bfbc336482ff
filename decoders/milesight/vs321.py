"""Milesight VS321: people at desks, climate, light.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC; FFFF: reading failed
    04 68 HH             0.5 %RH
    05 FD NNNN           people, uint16
    06 FE MMMM OOOO      desks that are watched, desks that are occupied (bit 0: desk 1)
    07 FF LL             0 dim, 1 bright
    08 F4 .. SS          0 normal, 1 unavailable
    0A EF ssssssss       time
    83 67 TTTT AA, 84 68 HH AA    temperature, humidity and alarm
    20 CE ssssssss 00 NNNN, 20 CE ssssssss 01 MMMM OOOO   stored samples with their time (u32, s since 1970)
    F8, F9               replies; F8 with a result

Source: https://github.com/Milesight-IoT/SensorDecoders (VS321).
"""

from __future__ import annotations

from collections.abc import Iterator

from decoders.kit import SECOND_NS, Reading, Record, i16, u16
from decoders.kit.clock import EARLIEST_S
from decoders.milesight._records import CLIMATE, milesight, moist, state

DESKS = 10
WARM = i16(0, "air_temperature", "Cel", div=10, missing=0xFFFF)


def _desks(data: bytes, time: int | None = None) -> Iterator[Reading]:
    """A desk is there when its bit of the first word is set; its bit of the second word says that it is occupied."""
    watched, taken = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "little")
    for desk in range(DESKS):
        if watched >> desk & 1:
            yield Reading("occupied", float(taken >> desk & 1), "1", str(desk + 1), time=time)


def _stored(data: bytes) -> Iterator[Reading]:
    seconds = int.from_bytes(data[:4], "little")
    if seconds < EARLIEST_S:
        return
    time = seconds * SECOND_NS
    if data[4] == 0:
        yield Reading("people_present", float(int.from_bytes(data[5:7], "little")), "1", time=time)
    elif data[4] == 1:
        yield from _desks(data[5:], time)


OCCUPIED = tuple(("occupied", "1", str(desk + 1)) for desk in range(DESKS))

DECODER = milesight(
    "VS321",
    {
        **CLIMATE,
        0x0367: Record(2, (WARM,)),
        0x05FD: Record(2, (u16(0, "people_present", "1"),)),
        0x06FE: Record(4, read=_desks, quantities=OCCUPIED),
        0x07FF: Record(1, (state(0, "daylight"),)),
        0x08F4: Record(2, (state(1, "fault", channel="detection"),)),
        0x0AEF: Record(4),
        0x8367: Record(3, (WARM, state(2, "alarm", channel="temperature"))),
        0x8468: Record(2, (moist(), state(1, "alarm", channel="humidity"))),
        0x20CE: Record(
            lambda data: 9 if data[4:5] == b"\1" else 7,
            read=_stored,
            quantities=(("people_present", "1", ""), *OCCUPIED),
        ),
        0xF810: Record(2),
        0xF86B: Record(2),
        0xF86C: Record(2),
        0xF86E: Record(2),
        0xF910: Record(1),
        0xF96B: Record(1),
        0xF96C: Record(1),
        0xF96E: Record(1),
    },
    ttn=("vs321",),
    lengths={0x40: 1, 0x65: 1, 0x8E: 3},
)
