"""Where results stand while a range is computed: DuckDB tables `site_hour`, `site_period`, view `area_period`.

A year of 1,000 series has 8.76 million site-hours: too many to hold in memory beside what is computed from them. To
write the names of areas into each of their rows took a fifth of the time, so `area_period` joins them (AREA_SERIES).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local

import duckdb
import polars as pl

from gateway.aggregation.sites import SITE_HOUR

SITE_PERIOD: dict[str, type[pl.DataType]] = {
    "basis": pl.String, "period": pl.String, "point": pl.Int32, "start": pl.Int64, "stop": pl.Int64,
    "linear": pl.Float64, "u": pl.Float64, "v": pl.Float64, "w": pl.Float64, "capacity": pl.Float64,
    "minimum": pl.Float64, "maximum": pl.Float64, "n": pl.Int64, "excluded": pl.Int64, "covered": pl.Int64,
    "length": pl.Int64, "sensor_class": pl.Int8, "n_valid": pl.Int32, "n_parts": pl.Int32, "valid": pl.Boolean,
}  # fmt: skip
"""As SITE_HOUR; n_valid of n_parts hours or days are valid; length in ns (of a profile: of all its hours)."""
AREA_PERIOD: dict[str, type[pl.DataType]] = {
    "basis": pl.String, "period": pl.String, "area": pl.String, "quantity": pl.String, "start": pl.Int64,
    "stop": pl.Int64, "value": pl.Float64, "estimator": pl.String, "mean": pl.Float64, "median": pl.Float64,
    "min": pl.Float64, "max": pl.Float64, "sd": pl.Float64, "lowest": pl.Float64, "highest": pl.Float64,
    "concentration": pl.Float64, "worst_class": pl.Int8, "n_sites": pl.Int32, "n_sites_valid": pl.Int32,
    "n_private": pl.Int32, "panel": pl.Int32, "n": pl.Int64, "excluded": pl.Int64, "coverage": pl.Float64,
    "sensor_class": pl.Int8, "bound": pl.String, "status": pl.String,
}  # fmt: skip
"""value: by `estimator`. mean, median, min, max, sd (n - 1): of the valid sites' values. lowest, highest: of all
readings. concentration: R of directions. panel: sites in the fixed panel of a sum, null otherwise."""
AREA_SERIES: dict[str, type[pl.DataType]] = {
    "series": pl.Int32, "basis": pl.String, "period": pl.String, "area": pl.String, "quantity": pl.String,
    "estimator": pl.String, "bound": pl.String,
}  # fmt: skip
"""What the rows of one area, quantity and period have in common; bound: what a partial value says of the true one."""
AREA_ROW: dict[str, type[pl.DataType]] = {
    "series": pl.Int32, **{name: kind for name, kind in AREA_PERIOD.items() if kind is not pl.String},
    "partial": pl.Boolean, "status": pl.Int8,
}  # fmt: skip
"""AREA_PERIOD without names; partial: `bound` holds; status: place in STATUSES."""
STATUSES = ("ok", "insufficient_coverage", "no_data")

_TYPES = {
    pl.String: "varchar", pl.Int8: "tinyint", pl.Int32: "integer", pl.Int64: "bigint", pl.Float64: "double",
    pl.Boolean: "boolean",
}  # fmt: skip


def connect(database: str = ":memory:", *, threads: int = 2, memory: str = "600MB") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with bounded threads and memory and the tables of the results."""
    connection = duckdb.connect(
        database, config={"threads": threads, "memory_limit": memory, "preserve_insertion_order": False}
    )
    prepare(connection)
    return connection


_TABLES = {"site_hour": SITE_HOUR, "site_period": SITE_PERIOD, "area_series": AREA_SERIES, "area_row": AREA_ROW}
_own = local()


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """This thread's connection in memory with empty tables of the results, not to be used twice at once.

    To open one costs 10 ms, to empty it next to nothing.
    """
    connection: duckdb.DuckDBPyConnection | None = getattr(_own, "connection", None)
    if connection is None:
        connection = connect(threads=1)
    _own.connection = None
    try:
        yield connection
        for name in _TABLES:
            connection.execute(f"truncate {name}")
    except BaseException:
        connection.close()
        raise
    _own.connection = connection


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of the results where they are not there yet."""
    connection.execute("set enable_progress_bar = false")
    for name, schema in _TABLES.items():
        columns = ", ".join(f'"{column}" {_TYPES[dtype]}' for column, dtype in schema.items())
        connection.execute(f"create table if not exists {name} ({columns})")
    said = {name: f"s.{name}" for name in AREA_SERIES} | {
        "bound": "case when r.partial then s.bound end", "status": f"{list(STATUSES)}[r.status + 1]",
    }  # fmt: skip
    shown = ", ".join(f'{said.get(name, f"r.{name}")} as "{name}"' for name in AREA_PERIOD)
    connection.execute(
        f"create view if not exists area_period as select {shown} "  # noqa: S608 - names of this file
        "from area_row r join area_series s using (series)"
    )


def frame(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """The rows of a query as a frame."""
    found = pl.from_arrow(connection.sql(query).to_arrow_table())
    assert isinstance(found, pl.DataFrame)
    return found


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Add rows to a table; columns are matched by name."""
    connection.register("incoming", rows.to_arrow())
    connection.execute(f"insert into {table} by name select * from incoming")  # noqa: S608 - table is a literal
    connection.unregister("incoming")


def add_series(connection: duckdb.DuckDBPyConnection, series_from: Callable[[int], pl.DataFrame]) -> pl.DataFrame:
    """Number areas' series on from those there are, write them (schema AREA_SERIES) and return them."""
    ((first,),) = connection.execute("select coalesce(max(series) + 1, 0) from area_series").fetchall()
    series = series_from(first)
    append(connection, "area_series", series)
    return series


def replace(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Put rows in place of a temporary table."""
    connection.register("incoming", rows.to_arrow())
    connection.execute(f"create or replace temp table {table} as select * from incoming")  # noqa: S608 - a literal
    connection.unregister("incoming")
