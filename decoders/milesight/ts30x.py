"""Milesight TS30X: temperatures of two probes, or contacts (TS301, TS302).

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67, 04 67 TTTT    int16, 0.1 degC, probe 1, 2
    03 00, 04 00 MM      contact 1, 2: 1 open
    83 67, 84 67 TTTT AA       temperature and alarm
    93 D7, 94 D7 TTTT CCCC AA  temperature, its change (int16, 0.01 degC), alarm
    20 CE ssssssss KK 1111 2222   stored sample with its time (u32, s since 1970); K: bits 7..4 and 3..0 say what the
                         first and the second word are: 0 nothing, 1 to 4 temperature, 5 and 6 contact

Source: https://github.com/Milesight-IoT/SensorDecoders (TS30X).
"""

from decoders.kit import Record, When, i16, u8
from decoders.milesight._records import air, leap, milesight, sample, state


def _channel(number: int) -> dict[int, Record]:
    first, channel = number + 2, str(number)
    return {
        first << 8 | 0x67: Record(2, (air(channel=channel),)),
        first << 8: Record(1, (state(0, "contact", channel=channel),)),
        (first | 0x80) << 8 | 0x67: Record(3, (air(channel=channel), state(2, "alarm", channel=channel))),
        (first | 0x90) << 8 | 0xD7: leap(channel=channel),
    }


def _is(low: int, *codes: int) -> When:
    return When(at=(4, low), width=4, equals=codes)


DECODER = milesight(
    "TS30X",
    {
        **_channel(1),
        **_channel(2),
        0x20CE: sample(
            i16(5, "air_temperature", "Cel", div=10, channel="1", when=_is(4, 1, 2, 3, 4)),
            u8(5, "contact", "1", table={0: 0, 1: 1}, channel="1", when=_is(4, 5, 6)),
            i16(7, "air_temperature", "Cel", div=10, channel="2", when=_is(0, 1, 2, 3, 4)),
            u8(7, "contact", "1", table={0: 0, 1: 1}, channel="2", when=_is(0, 5, 6)),
            size=9,
        ),
    },
    ttn=("ts301", "ts302", "ts30x"),
    chirpstack=("TS301", "TS302"),
)
