"""DuckDB's rows as dataframes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from gateway.store.duckdb_file import DatabaseFile
from gateway.store.frames import in_pieces

_NAMES = {"series": pl.Int32, "device": pl.String, "channel": pl.String}
_FROM = "from point where series in (select unnest(?)) and time >= ? and time < ?"


def frames(file: DatabaseFile, quantity: str, start: int, stop: int) -> Iterator[pl.DataFrame]:
    """See `gateway.model.Store.frames`."""
    with file.cursor() as db:
        db.execute("select id, device, channel from series where quantity = ? order by device, channel", [quantity])
        names = pl.DataFrame(
            db.fetchall(), {"series": pl.Int32, "device": pl.String, "channel": pl.String}, orient="row"
        )
    series = names["series"].to_list()

    def count(low: int, high: int) -> int:
        with file.cursor() as db:
            row = db.execute(f"select count(*) {_FROM}", [series, low, high]).fetchone()
        return int(row[0]) if row else 0

    def read(low: int, high: int) -> pl.DataFrame:
        with file.cursor() as db:
            columns = db.execute(f"select series, time, value, flag {_FROM}", [series, low, high]).fetchnumpy()
        value = columns.pop("value")
        if isinstance(value, np.ma.MaskedArray):
            value = value.filled(np.nan)
        rows = pl.DataFrame(columns | {"value": value}).with_columns(pl.col("value").fill_nan(None))
        ordered = names.with_row_index("rank").join(rows, on="series").sort("rank", "time")
        return ordered.select("device", "channel", "time", "value", "flag")

    return in_pieces(count, read, start, stop)


def numbered(file: DatabaseFile, start: int, stop: int, series: Sequence[int] | None) -> pl.DataFrame:
    """See `gateway.store.duckdb.DuckStore.numbered`."""
    sql = "select series, time, value, flag from point where time >= ? and time < ?"
    parameters: list[object] = [start, stop]
    if series is not None:
        sql += " and series in (select unnest(?))"
        parameters.append(list(series))
    with file.cursor() as db:
        found = pl.from_arrow(db.sql(sql, params=parameters).to_arrow_table())
    assert isinstance(found, pl.DataFrame)
    return found


def series(file: DatabaseFile) -> pl.DataFrame:
    """See `gateway.store.duckdb.DuckStore.series`."""
    with file.cursor() as db:
        found = pl.from_arrow(db.sql("select id as series, device, channel, quantity from series").to_arrow_table())
    assert isinstance(found, pl.DataFrame)
    return found
