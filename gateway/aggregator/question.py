"""What may be asked of figures, how much of it one answer may be made of, and what decides the answer."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period
from gateway.aggregation.hourly import USED
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import read
from gateway.aggregator.judged_windows import Asked
from gateway.aggregator.values import PROFILES, choose

STATISTICS = ("value", "mean", "median", "min", "max", "sd", "lowest", "highest", "concentration", "worst_class")
"""What may be asked for; `value` is by the quantity's estimator."""
MOST_HOURS = 20_000_000
"""Site-hours that one piece of an answer may be made of."""
MOST_AGAIN = 5_000_000
"""Series-hours that may be computed anew for other quality flags than usual."""
MOST_WINDOWS = 500_000
"""Windows of one question: 57 years of hours."""
MOST_JUDGED = 2_000_000
"""Site-hours that indicators are judged from in one answer."""
METHOD = "aggregation-1"


class TooMuchError(Exception):
    """A question that needs more work than one answer may; German and English."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.de, self.en = de, en


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. Times in ns; `areas` None: every area of `level` (None: of all levels).

    Attributes:
        quantities: ids.
        stats: of STATISTICS.
        areas: ids.
        level: of areas.
        start: windows that begin from here on.
        stop: and before this.
        period: hour to year, hour_of_day, hour_of_week.
        basis: whose midnights.
        used: QARTOD flags that enter.
        min_coverage: rows below it count as insufficient_coverage.
        as_of: as the figures stood then.
        include_invalid: give the value of sites that are not valid, with its status.
        rule: name of the capture rule.
    """

    quantities: tuple[str, ...]
    stats: tuple[str, ...] = ("value",)
    areas: tuple[str, ...] | None = None
    level: str | None = None
    start: int
    stop: int
    period: str = "hour"
    basis: DayBasis = DayBasis.BERLIN
    used: tuple[int, ...] = USED
    min_coverage: float | None = None
    as_of: int | None = None
    include_invalid: bool = False
    rule: str = "default"


def known_periods() -> tuple[str, ...]:
    """What `period` may be."""
    return (*(str(period) for period in Period), *PROFILES)


def method_version(rule: str = "default") -> str:
    """What decides the figures beside the observations: this program's rules, the versions of its data, the rule."""
    named = "" if rule == "default" else f"/capture={rule}"
    return f"{METHOD}/{read('capture')['version']}/{read('estimators')['version']}{named}"


def how_asked(question: Question) -> Asked:
    """What of a question decides which figures are confidential."""
    usual = (
        question.used == tuple(USED) and question.rule == "default" and not question.include_invalid
        and question.as_of is None
    )  # fmt: skip
    return Asked(period=question.period, basis=question.basis, usual=usual)


def windows_end(question: Question, low: int, count: int) -> int:
    """Where about `count` windows from `low` on end, ns."""
    lengths = {"hour": 1, "day": 24, "week": 168, "month": 744, "quarter": 2208, "year": 8784}
    return min(question.stop, low + count * lengths[question.period] * HOUR_NS)


def estimated_rows(plan: Plan | None, question: Question) -> int:
    """About how many rows the whole answer has: every window, area and quantity that is equipped, every statistic."""
    if plan is None:
        return 0
    plan = choose(plan, question.quantities, question.areas, question.level)
    pairs = plan.memberships.join(plan.points.select("point", "quantity"), on="point").select("area", "quantity")
    hours = max(1, (question.stop - question.start) // HOUR_NS)
    windows = {"hour": hours, "day": hours / 24, "week": hours / 168, "month": hours / 730, "quarter": hours / 2190,
               "year": hours / 8766, "hour_of_day": min(hours, 24), "hour_of_week": min(hours, 168)}  # fmt: skip
    return max(1, round(windows[question.period])) * pairs.n_unique() * len(question.stats) if pairs.height else 0
