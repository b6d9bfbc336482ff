"""From marks to new versions of site-hours: what continues the last hours is added to them, all else computed anew.

Which hours a touched time reaches: a value holds for 1.5 expected intervals, so up to there; an increment's middle
and what a counter covers lie before it; a counter's next difference is that of the next reading, at most a day later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.hourly import lean_hours, reach
from gateway.aggregation.plan import Plan
from gateway.aggregation.sites import Facts, site_hours
from gateway.aggregator.changes import restrict
from gateway.aggregator.dirty import Marks, Span
from gateway.aggregator.edge import LiveEdge
from gateway.aggregator.firsts import FirstReadings
from gateway.aggregator.ranges import boxes, ranges, reaches
from gateway.aggregator.reading import Reading
from gateway.aggregator.results import Results

CELLS = 200_000
"""Parts x hours worked on at once."""


@dataclass(slots=True, kw_only=True)
class Done:
    """What a round did: rows read, hours changed by quantity, rows written out, the processor time it took."""

    device_hours: int = 0
    rows: int = 0
    changed: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    written: int = 0
    seconds: float = 0.0


class Recomputer:
    """Computes the hours of a plan. A new plan needs a new one; one thread works at a time."""

    def __init__(
        self, plan: Plan, results: Results, reading: Reading, *, clock: Callable[[], int], used: tuple[int, ...]
    ) -> None:
        """Nothing is computed yet.

        Args:
            plan: what hangs where.
            results: where the hours go.
            reading: stored observations.
            clock: ns, when a result was computed.
            used: QARTOD flags that enter.
        """
        self._plan, self._results, self._reading, self._clock, self._used = plan, results, reading, clock, used
        self._reach = reaches(plan)
        self._firsts = FirstReadings(plan, reading, used)
        self._edge, self._facts = LiveEdge(plan, used), Facts(plan)
        self._quantity: dict[object, str] = dict(plan.points.select("point", "quantity").iter_rows())

    def newest(self, marks: Marks) -> int:
        """The last touched time of what hangs somewhere, ns; 0 without any."""
        return max((span[1] for (device, _), span in marks.items() if device in self._reach), default=0)

    def recompute(self, marks: Marks, newest: int, done: Done) -> None:
        """Make the hours that these marks reach what they should be.

        Args:
            marks: are widened by what else must be computed.
            newest: time of all observations so far, ns.
            done: is told of it, also where it fails in the middle.
        """
        self._firsts.widen(marks)
        done.device_hours = len(marks)
        spans, others = self._edge.split(marks, newest)
        for low, high, devices in boxes(ranges(others, self._reach, newest), self._reach):
            self._box(low, high, devices, done)
        self._edge.forget({device for device, _ in others})
        if spans:
            self._extend(spans, done)

    def _extend(self, spans: Mapping[str, Span], done: Done) -> None:
        """What continues the last hours."""
        found = self._edge.extend(spans, self._reading.between, self._firsts.of_numbers)
        done.rows += found.rows
        hours = site_hours(found.hours, self._plan, found.low, found.high, facts=self._facts)
        self._replace(hours, pl.Series(found.points, dtype=pl.Int32), found.low, found.high, done)

    def _box(self, low: int, high: int, devices: set[str], done: Done) -> None:
        """All hours of `[low, high)` at the points of these devices."""
        points = self._plan.parts.filter(pl.col("device").is_in(list(devices)))["point"].unique()
        sub = restrict(self._plan, points)
        if not sub.parts.height:
            return
        before, after = reach(sub)
        firsts = self._firsts.of(sub.parts)
        series = sub.parts["series"].unique().to_list()
        step = max(1, CELLS // sub.parts.height) * HOUR_NS
        for start in range(low, high, step):
            stop = min(start + step, high)
            rows = self._reading.between(start - before, stop + after, series)
            lean = lean_hours(rows, sub, start, stop, used=self._used, first_used=firsts)
            done.rows += rows.height
            # What is at hand of the whole plan serves as well, unless it is far more than what is asked for.
            facts = self._facts if (stop - start) // HOUR_NS * self._plan.parts.height <= CELLS else None
            self._replace(site_hours(lean, sub, start, stop, facts=facts), points, start, stop, done)

    def _replace(self, hours: pl.DataFrame, points: pl.Series, low: int, high: int, done: Done) -> None:
        """Make `hours`, as far as they are of these points, all that is known of them in `[low, high)`."""
        mine = hours.filter(pl.col("point").is_in(points.implode())).with_columns(pl.col(pl.Float64).fill_nan(None))
        changed = self._results.replace(mine, points.to_list(), low, high, self._clock())
        for hour, numbers in changed.group_by("start").agg("point").iter_rows():
            for quantity in {self._quantity[number] for number in numbers}:
                done.changed[quantity].add(hour)
