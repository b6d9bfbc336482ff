"""Recomputes exactly what is dirty: marks and changed facts in, new versions of site-hours out.

Which hours a touched time reaches: a value holds for 1.5 expected intervals, so up to there; an increment's middle
and what a counter covers lie before it; a counter's next difference is that of the next reading, at most a day later.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import DAY_NS, HOUR_NS
from gateway.aggregation.hourly import USED, lean_hours, reach
from gateway.aggregation.plan import Plan, PlanError, make_plan
from gateway.aggregation.sites import SITE_HOUR, Facts, site_hours
from gateway.aggregator.changes import changed_times, clipped, left_behind, left_points, renumber, restrict
from gateway.aggregator.dirty import DirtyWindows, Marks, Span, merge
from gateway.aggregator.edge import LiveEdge
from gateway.aggregator.places import Places, PlanSource, memberships, site_frame
from gateway.aggregator.reading import FramesReading, Reading, first_used
from gateway.aggregator.results import Results
from gateway.areas.model import Area
from gateway.config import ConfigError

CELLS = 200_000
"""Parts x hours worked on at once."""
_SLACK = 2000
"""Cells that may be computed in vain to save one more round."""
_ACCUMULATOR = 5
_INCREMENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    """What of a device is needed to say which hours a touched time reaches."""

    back: int
    forward: int
    counter: bool
    parts: int


@dataclass(slots=True, kw_only=True)
class Done:
    """What a round did: rows read, hours changed by quantity, rows written out, the processor time it took."""

    device_hours: int = 0
    rows: int = 0
    changed: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    written: int = 0
    seconds: float = 0.0


class Engine:
    """One thread works at a time; `plan` and `areas` may be read by any."""

    def __init__(
        self,
        results: Results,
        reading: Reading,
        source: PlanSource,
        dirty: DirtyWindows,
        *,
        clock: Callable[[], int] = time.time_ns,
        used: Sequence[int] = USED,
    ) -> None:
        """Nothing is computed yet.

        Args:
            results: where they go.
            reading: stored observations.
            source: facts about places.
            dirty: what waits.
            clock: ns, when a result was computed.
            used: QARTOD flags that enter.
        """
        self.results, self._reading, self._source, self._dirty = results, reading, source, dirty
        self._clock, self._used = clock, tuple(used)
        self.places: Places | None = None
        self.problem = ""
        self._series = pl.DataFrame()
        self._seen: int | None = None
        self._devices: dict[str, _Device] = {}
        self._counters: dict[str, list[dict[str, Any]]] = {}
        self._firsts: dict[tuple[int, int], int] = {}
        self._numbers = results.numbers()
        self._newest = results.note("newest")
        found = results.load_plan()
        self.plan: Plan | None = found[0] if found else None
        self._edge: LiveEdge | None = None
        self._facts: Facts | None = None
        self._quantity: dict[object, str] = {}
        self.revision = found[1] if found else 0
        self._moved: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._unsaid: dict[str, set[int]] = defaultdict(set)

    @property
    def areas(self) -> Sequence[Area]:
        """All areas as they are known now."""
        return self.places.areas if self.places else ()

    def refresh(self) -> bool:
        """Look for new series and changed facts; returns whether the plan is another one now.

        Facts that contradict each other change nothing; `problem` says which.
        """
        revision = self._source.revision()
        if revision == self._seen and self._reading.count() == self._series.height:
            return False
        series = self._reading.series()
        try:
            places = self._source.places()
            devices = places.installations["device"].unique()
            placed = series.filter(pl.col("device").is_in(devices.implode()))
            plan = make_plan(
                placed, places.installations, sites=site_frame(places.sites), facts=places.facts,
                areas=memberships(places.sites, places.areas),
            )  # fmt: skip
        except (PlanError, ConfigError) as error:
            self.problem = str(error)
            self._seen, self._series = revision, series
            return False
        self.problem = ""
        self._adopt(renumber(plan, self._numbers), places, series)
        self._seen = revision
        return True

    def _adopt(self, plan: Plan, places: Places, series: pl.DataFrame) -> None:
        before, known = self.plan, set(self._series["series"].to_list()) if self._series.height else None
        if before is None:
            empty = pl.DataFrame(schema=plan.stretches.schema)
            before = Plan(
                stretches=empty, parts=plan.parts.clear(), points=plan.points.clear(),
                memberships=plan.memberships.clear(), longest_hold=0, longest_period=0,
            )  # fmt: skip
        if known is not None:
            # What a new series brought was marked when it was written.
            news = plan.parts.filter(~pl.col("series").is_in(list(known)))["part"]
            compared = Plan(
                stretches=plan.stretches.filter(~pl.col("part").is_in(news.implode())),
                parts=plan.parts.filter(~pl.col("part").is_in(news.implode())), points=plan.points,
                memberships=plan.memberships, longest_hold=0, longest_period=0,
            )  # fmt: skip
        else:
            compared = plan
        spans = changed_times(before, compared)
        self._note_moves(before, plan)
        extents = self._extents(spans, series)
        marks = clipped(spans, extents)
        merge(marks, self._leave(before, plan, extents))
        self._dirty.add(marks)
        if self.plan is None or not _same(self.plan, plan):
            self.revision = self.results.save_plan(plan, self._numbers, places.revision, self._clock())
        self.plan, self.places, self._series = plan, places, series
        self._firsts.clear()
        self._devices = _devices(plan)
        self._counters = _counters(plan)
        self._edge, self._facts = LiveEdge(plan, self._used), Facts(plan)
        self._quantity = dict(plan.points.select("point", "quantity").iter_rows())

    def _extents(self, devices: Collection[str], series: pl.DataFrame) -> dict[str, Span]:
        """First and last observation of each of these devices that has any, ns."""
        extents: dict[str, Span] = {}
        if not devices:
            return extents
        mine = series.filter(pl.col("device").is_in(list(devices)))
        bounds = self._reading.bounds(mine["series"].to_list())
        for number, device in mine.select("series", "device").iter_rows():
            if number in bounds:
                low, high = bounds[number]
                now = extents.get(device, (low, high))
                extents[device] = (min(low, now[0]), max(high, now[1]))
        return extents

    def _leave(self, before: Plan, after: Plan, extents: Mapping[str, Span]) -> Marks:
        """Marks for points at which a device never was, as it is known now; hours that nobody else has go at once."""
        left = left_points(before, after)
        if not left.height:
            return {}
        reaches = {device: (facts.back, facts.forward) for device, facts in _devices(before).items()}
        marks, gone = left_behind(left, after, extents, reaches)
        for (low, high), points in gone.items():
            self.results.replace(pl.DataFrame(schema=SITE_HOUR), points, low, high, self._clock())
        return marks

    def _note_moves(self, before: Plan, after: Plan) -> None:
        """Remember where areas of a quantity are made of other sites now."""
        one, other = (_members(plan) for plan in (before, after))
        for quantity, start, stop, *_ in one ^ other:
            self._moved[str(quantity)].append((cast("int", start), cast("int", stop)))

    def moved(self) -> dict[str, list[tuple[int, int]]]:
        """Spans by quantity in which areas changed since the last call."""
        found, self._moved = dict(self._moved), defaultdict(list)
        return found

    def work(self) -> Done:
        """One round: look at the facts, recompute what is dirty. What fails is dirty again.

        Hours that a failed round changed all the same are said by the next.
        """
        began = time.thread_time()
        marks = self._dirty.take()
        done = Done(changed=self._unsaid)
        try:
            self._learn(marks)
            while self.refresh():  # what was stored meanwhile may be of series that nobody has learnt of yet
                more = self._dirty.take()
                merge(marks, more)
                self._learn(more)
            if marks and self.plan is not None:
                self._recompute(marks, done)
        except BaseException:
            self._dirty.give_back(marks)
            raise
        self._unsaid = defaultdict(set)
        done.seconds = time.thread_time() - began
        return done

    def _learn(self, marks: Marks) -> None:
        """Which series the marked devices have, where the store does not number them."""
        if isinstance(self._reading, FramesReading) and marks:
            hours = [hour for _, hour in marks]
            self._reading.learn(sorted({key[0] for key in marks}), min(hours), max(hours) + HOUR_NS)

    def _recompute(self, marks: Marks, done: Done) -> None:
        # Neither a device that hangs nowhere nor a clock that runs ahead says how far the city's data reach.
        newest = max((span[1] for (device, _), span in marks.items() if device in self._devices), default=0)
        newest = min(newest, self._clock(), self._dirty.heard)
        if newest > self._newest:
            self._newest = newest
            self.results.set_note("newest", newest, later=True)
        self._check_firsts(marks)
        done.device_hours = len(marks)
        assert self._edge is not None
        spans, others = self._edge.split(marks, self._newest)
        for low, high, devices in boxes(self._ranges(others), self._devices):
            self._box(low, high, devices, done)
        self._edge.forget({device for device, _ in others})
        if spans:
            self._extend(spans, done)

    def _extend(self, spans: Mapping[str, Span], done: Done) -> None:
        """What continues the last hours."""
        assert self._edge is not None
        assert self.plan is not None
        found = self._edge.extend(spans, self._reading.between, self._first_of)
        done.rows += found.rows
        hours = site_hours(found.hours, self.plan, found.low, found.high, facts=self._facts)
        self._replace(hours, pl.Series(found.points, dtype=pl.Int32), found.low, found.high, done)

    def _first_of(self, parts: NDArray[np.int64]) -> dict[int, int]:
        assert self.plan is not None
        return self._first_readings(self.plan.parts.filter(pl.col("part").is_in(parts.tolist())))

    def _check_firsts(self, marks: Marks) -> None:
        """A counter's very first reading has no predecessor: when another one becomes the first, both change."""
        if not self._firsts:
            return
        assert self.plan is not None
        earliest: dict[str, int] = {}
        for (device, _), (low, _) in marks.items():
            earliest[device] = min(low, earliest.get(device, low))
        stale = [
            row for device, low in earliest.items() for row in self._counters.get(device, ())
            if low <= self._firsts.get((row["series"], row["start"]), low - 1)
        ]  # fmt: skip
        if not stale:
            return
        now = first_used(self._reading, pl.DataFrame(stale, schema=self.plan.parts.schema), self._used)
        for row in stale:
            old = self._firsts.pop((row["series"], row["start"]))
            for first in {old, now.get(row["part"], old)}:
                merge(marks, {(row["device"], first - first % HOUR_NS): (first, first)})

    def _ranges(self, marks: Marks) -> Iterator[tuple[int, int, str]]:
        """(first hour, end, device), contiguous for each device."""
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for (device, _), (low, high) in marks.items():
            facts = self._devices.get(device)
            if facts is None:
                continue
            first, last = low - facts.back, high + facts.forward
            if facts.counter:
                last = max(last, min(last + DAY_NS, self._newest + facts.forward))
            spans[device].append((first - first % HOUR_NS, last - last % HOUR_NS + HOUR_NS))
        for device, pieces in spans.items():
            pieces.sort()
            start, stop = pieces[0]
            for low, high in pieces[1:]:
                if low > stop:
                    yield start, stop, device
                    start = low
                stop = max(stop, high)
            yield start, stop, device

    def _box(self, low: int, high: int, devices: set[str], done: Done) -> None:
        assert self.plan is not None
        points = self.plan.parts.filter(pl.col("device").is_in(list(devices)))["point"].unique()
        sub = restrict(self.plan, points)
        if not sub.parts.height:
            return
        before, after = reach(sub)
        firsts = self._first_readings(sub.parts)
        series = sub.parts["series"].unique().to_list()
        step = max(1, CELLS // sub.parts.height) * HOUR_NS
        for start in range(low, high, step):
            stop = min(start + step, high)
            rows = self._reading.between(start - before, stop + after, series)
            lean = lean_hours(rows, sub, start, stop, used=self._used, first_used=firsts)
            done.rows += rows.height
            # What is at hand of the whole plan serves as well, unless it is far more than what is asked for.
            facts = self._facts if (stop - start) // HOUR_NS * self.plan.parts.height <= CELLS else None
            self._replace(site_hours(lean, sub, start, stop, facts=facts), points, start, stop, done)

    def _replace(self, hours: pl.DataFrame, points: pl.Series, low: int, high: int, done: Done) -> None:
        """Make `hours`, as far as they are of these points, all that is known of them in `[low, high)`."""
        mine = hours.filter(pl.col("point").is_in(points.implode())).with_columns(pl.col(pl.Float64).fill_nan(None))
        changed = self.results.replace(mine, points.to_list(), low, high, self._clock())
        for hour, numbers in changed.group_by("start").agg("point").iter_rows():
            for quantity in {self._quantity[number] for number in numbers}:
                done.changed[quantity].add(hour)

    def _first_readings(self, parts: pl.DataFrame) -> dict[int, int]:
        counters = parts.filter(pl.col("kind") == "accumulator")
        keys = {row[0]: (row[1], row[2]) for row in counters.select("part", "series", "start").iter_rows()}
        unknown = [part for part, key in keys.items() if key not in self._firsts]
        if unknown:
            asked = counters.filter(pl.col("part").is_in(unknown))
            for part, first in first_used(self._reading, asked, self._used).items():
                self._firsts[keys[part]] = first
        return {part: self._firsts[key] for part, key in keys.items() if key in self._firsts}


def boxes(ranges: Iterator[tuple[int, int, str]], facts: dict[str, _Device]) -> list[tuple[int, int, set[str]]]:
    """Ranges of devices put together where that costs little: (first hour, end, devices)."""
    found: list[tuple[int, int, set[str], int, int]] = []
    for low, high, device in sorted(ranges):
        size = facts[device].parts
        cells = size * ((high - low) // HOUR_NS)
        if found:
            first, last, devices, height, needed = found[-1]
            height += 0 if device in devices else size
            wide = height * ((max(high, last) - first) // HOUR_NS)
            if wide <= 2 * (needed + cells) + _SLACK:
                found[-1] = (first, max(high, last), devices | {device}, height, needed + cells)
                continue
        found.append((low, high, {device}, size, cells))
    return [(low, high, devices) for low, high, devices, _, _ in found]


def _devices(plan: Plan) -> dict[str, _Device]:
    rows = (
        plan.stretches.join(plan.parts.select("part", "device"), on="part")
        .group_by("device")
        .agg(
            pl.max("expected"), parts=pl.col("part").n_unique(), counter=(pl.col("family") == _ACCUMULATOR).any(),
            sums=(pl.col("family") >= _INCREMENT).any(),
        )
    )  # fmt: skip
    return {
        row["device"]: _Device(
            back=row["expected"] * 3 // 2 if row["sums"] else 0, forward=row["expected"] * 3 // 2,
            counter=row["counter"], parts=row["parts"],
        )
        for row in rows.iter_rows(named=True)
    }  # fmt: skip


def _counters(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Rows of schema PART of each device's counters."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in plan.parts.filter(pl.col("kind") == "accumulator").iter_rows(named=True):
        found[row["device"]].append(row)
    return found


def _same(one: Plan, other: Plan) -> bool:
    return all(
        getattr(one, name).equals(getattr(other, name)) for name in ("stretches", "parts", "points", "memberships")
    )


def _members(plan: Plan) -> set[tuple[Hashable, ...]]:
    rows = plan.memberships.join(plan.points.select("point", "quantity", "height", "private"), on="point")
    return set(rows.select("quantity", "start", "stop", "point", "area", "height", "private").iter_rows())
