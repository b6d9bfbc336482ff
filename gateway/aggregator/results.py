"""Results in aggregates.duckdb: site-hours with revision and past, area windows, plans, series numbers.

    site_hour          what holds now: one row for each (point, hour), with revision and computed_at
    site_hour_past     what held from computed_at until superseded_at, ns of our clock
    area_result        values of areas in every period, as they were last written out
    plan               points, memberships and names as of each change
    point, series      numbers that stay for good
    note               single values: the next revision, the newest time of an observation

An hour that still runs has no past: what was known of it becomes past only from its end on.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import duckdb
import polars as pl

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.plan import Plan
from gateway.aggregation.sites import SITE_HOUR
from gateway.aggregation.tables import AREA_PERIOD
from gateway.model import StoreUnavailableError

VERSIONED = SITE_HOUR | {"revision": pl.Int64, "computed_at": pl.Int64}
AREA_RESULT = AREA_PERIOD | {"revision": pl.Int64, "computed_at": pl.Int64}
_TYPES = {
    pl.String: "varchar", pl.Int8: "tinyint", pl.Int32: "integer", pl.Int64: "bigint", pl.Float64: "double",
    pl.Boolean: "boolean",
}  # fmt: skip
_HANDED_OVER = 10
"""To hand a point over to DuckDB costs as much as to read so many hours of others beside its own."""
_FRAMES = ("stretches", "parts", "points", "memberships")

# ruff: noqa: S608 - no SQL below is put together from anything but names of this file and whole numbers


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


class Results:
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
        self._points = len(self.numbers())
        self._series: dict[tuple[str, str, str], int] | None = None

    def close(self) -> None:
        """Write everything into the file and release it."""
        if self._later:
            with suppress(StoreUnavailableError, duckdb.Error), self._writing():
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
    def _writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
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
        with self._writing() as db:
            _set_note(db, name, value)

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
            with self._writing() as db:
                db.executemany("insert into series values (?, ?, ?, ?)", [(n, *name) for name, n in added.items()])
            known.update(added)
        return known

    def save_plan(self, plan: Plan, numbers: Mapping[tuple[str, str, str], int], source: int, now: int) -> int:
        """Keep a plan with the moment from which it holds; returns its revision."""
        blobs = [_packed(getattr(plan, name)) for name in _FRAMES]
        with self._writing() as db:
            revision = _next_revision(db)
            db.execute(
                "insert into plan values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [revision, source, now, *blobs, plan.longest_hold, plan.longest_period],
            )
            db.execute("update plan set stretches = null, parts = null where revision < ?", [revision])
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
        condition = "" if as_of is None else f"where created_at <= {as_of}"
        with self.cursor() as db:
            row = db.execute(
                "select stretches, parts, points, memberships, longest_hold, longest_period, revision "
                f"from plan {condition} order by revision desc limit 1"
            ).fetchone()
        if row is None:
            return None
        points, memberships = _unpacked(row[2]), _unpacked(row[3])
        stretches = _unpacked(row[0]) if row[0] is not None else pl.DataFrame()
        parts = _unpacked(row[1]) if row[1] is not None else pl.DataFrame()
        plan = Plan(
            stretches=stretches, parts=parts, points=points, memberships=memberships, longest_hold=row[4],
            longest_period=row[5],
        )  # fmt: skip
        return plan, int(row[6])

    def replace(self, hours: pl.DataFrame, points: Sequence[int], low: int, high: int, now: int) -> pl.DataFrame:
        """Make `hours` (schema SITE_HOUR) all that is known of these points in `[low, high)`; returns what changed.

        A row that is as it was keeps its revision. The result has point, start.
        """
        with self._writing() as db:
            old = self._known(db, points, low, high)
            changed, gone = differences(old, hours)
            if not changed.height and not gone.height:
                return gone
            revision = _next_revision(db)
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
            found = _frame(db, chosen).filter(pl.col("point").is_in(mine))
        else:
            found = _frame(db, f"{chosen} and point in (select unnest(?))", [list(points)])
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
            return _frame(db, query, {"points": list(points)}).cast(VERSIONED)  # type: ignore[arg-type]  # dtypes are classes

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
        with self.cursor() as db:
            row = db.execute("select min(start), max(start) from area_result where period = 'hour'").fetchone()
        known = [self.span(), None if row is None or row[0] is None else (int(row[0]), int(row[1]) + HOUR_NS)]
        spans = [span for span in known if span is not None]
        return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None

    def areas(self, basis: str, period: str, quantities: Sequence[str], low: int, high: int) -> pl.DataFrame:
        """Rows of schema AREA_RESULT that were written out for windows that begin in `[low, high)`."""
        query = (
            "select * from area_result where basis = ? and period = ? and quantity in (select unnest(?)) "
            "and start >= ? and start < ?"
        )
        with self.cursor() as db:
            return _frame(db, query, [basis, period, list(quantities), low, high]).cast(AREA_RESULT)  # type: ignore[arg-type]  # dtypes are classes

    def write_areas(self, rows: pl.DataFrame) -> None:
        """Put rows of schema AREA_RESULT in place of those of the same basis, period, area, quantity and start."""
        with self._writing() as db:
            db.register("incoming", rows.to_arrow())
            db.execute(
                "delete from area_result t using incoming i where t.basis = i.basis and t.period = i.period "
                "and t.area = i.area and t.quantity = i.quantity and t.start = i.start"
            )
            db.execute("insert into area_result by name select * from incoming")
            db.unregister("incoming")

    def clear_areas(self, period: str, low: int, high: int, areas: Sequence[str] = ()) -> int:
        """Take away what was written out of windows that begin in `[low, high)`, of any day basis; no areas: of all."""
        chosen = "period = $period and start >= $low and start < $high"
        values: dict[str, object] = {"period": period, "low": low, "high": high}
        if areas:
            chosen, values = f"{chosen} and area in (select unnest($areas))", values | {"areas": list(areas)}
        with self._writing() as db:
            found = db.execute(f"delete from area_result where {chosen}", values).fetchone()
        return int(found[0]) if found else 0

    def written_quantities(self) -> list[str]:
        """Quantities of which figures were written out."""
        with self.cursor() as db:
            return [row[0] for row in db.execute("select distinct quantity from area_result").fetchall()]

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
        with self._writing() as db:
            db.execute("delete from site_hour_past where superseded_at < ?", [before])
            db.execute(
                "delete from plan where revision < (select coalesce(max(revision), 0) from plan where created_at <= ?)",
                [before],
            )


def differences(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `new` that are not in `old` as they are, and (point, start) of those that are gone."""
    names = list(SITE_HOUR)
    before = old.select(pl.col(name).cast(kind) for name, kind in SITE_HOUR.items())
    after = new.select(pl.col(name).cast(kind) for name, kind in SITE_HOUR.items())
    changed = after.join(before, on=names, how="anti", nulls_equal=True)
    gone = before.select("point", "start").join(after.select("point", "start"), on=["point", "start"], how="anti")
    return changed, gone


def _next_revision(db: duckdb.DuckDBPyConnection) -> int:
    found = db.execute("update note set value = value + 1 where name = 'revision' returning value").fetchone()
    if found is None:
        _set_note(db, "revision", 1)
    return int(found[0]) if found else 1


def _set_note(db: duckdb.DuckDBPyConnection, name: str, value: int) -> None:
    db.execute("delete from note where name = ?", [name])
    db.execute("insert into note values (?, ?)", [name, value])


def _frame(db: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> pl.DataFrame:
    frame = pl.from_arrow(db.sql(query, params=parameters).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame


def _packed(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_ipc(out, compression="zstd")
    return out.getvalue()


def _unpacked(blob: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(blob))
