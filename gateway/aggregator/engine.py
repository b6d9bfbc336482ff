"""Keeps site-hours up to date, round by round: takes over changed facts, and recomputes exactly what is dirty."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.hourly import USED
from gateway.aggregation.plan import Plan, PlanError, make_plan
from gateway.aggregation.sites import SITE_HOUR
from gateway.aggregator.adoption import bare, clipped, extents, left_behind, left_points, moves, same, without_new
from gateway.aggregator.changes import changed_times, renumber
from gateway.aggregator.dirty import DirtyWindows, Marks, Span, merge
from gateway.aggregator.places import Places, PlanSource, memberships, site_frame
from gateway.aggregator.ranges import reaches
from gateway.aggregator.reading import FramesReading, Reading
from gateway.aggregator.recompute import Done, Recomputer
from gateway.aggregator.results import Results
from gateway.areas.model import Area
from gateway.config import ConfigError


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
        self._numbers = results.numbers()
        self._newest = results.note("newest")
        found = results.load_plan()
        self.plan: Plan | None = found[0] if found else None
        self._recomputer: Recomputer | None = None
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
        before = bare(plan) if self.plan is None else self.plan
        known = set(self._series["series"].to_list()) if self._series.height else None
        spans = changed_times(before, plan if known is None else without_new(plan, known))
        for quantity, start, stop in moves(before, plan):
            self._moved[quantity].append((start, stop))
        observed = extents(spans, series, self._reading)
        marks = clipped(spans, observed)
        merge(marks, self._leave(before, plan, observed))
        self._dirty.add(marks)
        if self.plan is None or not same(self.plan, plan):
            self.revision = self.results.save_plan(plan, self._numbers, places.revision, self._clock())
        self.plan, self.places, self._series = plan, places, series
        self._recomputer = Recomputer(plan, self.results, self._reading, clock=self._clock, used=self._used)

    def _leave(self, before: Plan, after: Plan, observed: Mapping[str, Span]) -> Marks:
        """Marks for points at which a device never was, as it is known now; hours that nobody else has go at once."""
        left = left_points(before, after)
        if not left.height:
            return {}
        reach = {device: (facts.back, facts.forward) for device, facts in reaches(before).items()}
        marks, gone = left_behind(left, after, observed, reach)
        for (low, high), points in gone.items():
            self.results.replace(pl.DataFrame(schema=SITE_HOUR), points, low, high, self._clock())
        return marks

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
            if marks and self._recomputer is not None:
                self._recompute(marks, done)
            elif marks and self.plan is not None:
                # Facts contradict each other since before the restart: what is marked waits until they do not.
                self._dirty.give_back(marks)
        except BaseException:
            self._dirty.give_back(marks)
            raise
        self._dirty.worked()
        self._unsaid = defaultdict(set)
        done.seconds = time.thread_time() - began
        return done

    def _learn(self, marks: Marks) -> None:
        """Which series the marked devices have, where the store does not number them."""
        if isinstance(self._reading, FramesReading) and marks:
            hours = [hour for _, hour in marks]
            self._reading.learn(sorted({key[0] for key in marks}), min(hours), max(hours) + HOUR_NS)

    def _recompute(self, marks: Marks, done: Done) -> None:
        assert self._recomputer is not None
        # Neither a device that hangs nowhere nor a clock that runs ahead says how far the city's data reach.
        newest = min(self._recomputer.newest(marks), self._clock(), self._dirty.heard)
        if newest > self._newest:
            self._newest = newest
            self.results.set_note("newest", newest, later=True)
        self._recomputer.recompute(marks, self._newest, done)
