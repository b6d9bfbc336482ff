"""People over up to four lines and in four zones, as VS133 and VS135 count them.

03 D2, 06 D2, 09 D2, 0C D2 IIIIIIII    people in over line 1..4, total, uint32
04 D2, 07 D2, 0A D2, 0D D2 OOOOOOOO    people out
05 CC, 08 CC, 0B CC, 0E CC IIII OOOO   people in and out since the last message, uint16
0F E3 AA BB CC DD                      people in zone 1..4
10 E4 zz AAAA XXXX                     zone, mean and longest stay, uint16, s
FF 1F                                  firmware
"""

from __future__ import annotations

from collections.abc import Iterator

from decoders.kit import Reading, Record, u8, u16, u32


def _line(number: int) -> dict[int, Record]:
    first, line = 3 * number, f"line-{number}"
    return {
        first << 8 | 0xD2: Record(4, (u32(0, "people_total", "1", channel=f"{line}-in"),)),
        (first + 1) << 8 | 0xD2: Record(4, (u32(0, "people_total", "1", channel=f"{line}-out"),)),
        (first + 2) << 8 | 0xCC: Record(
            4,
            (
                u16(0, "people_count", "1", channel=f"{line}-in"),
                u16(2, "people_count", "1", channel=f"{line}-out"),
            ),
        ),
    }


def _stay(data: bytes) -> Iterator[Reading]:
    zone = f"zone-{data[0]}"
    yield Reading("dwell_time", float(int.from_bytes(data[1:3], "little")), "s", zone)
    yield Reading("dwell_time_max", float(int.from_bytes(data[3:5], "little")), "s", zone)


LINES = {
    **_line(1),
    **_line(2),
    **_line(3),
    **_line(4),
    0x0FE3: Record(4, tuple(u8(n, "people_present", "1", channel=f"zone-{n + 1}") for n in range(4))),
    0x10E4: Record(5, read=_stay, quantities=(("dwell_time", "s", "zone-{n}"), ("dwell_time_max", "s", "zone-{n}"))),
    0xFF1F: Record(4),
}
