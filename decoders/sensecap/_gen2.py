"""SenseCAP, second generation: records of one byte and big-endian data, any fPort.

    01, 4A TTTT HH LLLLLLLL UU WWWW      weather: 0.1 degC, %RH, lx, UV 0.1, wind 0.1 m/s
    02, 4B DDDD RRRRRRRR PPPP            weather: wind from, rain 0.001 mm/h, air 10 Pa
    4C GGGG RRRRRRRR                     weather: gust 0.1 m/s, rain in all 0.001 mm
    03 BB                                battery, %
    04, 39 BB VVVV VVVV IIII IIII        battery, versions, intervals
    49 BB VVVV VVVV IIII                 the same, shorter
    05 IIII IIII, 34 ........, 7F ..     intervals, settings of a data logger
    06 EE                                fault
    10 SS NNNNNNNNNNNNNNNN               sensor that was found or lost
    30, 31, 33 CC .. XXXXXXXX XXXXXXXX   two values of a data logger, their numbers in the halves of C, 0.001
    32 CC XXXXXXXX XXXXXXXX              the same
    35 to 38 CC XXXXXXXX XXXXXXXX        two values of the number in the upper half of C that passed a threshold, 0.001
    40, 41 LLLL SSSS XXXX YYYY ZZZZ      kit: light, loudness, acceleration 0.01 m/s2
    42 TTTT HHHH VVVV CCCC MMMM          kit: 0.01 degC, 0.01 %RH, TVOC ppb, CO2 equivalent ppm, soil
    46 ZZZZZZZZ TTTT TTTT TTTT           three temperatures, 0.01 degC, with their time; 8000: no probe
    47 TTTT TTTT TTTT                    the same, now
    48 ten bytes                         state of ten channels: 0 idle, 1 normal, 2 fault; FF: none
    20, 21, 43 to 45                     what a camera saw; not read

Source: https://github.com/Seeed-Solution/SenseCAP-Decoder (S2100, S2107, S2120), facts only.
"""

from collections.abc import Iterator

from decoders.kit import Field, Reading, Record, Tlv, i16, u8, u16, u32

WEATHER = Record(10, (
    i16(0, "air_temperature", "Cel", div=10),
    u8(2, "relative_humidity", "%"),
    u32(3, "illuminance", "lx"),
    u8(7, "uv_index", "1", div=10),
    u16(8, "wind_speed", "m/s", div=10),
))  # fmt: skip
RAIN = Record(8, (
    u16(0, "wind_from_direction", "deg"),
    u32(2, "rain_rate", "mm/h", div=1000),
    u16(6, "air_pressure", "Pa", mul=10),
))  # fmt: skip
GUST = Record(6, (u16(0, "wind_gust", "m/s", div=10), u32(2, "precipitation_total", "mm", div=1000)))
BATTERY = u8(0, "battery_level", "%")
KIT = Record(10, (
    u16(0, "analog_value", "1", channel="light"),
    u16(2, "analog_value", "1", channel="loudness"),
    *(i16(4 + 2 * n, f"acceleration_{axis}", "m/s2", div=100) for n, axis in enumerate("xyz")),
))  # fmt: skip
KIT_AIR = Record(10, (
    i16(0, "air_temperature", "Cel", div=100),
    u16(2, "relative_humidity", "%", div=100),
    u16(4, "tvoc_ppb", "[ppb]"),
    u16(6, "co2", "[ppm]", channel="equivalent"),
    u16(8, "analog_value", "1", channel="soil"),
))  # fmt: skip
SEEN = Record(10, note="what a camera saw is left out")


def _values(first: int, second: int) -> Record:
    """Two values of a data logger whose numbers stand in the halves of the first byte; 0: there is none."""

    def read(data: bytes) -> Iterator[Reading]:
        for byte, number in ((first, data[0] >> 4), (second, data[0] & 0xF)):
            if number:
                yield Reading("analog_value", _thousandths(data, byte), "1", str(number))

    return Record(second + 4, read=read, quantities=(("analog_value", "1", "{n}"),))


def _passed(data: bytes) -> Iterator[Reading]:
    """Two values of one number."""
    for byte, name in ((1, "a"), (5, "b")):
        yield Reading("analog_value", _thousandths(data, byte), "1", f"threshold_{data[0] >> 4}{name}")


def _thousandths(data: bytes, byte: int) -> float:
    return int.from_bytes(data[byte : byte + 4], "big", signed=True) / 1000


def _temperatures(byte: int) -> tuple[Field, ...]:
    return tuple(
        i16(byte + 2 * n, "air_temperature", "Cel", div=100, missing=0x8000, channel=str(1 + n)) for n in range(3)
    )


PASSED = Record(9, read=_passed, quantities=(("analog_value", "1", "threshold_{n}"),))

RECORDS = {
    0x01: WEATHER,
    0x02: RAIN,
    0x03: Record(1, (BATTERY,)),
    0x04: Record(9, (BATTERY,)),
    0x05: Record(4),
    0x06: Record(1, (u8(0, "fault_code", "1"),)),
    0x10: Record(9),
    0x20: SEEN,
    0x21: SEEN,
    **{kind: _values(2, 6) for kind in (0x30, 0x31, 0x33)},
    0x32: _values(1, 5),
    0x34: Record(4),
    **dict.fromkeys((0x35, 0x36, 0x37, 0x38), PASSED),
    0x39: Record(9, (BATTERY,)),
    0x40: KIT,
    0x41: KIT,
    0x42: KIT_AIR,
    0x43: SEEN,
    0x44: SEEN,
    0x45: SEEN,
    0x46: Record(10, _temperatures(4), time=u32(0, "")),
    0x47: Record(6, _temperatures(0)),
    0x48: Record(10, tuple(u8(n, "device_state", "1", missing=0xFF, channel=str(1 + n)) for n in range(10))),
    0x49: Record(7, (BATTERY,)),
    0x4A: WEATHER,
    0x4B: RAIN,
    0x4C: GUST,
    0x7F: Record(1),
}

LAYOUT = Tlv(records=RECORDS)
