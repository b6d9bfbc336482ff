"""What an indicator is, what it is judged from, and what it finds. Times in ns UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, Window, windows
from gateway.aggregation.indicators.proof import Answer
from gateway.aggregation.rules import Capture

SLACK = 3 * HOUR_NS
"""A range asked for by another midnight still means the days, months and years of this one."""


class Combine(StrEnum):
    """How the sites of an area answer together."""

    WORST = "worst_site"
    SUM = "sum_of_sites"
    ENERGY = "energy_mean_of_sites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator.

    Attributes:
        id: its name.
        kind: decides how it is judged.
        quantities: what it is made of: any of them that a site has, or all of them together when `joint`.
        de: German label.
        en: English label.
        unit: of its value, UCUM.
        source: of its definition.
        row: its row of the data.
        rule: capture rule it is judged by unless another one is asked for.
        valid_from: first day it holds; None: always.
        valid_to: first day it no longer holds.
        assumption: what of it is not known from its source.
        combine: how sites become an area.
        joint: whether all quantities enter together.
    """

    id: str
    kind: str
    quantities: tuple[str, ...]
    de: str
    en: str
    unit: str
    source: str
    row: Any = None
    rule: str = "default"
    valid_from: date | None = None
    valid_to: date | None = None
    assumption: str = ""
    combine: Combine = Combine.WORST
    joint: bool = False

    @property
    def quantity(self) -> str:
        """The first of its quantities."""
        return self.quantities[0]

    def holds(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One site-hour.

    Attributes:
        value: its mean or sum, None when it is not valid.
        known: the same, valid or not: of a sum a lower bound.
        minimum: smallest reading.
        maximum: largest reading.
        covered: ns.
    """

    value: float | None
    minimum: float | None = None
    maximum: float | None = None
    covered: int = 0
    known: float | None = None


Hours = Mapping[int, Hour]
"""The hours of one site and quantity by their begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a site's hours prove.

    Attributes:
        answer: None where nothing is asked, only measured.
        count: days or hours for which it holds, with bound ">=" while `missing` of them are not known.
        missing: days or hours that are not known.
        value: what was measured.
        value_bound: ">=" or "<=" when the true value may lie beyond it.
        estimate: scaled up to the whole, where a law has a rule for that.
        met: whether the capture rule is kept; None where it says nothing of such a range.
        detail: more, by name.
    """

    answer: Answer | None = None
    count: int | None = None
    missing: int = 0
    value: float | None = None
    value_bound: str | None = None
    estimate: float | None = None
    met: bool | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bound(self) -> str | None:
        """Lower bound when the true number may be larger."""
        return ">=" if self.count is not None and self.missing else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """`[start, stop)` that is asked for, and the capture rule."""

    start: int
    stop: int
    rule: Capture

    def days(self, basis: DayBasis) -> list[Window]:
        """The days that begin in the range, today as well; asked for by another midnight they begin some hours off."""
        return [
            day
            for day in windows(Period.DAY, basis, self.start - SLACK, self.stop)
            if self.start - SLACK <= day.start < self.stop - SLACK
        ]

    def whole(self, basis: DayBasis) -> tuple[Period, Window] | None:
        """The calendar period that the range is, None when it is none."""
        for period in (Period.YEAR, Period.QUARTER, Period.MONTH, Period.WEEK, Period.DAY):
            middle = (self.start + self.stop) // 2
            for window in windows(period, basis, middle, middle + 1):
                if abs(window.start - self.start) <= SLACK and abs(window.stop - self.stop) <= SLACK:
                    return period, window
        return None


def hours_between(hours: Hours, window: Window) -> list[Hour | None]:
    """Every hour of the window, None where nothing is known."""
    return [hours.get(at) for at in range(window.start, window.stop, HOUR_NS)]


def known(values: Sequence[float | None]) -> list[float]:
    """Those that are there."""
    return [value for value in values if value is not None]
