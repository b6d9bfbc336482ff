"""Milesight VS121: people in zones of a room, by camera.

Records of channel, type, data (little-endian), usually on fPort 85:

    04 C9 NN RR MMMM        people, number of zones, zones that are occupied (big-endian, bit 0: zone 1)
    05 CC IIII OOOO         people in and out since the last message, uint16
    06 CD NN                most people since the last message
    07 D5, 08 D5            people in zones 1..8, 9..16, a byte each
    09 DA .. 0C DA          people that went from A (B, C, D) to A, B, C, D, uint16 each
    0D CC IIII OOOO         people in and out, total, uint16
    0E E4 zz AAAA XXXX      zone, mean and longest stay, uint16, s
    0F 85 ssssssss          time
    FF 08, FF 1F            serial number, firmware

Source: https://github.com/Milesight-IoT/SensorDecoders (VS121).
"""

from collections.abc import Iterator

from decoders.kit import Reading, Record, u8, u16
from decoders.milesight._records import milesight

ZONES = 16


def _zones(data: bytes) -> Iterator[Reading]:
    yield Reading("people_present", float(data[0]), "1")
    occupied = data[2] << 8 | data[3]
    for zone in range(min(data[1], ZONES)):
        yield Reading("occupied", float(occupied >> zone & 1), "1", f"zone-{zone + 1}")


def _stay(data: bytes) -> Iterator[Reading]:
    zone = f"zone-{data[0]}"
    yield Reading("dwell_time", float(int.from_bytes(data[1:3], "little")), "s", zone)
    yield Reading("dwell_time_max", float(int.from_bytes(data[3:5], "little")), "s", zone)


def _present(first: int) -> Record:
    return Record(8, tuple(u8(n, "people_present", "1", channel=f"zone-{first + n}") for n in range(8)))


def _flow(start: str) -> Record:
    ways = (f"{start}-to-{end}" for end in "abcd")
    return Record(8, tuple(u16(2 * n, "people_count", "1", channel=way) for n, way in enumerate(ways)))


STAYS = (("dwell_time", "s", "zone-{n}"), ("dwell_time_max", "s", "zone-{n}"))
IN_OUT = Record(4, (u16(0, "people_count", "1", channel="in"), u16(2, "people_count", "1", channel="out")))

DECODER = milesight(
    "VS121",
    {
        0x04C9: Record(
            4,
            read=_zones,
            quantities=(
                ("people_present", "1", ""),
                *(("occupied", "1", f"zone-{zone + 1}") for zone in range(ZONES)),
            ),
        ),
        0x05CC: IN_OUT,
        0x06CD: Record(1, (u8(0, "people_present", "1", channel="max"),)),
        0x07D5: _present(1),
        0x08D5: _present(9),
        0x09DA: _flow("a"),
        0x0ADA: _flow("b"),
        0x0BDA: _flow("c"),
        0x0CDA: _flow("d"),
        0x0DCC: Record(4, (u16(0, "people_total", "1", channel="in"), u16(2, "people_total", "1", channel="out"))),
        0x0EE4: Record(5, read=_stay, quantities=STAYS),
        0x0F85: Record(4),
        0xFF08: Record(6),
        0xFF1F: Record(4),
    },
    ttn=("vs121",),
    chirpstack=("VS121-P",),
)
