"""Weather days, tropical nights, heavy rain."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from gateway.aggregation.indicators.proof import Answer, answer
from gateway.aggregation.rules import RuleError, read

_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<": operator.lt}


def climate_day(name: str, lowest: float | None, highest: float | None, *, complete: bool) -> Answer:
    """Whether a day was a summer_day, hot_day, desert_day, frost_day, ice_day or tropical_night.

    Args:
        name: row of `data/thresholds.toml`, table climate_day.
        lowest: smallest reading of the window (Cel), None without any: DWD's day 00-24 UTC, or the tropical night.
        highest: largest reading.
        complete: the window is covered to the end: only then is the opposite of what was read excluded.

    Raises:
        RuleError: no such day.
    """
    row: dict[str, Any] | None = read("thresholds")["climate_day"].get(name)
    if row is None:
        raise RuleError(f"climate day {name!r} is not known")
    extreme = highest if row["extreme"] == "max" else lowest
    if extreme is None:
        return Answer.UNKNOWN
    met = _COMPARE[row["compare"]](extreme, row["value"])
    # A maximum only grows and a minimum only falls: that decides which answer one reading proves.
    proves_yes = (row["extreme"] == "max") == (row["compare"] == ">=")
    if proves_yes:
        return answer(proven=met, excluded=complete)
    return answer(proven=met and complete, excluded=not met)


def tropical_night(lowest: float | None, *, complete: bool) -> Answer:
    """18 UTC to 06 UTC never below 20.0: no as soon as one reading is below, yes only with full coverage."""
    return climate_day("tropical_night", lowest, None, complete=complete)


def heavy_rain(hour: float | None, six_hours: float | None) -> int:
    """Warning class of precipitation in mm: 0 none, 1 marked, 2 severe, 3 extreme."""
    table = read("thresholds")["heavy_rain"]
    return max(_rain_class(hour, table["hour"]), _rain_class(six_hours, table["six_hours"]))


def _rain_class(amount: float | None, row: dict[str, float]) -> int:
    if amount is None:
        return 0
    return (amount >= row["marked_from"]) + (amount > row["severe_above"]) + (amount > row["extreme_above"])
