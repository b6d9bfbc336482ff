"""Indicators of areas from site-hours: each site is judged, and the worst speaks for its area.

An average over sites would hide what the law asks for: whether a limit is kept where people are. "No" therefore takes
every equipped site of the area, "yes" one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import log10
from typing import Any

from gateway.aggregation.calendar import (
    HOUR_NS,
    DayBasis,
    Period,
    Window,
    local_date,
    temperature_day,
    tropical_night,
    windows,
)
from gateway.aggregation.indicators import noise, weather
from gateway.aggregation.indicators.air import Limit, limits, max_8h
from gateway.aggregation.indicators.proof import Answer, exceedances
from gateway.aggregation.rules import capture, read
from gateway.quantities import QUANTITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator: what it is made of and where it comes from."""

    id: str
    quantity: str
    de: str
    kind: str
    unit: str
    source: str
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One site-hour; `value` None when it is not valid."""

    value: float | None
    minimum: float | None
    maximum: float | None
    covered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a site's hours prove. `count` of days or hours with bound ">=" while `missing` of them are not known."""

    answer: Answer
    count: int | None = None
    missing: int = 0
    value: float | None = None

    @property
    def bound(self) -> str | None:
        """Lower bound when the true number may be larger."""
        return ">=" if self.count is not None and self.missing else None


