"""In which windows figures are judged: hours of the night, longer windows from which shorter ones could be had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, hour_keys
from gateway.aggregation.disclosure import METERS, PEOPLE
from gateway.aggregation.periods import PROFILES

ENCLOSING = {Period.HOUR: Period.DAY, Period.DAY: Period.MONTH, Period.MONTH: Period.YEAR, Period.QUARTER: Period.YEAR}
"""Within which longer windows those of a period are judged together, for meters and counts of people."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How figures are asked for.

    Attributes:
        period: of Period, or a profile.
        basis: whose midnights.
        usual: with the usual flags, capture rule and validity, as of now: only so protected sensors are told of.
    """

    period: str
    basis: DayBasis
    usual: bool = True


def careful(quantity: str) -> bool:
    """Whether figures of the quantity are told in one form only: counts of people, and meters."""
    return quantity in PEOPLE or quantity in METERS


def enclosing(quantity: str, period: str) -> Period | None:
    """The longer window within which figures of a period are judged together; None: each by itself."""
    if quantity in METERS:
        return ENCLOSING.get(Period(period)) if period in set(Period) else None
    return Period.DAY if quantity in PEOPLE and period == Period.HOUR else None


def few_people(quantity: str, asked: Asked, start: NDArray[np.int64]) -> Bools:
    """The windows, by their begin, in which few people may not be told."""
    if quantity not in PEOPLE:
        return np.zeros(len(start), dtype=np.bool_)
    if asked.period in PROFILES:
        local = start % 24
    elif asked.period == Period.HOUR:
        keys = hour_keys(DayBasis.BERLIN, int(start[0]), int(start[-1]) + 1)
        local = _looked_up(keys, "local_hour", start)
    else:
        return np.zeros(len(start), dtype=np.bool_)
    dark: Bools = (local >= 22) | (local < 6)
    return dark


def units(unit: Period | None, house: DayBasis, start: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """For each window the begin of the longer one within which it is judged; None: each by itself.

    Args:
        unit: the longer one.
        house: whose midnights.
        start: ns, rising.
    """
    if unit is None:
        return None
    keys = hour_keys(house, int(start[0]) - int(start[0]) % HOUR_NS, int(start[-1]) + 1)
    return _looked_up(keys, str(unit), start)


def _looked_up(keys: pl.DataFrame, name: str, start: NDArray[np.int64]) -> NDArray[np.int64]:
    at = np.searchsorted(keys["hour"].to_numpy(), start, side="right") - 1
    found: NDArray[np.int64] = keys[name].to_numpy()[at].astype(np.int64)
    return found
