"""How a replay's result gets into the two kinds of store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from gateway.app.jobs import ReplayResult
from gateway.model import Entry, Observation, Refused, Store
from gateway.pipeline.processed import Processed

_ALL = 1_000_000_000


@runtime_checkable
class OffsetStore(Store, Protocol):
    """A store that knows which journal entry each point came from (DuckDB)."""

    def replace(self, observations: Sequence[Observation], offsets: Sequence[int]) -> int:
        """Make `observations` all that the entries `offsets` say; returns how many points went away.

        A point that an entry beyond them wrote stays as it is.
        """


class DirectSink:
    """Replaces entry by entry, because the store knows where each point came from."""

    complete = False

    def __init__(self, store: OffsetStore, result: ReplayResult, only: frozenset[int] = frozenset()) -> None:
        """`result` are the counters to add to; `only` the offsets that are meant, empty for all inside the range."""
        self._store, self._result, self._only = store, result, only
        self._first: int | None = None
        self._last = -1

    def chunk(self, entries: Sequence[Entry], processed: Processed, inside: Sequence[int]) -> None:  # noqa: ARG002 - Sink
        """Replace what these entries said; outside the range only flags of points inside it may still change."""
        if inside:
            self._first = inside[0] if self._first is None else self._first
            self._last = inside[-1]
        if self._first is None:
            return
        first, last, only = self._first, self._last, self._only
        points = [
            point
            for point in processed.observations
            if first <= point.offset <= last and (not only or point.offset in only)
        ]
        self._result.observations += len(points)
        if points or inside:
            self._result.removed += self._store.replace(points, inside)

    def finish(self) -> None:
        """Nothing is left to do."""


class ReconcilingSink:
    """For a store that keeps no offsets (InfluxDB): builds the truth in a scratch store, then compares by device.

    Which points an entry produced in the past cannot be asked of InfluxDB. So everything the journal says about the
    devices and times in question is processed into a scratch DuckDB file, where last write wins as in a first pass;
    what InfluxDB has beyond that goes away, and what the replayed entries say is written.
    """

    complete = True

    def __init__(
        self,
        store: Store,
        scratch: Store,
        result: ReplayResult,
        *,
        refused: Callable[[Sequence[Refused]], None],
        span: tuple[int, int],
        oldest: int,
        write_size: int = 10_000,
    ) -> None:
        """Build it.

        Args:
            store: the one to correct.
            scratch: an empty store that keeps offsets.
            result: counters to add to.
            refused: told the points that the database refuses.
            span: event times `[start, stop)` ns to compare; every entry that says something of them is processed.
            oldest: points before this time (ns) may come from entries that retention removed: they stay.
            write_size: points in one write.
        """
        self._store, self._scratch, self._result = store, scratch, result
        self._refused, self._oldest, self._write_size = refused, oldest, write_size
        self._inside: set[int] = set()
        self._devices: set[str] = set()
        self._start, self._stop = span
        self._first_point, self._last_point = span

    def chunk(self, entries: Sequence[Entry], processed: Processed, inside: Sequence[int]) -> None:
        """Gather; nothing reaches the store before `finish`."""
        if inside:
            self._inside.update(inside)
            self._devices.update(processed.seen)
            for point in processed.observations:
                self._first_point = min(self._first_point, point.time)
                self._last_point = max(self._last_point, point.time + 1)
        self._scratch.write(processed.observations, entries[-1].offset)

    def finish(self) -> None:
        """Compare device by device, delete what no longer comes out, write what the replayed entries say."""
        result = self._result
        for device in sorted(self._devices):
            truth = self._scratch.observations(device, None, self._first_point, self._last_point, limit=_ALL)
            known = {(point.device, point.channel, point.quantity, point.time) for point in truth}
            gone = [key for key in self._store.keys([device], self._start, self._stop) if key not in known]
            removable = [key for key in gone if key[3] >= self._oldest]
            result.kept += len(gone) - len(removable)
            self._store.delete(removable)
            result.removed += len(removable)
            points = [point for point in truth if point.offset in self._inside]
            for at in range(0, len(points), self._write_size):
                batch = points[at : at + self._write_size]
                self._refused(self._store.write(batch, batch[-1].offset))
                result.observations += len(batch)
