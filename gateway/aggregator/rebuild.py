"""Computes figures of a time anew from the store, and replaces what was written out of them, stale or not.

Needed after the store was changed past the gateway, after `aggregates.duckdb` was lost, or a bucket was. Site-hours
that come out as they were keep their revision; what was written out in the time is taken away everywhere and written
again, so no point stays that nobody would write today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec
import polars as pl

from gateway.aggregation.calendar import DAY_NS, HOUR_NS, DayBasis, Period, window_frame
from gateway.aggregator.dirty import DirtyWindows, Marks
from gateway.aggregator.engine import Engine
from gateway.aggregator.reading import FramesReading, Reading
from gateway.aggregator.values import choose
from gateway.aggregator.written import Writer
from gateway.model import Observation
from gateway.quantities import QUANTITIES

ROUND = 31 * DAY_NS
"""The time that is computed at once, so that somebody sees how far it is."""


class RebuildRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hours in `[start, stop)` ns; `areas` empty: everywhere."""

    start: int
    stop: int
    areas: tuple[str, ...] = ()


class RebuildResult(msgspec.Struct, kw_only=True):
    """What a rebuild did.

    Attributes:
        observations: read from the store.
        hours: hours with a figure that was another one than before, of all quantities.
        removed: rows of areas that had been written out and were taken away.
        written: rows of areas that were written.
    """

    observations: int = 0
    hours: int = 0
    removed: int = 0
    written: int = 0


class Store(Protocol):
    """What is asked of the store beside the observations: which series there are."""

    def latest(self, device: str, start: int, stop: int) -> Sequence[Observation]:
        """See `gateway.model.Store.latest`."""


class Cleared(Protocol):
    """Another database for figures, that can be emptied."""

    def clear(self, period: str, low: int, high: int, areas: Sequence[str]) -> None:
        """Remove what begins in `[low, high)`; no areas: of all."""


class Rebuilder:
    """Whoever calls makes sure that nobody else works with the engine meanwhile."""

    def __init__(
        self, engine: Engine, writer: Writer, dirty: DirtyWindows, reading: Reading, store: Store,
        sink: Cleared | None = None,
    ) -> None:  # fmt: skip
        """`sink` is where the writer writes beside the results."""
        self._engine, self._results, self._writer = engine, engine.results, writer
        self._dirty, self._reading, self._store, self._sink = dirty, reading, store, sink
        self._learns = isinstance(reading, FramesReading)
        self._newest = 0

    def run(self, request: RebuildRequest, progress: Callable[[str], None] = lambda _: None) -> RebuildResult:
        """Carry it out; the same again gives the same figures.

        Raises:
            StoreUnavailableError, ConfigError: it was begun; what waits is computed when the worker goes on.
        """
        result = RebuildResult()
        self._engine.refresh()
        if self._learns:
            self._learn(request)
            self._engine.refresh()
        plan = self._engine.plan
        if plan is None:
            return result
        chosen = choose(plan, None, request.areas, None).points if request.areas else plan.points
        parts = plan.parts.filter(pl.col("point").is_in(chosen["point"].implode()))
        low, high = self._extent(request, parts)
        changed: dict[str, set[int]] = {}
        try:
            for start in range(low, high, ROUND):
                stop = min(start + ROUND, high)
                self._dirty.add(_marks(parts["device"].unique().to_list(), start, stop), heard=True)
                done = self._engine.work()
                result.observations += done.rows
                result.hours += sum(len(hours) for hours in done.changed.values())
                for quantity, hours in done.changed.items():
                    changed.setdefault(quantity, set()).update(hours)
                progress(f"{(stop - low) / max(1, high - low):.0%}")
        except BaseException:
            self._writer.note(changed, self._engine.moved())  # of what was computed anew, areas are told all the same
            raise
        result.removed = self._clear(request)
        span = self._results.span()
        known = min(span[1], request.stop) if span else high  # the last value holds beyond its hour
        for quantity in {*chosen["quantity"].unique().to_list(), *self._results.areas.quantities()}:
            changed.setdefault(quantity, set()).update(range(low, max(high, known), HOUR_NS))
        self._writer.note(changed, self._engine.moved())
        plan = self._engine.plan
        assert plan is not None
        result.written = self._writer.work(plan)
        return result

    def _learn(self, request: RebuildRequest) -> None:
        """Number the series that the devices of the registry have in that time."""
        places = self._engine.places
        devices: list[str] = places.installations["device"].unique().sort().to_list() if places else []
        found = [one for device in devices for one in self._store.latest(device, request.start, request.stop)]
        self._newest = max((one.time for one in found), default=0)
        names = {(one.device, one.channel, one.quantity) for one in found if one.quantity in QUANTITIES}
        self._results.number_series(sorted(names))

    def _extent(self, request: RebuildRequest, parts: pl.DataFrame) -> tuple[int, int]:
        """Whole hours, up to the newest that is known: behind it there is no figure, and the watermark stays true."""
        newest = max(self._newest, self._results.note("newest"))
        if not self._learns:
            bounds = self._reading.bounds(parts["series"].unique().to_list())
            newest = max([newest, *(last for _, last in bounds.values())])
        low = request.start - request.start % HOUR_NS
        return low, max(low, min(-(-request.stop // HOUR_NS) * HOUR_NS, newest + 1))

    def _clear(self, request: RebuildRequest) -> int:
        removed = 0
        for period in Period:
            low, high = span_of(period, request.start, request.stop)
            removed += self._results.areas.clear(str(period), low, high, request.areas)
            if self._sink is not None:
                self._sink.clear(str(period), low, high, request.areas)
        return removed


def span_of(period: Period, start: int, stop: int) -> tuple[int, int]:
    """From the first begin to behind the last begin of the windows that contain hours of `[start, stop)`, ns.

    Of every day basis: what was written with another one is stale too. Windows of one length begin once in each span
    of that length, so no other window is caught.
    """
    first = [window_frame(period, basis, start, start + 1)["start"][0] for basis in DayBasis]
    last = [window_frame(period, basis, stop - 1, stop)["start"][0] for basis in DayBasis]
    return min(first), max(last) + 1


def _marks(devices: Iterable[str], low: int, high: int) -> Marks:
    """One mark for each device; its span says how far it reaches."""
    return {(device, low): (low, high - 1) for device in devices}
