"""Values of areas in every period, as they were last written out: table area_result of aggregates.duckdb."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregator.results_file import AREA_RESULT, ResultsFile, frame

# ruff: noqa: S608 - no SQL below is put together from anything but names of this file


class AreaResults:
    """The table. Its threads may read while one writes."""

    def __init__(self, file: ResultsFile) -> None:
        self._file = file

    def between(self, basis: str, period: str, quantities: Sequence[str], low: int, high: int) -> pl.DataFrame:
        """Rows of schema AREA_RESULT that were written out for windows that begin in `[low, high)`."""
        query = (
            "select * from area_result where basis = ? and period = ? and quantity in (select unnest(?)) "
            "and start >= ? and start < ?"
        )
        with self._file.cursor() as db:
            return frame(db, query, [basis, period, list(quantities), low, high]).cast(AREA_RESULT)  # type: ignore[arg-type]  # dtypes are classes

    def write(self, rows: pl.DataFrame) -> None:
        """Put rows of schema AREA_RESULT in place of those of the same basis, period, area, quantity and start."""
        with self._file.writing() as db:
            db.register("incoming", rows.to_arrow())
            db.execute(
                "delete from area_result t using incoming i where t.basis = i.basis and t.period = i.period "
                "and t.area = i.area and t.quantity = i.quantity and t.start = i.start"
            )
            db.execute("insert into area_result by name select * from incoming")
            db.unregister("incoming")

    def clear(self, period: str, low: int, high: int, areas: Sequence[str] = ()) -> int:
        """Take away what was written out of windows that begin in `[low, high)`, of any day basis; no areas: of all."""
        chosen = "period = $period and start >= $low and start < $high"
        values: dict[str, object] = {"period": period, "low": low, "high": high}
        if areas:
            chosen, values = f"{chosen} and area in (select unnest($areas))", values | {"areas": list(areas)}
        with self._file.writing() as db:
            found = db.execute(f"delete from area_result where {chosen}", values).fetchone()
        return int(found[0]) if found else 0

    def quantities(self) -> list[str]:
        """Quantities of which figures were written out."""
        with self._file.cursor() as db:
            return [row[0] for row in db.execute("select distinct quantity from area_result").fetchall()]

    def span(self) -> tuple[int, int] | None:
        """From the first to behind the last hour that was written out, ns; None without any."""
        with self._file.cursor() as db:
            row = db.execute("select min(start), max(start) from area_result where period = 'hour'").fetchone()
        return None if row is None or row[0] is None else (int(row[0]), int(row[1]) + HOUR_NS)
