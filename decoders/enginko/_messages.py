"""Enginko's messages: kind, then samples that each begin with the device's clock. Little-endian.

The clock is packed as in MS-DOS (years since 2000 in 7 bit, month 4, day 5, hour 5, minute 6, two seconds 5) and taken
for UTC. A sample that was never taken (all zeros) is left out.

    04 (CCCC CCCC TTTT HH PPPPPP) three times, BB             T: int16, 0.01 degC; H: 0.5 %RH; P: 0.01 hPa
    0C (.. as in 04, LLLL VVVV) twice, BB                     L: lx; V: VOC        12: VVVVVV
    0E (.. as in 0C, KKKK) twice, BB                          K: CO2, ppm          13: VVVVVV
    0B 20 00 .. PPPP TTTT VV AA DDDD HH RRRR UU SSSS rrrr EEEE s*4 l*4 ..    weather station (Davis): 0.001 inHg,
          0.1 degF, mph now and of 10 min, deg, %RH, 0.254 mm/h, UV index, W/m2, rain of the day, 0.254 mm,
          evapotranspiration of the day, 0.0254 mm, soil cb, leaf wetness
    0B 20 01 CCCCCCCC 1111 2222 AAAA                          PM1, PM2.5, PM10, ug/m3
    0B 30 00 CCCCCCCC TTTT HH PPPPPP 1111 2222 AAAA [BB]
    14 KK CCCCCCCC AAAA .... DDDD [FF] [TTTT] [HH PPPPPP] BB   level: mV, distance in mm (more than 60000: error), fill
          level (K: 1, 3), temperature (K: 1, 2, 3), humidity and pressure (K: 2, 3)
    01 question for the time

B: battery, %. The unit of V is an index or ppb by model; it comes as `tvoc_index`.

Source: https://github.com/TheThingsNetwork/lorawan-devices (enginko/decoder-environmental.js, decoder-level.js), facts
only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import floor

from decoders.kit import SECOND_NS, DecodeError, Reading, Readings

CLIMATE_SIZE, CLOCK = 10, 4
FARTHEST = 60_000
Extra = tuple[tuple[str, str, int], ...]
"""(quantity, unit, bytes) of what follows temperature, humidity and pressure."""


def _number(data: bytes, at: int, size: int, *, signed: bool = False) -> int:
    if at + size > len(data):
        raise DecodeError("length", f"the message ends at byte {len(data)}")
    return int.from_bytes(data[at : at + size], "little", signed=signed)


def clock(raw: int) -> int | None:
    """A packed date and time as ns; None when it is no date."""
    try:
        moment = datetime(
            2000 + (raw >> 25), raw >> 21 & 0xF, raw >> 16 & 0x1F, raw >> 11 & 0x1F, raw >> 5 & 0x3F, 2 * (raw & 0x1F),
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None
    return int(moment.timestamp()) * SECOND_NS


def _two(value: float) -> float:
    return floor(value * 100 + 0.5) / 100


def _temperature(data: bytes, at: int, time: int | None) -> Reading:
    return Reading("air_temperature", _number(data, at, 2, signed=True) / 100, "Cel", "", 0.0, time)


def _moist(data: bytes, at: int, time: int | None) -> Iterator[Reading]:
    yield Reading("relative_humidity", _number(data, at, 1) / 2, "%", "", 0.0, time)
    yield Reading("air_pressure", _number(data, at + 1, 3) / 100, "hPa", "", 0.0, time)


def _battery(data: bytes, at: int) -> Iterator[Reading]:
    if at < len(data):
        yield Reading("battery_level", float(data[at]), "%")


def samples(count: int, extra: Extra) -> Callable[[bytes, int], Readings]:
    """Read `count` samples of temperature, humidity, pressure and more, then the battery."""

    def read(payload: bytes, _port: int) -> Readings:
        found: list[Reading] = []
        at = 1
        for _ in range(count):
            raw = _number(payload, at, CLOCK)
            end = at + CLIMATE_SIZE + sum(size for _, _, size in extra)
            if raw and (time := clock(raw)) is not None:
                found.append(_temperature(payload, at + CLOCK, time))
                found += _moist(payload, at + 6, time)
                place = at + CLIMATE_SIZE
                for quantity, unit, size in extra:
                    found.append(Reading(quantity, float(_number(payload, place, size)), unit, "", 0.0, time))
                    place += size
            at = end
        return Readings((*found, *_battery(payload, at)))

    return read


def _dust(data: bytes, at: int, time: int | None) -> Iterator[Reading]:
    for n, quantity in enumerate(("pm1", "pm2_5", "pm10")):
        yield Reading(quantity, float(_number(data, at + 2 * n, 2)), "ug/m3", "", 0.0, time)


def dust(payload: bytes, _port: int) -> Iterator[Reading]:
    """Particulate matter alone."""
    yield from _dust(payload, 7, clock(_number(payload, 3, CLOCK)))


def climate_and_dust(payload: bytes, _port: int) -> Iterator[Reading]:
    """Temperature, humidity, pressure and particulate matter."""
    time = clock(_number(payload, 3, CLOCK))
    yield _temperature(payload, 7, time)
    yield from _moist(payload, 9, time)
    yield from _dust(payload, 13, time)
    yield from _battery(payload, 19)


def weather(payload: bytes, _port: int) -> Iterator[Reading]:
    """What a Davis weather station says, in SI units with two decimals as the maker gives them."""
    yield Reading("air_pressure", _two(_number(payload, 5, 2) / 1000 * 33.863886666667), "hPa")
    yield Reading("air_temperature", _two((_number(payload, 7, 2) / 10 - 32) / 1.8), "Cel")
    yield Reading("wind_speed", _two(payload[9] * 0.44704), "m/s")
    yield Reading("wind_speed", _two(payload[10] * 0.44704), "m/s", "mean")
    yield Reading("wind_from_direction", float(_number(payload, 11, 2)), "deg")
    yield Reading("relative_humidity", float(payload[13]), "%")
    yield Reading("rain_rate", _two(_number(payload, 14, 2) * 0.254), "mm/h")
    yield Reading("uv_index", float(payload[16]), "1")
    yield Reading("solar_irradiance", float(_number(payload, 17, 2)), "W/m2")
    yield Reading("precipitation_total", _two(_number(payload, 19, 2) * 0.254), "mm", "day")
    yield Reading("precipitation_total", _two(_number(payload, 21, 2) / 1000 * 25.4), "mm", "evapotranspiration-day")
    for n in range(4):
        if (tension := payload[23 + n]) != 0xFF:
            yield Reading("soil_water_tension", float(tension), "cb", str(n + 1))
    for n in range(4):
        if (wetness := payload[27 + n]) != 0xFF:
            yield Reading("analog_value", float(wetness), "1", f"leaf-wetness-{n + 1}")


def level(payload: bytes, _port: int) -> Iterator[Reading]:
    """Distance to a surface, fill level, climate."""
    kind, time = payload[1], clock(_number(payload, 2, CLOCK))
    if kind > 3:
        raise DecodeError("unsupported", f"level of kind {kind}")
    yield Reading("voltage", _number(payload, 6, 2) / 1000, "V", "analog", 0.0, time)
    at = 12
    distance = _number(payload, 10, 2)
    if distance <= FARTHEST:
        yield Reading("distance", float(distance), "mm", "", 0.0, time)
    if kind in (1, 3):
        yield Reading("bin_fill_level", float(_number(payload, at, 1)), "%", "", 0.0, time)
        at += 1
    if kind:
        yield _temperature(payload, at, time)
        at += 2
    if kind in (2, 3):
        yield from _moist(payload, at, time)
        at += 4
    yield from _battery(payload, at)
