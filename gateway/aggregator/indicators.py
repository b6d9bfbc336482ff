"""Indicators over a range, judged from site-hours, site by site. Pure: hours go in, answers with proof come out.

Limits of law count days in constant MEZ, DWD's terms in UTC, noise and traffic in civil time, whatever was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log10
from statistics import fmean, median
from typing import Any

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.indicators import city, days, limits
from gateway.aggregation.indicators.catalogue import catalogue
from gateway.aggregation.indicators.model import Combine, Finding, Hour, Hours, Indicator, Range, known
from gateway.aggregation.indicators.proof import Answer

__all__ = ["Finding", "Hour", "Indicator", "Range", "Together", "catalogue", "combine", "hours_of", "judge", "margins"]

_SUMS = ("increment", "count", "accumulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What the sites of an area find together.

    `finding` is theirs by the indicator's way of combining; `lowest`, `median` and `highest` are of the sites' values,
    `answers` how many sites answer what, `n_sites_met` how many keep the capture rule.
    """

    finding: Finding
    n_sites_valid: int
    n_sites_met: int
    answers: Mapping[str, int]
    lowest: float | None
    median: float | None
    highest: float | None


def margins() -> tuple[int, int]:
    """How far before and after the range hours are needed, ns: running days, and nights that end on the next one."""
    return 24 * HOUR_NS, 30 * HOUR_NS


def judge(indicator: Indicator, site: Mapping[str, Hours], asked: Range, thresholds: Sequence[float] = ()) -> Finding:
    """What the hours of one site, by quantity, say of a range. `thresholds`: of a gauge, m, rising."""
    if indicator.joint:
        return limits.judge_index(indicator.id, site, asked)
    hours = next((site[each] for each in indicator.quantities if site.get(each)), {})
    match indicator.kind:
        case "climate_day":
            return days.judge_climate(indicator, hours, asked)
        case "rain_day":
            return days.judge_rain_day(indicator, hours, asked)
        case "heavy_rain":
            return days.judge_heavy_rain(hours, asked)
        case "noise":
            return city.judge_noise(indicator, hours, asked)
        case "share_above":
            return city.judge_share(indicator, hours, asked)
        case "gauge":
            return city.judge_gauge(hours, asked, thresholds)
        case "traffic":
            return city.judge_traffic(indicator, hours, asked)
        case "aot40":
            return limits.judge_aot40(indicator.row, hours, asked)
        case _:
            return limits.judge_limit(indicator.row, hours, asked)


def combine(how: Combine, findings: Sequence[Finding]) -> Together:
    """Of the sites of an area: yes as soon as one says so, no only when all do; the largest count.

    The value is that of the worst site, the sum, or the energy mean of those that have one.
    """
    answers = [each.answer for each in findings if each.answer is not None]
    counts = [each.count for each in findings if each.count is not None]
    valued = [each for each in findings if each.value is not None]
    values = sorted(known([each.value for each in findings]))
    worst = max(valued, key=lambda each: each.value or 0.0, default=None)
    if how is Combine.SUM:
        value = sum(values) if values else None
    elif how is Combine.ENERGY:
        value = 10 * log10(fmean(10 ** (level / 10) for level in values)) if values else None
    else:
        value = worst.value if worst else None
    first = worst or (findings[0] if findings else Finding())
    answer = None
    if answers:
        same = set(answers)
        answer = Answer.YES if Answer.YES in same else Answer.NO if same == {Answer.NO} else Answer.UNKNOWN
    finding = replace(
        first, answer=answer, count=max(counts, default=None), value=value,
        missing=max((each.missing for each in findings), default=0),
        value_bound=None if how is not Combine.WORST else first.value_bound if value is not None else None,
        estimate=max(known([each.estimate for each in findings]), default=None),
        met=all(each.met for each in findings) if findings and all(e.met is not None for e in findings) else None,
    )  # fmt: skip
    return Together(
        finding=finding, n_sites_valid=len(values), n_sites_met=sum(bool(each.met) for each in findings),
        answers={str(each): answers.count(each) for each in Answer} if answers else {},
        lowest=values[0] if values else None, median=median(values) if values else None,
        highest=values[-1] if values else None,
    )  # fmt: skip


def hours_of(rows: Iterable[Mapping[str, Any]], quantity: str, kind: str) -> dict[int, Hour]:
    """Site-hours of one point by their begin; `kind` of its quantity. Of car parks the value is the share."""
    found = {}
    for row in rows:
        linear = row["linear"]
        if kind == "occupancy" and quantity != "parking_capacity":
            linear = linear / row["capacity"] if linear is not None and row["capacity"] else None
        found[row["start"]] = Hour(
            value=linear if row["valid"] else None, minimum=row["minimum"], maximum=row["maximum"],
            covered=row["covered"], known=linear,
        )  # fmt: skip
    return found
