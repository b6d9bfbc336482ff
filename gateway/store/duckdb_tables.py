"""The tables of the DuckDB store and what is done to them inside a transaction.

    series(id, device, channel, quantity)
    observation(series, time, value, flag, journal_offset)        what came in the order of its series' time
    observation_late(the same)                                    what came later than that; overrides observation
    progress(journal_offset)                                      one row
    point                                                         a view: the rows that are valid
    observations                                                  a view with names and timestamps, for people

`series` and `time` name a row; `time` is in ns since 1970 UTC, `value` NULL where the device reported it missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import duckdb
import numpy as np

from gateway.store.duckdb_rows import Columns, SeriesName, take

_ROW = "series integer not null, time bigint not null, value double, flag utinyint not null, journal_offset bigint"

# ruff: noqa: S608 - no SQL below is put together from anything but names that stand in this file
CREATE = f"""
    create table if not exists series(
        id integer not null, device varchar not null, channel varchar not null, quantity varchar not null);
    create table if not exists observation({_ROW});
    create table if not exists observation_late({_ROW});
    create table if not exists progress(journal_offset bigint not null);
    insert into progress select 0 where not exists (select * from progress);
    create view if not exists point as
        select o.series, o.time, o.value, o.flag, o.journal_offset from observation o
            anti join observation_late l on o.series = l.series and o.time = l.time
        union all select series, time, value, flag, journal_offset from observation_late;
    create view if not exists observations as
        select s.device, s.channel, s.quantity, make_timestamp_ns(p.time) as time, p.value, p.flag, p.journal_offset
        from point p join series s on s.id = p.series;
"""

TABLES = ("observation", "observation_late")

_EPISODE = 6 * 3_600_000_000_000
_EPISODES = 8


@contextmanager
def transaction(db: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    db.begin()
    try:
        yield
        db.commit()
    except BaseException:
        with suppress(duckdb.Error):  # DuckDB has rolled back already when the commit itself failed
            db.rollback()
        raise


def number(db: duckdb.DuckDBPyConnection) -> int:
    """The number that the statement before gave: a count, or how many rows it changed."""
    row = db.fetchone()
    return int(row[0]) if row else 0


def add_series(db: duckdb.DuckDBPyConnection, new: dict[SeriesName, int]) -> None:
    """Give names numbers."""
    if new:
        devices, channels, quantities = zip(*new, strict=True)
        db.execute(
            "insert into series select unnest(?), unnest(?), unnest(?), unnest(?)",
            [list(new.values()), devices, channels, quantities],
        )


# DuckDB reads the arrays of a Python variable that a statement names as a table: `rows`, `entries` below. To register
# them as a view would cost 0.5 ms each time.


def insert(db: duckdb.DuckDBPyConnection, table: str, rows: Columns) -> None:
    """Append rows."""
    if rows["time"].size:
        db.execute(f"insert into {table} select series, time, value, flag, journal_offset from rows")


def delete(db: duckdb.DuckDBPyConnection, table: str, rows: Columns) -> None:
    """Remove the rows of the same series and time; thanks to the range of times without reading all of the table."""
    if rows["time"].size:
        db.execute(
            f"delete from {table} t using rows r "
            "where t.series = r.series and t.time = r.time and t.time between ? and ?",
            _range(rows),
        )


def episodes(rows: Columns) -> Iterator[Columns]:
    """The rows, cut where their times leave the widest gaps, into a few pieces.

    A history that a device sends afterwards stands beside today's rows: looked for in one go, the range of times would
    be all that lies between.
    """
    order = np.argsort(rows["time"], kind="stable")
    gaps = np.diff(rows["time"][order].astype(np.float64))  # as floats: the widest gap is wider than an int64
    widest = np.argsort(gaps)[-(_EPISODES - 1) :]
    for piece in np.split(order, np.sort(widest[gaps[widest] > _EPISODE]) + 1):
        yield take(rows, piece)


def remove_entries(db: duckdb.DuckDBPyConnection, offsets: Sequence[int]) -> Columns:
    """Remove what these journal entries said; returns series and time of each row removed."""
    entries = {"journal_offset": np.array(offsets, np.int64)}
    db.execute(
        "delete from observation where journal_offset between ? and ? and journal_offset in (from entries)"
        " returning series, time",
        [int(entries["journal_offset"].min()), int(entries["journal_offset"].max())],
    )
    return db.fetchnumpy()


def stored_offsets(db: duckdb.DuckDBPyConnection, rows: Columns) -> Columns:
    """Where a point of the same series and time is stored: index `at` of the row, and the point's journal_offset."""
    rows = rows | {"at": np.arange(rows["time"].size)}
    db.execute(
        "select r.at, o.journal_offset from observation o join rows r on o.series = r.series and o.time = r.time "
        "where o.time between ? and ?",
        _range(rows),
    )
    return db.fetchnumpy()


def move_late(db: duckdb.DuckDBPyConnection) -> None:
    """Put the late rows in place of those they override."""
    late = db.execute("select series, time from observation_late").fetchnumpy()
    for episode in episodes(late):
        delete(db, "observation", episode)
    db.execute("insert into observation from observation_late order by time")
    db.execute("delete from observation_late")


def _range(rows: Columns) -> list[int]:
    return [int(rows["time"].min()), int(rows["time"].max())]
