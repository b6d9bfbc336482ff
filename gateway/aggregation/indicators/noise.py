"""Noise after 34. BImSchV: Lday, Levening, Lnight, Lden, and the bands of noise maps. Levels in dB(A)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, fsum, log10
from statistics import fmean

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Window, noise_periods
from gateway.aggregation.rules import read


def energy_mean(levels: Iterable[float]) -> float | None:
    """10 lg of the mean of 10^(L/10); None of nothing."""
    powers = [10 ** (level / 10) for level in levels]
    return 10 * log10(fsum(powers) / len(powers)) if powers else None


def lden(day: float, evening: float, night: float, hours: tuple[float, float, float] = (12, 4, 8)) -> float:
    """Day-evening-night level: 12, 4 (+5 dB) and 8 hours (+10 dB), or as long as the periods really were."""
    parts = zip(hours, (day, evening + 5, night + 10), strict=True)
    return 10 * log10(sum(length * 10 ** (level / 10) for length, level in parts) / sum(hours))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseLevels:
    """Levels of a date or a longer time; None where less than 75 % of a period's hours are valid.

    `hours`: how long day, evening and night were on average; a night in which clocks change has 7 or 9 hours.
    """

    lday: float | None
    levening: float | None
    lnight: float | None
    hours: tuple[float, float, float] = (12, 4, 8)

    @property
    def lden(self) -> float | None:
        """None unless all three are there."""
        if self.lday is None or self.levening is None or self.lnight is None:
            return None
        return lden(self.lday, self.levening, self.lnight, self.hours)


def noise_levels(
    hours: Mapping[int, float | None],
    day: date,
    basis: DayBasis = DayBasis.BERLIN,
    share: Fraction = Fraction(3, 4),
) -> NoiseLevels:
    """Levels of one date from valid hourly LAeq by the start of the hour (ns UTC), up to 06:00 of the next day.

    A night in which clocks change has 7 or 9 hours and is averaged over what it has.
    """
    periods = noise_periods(day, basis)
    windows = (periods.day, periods.evening, periods.night)
    lday, levening, lnight = (_level(hours, window, share) for window in windows)
    return NoiseLevels(
        lday=lday, levening=levening, lnight=lnight,
        hours=(periods.day.hours, periods.evening.hours, periods.night.hours),
    )  # fmt: skip


def long_term(days: Iterable[NoiseLevels], share: Fraction = Fraction(3, 4)) -> NoiseLevels:
    """Levels of a month or a year: energy means of the dates, each period on its own, each date by its seconds."""
    rows = list(days)

    def mean(values: list[float | None], hours: list[float]) -> float | None:
        valid = [(value, length) for value, length in zip(values, hours, strict=True) if value is not None]
        if not valid or len(valid) < ceil(share * len(rows)):
            return None
        return 10 * log10(fsum(length * 10 ** (value / 10) for value, length in valid) / fsum(w for _, w in valid))

    lengths = [[row.hours[period] for row in rows] for period in range(3)]
    return NoiseLevels(
        lday=mean([row.lday for row in rows], lengths[0]),
        levening=mean([row.levening for row in rows], lengths[1]),
        lnight=mean([row.lnight for row in rows], lengths[2]),
        hours=(fmean(lengths[0]), fmean(lengths[1]), fmean(lengths[2])) if rows else (12, 4, 8),
    )  # fmt: skip


def band(level: float, index: str = "lden") -> int:
    """Band of a noise map: 0 below the first bound, half-open upwards (55.0 is in the band from 55)."""
    return bisect_right(read("thresholds")["noise_band"][index]["lower"], level)


def _level(hours: Mapping[int, float | None], window: Window, share: Fraction) -> float | None:
    levels = [hours.get(hour) for hour in range(window.start, window.stop, HOUR_NS)]
    valid = [level for level in levels if level is not None]
    return energy_mean(valid) if len(valid) >= ceil(share * len(levels)) else None
