"""What the weather stations WTS305, WTS505 and WTS506 have in common.

01 75 BB             battery, %
03 67 TTTT           int16, 0.1 degC
04 68 HH             0.5 %RH
05 84 DDDD           uint16, 0.1 deg, where the wind comes from
06 73 PPPP           uint16, 0.1 hPa
07 92 VVVV           uint16, 0.1 m/s
08 77 RRRR CC        uint16, 0.01 mm of rain since the counter was cleared; phase of the counter
08 EC RRRRRRRR CC    the same with uint32
83 67 TTTT AA, 86 73 PPPP AA, 87 92 VVVV AA, 88 EC RRRRRRRR CC AA   the same and an alarm
20 CE ssssssss TTTT HH PPPP DDDD VVVV RRRR       stored sample with its time (u32, s since 1970)
21 CE ssssssss TTTT HH PPPP DDDD VVVV RRRRRRRR
"""

from __future__ import annotations

from decoders.kit import AnyField, Record, u8, u16, u32
from decoders.milesight._records import CLIMATE, air, moist, sample, state, word


def _now(*fields: AnyField, size: int, alarm: str) -> Record:
    return Record(size + 1, (*fields, state(size, "alarm", channel=alarm)))


DIRECTION = word(0, "wind_from_direction", "deg", div=10)
PRESSURE = word(0, "air_pressure", "hPa", div=10)
SPEED = word(0, "wind_speed", "m/s", div=10)
RAIN = (u32(0, "precipitation_total", "mm", div=100), u8(4, "event_count", "1", channel="rain-phase"))
_STORED = (
    air(4),
    moist(6),
    word(7, "air_pressure", "hPa", div=10),
    word(9, "wind_from_direction", "deg", div=10),
    word(11, "wind_speed", "m/s", div=10),
)
WEATHER = {
    **CLIMATE,
    0x0584: Record(2, (DIRECTION,)),
    0x0673: Record(2, (PRESSURE,)),
    0x0792: Record(2, (SPEED,)),
    0x08EC: Record(5, RAIN),
    0x0877: Record(3, (u16(0, "precipitation_total", "mm", div=100), u8(2, "event_count", "1", channel="rain-phase"))),
    0x8367: _now(air(), size=2, alarm="temperature"),
    0x8673: _now(PRESSURE, size=2, alarm="pressure"),
    0x8792: _now(SPEED, size=2, alarm="wind"),
    0x88EC: _now(*RAIN, size=5, alarm="rain"),
    0x21CE: sample(*_STORED, u32(13, "precipitation_total", "mm", div=100), size=17),
    0x20CE: sample(*_STORED, u16(13, "precipitation_total", "mm", div=100), size=15),
}
