"""Ambient air over a range: exceedances by calendar year, means of years, AOT40, indices. Law counts days in MEZ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, Window, midnight, to_datetime, window
from gateway.aggregation.capturing import daylight
from gateway.aggregation.indicators.air import CLASSES, Limit, air_index, averaging, max_8h
from gateway.aggregation.indicators.covered import covered
from gateway.aggregation.indicators.model import Finding, Hours, Range, hours_between, known
from gateway.aggregation.indicators.proof import Answer, answer, in_a_row
from gateway.aggregation.rules import Daytime, read

MEZ = DayBasis.MEZ
_POOR = 4


def judge_limit(limit: Limit, hours: Hours, asked: Range) -> Finding:
    """How often a limit was exceeded in the range, and whether that is more often than allowed."""
    if limit.statistic == "year_mean":
        return _year_mean(limit, hours, asked)
    days = asked.days(MEZ)
    if limit.statistic == "hour_mean":
        parts = [(at, hours[at].value if at in hours else None) for at in range(asked.start, asked.stop, HOUR_NS)]
        good = {day.start: _mean(hours, day, asked) is not None for day in days}
    elif limit.statistic == "max_8h":
        values = {at: hour.value for at, hour in hours.items()}
        found = {day.start: max_8h(values, day, asked.rule) for day in days}
        good = {at: each.valid for at, each in found.items()}
        # A maximum above the limit is proven however much is missing.
        parts = [
            (at, each.value if each.value is not None and (each.valid or each.value > limit.value) else None)
            for at, each in found.items()
        ]
    else:
        parts = [(day.start, _mean(hours, day, asked)) for day in days]
        good = {at: value is not None for at, value in parts}
    values_only = [value for _, value in parts]
    count, missing = _exceeded(values_only, limit.value)
    largest = max(known(values_only), default=None)
    return Finding(
        answer=_broken(limit, parts) if parts else Answer.UNKNOWN, count=count, missing=missing,
        value=largest, value_bound=">=" if missing and largest is not None else None,
        met=covered(asked, MEZ, good, hours), detail=_by_year(limit, parts),
    )  # fmt: skip


def _exceeded(values: Sequence[float | None], limit: float) -> tuple[int, int]:
    return sum(value is not None and value > limit for value in values), sum(value is None for value in values)


def _year(at: int) -> int:
    return to_datetime(at, MEZ).year


def _year_window(year: int) -> Window:
    return window(Period.YEAR, MEZ, midnight(date(year, 6, 1), MEZ))


def _by_year(limit: Limit, parts: Sequence[tuple[int, float | None]]) -> dict[str, Any]:
    """Count and missing of each calendar year, where something is allowed each year."""
    if not (limit.allowed or limit.years > 1):
        return {}
    years: dict[int, list[float | None]] = defaultdict(list)
    for at, value in parts:
        years[_year(at)].append(value)
    found = {year: _exceeded(values, limit.value) for year, values in years.items()}
    return {
        "allowed": limit.allowed,
        "years": {str(year): {"count": count, "missing": missing} for year, (count, missing) in found.items()},
    }


def _broken(limit: Limit, parts: Sequence[tuple[int, float | None]]) -> Answer:
    """Whether it was exceeded more often than allowed. What of a year lies outside of the range is not known."""
    values = [value for _, value in parts]
    if limit.consecutive > len(values):
        return Answer.UNKNOWN
    if limit.consecutive > 1:
        return in_a_row(values, limit.value, limit.consecutive)
    if not limit.allowed and limit.years == 1:
        count, missing = _exceeded(values, limit.value)
        return answer(proven=count > 0, excluded=count + missing == 0)
    step = 1 if limit.statistic == "hour_mean" else 24
    seen: dict[int, tuple[int, int]] = {}
    for year in {_year(at) for at, _ in parts}:
        inside = [value for at, value in parts if _year(at) == year]
        count, missing = _exceeded(inside, limit.value)
        outside = max(0, _year_window(year).hours // step - len(inside))
        seen[year] = (count, missing + outside)
    answers = []
    for last in seen:
        # Years of a mean that were not asked for may be anything.
        span = [seen.get(last - back, (0, 366 * 24)) for back in range(limit.years)]
        count, missing = sum(each[0] for each in span), sum(each[1] for each in span)
        most = limit.allowed * limit.years
        answers.append(answer(proven=count > most, excluded=count + missing <= most))
    return _any(answers)


def _any(answers: Sequence[Answer]) -> Answer:
    if Answer.YES in answers:
        return Answer.YES
    return Answer.NO if answers and set(answers) == {Answer.NO} else Answer.UNKNOWN


def _mean(hours: Hours, day: Window, asked: Range) -> float | None:
    """The day's mean, with enough valid hours."""
    valid = [hour.value for hour in hours_between(hours, day) if hour is not None and hour.value is not None]
    return sum(valid) / len(valid) if len(valid) >= asked.rule.needed("day", day.hours) else None


