"""The city over a range: noise, shares of time (car parks, rooms, bins), gauges, average days of traffic."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from math import ceil, log10

from gateway.aggregation.calendar import HOUR_NS, DayBasis, local_date, to_datetime
from gateway.aggregation.indicators import noise
from gateway.aggregation.indicators.model import Finding, Hours, Indicator, Range, hours_between
from gateway.aggregation.indicators.proof import answer
from gateway.aggregation.rules import read

BERLIN = DayBasis.BERLIN


def judge_noise(indicator: Indicator, hours: Hours, asked: Range) -> Finding:
    """The level of the range from those of its dates, and its band. Values are 10^(L/10), as site-hours keep them."""
    name = indicator.id
    levels = {at: 10 * log10(hour.value) for at, hour in hours.items() if hour.value is not None and hour.value > 0}
    days = [
        noise.noise_levels(levels, local_date(day.start, BERLIN), share=asked.rule.need("noise").share)
        for day in asked.days(BERLIN)
    ]
    found = noise.long_term(days, asked.rule.need("noise").share)
    missing = sum(getattr(day, name) is None for day in days)
    value = getattr(found, name)
    if value is None:
        return Finding(answer=answer(proven=False, excluded=False), missing=missing, met=False)
    band, lower = noise.band(value, name), indicator.row["lower"]
    named = (
        f"< {lower[0]}" if not band else f">= {lower[-1]}" if band == len(lower) else f"{lower[band - 1]}-{lower[band]}"
    )
    return Finding(
        answer=answer(proven=band > 0, excluded=band == 0), missing=missing, value=value, met=True,
        detail={"band": named},
    )  # fmt: skip


def judge_share(indicator: Indicator, hours: Hours, asked: Range) -> Finding:
    """Share of the valid hours above a value; the number of those hours is a lower bound while others are missing."""
    above = indicator.row["above"]
    known = [
        (hour.value, hour.covered) for at in range(asked.start, asked.stop, HOUR_NS)
        if (hour := hours.get(at)) is not None and hour.value is not None and hour.covered > 0
    ]  # fmt: skip
    missing = (asked.stop - asked.start) // HOUR_NS - len(known)
    total = sum(covered for _, covered in known)
    count = sum(value > above for value, _ in known)
    share = sum(covered for value, covered in known if value > above) / total if total else None
    needed = asked.rule.need("month").share * (len(known) + missing)
    return Finding(
        answer=answer(proven=count > 0, excluded=not missing and not count), count=count, missing=missing, value=share,
        met=len(known) >= needed,
    )  # fmt: skip


def judge_gauge(hours: Hours, asked: Range, thresholds: Sequence[float]) -> Finding:
    """The highest class a gauge reached: how many of its own thresholds (m, rising) its readings lay on or over."""
    if not thresholds:
        return Finding(answer=answer(proven=False, excluded=False), detail={"thresholds": []})
    asked_hours = (asked.stop - asked.start) // HOUR_NS
    inside = [hours[at] for at in range(asked.start, asked.stop, HOUR_NS) if at in hours]
    missing = asked_hours - sum(hour.covered >= HOUR_NS for hour in inside)
    reached = [bisect_right(thresholds, hour.maximum) for hour in inside if hour.maximum is not None]
    count = sum(each > 0 for each in reached)
    return Finding(
        answer=answer(proven=count > 0, excluded=not missing and not count), count=count, missing=missing,
        value=float(max(reached)) if reached else None, value_bound=">=" if missing and reached else None,
        detail={"thresholds": list(thresholds)},
    )  # fmt: skip


def judge_traffic(indicator: Indicator, hours: Hours, asked: Range) -> Finding:
    """Mean of the whole days of one type, when enough of them are there; and the busiest hour of the day."""
    totals: list[float] = []
    by_hour: dict[int, list[float]] = defaultdict(list)
    missing = 0
    for day in asked.days(BERLIN):
        if indicator.row["days"] not in {"all", day_type(local_date(day.start, BERLIN))}:
            continue
        values = [None if hour is None else hour.value for hour in hours_between(hours, day)]
        whole = [value for value in values if value is not None]
        if len(whole) < len(values):
            missing += 1
            continue
        totals.append(sum(whole))
        for at, value in zip(range(day.start, day.stop, HOUR_NS), whole, strict=True):
            by_hour[to_datetime(at, BERLIN).hour].append(value)
    met = bool(totals) and len(totals) >= ceil(asked.rule.need("panel").share * (len(totals) + missing))
    means = {hour: sum(values) / len(values) for hour, values in by_hour.items()}
    busiest = max(means, key=lambda hour: (means[hour], -hour), default=None)
    return Finding(
        missing=missing, value=sum(totals) / len(totals) if met else None, met=met,
        detail={
            "days": len(totals), "busiest_hour": busiest,
            "busiest_hour_mean": None if busiest is None else means[busiest],
        } if met else {"days": len(totals)},
    )  # fmt: skip


def day_type(day: date) -> str:
    """The type of a day: workday, saturday or sunday; a public holiday is a Sunday."""
    if day.isoweekday() == 7 or day in holidays(day.year):
        return "sunday"
    return "saturday" if day.isoweekday() == 6 else "workday"


@cache
def holidays(year: int) -> frozenset[date]:
    """Public holidays of North Rhine-Westphalia."""
    table = read("thresholds")["holidays"]["nordrhein_westfalen"]
    sunday = easter(year)
    fixed = {date(year, month, day) for month, day in table["dates"]}
    return frozenset(fixed | {sunday + timedelta(days=days) for days in table["easter"]})


def easter(year: int) -> date:
    """Easter Sunday (Gregorian calendar, Gauss's method as completed by Lichtenberg)."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    lunar = year % 19
    seed = (19 * lunar + moon) % 30
    limit = seed // 29 + (seed // 28 - seed // 29) * (lunar // 11)
    border = 21 + seed - limit
    first_sunday = 7 - (year + year // 4 + sun) % 7
    distance = 7 - (border - first_sunday) % 7
    return date(year, 3, 1) + timedelta(days=border + distance - 1)
