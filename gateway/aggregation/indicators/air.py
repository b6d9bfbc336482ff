"""Ambient air: limit values with their validity, running 8-hour means, air-quality indices."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from gateway.aggregation.calendar import HOUR_NS, Window
from gateway.aggregation.indicators.proof import Answer, Exceedances, exceedances, in_a_row, round_half_up
from gateway.aggregation.rules import Capture, RuleError, capture, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One row of `data/limits.toml`; units as the vocabulary has them."""

    id: str
    kind: str
    quantity: str
    statistic: str
    value: float
    source: str
    valid_from: date
    valid_to: date | None = None
    allowed: int = 0
    years: int = 1
    consecutive: int = 1

    def holds(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def count(self, values: Sequence[float | None]) -> Exceedances:
        """Exceedances among the valid values of its statistic (None: not valid)."""
        return exceedances(values, self.value)

    def exceeded(self, values: Sequence[float | None]) -> Answer:
        """Whether a year's (an alert's) values break it: more often than allowed, or so many in a row."""
        if self.consecutive > 1:
            return in_a_row(values, self.value, self.consecutive)
        return self.count(values).more_than(self.allowed)


@cache
def limits() -> tuple[Limit, ...]:
    """All limits of all times."""
    table = read("limits")
    return tuple(
        Limit(id=id_, **{**row, "source": table["sources"][row["source"]]}) for id_, row in table["limit"].items()
    )


def limits_on(day: date, quantity: str | None = None, kind: str | None = None) -> list[Limit]:
    """What is in force on `day`."""
    return [
        each for each in limits() if each.holds(day) and quantity in {None, each.quantity} and kind in {None, each.kind}
    ]


def running_means(values: Sequence[float | None], width: int, needed: int) -> list[float | None]:
    """For each hour the mean of the `width` hours that end with it, None with fewer than `needed` valid ones."""
    found: list[float | None] = []
    for end in range(len(values)):
        window = [value for value in values[max(0, end - width + 1) : end + 1] if value is not None]
        found.append(sum(window) / len(window) if len(window) >= needed else None)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyMaximum:
    """The largest running 8-hour mean of a day; `value` with bound ">=" while fewer than all windows are valid."""

    value: float | None
    windows_valid: int
    windows: int
    valid: bool

    @property
    def bound(self) -> str | None:
        """Lower bound (>=) when a window is missing."""
        return ">=" if self.value is not None and self.windows_valid < self.windows else None


def max_8h(hours: Mapping[int, float | None], day: Window, rule: Capture | None = None) -> DailyMaximum:
    """Largest running 8-hour mean that ends on `day`: the first from 17:00 of the day before to 01:00.

    Args:
        hours: valid hourly means by the start of their hour (ns UTC), from 7 hours before the day.
        day: its window; law asks for the MEZ day.
        rule: says how many hours make a mean (6 of 8), and how many means a day (18 of 24); None: the default.
    """
    starts = range(day.start - 7 * HOUR_NS, day.stop, HOUR_NS)
    rule = rule or capture()
    means = running_means([hours.get(start) for start in starts], 8, rule.needed("eight_hours", 8))[7:]
    valid = [mean for mean in means if mean is not None]
    return DailyMaximum(
        value=max(valid, default=None), windows_valid=len(valid), windows=len(means),
        valid=len(valid) >= rule.needed("max_8h", len(means)),
    )  # fmt: skip


CLASSES = ("sehr gut", "gut", "mäßig", "schlecht", "sehr schlecht")
CLASSES_EN = ("very good", "good", "moderate", "poor", "very poor")


@dataclass(frozen=True, slots=True, kw_only=True)
class AirIndex:
    """Class 1 (very good) to 5 (very poor), None without any pollutant; the worst pollutant decides."""

    name: str
    number: int | None
    decisive: tuple[str, ...]
    pollutants_used: tuple[str, ...]
    complete: bool

    @property
    def de(self) -> str:
        """The class in words."""
        return "keine Daten" if self.number is None else CLASSES[self.number - 1]


def pollutant_class(index: str, quantity: str, concentration: float) -> int:
    """Class of one pollutant: the concentration is rounded half up to whole ug/m3 first."""
    upper = _index(index)["pollutants"][quantity]["upper"]
    return bisect_left(upper, round_half_up(concentration)) + 1


def air_index(index: str, concentrations: Mapping[str, float | None]) -> AirIndex:
    """The index `index` (see `data/indices.toml`) from the pollutants' means, None or absent: not valid.

    Raises:
        RuleError: no index of that name.
    """
    asked = _index(index)["pollutants"]
    classes = {
        quantity: pollutant_class(index, quantity, value)
        for quantity, value in concentrations.items()
        if quantity in asked and value is not None
    }
    worst = max(classes.values(), default=None)
    return AirIndex(
        name=index, number=worst, decisive=tuple(sorted(q for q, number in classes.items() if number == worst)),
        pollutants_used=tuple(sorted(classes)), complete=set(classes) == set(asked),
    )  # fmt: skip


def index_on(day: date) -> str:
    """Name of the index that is in use on `day`."""
    for name, row in read("indices").items():
        if isinstance(row, dict) and row["valid_from"] <= day < row.get("valid_to", date.max):
            return name
    raise RuleError(f"no air-quality index is known for {day.isoformat()}")


def averaging(index: str, quantity: str) -> str:
    """What mean the index asks for: "hour_mean" or "running_24h"."""
    return str(_index(index)["pollutants"][quantity]["averaging"])


def _index(name: str) -> Mapping[str, Mapping[str, Mapping[str, list[int]]]]:
    found = read("indices").get(name)
    if not isinstance(found, dict):
        raise RuleError(f"air-quality index {name!r} is not known")
    return found
