"""Observations as columns for DuckDB, and what is known of the series they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gateway.model import Flag, Observation
from gateway.store.limits import TIME_MAX, TIME_MIN, refusal

SeriesName = tuple[str, str, str]
"""(device, channel, quantity)"""

Columns = dict[str, npt.NDArray[Any]]
"""Rows by column name: series int32, time int64 ns, value float64 (NaN is NULL), flag uint8, journal_offset int64."""

NEVER = np.iinfo(np.int64).min


class KnownSeries:
    """Number of every series, and for each a bound: nothing is stored later than it.

    A row later than its series' bound is new for certain, so it needs no look into the table. A bound may be too
    high (then a row is looked up in vain), never too low.
    """

    def __init__(self, names: Iterable[tuple[int, str, str, str]], bound: int) -> None:
        """`names` are the rows of the table series; nothing of them is stored later than `bound`."""
        self.ids: dict[SeriesName, int] = {
            (device, channel, quantity): number for number, device, channel, quantity in names
        }
        self._bounds = np.full(max(1024, 2 * len(self.ids)), NEVER, np.int64)
        self._bounds[: len(self.ids) + 1] = bound

    def remember(self, columns: Columns, new: dict[SeriesName, int]) -> None:
        """These rows and these new series are stored now."""
        self.ids.update(new)
        self.raise_bounds(columns)

    def raise_bounds(self, columns: Columns) -> None:
        """These rows are stored now."""
        self._reserve(columns["series"])
        np.maximum.at(self._bounds, columns["series"], columns["time"])

    def later(self, columns: Columns) -> npt.NDArray[np.bool_]:
        """Which rows come after everything stored of their series."""
        self._reserve(columns["series"])
        later: npt.NDArray[np.bool_] = columns["time"] > self._bounds[columns["series"]]
        return later

    def _reserve(self, series: npt.NDArray[Any]) -> None:
        highest = int(series.max(initial=0))
        if highest >= self._bounds.size:
            grown = np.full(2 * highest, NEVER, np.int64)
            grown[: self._bounds.size] = self._bounds
            self._bounds = grown


def number_series(
    observations: Sequence[Observation], ids: dict[SeriesName, int]
) -> tuple[list[int], dict[SeriesName, int]]:
    """The series number of each observation, and the series that are new with theirs.

    Raises:
        ValueError: a new series has a name that cannot be stored.
    """
    numbers = [ids.get((o.device, o.channel, o.quantity), 0) for o in observations]
    new: dict[SeriesName, int] = {}
    if 0 in numbers:
        for at, number in enumerate(numbers):
            if not number:
                o = observations[at]
                name = (o.device, o.channel, o.quantity)
                if name not in new and (why := refusal(o)) is not None:
                    raise ValueError(why)
                numbers[at] = new.setdefault(name, len(ids) + len(new) + 1)
    return numbers, new


def columns_of(observations: Sequence[Observation], numbers: Sequence[int]) -> Columns:
    """One row for each (series, time): the last one of the batch.

    Raises:
        ValueError, OverflowError, TypeError: a value, a time or a flag cannot be stored.
    """
    given = [o.value for o in observations]
    columns: Columns = {
        "series": np.array(numbers, np.int32),
        "time": np.array([o.time for o in observations], np.int64),
        "value": np.array(given, np.float64),
        "flag": np.array([o.flag for o in observations], np.uint8),
        "journal_offset": np.array([o.offset for o in observations], np.int64),
    }
    time, value = columns["time"], columns["value"]
    if time.min(initial=0) < TIME_MIN or time.max(initial=0) > TIME_MAX:
        raise ValueError("a time is out of range")
    finite = np.isfinite(value)
    if not finite.all() and any(given[at] is not None for at in np.flatnonzero(~finite)):
        raise ValueError("a value is not finite")
    value[columns["flag"] == Flag.MISSING] = np.nan
    return _last_of_each(columns)


def take(columns: Columns, which: npt.NDArray[Any]) -> Columns:
    """The rows that a mask or a list of indices names."""
    return {name: column[which] for name, column in columns.items()}


def common(one: Columns, other: Columns) -> int:
    """How many rows of the one have the series and time of a row of the other; in each they occur once."""
    series = np.concatenate([one["series"], other["series"]])
    time = np.concatenate([one["time"], other["time"]])
    order = np.lexsort((time, series))
    s, t = series[order], time[order]
    return int(((s[1:] == s[:-1]) & (t[1:] == t[:-1])).sum())


def _last_of_each(columns: Columns) -> Columns:
    """Without the rows that a later one of the same series and time replaces; keeps the order."""
    series, time = columns["series"], columns["time"]
    mixed = time * 1_000_003 + series  # wraps around; equal rows stay equal, and few others become so
    mixed.sort()
    if not (mixed[1:] == mixed[:-1]).any():
        return columns
    order = np.lexsort((time, series))  # stable: rows of equal series and time stay in the order they came
    s, t = series[order], time[order]
    last = np.append((s[1:] != s[:-1]) | (t[1:] != t[:-1]), True)  # the last row has no follower
    return take(columns, np.sort(order[last]))
