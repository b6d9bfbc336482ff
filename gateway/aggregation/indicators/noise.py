"""Noise after 34. BImSchV: Lday, Levening, Lnight, Lden, and the bands of noise maps. Levels in dB(A)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, fsum, log10

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Window, noise_periods
from gateway.aggregation.rules import read


def energy_mean(levels: Iterable[float]) -> float | None:
    """10 lg of the mean of 10^(L/10); None of nothing."""
    powers = [10 ** (level / 10) for level in levels]
    return 10 * log10(fsum(powers) / len(powers)) if powers else None


def lden(day: float, evening: float, night: float) -> float:
    """Day-evening-night level: 12, 4 (+5 dB) and 8 hours (+10 dB); the weights of the law, whatever the clocks do."""
    energy = 12 * 10 ** (day / 10) + 4 * 10 ** ((evening + 5) / 10) + 8 * 10 ** ((night + 10) / 10)
    return 10 * log10(energy / 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseLevels:
    """Levels of a date or a longer time; None where less than 75 % of a period's hours are valid."""

    lday: float | None
    levening: float | None
    lnight: float | None

    @property
    def lden(self) -> float | None:
        """None unless all three are there."""
        if self.lday is None or self.levening is None or self.lnight is None:
            return None
        return lden(self.lday, self.levening, self.lnight)


def noise_levels(hours: Mapping[int, float | None], day: date, basis: DayBasis = DayBasis.BERLIN) -> NoiseLevels:
    """Levels of one date from valid hourly LAeq by the start of the hour (ns UTC), up to 06:00 of the next day.

    A night in which clocks change has 7 or 9 hours and is averaged over what it has.
    """
    periods = noise_periods(day, basis)
    return NoiseLevels(
        lday=_level(hours, periods.day), levening=_level(hours, periods.evening), lnight=_level(hours, periods.night)
    )


def long_term(days: Iterable[NoiseLevels], share: float = 0.75) -> NoiseLevels:
    """Levels of a month or a year: energy means of the dates, each period on its own."""
    rows = list(days)

    def mean(values: list[float | None]) -> float | None:
        valid = [value for value in values if value is not None]
        return energy_mean(valid) if rows and len(valid) >= ceil(share * len(rows)) else None

    return NoiseLevels(
        lday=mean([row.lday for row in rows]), levening=mean([row.levening for row in rows]),
        lnight=mean([row.lnight for row in rows]),
    )  # fmt: skip


def band(level: float, index: str = "lden") -> int:
    """Band of a noise map: 0 below the first bound, half-open upwards (55.0 is in the band from 55)."""
    return bisect_right(read("thresholds")["noise_band"][index]["lower"], level)


def _level(hours: Mapping[int, float | None], window: Window) -> float | None:
    levels = [hours.get(hour) for hour in range(window.start, window.stop, HOUR_NS)]
    valid = [level for level in levels if level is not None]
    return energy_mean(valid) if len(valid) >= ceil(0.75 * len(levels)) else None
