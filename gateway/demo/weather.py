"""Signals of an invented city: pure functions of time and place, the same for everyone who asks.

Nothing here is measured. A sine for the day, one for the year and smooth noise give values that look plausible in a
diagram and that a person can check in the head.
"""

from __future__ import annotations

import hashlib
from math import cos, exp, pi, sin

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365.2425 * DAY


def noise(name: str, step: int) -> float:
    """A number in [-1, 1] that belongs to this name and step."""
    digest = hashlib.blake2b(f"{name}:{step}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0x7FFFFFFF - 1


def smooth(name: str, t: float, period: float) -> float:
    """Noise in [-1, 1] that changes smoothly: cosine-interpolated between steps of `period` seconds."""
    step = int(t // period)
    share = (1 - cos(pi * (t / period - step))) / 2
    return noise(name, step) * (1 - share) + noise(name, step + 1) * share


def temperature(t: float, place: str) -> float:
    """Air temperature, degC, at Unix time `t`."""
    year = 10.5 - 8.5 * cos(2 * pi * (t / YEAR - 0.05))
    day = 4.0 * sin(2 * pi * (t / DAY - 0.33))
    return year + day + 4 * smooth("front", t, 3 * DAY) + noise(place, 0) + 0.3 * smooth(place, t, HOUR)


def humidity(t: float, place: str) -> float:
    """Relative humidity, %."""
    return min(100.0, max(20.0, 78 - 18 * sin(2 * pi * (t / DAY - 0.33)) + 10 * smooth(f"{place} rh", t, 6 * HOUR)))


def pressure(t: float) -> float:
    """Air pressure at station height, hPa."""
    return 990 + 14 * smooth("pressure", t, 2 * DAY)


def rain(t: float) -> float:
    """Rain in the ten minutes before `t`, mm: showers when the front passes."""
    return max(0.0, smooth("shower", t, 2 * HOUR) - 0.55) * 4


def irradiance(t: float) -> float:
    """Global radiation, W/m2."""
    sun = sin(2 * pi * (t / DAY - 0.25)) * (0.75 - 0.35 * cos(2 * pi * (t / YEAR - 0.03)))
    return max(0.0, 800 * sun * (0.7 + 0.3 * smooth("cloud", t, HOUR)))


def noise_level(t: float, place: str) -> float:
    """Sound level LAeq, dB(A): quiet nights, busy mornings and evenings."""
    hour = (t % DAY) / HOUR + 1
    rush = exp(-((hour - 8) ** 2) / 4) + exp(-((hour - 17) ** 2) / 6)
    return 46 + 5 * noise(place, 1) + 14 * rush + 4 * smooth(f"{place} sound", t, 600)


def river(t: float, place: str) -> float:
    """Water depth in a culvert, m."""
    return 0.45 + 0.15 * noise(place, 2) + 0.3 * max(0.0, smooth("shower", t - HOUR, 2 * HOUR)) ** 2


def bin_distance(t: float, place: str) -> float:
    """Distance from the lid of a waste bin to its content, m: fills for three days, then is emptied."""
    phase = (t / (3 * DAY) + noise(place, 3)) % 1
    return 1.35 - 1.05 * phase


def people(t: float, place: str) -> float:
    """Movements in a room within ten minutes."""
    hour = (t % DAY) / HOUR + 1
    return max(0.0, 12 * exp(-((hour - 13) ** 2) / 18) + 3 * smooth(f"{place} people", t, 1800))