def _year_mean(limit: Limit, hours: Hours, asked: Range) -> Finding:
    """The mean of valid days; only a whole calendar year that the capture rule takes is compared with the limit."""
    days = {day.start: _mean(hours, day, asked) for day in asked.days(MEZ)}
    valid = known(list(days.values()))
    whole = asked.whole(MEZ)
    year = whole is not None and whole[0] is Period.YEAR
    met = covered(asked, MEZ, {at: value is not None for at, value in days.items()}, hours)
    # A range that is no calendar period is measured by the share of a year.
    enough = met if met is not None else bool(days) and len(valid) >= asked.rule.needed("year", len(days))
    value = sum(valid) / len(valid) if valid and enough else None
    found = Answer.UNKNOWN if value is None or not year else Answer.YES if value > limit.value else Answer.NO
    return Finding(answer=found, missing=len(days) - len(valid), value=value, met=met)


def judge_aot40(limit: Limit, hours: Hours, asked: Range) -> Finding:
    """What is above 80 ug/m3 in daylight of May to July, added up for each year of the range.

    `estimate` is measured x possible / available hours, given when 90 % of the possible ones are there.
    """
    table = read("thresholds")["aot40"]
    rule = asked.rule.need("year").daytime or Daytime(first=8, last=20, share=asked.rule.need("year").share,
                                                      months=(5, 6, 7))  # fmt: skip
    measured: dict[int, float] = {}
    estimated: dict[int, float | None] = {}
    lacking: dict[int, int] = {}
    detail: dict[str, Any] = {}
    for year in range(_year(asked.start), _year(asked.stop - 1) + 1):
        whole = _year_window(year)
        possible = daylight(whole.start, whole.stop, rule)
        inside = [at for at in possible if asked.start <= at < asked.stop]
        if not inside:
            continue
        values = known([hours[at].value if at in hours else None for at in inside])
        measured[year] = sum(max(0.0, value - table["above"]) for value in values)
        enough = len(values) * rule.share.denominator >= len(possible) * rule.share.numerator
        estimated[year] = measured[year] * len(possible) / len(values) if values and enough else None
        lacking[year] = len(possible) - len(values)
        detail[str(year)] = {"measured": measured[year], "available": len(values), "possible": len(possible)}
    if not measured:
        return Finding(answer=Answer.UNKNOWN)
    total, complete = sum(measured.values()) / limit.years, not any(lacking.values())
    estimates = known(list(estimated.values()))
    all_there = len(measured) >= limit.years
    return Finding(
        answer=answer(
            proven=total > limit.value, excluded=complete and all_there and total <= limit.value
        ),
        missing=sum(lacking.values()), value=sum(measured.values()) / len(measured),
        value_bound=None if complete else ">=",
        estimate=sum(estimates) / len(estimates) if len(estimates) == len(measured) else None,
        met=len(estimates) == len(measured), detail={"years": detail},
    )  # fmt: skip


def judge_index(name: str, site: Mapping[str, Hours], asked: Range) -> Finding:
    """The index of every hour: its worst class, and for how many hours each class held.

    Answers whether an hour was "schlecht" or worse: no only when every hour has all pollutants.
    """
    pollutants = read("indices")[name]["pollutants"]
    counts: Counter[int] = Counter()
    used: set[str] = set()
    incomplete = 0
    latest: dict[str, Any] = {}
    for at in range(asked.start, asked.stop, HOUR_NS):
        index = air_index(
            name, {each: _concentration(name, each, site.get(each, {}), at, asked) for each in pollutants}
        )
        incomplete += not index.complete
        if index.number is None:
            continue
        counts[index.number] += 1
        used |= set(index.pollutants_used)
        latest = {"hour": at, "class": index.number, "de": index.de, "decisive": list(index.decisive),
                  "complete": index.complete}  # fmt: skip
    poor = sum(number for index_class, number in counts.items() if index_class >= _POOR)
    return Finding(
        answer=answer(proven=poor > 0, excluded=not incomplete and not poor), count=poor, missing=incomplete,
        value=float(max(counts)) if counts else None, value_bound=">=" if incomplete else None,
        detail={
            "hours_by_class": {str(index_class): counts[index_class] for index_class in range(1, len(CLASSES) + 1)},
            "pollutants_used": sorted(used), "complete": not incomplete, "latest": latest or None,
        },
    )  # fmt: skip


def _concentration(name: str, quantity: str, hours: Hours, at: int, asked: Range) -> float | None:
    """Mean of the hour, or of the 24 hours that end with it when enough of them are valid."""
    if averaging(name, quantity) == "hour_mean":
        return hours[at].value if at in hours else None
    values = known([hours[each].value if each in hours else None for each in range(at - 23 * HOUR_NS, at + 1, HOUR_NS)])
    return sum(values) / len(values) if len(values) >= asked.rule.needed("day", 24) else None
