"""What the indoor sensors AM307, AM308 and AM319 have in common.

01 75 BB           battery, %
03 67 TTTT         int16, 0.1 degC
04 68 HH           0.5 %RH
05 00 MM           1 somebody moves, 0 nobody
06 CB LL           light level, 0 (dark) to 5
07 7D CCCC         uint16, ppm CO2
08 7D VVVV         uint16, 0.01, level of TVOC
08 E6 VVVV         uint16, ug/m3 TVOC
09 73 PPPP         uint16, 0.1 hPa
0A 7D FFFF         uint16, 0.01 mg/m3 formaldehyde
0B 7D PPPP         uint16, ug/m3 PM2.5
0C 7D PPPP         uint16, ug/m3 PM10
0D 7D OOOO         uint16, 0.01 ppm ozone
0E 01 BB           buzzer
20 CE ssssssss TTTT HHHH MM LL CCCC VVVV PPPP ....   stored sample with its time (u32, s since 1970; H: 0.5 %),
then PM2.5 and PM10 (AM308, AM319), then formaldehyde or ozone (AM319)
21 CE              the same with TVOC in ug/m3
"""

from __future__ import annotations

from decoders.kit import Field, Record, u8, u16
from decoders.milesight._records import CLIMATE, air, sample, state, word

PM2_5, PM10 = Record(2, (word(0, "pm2_5", "ug/m3"),)), Record(2, (word(0, "pm10", "ug/m3"),))
DUST = (word(16, "pm2_5", "ug/m3"), word(18, "pm10", "ug/m3"))
"""In a stored sample."""
FORMALDEHYDE = Record(2, (word(0, "formaldehyde", "mg/m3", div=100),))
OZONE = Record(2, (word(0, "o3", "[ppm]", div=100),))
LEVEL = word(0, "tvoc_level", "1", div=100)


def _sample(size: int, voc: Field, more: tuple[Field, ...]) -> Record:
    return sample(
        air(4),
        u16(6, "relative_humidity", "%", div=2, missing=range(201, 0x10000)),
        state(8, "motion"),
        u8(9, "light_level", "1"),
        word(10, "co2", "[ppm]"),
        voc,
        word(14, "air_pressure", "hPa", div=10),
        *more,
        size=size,
    )


def records(size: int, *more: Field) -> dict[int, Record]:
    """The shared records, and stored samples of `size` bytes with further fields."""
    return {
        **CLIMATE,
        0x0500: Record(1, (state(0, "motion"),)),
        0x06CB: Record(1, (u8(0, "light_level", "1"),)),
        0x077D: Record(2, (word(0, "co2", "[ppm]"),)),
        0x087D: Record(2, (LEVEL,)),
        0x08E6: Record(2, (word(0, "tvoc", "ug/m3"),)),
        0x0973: Record(2, (word(0, "air_pressure", "hPa", div=10),)),
        0x0E01: Record(1, (state(0, "alarm", channel="buzzer"),)),
        0x20CE: _sample(size, word(12, "tvoc_level", "1", div=100), more),
        0x21CE: _sample(size, word(12, "tvoc", "ug/m3"), more),
    }
