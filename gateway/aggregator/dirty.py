"""Which times of which devices changed and wait to be aggregated again: in memory, and in dirty.sqlite for a restart.

A mark is written down before the store takes the batch and becomes visible to the worker after it, so neither a crash
nor a worker that is faster than the store loses one. What is written down is taken back a while after it was worked
on: at the live edge the same hour is marked again and again, and costs nothing then.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from threading import Lock

from gateway.aggregation.calendar import HOUR_NS
from gateway.databases import connect, create, transaction
from gateway.model import Observation, StoreUnavailableError

Key = tuple[str, int]
"""(device, hour): ns of the hour's begin."""
Span = tuple[int, int]
"""First and last touched time, ns; usually within the hour, for a changed fact as long as it differs."""
Marks = dict[Key, Span]

LINGER = 60.0
"""Seconds that a mark stays written down after it was worked on."""
_SCHEMA = """
pragma journal_mode = wal;
create table dirty(device text, hour integer, last integer, primary key(device, hour)) without rowid;
"""
_KEEP = """
insert into dirty values (?, ?, ?) on conflict do update set last = max(last, excluded.last)
"""


def touched(observations: Iterable[Observation]) -> Marks:
    """The marks of some observations."""
    return touched_times((o.device, o.time) for o in observations)


def touched_times(times: Iterable[tuple[str, int]]) -> Marks:
    """The marks of some (device, ns)."""
    marks: Marks = {}
    for device, at in dict.fromkeys(times):
        key = (device, at - at % HOUR_NS)
        span = marks.get(key)
        if span is None:
            marks[key] = (at, at)
        elif at < span[0]:
            marks[key] = (at, span[1])
        elif at > span[1]:
            marks[key] = (span[0], at)
    return marks


def merge(into: Marks, marks: Mapping[Key, Span]) -> None:
    """Widen the spans of `into` by those of `marks`."""
    for key, (low, high) in marks.items():
        span = into.get(key)
        into[key] = (low, high) if span is None else (min(low, span[0]), max(high, span[1]))


class DirtyWindows:
    """The marks. Any thread may call."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Read what an earlier process left behind; `path` of the SQLite file is made when absent."""
        self._path, self._clock = path, clock
        self._lock = Lock()
        self._marks: Marks = {}
        self._since, self._taken = 0.0, 0
        self.heard = 0
        """ns of the newest time that was stored; changed facts mark more than that."""
        self._kept: dict[Key, tuple[float, int]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        create(path, _SCHEMA)
        with closing(self._connect()) as database:
            for device, hour, last in database.execute("select device, hour, last from dirty"):
                self._marks[device, hour] = (hour, last)
                self.heard = max(self.heard, hour)
                self._kept[device, hour] = (self._clock(), last)

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path, patience=30)

    def announce(self, marks: Mapping[Key, Span]) -> None:
        """Write down, durably, what is about to change.

        Raises:
            StoreUnavailableError: the disk does not take it; the change must not be made.
        """
        now, new = self._clock(), []
        with self._lock:
            for key, (_, high) in marks.items():
                last = max(high, key[1] + HOUR_NS - 1)
                kept = self._kept.get(key)
                if kept is None or kept[1] < last:
                    new.append((*key, last))
                self._kept[key] = (now, last if kept is None else max(last, kept[1]))
        if not new:
            return
        try:
            with closing(self._connect()) as database, transaction(database):
                database.executemany(_KEEP, new)
        except sqlite3.Error as error:
            with self._lock:
                for device, hour, _ in new:
                    self._kept.pop((device, hour), None)
            raise StoreUnavailableError(f"dirty windows cannot be written to {self._path}: {error}", 5) from error

    def mark(self, marks: Mapping[Key, Span], *, heard: bool = True) -> None:
        """What was announced has changed now; `heard`: it was stored, so there are observations up to there."""
        with self._lock:
            if not self._marks:
                self._since = self._clock()
            if heard:
                self.heard = max(self.heard, *(span[1] for span in marks.values()), 0)
            merge(self._marks, marks)

    def add(self, marks: Mapping[Key, Span], *, heard: bool = False) -> None:
        """Announce and mark what changed already, by facts unless it was `heard`."""
        self.announce(marks)
        self.mark(marks, heard=heard)

    def take(self) -> Marks:
        """All marks; they are the caller's to work on and then to say so (`worked`), or to give back."""
        with self._lock:
            taken, self._marks = self._marks, {}
            self._taken += len(taken)
            return taken

    def worked(self) -> None:
        """What was taken is aggregated."""
        self._taken = 0

    def give_back(self, marks: Mapping[Key, Span]) -> None:
        """The work on these failed."""
        self.mark(marks, heard=False)
        self._taken = 0

    def waiting(self) -> int:
        """How many device-hours wait or are being worked on."""
        return len(self._marks) + self._taken

    def waiting_for(self) -> float:
        """Seconds for which the oldest mark has waited, 0 when none does."""
        with self._lock:
            return self._clock() - self._since if self._marks else 0.0

    def tidy(self) -> None:
        """Take back what was worked on and not marked again for a while."""
        with self._lock:
            before = self._clock() - LINGER
            done = [key for key, (at, _) in self._kept.items() if at < before and key not in self._marks]
            for key in done:
                del self._kept[key]
            if not done:
                return
            with closing(self._connect()) as database, transaction(database):
                database.executemany("delete from dirty where device = ? and hour = ?", done)
