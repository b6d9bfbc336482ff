"""A store that says what changes in it: whoever writes, replays or deletes, the aggregation learns of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregator.dirty import DirtyWindows, merge, touched, touched_times
from gateway.model import Observation, Refused, Store

if TYPE_CHECKING:
    import polars as pl

LATE_NS = HOUR_NS
"""An observation is late when its hour had ended for this long when it was stored; what a replay brings is, too."""


@runtime_checkable
class Replaceable(Store, Protocol):
    """A store that knows which journal entry each point came from."""

    def replace(self, observations: Sequence[Observation], offsets: Sequence[int]) -> int:
        """Make `observations` all that these entries say."""

    def said_by(self, offsets: Sequence[int]) -> Sequence[tuple[str, int]]:
        """(device, time) of every point that came from these entries."""


def marking(store: Store, data_dir: Path) -> MarkingStore:
    """The store with marks kept in `data_dir`."""
    dirty = DirtyWindows(data_dir / "dirty.sqlite")
    return MarkingOffsetStore(store, dirty) if isinstance(store, Replaceable) else MarkingStore(store, dirty)


class MarkingStore:
    """Implements `gateway.model.Store` over another one."""

    def __init__(self, store: Store, dirty: DirtyWindows, clock: Callable[[], int] = time.time_ns) -> None:
        """`clock` says ns now; `late` counts observations of hours that had ended a while ago."""
        self.inner, self.dirty, self._clock = store, dirty, clock
        self.late = 0

    def write(self, observations: Sequence[Observation], offset: int) -> Sequence[Refused]:
        """See `gateway.model.Store.write`."""
        marks = touched(observations)
        self.dirty.announce(marks)
        refused = self.inner.write(observations, offset)
        self.dirty.mark(marks)
        now = self._clock()
        ended = now - now % HOUR_NS - LATE_NS
        if any(hour < ended for _, hour in marks):
            self.late += sum(each.time < ended for each in observations)
        return refused

    def delete(self, keys: Sequence[tuple[str, str, str, int]]) -> None:
        """See `gateway.model.Store.delete`."""
        marks = touched_times((key[0], key[3]) for key in keys)
        self.dirty.announce(marks)
        self.inner.delete(keys)
        self.dirty.mark(marks)

    def committed(self) -> int | None:
        """See `gateway.model.Store.committed`."""
        return self.inner.committed()

    def observations(
        self, device: str, quantity: str | None, start: int, stop: int, *, limit: int
    ) -> Sequence[Observation]:
        """See `gateway.model.Store.observations`."""
        return self.inner.observations(device, quantity, start, stop, limit=limit)

    def keys(self, devices: Iterable[str], start: int, stop: int) -> Sequence[tuple[str, str, str, int]]:
        """See `gateway.model.Store.keys`."""
        return self.inner.keys(devices, start, stop)

    def latest(self, device: str, start: int, stop: int) -> Sequence[Observation]:
        """See `gateway.model.Store.latest`."""
        return self.inner.latest(device, start, stop)

    def frames(self, quantity: str, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """See `gateway.model.Store.frames`."""
        return self.inner.frames(quantity, start, stop)

    def ping(self) -> str:
        """See `gateway.model.Store.ping`."""
        return self.inner.ping()

    def close(self) -> None:
        """See `gateway.model.Store.close`."""
        self.inner.close()


class MarkingOffsetStore(MarkingStore):
    """The same over a store that keeps journal offsets (DuckDB)."""

    def __init__(self, store: Replaceable, dirty: DirtyWindows) -> None:
        super().__init__(store, dirty)
        self._replaceable = store

    def replace(self, observations: Sequence[Observation], offsets: Sequence[int]) -> int:
        """Points that go away are marked like those that come."""
        marks = touched(observations)
        merge(marks, touched_times(self._replaceable.said_by(offsets)))
        self.dirty.announce(marks)
        removed = self._replaceable.replace(observations, offsets)
        self.dirty.mark(marks)
        return removed
