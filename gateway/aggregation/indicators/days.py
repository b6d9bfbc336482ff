"""Days of weather over a range: climate days and tropical nights, days of rain, heavy rain."""

from __future__ import annotations

from collections import Counter

from gateway.aggregation.calendar import (
    HOUR_NS,
    DayBasis,
    Window,
    local_date,
    rain_day,
    temperature_day,
    tropical_night,
)
from gateway.aggregation.indicators import weather
from gateway.aggregation.indicators.model import Finding, Hour, Hours, Indicator, Range, hours_between
from gateway.aggregation.indicators.proof import Answer, answer


def judge_climate(indicator: Indicator, hours: Hours, asked: Range) -> Finding:
    """How many days (nights) were such a day. One reading proves one answer, the other needs full coverage."""
    answers, highest, lowest = [], [], []
    basis = DayBasis.BERLIN if indicator.row["window"] == "berlin_day" else DayBasis.UTC
    for day in asked.days(basis):
        inside = _inside(hours, _window(indicator.row["window"], day))
        low = min((hour.minimum for hour in inside if hour.minimum is not None), default=None)
        high = max((hour.maximum for hour in inside if hour.maximum is not None), default=None)
        window = _window(indicator.row["window"], day)
        answers.append(weather.climate_day(indicator.id, low, high, complete=_complete(inside, window)))
        lowest += [] if low is None else [low]
        highest += [] if high is None else [high]
    unknown = answers.count(Answer.UNKNOWN)
    largest = indicator.row["extreme"] == "max"
    value = max(highest, default=None) if largest else min(lowest, default=None)
    return _counted(answers, value, (">=" if largest else "<=") if unknown else None)


def judge_rain_day(indicator: Indicator, hours: Hours, asked: Range) -> Finding:
    """How many rain days (06 UTC to 06 UTC) had more than so much. What was read is a lower bound of what fell."""
    answers, amounts = [], []
    for day in asked.days(DayBasis.UTC):
        window = rain_day(local_date(day.start, DayBasis.UTC))
        inside = _inside(hours, window)
        amounts.append(_amount(inside))
        more = amounts[-1] > indicator.row["above"]
        answers.append(answer(proven=more, excluded=not more and _complete(inside, window)))
    return _counted(answers, max(amounts, default=None), ">=" if Answer.UNKNOWN in answers else None)


def judge_heavy_rain(hours: Hours, asked: Range) -> Finding:
    """The highest warning class of 1 h and 6 h (whole hours), and for how many hours each class was reached."""
    classes: Counter[int] = Counter()
    missing = 0
    for at in range(asked.start, asked.stop, HOUR_NS):
        one = Window(start=at, stop=at + HOUR_NS, label="")
        six = Window(start=at - 5 * HOUR_NS, stop=at + HOUR_NS, label="")
        inside = _inside(hours, one)
        missing += not _complete(inside, one)
        around = _inside(hours, six)
        classes[weather.heavy_rain(_amount(inside) if inside else None, _amount(around) if around else None)] += 1
    count = sum(number for each, number in classes.items() if each)
    seen = missing < sum(classes.values()) or count
    return Finding(
        answer=answer(proven=count > 0, excluded=not missing and not count), count=count, missing=missing,
        value=float(max(classes)) if seen else None, value_bound=">=" if missing else None,
        detail={"hours_by_class": {str(each): classes[each] for each in (1, 2, 3)}},
    )  # fmt: skip


def _window(name: str, day: Window) -> Window:
    if name == "berlin_day":
        return day
    date = local_date(day.start, DayBasis.UTC)
    return tropical_night(date) if name == "tropical_night" else temperature_day(date)


def _inside(hours: Hours, window: Window) -> list[Hour]:
    return [hour for hour in hours_between(hours, window) if hour is not None]


def _complete(inside: list[Hour], window: Window) -> bool:
    return sum(hour.covered for hour in inside) >= window.stop - window.start


def _amount(inside: list[Hour]) -> float:
    return sum(hour.known for hour in inside if hour.known is not None)


def _counted(answers: list[Answer], value: float | None, bound: str | None) -> Finding:
    count, missing = answers.count(Answer.YES), answers.count(Answer.UNKNOWN)
    return Finding(
        answer=answer(proven=count > 0, excluded=bool(answers) and not missing and not count), count=count,
        missing=missing, value=value, value_bound=bound if value is not None else None,
    )  # fmt: skip
