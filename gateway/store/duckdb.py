"""Observations in one DuckDB file, with the journal offset they reach up to. Its tables: `duckdb_tables`.

At most one row is valid for each (series, time), and the last one written wins. The table has no index for that: one
would cost more memory and time than all the rest. Instead a bound for each series says from when on a row is new for
certain, which nearly all are. The others go into the small table of late rows, which overrides the large one, and
are moved over many at a time. A late row thus costs the same however large the table is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from gateway.model import Observation, Refused
from gateway.store import duckdb_tables as tables
from gateway.store.duckdb_file import DatabaseFile
from gateway.store.duckdb_rows import Columns, KnownSeries, SeriesName, columns_of, common, number_series, take
from gateway.store.limits import TIME_MAX, TIME_MIN, refuse

if TYPE_CHECKING:
    import polars as pl

LATE_ROWS = 100_000
"""How many late rows wait before they are moved; to look through 100,000 takes about a millisecond."""

_NAMED = "select s.device, s.channel, s.quantity, p.time, p.value, p.flag, p.journal_offset"
_POINTS = "from point p join series s on s.id = p.series where p.time >= ? and p.time < ?"


class DuckStore:
    """Implements `gateway.model.Store`. One process owns the file; its threads may read while one writes."""

    def __init__(self, path: Path, *, memory_limit: str = "96MB", threads: int = 1) -> None:
        """Nothing is opened before the first call.

        Args:
            path: the file, made when absent.
            memory_limit: of DuckDB's buffers; larger queries go to disk beside the file.
            threads: for one query. Small batches are written fastest by one.
        """
        self._file = DatabaseFile(path, {"memory_limit": memory_limit, "threads": threads}, tables.CREATE)
        self._path = path
        self._lock = Lock()
        self._known: KnownSeries | None = None
        self._late = 0

    def write(self, observations: Sequence[Observation], offset: int) -> Sequence[Refused]:
        """Store rows and offset in one transaction; see `gateway.model.Store.write`. The offset never goes back."""
        with self._writer(observations) as (db, known):
            rows, new, refused = _rows(observations, known)
            later = known.later(rows)
            on_time, late = (rows, None) if later.all() else (take(rows, later), take(rows, ~later))
            if self._late >= LATE_ROWS:
                self._move_late(db)
            with tables.transaction(db):
                tables.add_series(db, new)
                tables.insert(db, "observation", on_time)
                if late is not None:
                    tables.delete(db, "observation_late", late)
                    tables.insert(db, "observation_late", late)
                    self._late += late["time"].size
                db.execute("update progress set journal_offset = greatest(journal_offset, ?)", [offset])
            known.remember(rows, new)
        return refused

    def replace(self, observations: Sequence[Observation], offsets: Sequence[int]) -> int:
        """Make `observations` all that the journal entries `offsets` say; returns how many points went away.

        A point that a later entry wrote stays as it is, unless that entry is one of `offsets`. Points that cannot be
        stored are left out. The committed offset does not change.

        Raises:
            StoreUnavailableError: nothing is known to be changed; call again with the same.
        """
        with self._writer(observations) as (db, known):
            rows, new, _ = _rows(observations, known)
            if self._late:
                self._move_late(db)
            with tables.transaction(db):
                tables.add_series(db, new)
                removed = tables.remove_entries(db, offsets) if offsets else None
                tables.insert(db, "observation", _not_overtaken(db, rows))
            known.remember(rows, new)
        return removed["time"].size - common(removed, rows) if removed else 0

    def committed(self) -> int:
        """Offset of the last batch that is stored for good; 0 when there is none."""
        with self._file.cursor() as db:
            db.execute("select journal_offset from progress")
            return tables.number(db)

    def observations(
        self, device: str, quantity: str | None, start: int, stop: int, *, limit: int
    ) -> Sequence[Observation]:
        """See `gateway.model.Store.observations`."""
        which = "and s.device = ?" if quantity is None else "and s.device = ? and s.quantity = ?"
        sql = f"{_NAMED} {_POINTS} {which} order by p.time, s.channel, s.quantity limit ?"
        names = [device] if quantity is None else [device, quantity]
        with self._file.cursor() as db:
            return [Observation(*row) for row in db.execute(sql, [start, stop, *names, limit]).fetchall()]

    def latest(self, device: str, start: int, stop: int) -> Sequence[Observation]:
        """See `gateway.model.Store.latest`."""
        sql = (
            f"{_NAMED} {_POINTS} and s.device = ? "
            "qualify row_number() over (partition by p.series order by p.time desc) = 1 order by s.channel, s.quantity"
        )
        with self._file.cursor() as db:
            return [Observation(*row) for row in db.execute(sql, [start, stop, device]).fetchall()]

    def keys(self, devices: Iterable[str], start: int, stop: int) -> Sequence[tuple[str, str, str, int]]:
        """See `gateway.model.Store.keys`."""
        sql = f"select s.device, s.channel, s.quantity, p.time {_POINTS} and s.device in (select unnest(?))"
        with self._file.cursor() as db:
            return db.execute(sql, [start, stop, list(devices)]).fetchall()

    def frames(self, quantity: str, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """See `gateway.model.Store.frames`."""
        from gateway.store.duckdb_frames import frames  # noqa: PLC0415 - Polars costs 0.4 s of every start

        return frames(self._file, quantity, start, stop)

    def said_by(self, offsets: Sequence[int]) -> Sequence[tuple[str, int]]:
        """(device, time) of every point that came from these journal entries."""
        if not offsets:
            return []
        sql = (
            "select distinct s.device, p.time from point p join series s on s.id = p.series "
            "where p.journal_offset between ? and ? and p.journal_offset in (select unnest(?))"
        )
        with self._file.cursor() as db:
            return db.execute(sql, [min(offsets), max(offsets), list(offsets)]).fetchall()

    def said_since(self, offset: int) -> Sequence[tuple[str, int]]:
        """(device, time) of points that came from journal entries after `offset`, the first and last of each hour."""
        hour = 3_600_000_000_000
        sql = (
            "select s.device, min(p.time), max(p.time) from point p join series s on s.id = p.series "
            "where p.journal_offset > ? group by s.device, p.time // ?"
        )
        with self._file.cursor() as db:
            rows = db.execute(sql, [offset, hour]).fetchall()
        return [(device, at) for device, *times in rows for at in times]

    def series(self) -> pl.DataFrame:
        """Series (Int32), device, channel, quantity of every series; numbers stay for good."""
        from gateway.store.duckdb_frames import series  # noqa: PLC0415 - Polars costs 0.4 s of every start

        return series(self._file)

    def series_count(self) -> int:
        """How many series there are."""
        with self._file.cursor() as db:
            return int(db.execute("select count(*) from series").fetchall()[0][0])

    def bounds(self, series: Sequence[int], flags: Sequence[int] | None = None) -> dict[int, tuple[int, int]]:
        """First and last time of each series; given flags, of points with one of them and a value."""
        which = "" if flags is None else "and flag in (select unnest(?)) and value is not null"
        given = [list(series)] if flags is None else [list(series), list(flags)]
        sql = (
            "select series, min(time), max(time) from point "  # noqa: S608 - both forms stand in this file
            f"where series in (select unnest(?)) {which} group by series"
        )
        with self._file.cursor() as db:
            return {row[0]: (row[1], row[2]) for row in db.execute(sql, given).fetchall()}

    def numbered(self, start: int, stop: int, series: Sequence[int] | None = None) -> pl.DataFrame:
        """Points of `[start, stop)` ns by number of their series: series, time, value, flag, in any order."""
        from gateway.store.duckdb_frames import numbered  # noqa: PLC0415 - Polars costs 0.4 s of every start

        return numbered(self._file, start, stop, series)

    def delete(self, keys: Sequence[tuple[str, str, str, int]]) -> None:
        """See `gateway.model.Store.delete`."""
        with self._lock, self._file.cursor() as db, tables.transaction(db):
            db.execute("select device, channel, quantity, id from series")
            ids = {(device, channel, quantity): number for device, channel, quantity, number in db.fetchall()}
            found = np.array([(ids.get(key[:3], 0), key[3]) for key in keys], np.int64).reshape(-1, 2)
            rows = {"series": found[:, 0].copy(), "time": found[:, 1].copy()}
            for episode in tables.episodes(rows):
                for table in tables.TABLES:
                    tables.delete(db, table, episode)

    def ping(self) -> str:
        """Name and version of the database, for `gateway check`; raises StoreUnavailableError."""
        self.committed()
        return f"DuckDB {duckdb.__version__} in {self._path}"

    def close(self) -> None:
        """Write everything into the file and release it; the next call would open it again."""
        with self._lock:
            self._known = None
            self._file.close()

    @contextmanager
    def _writer(self, observations: Sequence[Observation]) -> Iterator[tuple[duckdb.DuckDBPyConnection, KnownSeries]]:
        """The one writer. After any failure it is unknown what is stored, so all knowledge is read again."""
        with self._lock, self._file.cursor() as db:
            try:
                if self._known is None and observations:
                    self._known = self._learn(db, [o.time for o in observations])
                yield db, self._known or KnownSeries((), TIME_MAX)
            except BaseException:
                self._known = None
                raise

    def _learn(self, db: duckdb.DuckDBPyConnection, times: list[int]) -> KnownSeries:
        """Read the series and how far they reach: only from the times that are being written on, which is cheap.

        Half of the first batch's rows may be taken for late ones; from then on the bounds are exact.
        """
        start = min(max(sorted(times)[len(times) // 2], TIME_MIN), TIME_MAX)
        known = KnownSeries(db.execute("select id, device, channel, quantity from series").fetchall(), start - 1)
        db.execute("select series, max(time) as time from point where time >= ? group by series", [start])
        known.raise_bounds(db.fetchnumpy())
        db.execute("select count(*) from observation_late")
        self._late = tables.number(db)
        return known

    def _move_late(self, db: duckdb.DuckDBPyConnection) -> None:
        with tables.transaction(db):
            tables.move_late(db)
        self._late = 0


def _rows(
    observations: Sequence[Observation], known: KnownSeries
) -> tuple[Columns, dict[SeriesName, int], Sequence[Refused]]:
    """Columns, the series new among them, and the observations that cannot be stored."""
    refused: Sequence[Refused] = ()
    try:
        numbers, new = number_series(observations, known.ids)
        rows = columns_of(observations, numbers)
    except (ValueError, OverflowError, TypeError):
        observations, refused = refuse(observations)
        numbers, new = number_series(observations, known.ids)
        rows = columns_of(observations, numbers)
    return rows, new, refused


def _not_overtaken(db: duckdb.DuckDBPyConnection, rows: Columns) -> Columns:
    """The rows in whose place nothing of a later journal entry stands; what stands there else is removed."""
    if not rows["time"].size:
        return rows
    stored = tables.stored_offsets(db, rows)
    if not stored["at"].size:
        return rows
    overtaken = stored["journal_offset"] > rows["journal_offset"][stored["at"]]
    tables.delete(db, "observation", take(rows, stored["at"][~overtaken]))
    return take(rows, np.setdiff1d(np.arange(rows["time"].size), stored["at"][overtaken]))
