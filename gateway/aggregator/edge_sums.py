"""What the hours of the live edge add up to, part by part: arrays (parts x hours) that move on with the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.hourly import LEAN_HOUR
from gateway.aggregation.kinds import Cells
from gateway.aggregation.slab import Slab

HOURS = 5
"""Hours that are kept: two before the newest, itself, two after it (clocks that run ahead)."""
BEFORE = 2
SUMMING, COUNTER = 4, 5
"""Families of quantities whose values are added up, and of counters."""
_COUNTS = ("n", "excluded", "besides", "covered")
_SUMS = {0: ("integral",), 1: ("integral",), 2: ("integral",), 3: ("u", "v", "weight")}
_ADDED = (*_COUNTS, "integral", "u", "v", "weight")
_NAMES = (*_ADDED, "total", "minimum", "maximum")

Ints = NDArray[np.int64]
Numbers = NDArray[Any]


class Sums:
    """Of each part of a plan, closed: without the hold of its last used observation."""

    def __init__(self, size: int) -> None:
        """`size`: one more than the highest number of a part."""
        self._size = size
        self._kept = {name: _empty(name, (size, HOURS)) for name in _NAMES}
        self.base: int | None = None
        """The first hour that is kept, ns."""

    def advance(self, base: int) -> None:
        """Make `base` the first hour that is kept."""
        steps = HOURS if self.base is None else (base - self.base) // HOUR_NS
        if steps < 0:
            return
        self.base = base
        for name, kept in self._kept.items():
            if 0 < steps < HOURS:
                kept[:, :-steps] = kept[:, steps:].copy()
            if steps:
                kept[:, max(0, HOURS - steps) :] = _empty(name, (self._size, min(steps, HOURS)))

    def clear(self, parts: Ints) -> None:
        """Forget what is kept of these."""
        for name, kept in self._kept.items():
            kept[parts] = _empty(name, (len(parts), HOURS))

    def result(self, count: int) -> dict[str, Numbers]:
        """Nothing, for `count` parts; see `add`."""
        return {name: _empty(name, (count, HOURS)) for name in self._kept}

    def add(self, slab: Slab, mine: Ints, closed: Cells, tail: Cells, result: Mapping[str, Numbers]) -> None:
        """Add what is closed to what is kept, and put that together with the open hold into `result`.

        Args:
            slab: its hours begin `BEFORE` ahead of those that are kept.
            mine: rows of the slab's parts that are added to.
            closed: statistics of the slab.
            tail: of the hold that is open.
            result: a row for each of the slab's parts.
        """
        parts, shape = slab.parts, (slab.grid.parts, slab.grid.hours)
        for name, kept in self._kept.items():
            now = kept[parts[mine]]
            if name in closed.columns:
                now = _joined(name, now, closed.columns[name].reshape(shape)[mine, BEFORE:])
                kept[parts[mine]] = now
            if name in tail.columns:
                now = now + tail.columns[name].reshape(shape)[mine, BEFORE:]
            result[name][mine] = now

    def rows(self, parts: Ints, family: Ints, found: Mapping[str, Numbers], low: int, high: int) -> pl.DataFrame:
        """The hours of `[low, high)` in which something was observed or covered, schema LEAN_HOUR.

        Args:
            parts: numbers.
            family: of each of them.
            found: a row for each of them.
            low: ns.
            high: ns.
        """
        assert self.base is not None
        hour = self.base + np.arange(HOURS) * HOUR_NS
        seen = (found["n"] > 0) | (found["besides"] > 0) | (found["covered"] > 0)
        seen &= (hour >= low) & (hour < high)
        row, slot = np.nonzero(seen)
        columns: dict[str, object] = {"part": parts[row], "hour": hour[slot]}
        kind = family[row]
        for name in LEAN_HOUR:
            if name in columns:
                continue
            column = found[name][row, slot]
            if name in {"integral", "u", "v", "weight"}:
                has = np.isin(kind, [number for number, names in _SUMS.items() if name in names])
                column = np.where(has, column, np.nan)
            columns[name] = column
        return pl.DataFrame(columns, schema=LEAN_HOUR, nan_to_null=False)


def _empty(name: str, shape: tuple[int, int]) -> Numbers:
    if name in _COUNTS:
        return np.zeros(shape, dtype=np.int64)
    return np.zeros(shape) if name in _ADDED else np.full(shape, np.nan)


def _joined(name: str, one: Numbers, other: Numbers) -> Numbers:
    """Two disjoint pieces of the same hours together."""
    if name == "minimum":
        return np.asarray(np.fmin(one, other))
    if name == "maximum":
        return np.asarray(np.fmax(one, other))
    if name == "total":
        return np.asarray(np.where(np.isnan(one), other, np.where(np.isnan(other), one, one + other)))
    return np.asarray(one + other)
