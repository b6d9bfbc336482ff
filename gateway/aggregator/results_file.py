"""The file aggregates.duckdb: its tables, one writer at a time, single values.

    site_hour          what holds now: one row for each (point, hour), with revision and computed_at
    site_hour_past     what held from computed_at until superseded_at, ns of our clock
    area_result        values of areas in every period, as they were last written out
    plan               points, memberships and names as of each change
    point, series      numbers that stay for good
    note               single values: the next revision, the newest time of an observation

Times are ns UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import duckdb
import polars as pl

from gateway.aggregation.sites import SITE_HOUR
from gateway.aggregation.tables import AREA_PERIOD
from gateway.model import StoreUnavailableError

# ruff: noqa: S608 - the tables are put together from names of columns alone

VERSIONED = SITE_HOUR | {"revision": pl.Int64, "computed_at": pl.Int64}
AREA_RESULT = AREA_PERIOD | {"revision": pl.Int64, "computed_at": pl.Int64}
_TYPES = {
    pl.String: "varchar", pl.Int8: "tinyint", pl.Int32: "integer", pl.Int64: "bigint", pl.Float64: "double",
    pl.Boolean: "boolean",
}  # fmt: skip


def _columns(schema: Mapping[str, type[pl.DataType]]) -> str:
    return ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in schema.items())


_CREATE = f"""
create table if not exists site_hour({_columns(VERSIONED)});
create table if not exists site_hour_past({_columns(VERSIONED)}, superseded_at bigint);
create table if not exists area_result({_columns(AREA_RESULT)});
create table if not exists plan(revision bigint, source bigint, created_at bigint, stretches blob, parts blob,
    points blob, memberships blob, longest_hold bigint, longest_period bigint);
create table if not exists point(id integer, site varchar, sub varchar, quantity varchar);
create table if not exists series(id integer, device varchar, channel varchar, quantity varchar);
create table if not exists note(name varchar, value bigint);
create view if not exists area_values as select basis, period, area, quantity, make_timestamp_ns(start) as start,
    make_timestamp_ns(stop) as stop, value, estimator, status, bound, coverage, n_sites, n_sites_valid, revision,
    make_timestamp_ns(computed_at) as computed_at from area_result;
"""


class ResultsFile:
    """The file. One process owns it; its threads may read while one writes."""

    def __init__(self, path: Path, *, memory_limit: str = "256MB", threads: int = 1) -> None:
        """Open it; made when absent.

        Raises:
            StoreUnavailableError: the file cannot be opened.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_limit, "threads": threads}
        try:
            self._connection = duckdb.connect(path, config=config)
            self._connection.execute(_CREATE)
        except duckdb.Error as error:
            raise StoreUnavailableError(f"{path} cannot be opened: {error}", 5) from error
        self._connection.execute("set enable_progress_bar = false")
        self._lock = Lock()
        self._later: dict[str, int] = {}

    def close(self) -> None:
        """Write everything into the file and release it."""
        if self._later:
            with suppress(StoreUnavailableError, duckdb.Error), self.writing():
                pass
        with self._lock:
            self._connection.close()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one task; raises StoreUnavailableError for what DuckDB cannot do now."""
        try:
            cursor = self._connection.cursor()
        except duckdb.Error as error:
            raise StoreUnavailableError(f"aggregates.duckdb cannot be used: {error}") from error
        try:
            yield cursor
        except (duckdb.OperationalError, duckdb.FatalException, duckdb.InternalException) as error:
            raise StoreUnavailableError(f"aggregates.duckdb cannot be used: {error}") from error
        finally:
            cursor.close()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor in a transaction of its own, one at a time; takes along the notes that wait."""
        with self._lock, self.cursor() as db:
            later = dict(self._later)
            db.begin()
            try:
                for name, value in later.items():
                    _set_note(db, name, value)
                yield db
                db.commit()
                self._later = {name: value for name, value in self._later.items() if later.get(name) != value}
            except BaseException:
                with suppress(duckdb.Error):
                    db.rollback()
                raise

    def note(self, name: str) -> int:
        """A single value, 0 when it was never written."""
        if (later := self._later.get(name)) is not None:
            return later
        with self.cursor() as db:
            row = db.execute("select value from note where name = ?", [name]).fetchone()
        return int(row[0]) if row else 0

    def set_note(self, name: str, value: int, *, later: bool = False) -> None:
        """Write a single value; `later`: with whatever is written next."""
        if later:
            self._later[name] = value
            return
        with self.writing() as db:
            _set_note(db, name, value)


def next_revision(db: duckdb.DuckDBPyConnection) -> int:
    """The number of what is written now."""
    found = db.execute("update note set value = value + 1 where name = 'revision' returning value").fetchone()
    if found is None:
        _set_note(db, "revision", 1)
    return int(found[0]) if found else 1


def _set_note(db: duckdb.DuckDBPyConnection, name: str, value: int) -> None:
    db.execute("delete from note where name = ?", [name])
    db.execute("insert into note values (?, ?)", [name, value])


def frame(db: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> pl.DataFrame:
    """What a query finds."""
    found = pl.from_arrow(db.sql(query, params=parameters).to_arrow_table())
    assert isinstance(found, pl.DataFrame)
    return found
