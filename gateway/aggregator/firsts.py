"""When counters were first read: a counter's very first reading has no predecessor, and so gives no difference."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.plan import Plan
from gateway.aggregator.dirty import Marks, merge
from gateway.aggregator.reading import Reading, first_used


class FirstReadings:
    """Looks them up once for each counter of a plan. A new plan needs a new one."""

    def __init__(self, plan: Plan, reading: Reading, used: tuple[int, ...]) -> None:
        """Nothing is looked up yet.

        Args:
            plan: has the counters.
            reading: stored observations.
            used: QARTOD flags that enter.
        """
        self._parts, self._reading, self._used = plan.parts, reading, used
        self._known: dict[tuple[int, int], int] = {}
        self._counters: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in plan.parts.filter(pl.col("kind") == "accumulator").iter_rows(named=True):
            self._counters[row["device"]].append(row)

    def of(self, parts: pl.DataFrame) -> dict[int, int]:
        """The time of the first used reading by part, of those of these parts that are counters with one."""
        counters = parts.filter(pl.col("kind") == "accumulator")
        keys = {row[0]: (row[1], row[2]) for row in counters.select("part", "series", "start").iter_rows()}
        unknown = [part for part, key in keys.items() if key not in self._known]
        if unknown:
            asked = counters.filter(pl.col("part").is_in(unknown))
            for part, first in first_used(self._reading, asked, self._used).items():
                self._known[keys[part]] = first
        return {part: self._known[key] for part, key in keys.items() if key in self._known}

    def of_numbers(self, parts: NDArray[np.int64]) -> dict[int, int]:
        """The same by the parts' numbers."""
        return self.of(self._parts.filter(pl.col("part").is_in(parts.tolist())))

    def widen(self, marks: Marks) -> None:
        """When another reading becomes the first, what both give changes: mark them too."""
        if not self._known:
            return
        earliest: dict[str, int] = {}
        for (device, _), (low, _) in marks.items():
            earliest[device] = min(low, earliest.get(device, low))
        stale = [
            row for device, low in earliest.items() for row in self._counters.get(device, ())
            if low <= self._known.get((row["series"], row["start"]), low - 1)
        ]  # fmt: skip
        if not stale:
            return
        now = first_used(self._reading, pl.DataFrame(stale, schema=self._parts.schema), self._used)
        for row in stale:
            old = self._known.pop((row["series"], row["start"]))
            for first in {old, now.get(row["part"], old)}:
                merge(marks, {(row["device"], first - first % HOUR_NS): (first, first)})