@cache
def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by id."""
    found = [
        Indicator(id=each.id, quantity=each.quantity, de=f"{each.quantity}: {each.statistic} > {each.value:g}",
                  kind=each.kind, unit=QUANTITIES[each.quantity].unit, source=each.source, limit=each)
        for each in limits()
    ]  # fmt: skip
    table = read("thresholds")
    found += [
        Indicator(id=name, quantity="air_temperature", de=row["de"], kind="climate_day", unit="d", source=row["source"])
        for name, row in table["climate_day"].items()
    ]
    found += [
        Indicator(id=name, quantity="sound_level_a_eq", de=words, kind="noise", unit="dB(A)", source="34. BImSchV")
        for name, words in (("lden", "Tag-Abend-Nacht-Pegel"), ("lnight", "Nachtpegel"))
    ]
    found.append(Indicator(id="heavy_rain", quantity="precipitation", de="Starkregen (Warnstufe)", kind="rain",
                           unit="1", source=table["heavy_rain"]["source"]))  # fmt: skip
    found.append(Indicator(id="parking_full", quantity="parking_occupied", de="Zeitanteil über 85 % belegt",
                           kind="parking", unit="1", source="thresholds.toml"))  # fmt: skip
    return {each.id: each for each in found}


def margins() -> tuple[int, int]:
    """How far before and after the range hours are needed, ns: running means, and nights that end on the next day."""
    return 24 * HOUR_NS, 24 * HOUR_NS


def judge(indicator: Indicator, hours: Mapping[int, Hour], start: int, stop: int) -> Finding:
    """What the hours of one site say of `[start, stop)`."""
    match indicator.kind:
        case "climate_day":
            return _climate(indicator.id, hours, start, stop)
        case "noise":
            return _noise(indicator.id, hours, start, stop)
        case "rain":
            return _rain(hours, start, stop)
        case "parking":
            return _parking(hours, start, stop)
        case _:
            assert indicator.limit is not None
            return _limit(indicator.limit, hours, start, stop)


def worst(findings: Sequence[Finding]) -> Finding:
    """Of the sites of an area: yes as soon as one says so, no only when all do; the largest count and value."""
    answers = {each.answer for each in findings}
    answer = Answer.YES if Answer.YES in answers else Answer.NO if answers == {Answer.NO} else Answer.UNKNOWN
    counts = [each.count for each in findings if each.count is not None]
    values = [each.value for each in findings if each.value is not None]
    return Finding(
        answer=answer, count=max(counts, default=None), missing=max((each.missing for each in findings), default=0),
        value=max(values, default=None),
    )  # fmt: skip


def _limit(limit: Limit, hours: Mapping[int, Hour], start: int, stop: int) -> Finding:
    if limit.statistic == "hour_mean":
        values = [hours[at].value if at in hours else None for at in range(start, stop, HOUR_NS)]
    elif limit.statistic == "year_mean":
        return _year(limit, hours, start, stop)
    else:
        values = [_day_value(limit, hours, day) for day in _whole_days(DayBasis.MEZ, start, stop)]
    found = exceedances(values, limit.value)
    known = [value for value in values if value is not None]
    return Finding(
        answer=limit.exceeded(values) if values else Answer.UNKNOWN, count=found.count, missing=found.missing,
        value=max(known, default=None),
    )  # fmt: skip


def _day_value(limit: Limit, hours: Mapping[int, Hour], day: Window) -> float | None:
    if limit.statistic == "max_8h":
        found = max_8h({at: hour.value for at, hour in hours.items()}, day)
        # A maximum above the limit is proven however much is missing.
        return found.value if found.value is not None and (found.valid or found.value > limit.value) else None
    return _day_mean(hours, day)


def _day_mean(hours: Mapping[int, Hour], day: Window) -> float | None:
    known = [hours[at].value for at in range(day.start, day.stop, HOUR_NS) if at in hours]
    valid = [value for value in known if value is not None]
    return sum(valid) / len(valid) if len(valid) >= capture().needed("day", day.hours) else None


def _year(limit: Limit, hours: Mapping[int, Hour], start: int, stop: int) -> Finding:
    """The mean of valid days; only a whole calendar year is compared with a limit for years."""
    days = list(_whole_days(DayBasis.MEZ, start, stop))
    means = [mean for mean in (_day_mean(hours, day) for day in days) if mean is not None]
    enough = bool(days) and len(means) >= capture().needed("year", len(days))
    value = sum(means) / len(means) if enough else None
    year = any(
        each.start == start and each.stop == stop for each in windows(Period.YEAR, DayBasis.MEZ, start, stop)
    ) or (any(each.start == start and each.stop == stop for each in windows(Period.YEAR, DayBasis.BERLIN, start, stop)))
    answer = Answer.UNKNOWN if value is None or not year else Answer.YES if value > limit.value else Answer.NO
    return Finding(answer=answer, missing=len(days) - len(means), value=value)


def _climate(name: str, hours: Mapping[int, Hour], start: int, stop: int) -> Finding:
    answers: list[Answer] = []
    for day in _whole_days(DayBasis.UTC, start, stop):
        local = local_date(day.start, DayBasis.UTC)
        window = tropical_night(local) if name == "tropical_night" else temperature_day(local)
        inside = [hours[at] for at in range(window.start, window.stop, HOUR_NS) if at in hours]
        complete = sum(hour.covered for hour in inside) >= window.stop - window.start
        lowest = min((hour.minimum for hour in inside if hour.minimum is not None), default=None)
        highest = max((hour.maximum for hour in inside if hour.maximum is not None), default=None)
        answers.append(weather.climate_day(name, lowest, highest, complete=complete))
    count, missing = answers.count(Answer.YES), answers.count(Answer.UNKNOWN)
    answer = Answer.YES if count else Answer.UNKNOWN if missing or not answers else Answer.NO
    return Finding(answer=answer, count=count, missing=missing)


def _noise(name: str, hours: Mapping[int, Hour], start: int, stop: int) -> Finding:
    levels = {at: 10 * log10(hour.value) for at, hour in hours.items() if hour.value is not None and hour.value > 0}
    days = [
        noise.noise_levels(levels, local_date(day.start, DayBasis.BERLIN))
        for day in _whole_days(DayBasis.BERLIN, start, stop)
    ]
    found = noise.long_term(days)
    missing = sum(getattr(day, name) is None for day in days)
    value = getattr(found, name)
    if value is None:
        return Finding(answer=Answer.UNKNOWN, missing=missing)
    return Finding(answer=Answer.YES if noise.band(value, name) else Answer.NO, missing=missing, value=value)


def _rain(hours: Mapping[int, Hour], start: int, stop: int) -> Finding:
    highest = missing = 0
    for at in range(start, stop, HOUR_NS):
        missing += at not in hours or hours[at].value is None
        six = [hours[each].value for each in range(at - 5 * HOUR_NS, at + HOUR_NS, HOUR_NS) if each in hours]
        known = [value for value in six if value is not None]
        one = hours[at].value if at in hours else None
        highest = max(highest, weather.heavy_rain(one, sum(known) if known else None))
    answer = Answer.YES if highest else Answer.UNKNOWN if missing else Answer.NO
    return Finding(answer=answer, missing=missing, value=float(highest))


def _parking(hours: Mapping[int, Hour], start: int, stop: int) -> Finding:
    inside = [(hours[at].value, hours[at].covered) for at in range(start, stop, HOUR_NS) if at in hours]
    share = weather.share_full(inside)
    missing = (stop - start) // HOUR_NS - sum(value is not None for value, _ in inside)
    answer = Answer.YES if share else Answer.UNKNOWN if share is None or missing else Answer.NO
    return Finding(answer=answer, missing=missing, value=share)


def _whole_days(basis: DayBasis, start: int, stop: int) -> Iterable[Window]:
    """The days of the range. One that hangs out by some hours, because it was asked by another midnight, counts."""
    slack = timedelta(hours=3) // timedelta(microseconds=1) * 1000
    return (
        day
        for day in windows(Period.DAY, basis, start, stop)
        if day.start >= start - slack and day.stop <= stop + slack
    )


def hours_of(rows: Iterable[Mapping[str, Any]], kind: str) -> dict[int, Hour]:
    """Site-hours of one point by their begin."""
    return {
        row["start"]: Hour(
            value=_value(row, kind) if row["valid"] else None, minimum=row["minimum"], maximum=row["maximum"],
            covered=row["covered"],
        )
        for row in rows
    }  # fmt: skip


def _value(row: Mapping[str, Any], kind: str) -> float | None:
    """What an indicator is made of: for car parks the share, for all else the linear value."""
    value: float | None = row["linear"]
    if kind != "parking":
        return value
    return value / row["capacity"] if value is not None and row["capacity"] else None
