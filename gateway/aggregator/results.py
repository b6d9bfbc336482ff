"""Results in aggregates.duckdb: site-hours with revision and past, plans, numbers of points and series.

An hour that still runs has no past: what was known of it becomes past only from its end on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.plan import Plan
from gateway.aggregation.sites import SITE_HOUR
from gateway.aggregator.area_results import AreaResults
from gateway.aggregator.kept_plans import forget_plans, insert_plan, read_plan
from gateway.aggregator.results_file import VERSIONED, ResultsFile, frame, next_revision

# ruff: noqa: S608 - no SQL below is put together from anything but names of this file and whole numbers

_HANDED_OVER = 10
"""To hand a point over to DuckDB costs as much as to read so many hours of others beside its own."""


class Results(ResultsFile):
    """The file. One process owns it; its threads may read while one writes.

    Attributes:
        areas: values of areas, as they were last written out.
    """

    def __init__(self, path: Path, *, memory_limit: str = "256MB", threads: int = 1) -> None:
        """Open it; made when absent.

        Raises:
            StoreUnavailableError: the file cannot be opened.
        """
        super().__init__(path, memory_limit=memory_limit, threads=threads)
        self.areas = AreaResults(self)
        self._points = len(self.numbers())
        self._series: dict[tuple[str, str, str], int] | None = None

    def numbers(self) -> dict[tuple[str, str, str], int]:
        """Number of each point by (site, sub, quantity)."""
        with self.cursor() as db:
            rows = db.execute("select site, sub, quantity, id from point").fetchall()
        return {(site, sub, quantity): number for site, sub, quantity, number in rows}

    def number_series(self, names: object = ()) -> Mapping[tuple[str, str, str], int]:
        """Numbers of all series by (device, channel, quantity), these among them."""
        if self._series is None:
            with self.cursor() as db:
                rows = db.execute("select device, channel, quantity, id from series").fetchall()
            self._series = {(device, channel, quantity): number for device, channel, quantity, number in rows}
        known = self._series
        new = [name for name in names if name not in known]  # type: ignore[attr-defined]  # any iterable
        if new:
            added = {name: len(known) + at + 1 for at, name in enumerate(new)}
            with self.writing() as db:
                db.executemany("insert into series values (?, ?, ?, ?)", [(n, *name) for name, n in added.items()])
            known.update(added)
        return known

    def save_plan(self, plan: Plan, numbers: Mapping[tuple[str, str, str], int], source: int, now: int) -> int:
        """Keep a plan with the moment from which it holds; returns its revision."""
        with self.writing() as db:
            revision = next_revision(db)
            insert_plan(db, plan, revision, source, now)
            known = {row[0] for row in db.execute("select id from point").fetchall()}
            new = [(number, *name) for name, number in numbers.items() if number not in known]
            if new:
                db.executemany("insert into point values (?, ?, ?, ?)", new)
            self._points = len(known) + len(new)
        return revision

    def load_plan(self, as_of: int | None = None) -> tuple[Plan, int] | None:
        """The plan that held at `as_of` ns (None: the last one) and its revision.

        Of past plans only points and memberships are kept: what results per area are made of.
        """
        with self.cursor() as db:
            return read_plan(db, as_of)

    def replace(self, hours: pl.DataFrame, points: Sequence[int], low: int, high: int, now: int) -> pl.DataFrame:
        """Make `hours` (schema SITE_HOUR) all that is known of these points in `[low, high)`; returns what changed.

        A row that is as it was keeps its revision. The result has point, start.
        """
        with self.writing() as db:
            old = self._known(db, points, low, high)
            changed, gone = differences(old, hours)
            if not changed.height and not gone.height:
                return gone
            revision = next_revision(db)
            touched = pl.concat([changed.select("point", "start"), gone]).unique()
            past = old.join(touched, on=["point", "start"], how="semi").filter(pl.col("start") + HOUR_NS <= now)
            if past.height:
                db.register("incoming", past.with_columns(superseded_at=pl.lit(now)).to_arrow())
                db.execute("insert into site_hour_past by name select * from incoming")
                db.unregister("incoming")
            if old.height:
                db.register("incoming", touched.to_arrow())
                db.execute(
                    "delete from site_hour t using incoming i where t.point = i.point and t.start = i.start "
                    f"and t.start >= {low} and t.start < {high}"
                )
                db.unregister("incoming")
            new = changed.with_columns(revision=pl.lit(revision, pl.Int64), computed_at=pl.lit(now, pl.Int64)).select(
                VERSIONED.keys()
            )
            db.register("incoming", new.to_arrow())
            db.execute("insert into site_hour by name select * from incoming")
            db.unregister("incoming")
        return touched

    def _known(self, db: duckdb.DuckDBPyConnection, points: Sequence[int], low: int, high: int) -> pl.DataFrame:
        """What is known of these points in `[low, high)`, schema VERSIONED."""
        chosen = f"select * from site_hour where start >= {low} and start < {high}"
        beside = (self._points - len(points)) * ((high - low) // HOUR_NS)
        if beside < _HANDED_OVER * len(points):
            mine = pl.Series(points, dtype=pl.Int32).implode()
            found = frame(db, chosen).filter(pl.col("point").is_in(mine))
        else:
            found = frame(db, f"{chosen} and point in (select unnest(?))", [list(points)])
        return found.cast(VERSIONED)  # type: ignore[arg-type]  # dtypes are classes

    def site_hours(self, points: Sequence[int], low: int, high: int, as_of: int | None = None) -> pl.DataFrame:
        """Rows of schema VERSIONED of these points in `[low, high)`, as they stood at `as_of` ns (None: now)."""
        chosen = f"start >= {low} and start < {high} and point in (select unnest($points))"
        names = ", ".join(VERSIONED)
        query = f"select {names} from site_hour where {chosen}"
        if as_of is not None:
            query += f" and computed_at <= {as_of}"
            query += f" union all select {names} from site_hour_past where {chosen} and computed_at <= {as_of}"
            query += f" and superseded_at > {as_of}"
        with self.cursor() as db:
            return frame(db, query, {"points": list(points)}).cast(VERSIONED)  # type: ignore[arg-type]  # dtypes are classes

    def count(self, points: Sequence[int], low: int, high: int) -> int:
        """How many site-hours there are."""
        query = (
            f"select count(*) from site_hour where start >= {low} and start < {high} and point in (select unnest(?))"
        )
        with self.cursor() as db:
            row = db.execute(query, [list(points)]).fetchone()
        return int(row[0]) if row else 0

    def span(self) -> tuple[int, int] | None:
        """From the first to behind the last hour that is known, ns; None without any."""
        with self.cursor() as db:
            row = db.execute("select min(start), max(start) from site_hour").fetchone()
        return None if row is None or row[0] is None else (int(row[0]), int(row[1]) + HOUR_NS)

    def told_span(self) -> tuple[int, int] | None:
        """The same with the hours that were written out: what they were made of may be gone."""
        spans = [span for span in (self.span(), self.areas.span()) if span is not None]
        return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None

    def changed_since(self, revision: int) -> dict[str, set[int]]:
        """Hours by quantity of which a version came, or went, after `revision`."""
        query = (
            f"select p.quantity, s.start from site_hour s join point p on p.id = s.point where s.revision > {revision} "
            "union select p.quantity, s.start from site_hour_past s join point p on p.id = s.point where "
            f"s.superseded_at >= (select coalesce(max(computed_at), 0) from site_hour where revision <= {revision})"
        )
        found: dict[str, set[int]] = {}
        with self.cursor() as db:
            for quantity, start in db.execute(query).fetchall():
                found.setdefault(quantity, set()).add(start)
        return found

    def forget(self, before: int) -> None:
        """Drop past versions that were superseded before `before` ns, and plans that no `as_of` can reach any more."""
        with self.writing() as db:
            db.execute("delete from site_hour_past where superseded_at < ?", [before])
            forget_plans(db, before)


def differences(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `new` that are not in `old` as they are, and (point, start) of those that are gone."""
    names = list(SITE_HOUR)
    before = old.select(pl.col(name).cast(kind) for name, kind in SITE_HOUR.items())
    after = new.select(pl.col(name).cast(kind) for name, kind in SITE_HOUR.items())
    changed = after.join(before, on=names, how="anti", nulls_equal=True)
    gone = before.select("point", "start").join(after.select("point", "start"), on=["point", "start"], how="anti")
    return changed, gone
