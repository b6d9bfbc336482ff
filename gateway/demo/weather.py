"""The invented city's sky: one state for all every ten minutes, with seasons, fronts, showers and one storm.

Nothing here is measured. Everything follows from the day the city began and its storm, so that history, live messages
and a later start agree; what has a memory (rain in the soil and in the river) is computed step by step.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import cos, exp, pi, sin
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.demo.chance import smooth

HOUR = 3600
DAY = 24 * HOUR
STEP = 600
LEAD = 45 * DAY
"""The sky begins this much before the first value that is asked for, so that soil and river have a past."""
LATITUDE, LONGITUDE = 51.256, 7.15
BERLIN = ZoneInfo("Europe/Berlin")


class Sky(NamedTuple):
    """The weather over the city at one time; units in the names where they are not SI.

    `hour` and `weekday` (0 is Monday) are local. `rain` falls in the ten minutes before, mm. `washed` (0 to 1) says how
    much of the dust the rain took away, `stored` and `crest` are what the soil and the brook hold of it, mm.
    """

    hour: float
    weekday: int
    temperature_c: float
    dew_point_c: float
    wind: float
    gust: float
    direction: float
    pressure_hpa: float
    radiation: float
    rain: float
    rain_total: float
    lightning: int
    washed: float
    stored: float
    crest: float
    traffic: float
    still: float


class Weather:
    """States by time; `storm` is the Unix time of the gust front."""

    def __init__(self, first: float, storm: float) -> None:
        """`first` is the earliest time that will be asked for."""
        self.storm = storm
        self._start = first // STEP * STEP - LEAD
        self._states: list[Sky] = []

    def at(self, t: float) -> Sky:
        """The state at Unix time `t`."""
        index = max(0, int((t - self._start) // STEP))
        while len(self._states) <= index:
            self._states.append(self._next())
        return self._states[index]

    def rain_total(self, t: float) -> float:
        """Rain since the sky began, mm, between two states by the clock."""
        before, after = self.at(t), self.at(t + STEP)
        part = (t - self._start) % STEP / STEP
        return before.rain_total + (after.rain_total - before.rain_total) * part

    def _next(self) -> Sky:
        t = self._start + len(self._states) * STEP
        last = self._states[-1] if self._states else None
        local = datetime.fromtimestamp(t, UTC).astimezone(BERLIN)
        hour, weekday = local.hour + local.minute / 60, local.weekday()
        year = 2 * pi * (local.timetuple().tm_yday - 18) / 365.25
        wet, front = smooth("wet", t, 30 * HOUR), smooth("front", t, 60 * HOUR)
        cloud = min(1.0, max(0.0, 0.5 + 0.4 * smooth("cloud", t, 5 * HOUR) + 0.4 * wet))
        high = max(0.0, _sun(t))
        near = exp(-(((t - self.storm) / 5400) ** 2))
        mean = 10.3 - 8.4 * cos(year) + 5.0 * front
        swing = (3.6 - 2.4 * cos(year)) * (1.1 - 0.7 * cloud)
        cooling = 5.0 * exp(-max(0.0, t - self.storm) / (5 * HOUR)) if t >= self.storm else 0.0
        temperature = mean + swing * cos(2 * pi * (_solar_hour(t) - 14.5) / 24) - cooling
        dew = min(temperature - 0.1, mean - 3.4 + 2.2 * wet - 1.2 * (1 - cloud))
        wind = max(0.2, 2.8 + 1.7 * smooth("wind", t, 6 * HOUR) + 1.2 * max(0.0, wet) + 0.8 * high)
        wind += near * (15.5 - 0.7 * wind)
        shower = max(0.0, 0.9 * wet + 0.6 * smooth("shower", t, 2 * HOUR) - 0.72) * 3.5  # mm/h
        shower += 36 * exp(-(((t - self.storm - 900) / 2100) ** 2))
        rain = shower / 6
        stored = (last.stored if last else 12.0) * exp(-STEP / (9 * DAY)) + rain
        return Sky(
            hour=hour,
            weekday=weekday,
            temperature_c=temperature,
            dew_point_c=dew,
            wind=wind,
            gust=1.75 * wind + 1.2 + 0.8 * smooth("gust", t, HOUR),
            direction=(235 + 60 * smooth("direction", t, 18 * HOUR) + 55 * near) % 360,
            pressure_hpa=1016 + 11 * smooth("pressure", t, 3 * DAY) - 6 * wet
            - 14 * exp(-(((t - self.storm) / (4 * HOUR)) ** 2)),
            radiation=1000 * high**1.15 * (1 - 0.74 * cloud),
            rain=rain,
            rain_total=(last.rain_total if last else 0.0) + rain,
            lightning=round(16 * exp(-(((t - self.storm) / 2400) ** 2))),
            washed=min(1.0, (last.washed if last else 0.0) * exp(-STEP / (6 * HOUR)) + 0.5 * rain),
            stored=min(60.0, stored),
            crest=(last.crest if last else 1.0) * exp(-STEP / (4 * HOUR)) + rain * (0.5 + stored / 60),
            traffic=_traffic(hour, weekday),
            still=exp(-wind / 2.5) * (1.3 if not high else 0.7),
        )  # fmt: skip


def _solar_hour(t: float) -> float:
    return (t / HOUR + LONGITUDE / 15) % 24


def _sun(t: float) -> float:
    """Sine of the sun's height."""
    day = t / DAY % 365.2425
    declination = -0.4091 * cos(2 * pi * (day + 10) / 365.2425)
    latitude, angle = LATITUDE * pi / 180, 2 * pi * (_solar_hour(t) - 12) / 24
    return sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(angle)


def _traffic(hour: float, weekday: int) -> float:
    """How busy the roads are, 1 at the height of a working day's evening."""

    def hump(at: float, width: float) -> float:
        return exp(-(((hour - at) / width) ** 2))

    if weekday >= 5:
        return 0.06 + (0.62 if weekday == 5 else 0.45) * hump(14.5, 4.5)
    return 0.05 + 0.85 * hump(7.8, 1.4) + 0.5 * hump(12.5, 3.0) + 0.9 * hump(17.0, 1.9)
