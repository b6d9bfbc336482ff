"""All levels and periods of a range at once: what the service runs over its store, and what the tests compare.

observations --slices--> series-hours --> site_hour --> area hours
                                              └--> site_period (days, then longer) --> area periods
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock, get_ident
from typing import Protocol, Self

import duckdb
import numpy as np
import polars as pl

from gateway.aggregation import periods, tables
from gateway.aggregation.calendar import DAY_NS, HOUR_NS, DayBasis, Period
from gateway.aggregation.hourly import USED, latest, lean_hours, reach
from gateway.aggregation.matrix import Windows
from gateway.aggregation.naming import area_series
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import Capture
from gateway.aggregation.sites import Facts, site_hours
from gateway.aggregation.spatial import area_rows, fixed_panel

LONGER = (Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR)
CELLS = 200_000
"""Parts x hours worked on at once: bounds the memory of stage 1 to about 250 MB for each thread."""
WINDOW_CELLS = 400_000
"""Windows x points of an area matrix worked on at once."""


class Observations(Protocol):
    """Where stored observations are read from."""

    def between(self, low: int, high: int) -> pl.DataFrame:
        """series, time (ns), value, flag of `[low, high)`, in any order, each (series, time) once."""

    def first_used(self, parts: pl.DataFrame, used: Iterable[int]) -> Mapping[int, int]:
        """For each part (schema PART) the time of its first used observation."""


class FrameObservations:
    """Observations held in a frame (series, time, value, flag, offset); of duplicates the last written counts."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = latest(frame).sort("time")

    def between(self, low: int, high: int) -> pl.DataFrame:
        """See Observations."""
        return self._frame.filter(pl.col("time").is_between(low, high, closed="left"))

    def first_used(self, parts: pl.DataFrame, used: Iterable[int]) -> Mapping[int, int]:
        """See Observations."""
        good = self._frame.filter(pl.col("flag").is_in(list(used)) & pl.col("value").is_finite())
        found = (
            parts.select("part", "series", "start", "stop")
            .join(good.select("series", "time"), on="series")
            .filter((pl.col("time") >= pl.col("start")) & (pl.col("time") < pl.col("stop")))
            .group_by("part")
            .agg(pl.col("time").min())
        )
        return dict(found.iter_rows())


class TableObservations:
    """Observations in a DuckDB table or view (series, time in ns, value, flag), as the store's `point`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str = "point") -> None:
        self._connection, self._table = connection, table

    def between(self, low: int, high: int) -> pl.DataFrame:
        """See Observations."""
        query = f"select series, time, value, flag from {self._table} where time >= {low} and time < {high}"  # noqa: S608 - ints and the program's own table
        return tables.frame(self._connection.cursor(), query)

    def first_used(self, parts: pl.DataFrame, used: Iterable[int]) -> Mapping[int, int]:
        """See Observations. Most have it near their beginning, so it is looked for in ever longer pieces of time."""
        cursor = self._connection.cursor()
        ((low, last),) = cursor.execute(f"select min(time), max(time) from {self._table}").fetchall()  # noqa: S608 - the program's own table
        found: dict[int, int] = {}
        if low is None:
            return found
        end = last + 1
        flags, span = ", ".join(str(int(flag)) for flag in used), DAY_NS
        wanted = parts.select("part", "series", "start", "stop")
        while low < end and wanted.height:
            high = min(low + span, end)
            series = ", ".join(str(each) for each in wanted["series"].unique().to_list())
            cursor.register("wanted", wanted.to_arrow())
            rows = cursor.execute(
                f"select w.part, min(o.time) from (select series, time from {self._table} "  # noqa: S608 - ints and the program's own table
                f"where time >= {low} and time < {high} and series in ({series}) and flag in ({flags}) "
                "and isfinite(value)) o join wanted w on o.series = w.series and o.time >= w.start and "
                "o.time < w.stop group by w.part"
            ).fetchall()
            found.update(rows)
            wanted = wanted.filter(~pl.col("part").is_in([part for part, _ in rows]) & (pl.col("stop") > high))
            low, span = high, span * 4
        return found


def aggregate(
    connection: duckdb.DuckDBPyConnection,
    observations: Observations,
    plan: Plan,
    start: int,
    stop: int,
    *,
    bases: Sequence[DayBasis] = (DayBasis.BERLIN,),
    longer: Sequence[Period] = LONGER,
    used: Sequence[int] = USED,
    rule: Capture | None = None,
    classes: pl.DataFrame | None = None,
    threads: int = 2,
) -> None:
    """Add to `site_hour`, `site_period`, `area_period` the hours of `[start, stop)` ns and the windows begun in it.

    What of a window lies beyond the range is not known to it, so ask for whole windows. `classes`: see
    `spatial.area_periods`. Slices of time are worked on by `threads` threads.
    """
    fill_hours(connection, observations, plan, start, stop, used=used, classes=classes, threads=threads)
    for basis in bases:
        windows = periods.site_days(connection, plan, basis, start, stop, rule=rule)
        fill_areas(connection, plan, Period.DAY, basis, windows, classes=classes)
        for period in longer:
            windows = periods.site_periods(connection, plan, period, basis, start, stop, rule=rule)
            fill_areas(connection, plan, period, basis, windows, classes=classes)


def fill_hours(
    connection: duckdb.DuckDBPyConnection,
    observations: Observations,
    plan: Plan,
    start: int,
    stop: int,
    *,
    used: Sequence[int] = USED,
    classes: pl.DataFrame | None = None,
    threads: int = 2,
) -> None:
    """Add the site-hours and area-hours of `[start, stop)` ns. The panel of counts is that of the whole range."""
    panels = plan.points.filter(pl.col("estimator") == "sum_of_panel")["quantity"].unique().to_list()
    others = plan.points.filter(~pl.col("quantity").is_in(panels))["quantity"].unique().to_list()

    series = tables.add_series(connection, partial(area_series, plan, "utc", "hour"))

    def at_once(cursor: duckdb.DuckDBPyConnection, hours: pl.DataFrame, low: int, high: int) -> None:
        tables.append(cursor, "area_row", _area_hours(hours, plan, low, high, series, others, classes=classes))

    connection.execute("set write_buffer_row_group_count = 1")
    fill_site_hours(connection, observations, plan, start, stop, used=used, threads=threads, also=at_once)
    fill_area_hours(connection, plan, start, stop, series, classes=classes, threads=threads, quantities=panels)


def fill_site_hours(
    connection: duckdb.DuckDBPyConnection,
    observations: Observations,
    plan: Plan,
    start: int,
    stop: int,
    *,
    used: Sequence[int] = USED,
    threads: int = 2,
    also: Callable[[duckdb.DuckDBPyConnection, pl.DataFrame, int, int], None] | None = None,
) -> None:
    """Add the site-hours of `[start, stop)` ns, slice by slice; `also` is called with those of each slice."""
    before, after = reach(plan)
    counters = plan.parts.filter(pl.col("kind") == "accumulator")
    firsts = observations.first_used(counters, used) if counters.height else {}
    facts = Facts(plan)
    days = max(1, CELLS // max(1, plan.parts.height) // 24)
    slices = [(low, min(low + days * DAY_NS, stop)) for low in range(start, stop, days * DAY_NS)]

    def work(bounds: tuple[int, int]) -> None:
        low, high = bounds
        found = observations.between(low - before, high + after)
        lean = lean_hours(found, plan, low, high, used=used, first_used=firsts)
        hours = site_hours(lean, plan, low, high, facts=facts)
        cursor = cursors.mine()
        tables.append(cursor, "site_hour", hours)
        if also is not None:
            also(cursor, hours, low, high)

    with _Cursors(connection) as cursors, ThreadPoolExecutor(threads, "aggregate") as pool:
        list(pool.map(work, slices))


class _Cursors:
    """A cursor for each thread, and a transaction for a few of its slices.

    Slices are smaller than what DuckDB writes at once: committed one by one, much of it would be written twice. What
    is not committed stands in memory.
    """

    SLICES = 3

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection, self._lock = connection, Lock()
        self._all: dict[int, duckdb.DuckDBPyConnection] = {}
        self._slices: dict[int, int] = {}

    def mine(self) -> duckdb.DuckDBPyConnection:
        """This thread's, for its next slice."""
        me = get_ident()
        with self._lock:
            cursor = self._all.get(me)
            if cursor is None:
                cursor = self._all[me] = self._connection.cursor()
                cursor.begin()
            self._slices[me] = slices = self._slices.get(me, -1) + 1
        if slices == self.SLICES:
            cursor.commit()
            cursor.begin()
            self._slices[me] = 0
        return cursor

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for cursor in self._all.values():
            if kind is None:
                cursor.commit()
            cursor.close()


def fill_area_hours(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    start: int,
    stop: int,
    series: pl.DataFrame,
    *,
    classes: pl.DataFrame | None = None,
    threads: int = 2,
    quantities: Sequence[str] | None = None,
) -> None:
    """Add the area-hours of `[start, stop)`, quantity by quantity (None: all) from the site-hours there are.

    `series`: the numbers of the areas' series of hours, as `tables.add_series` gave them.
    """
    groups = plan.points.filter(pl.col("sub") == "").partition_by("quantity", as_dict=True)

    def fill(group: tuple[tuple[object, ...], pl.DataFrame]) -> None:
        (quantity,), points = group
        cursor = connection.cursor()
        mine = f"point in ({', '.join(str(int(point)) for point in points['point'])})"
        panel: frozenset[int] = frozenset()
        if points["estimator"][0] == "sum_of_panel":
            counted = tables.frame(
                cursor,
                f"select point, count(*) filter (valid) as n_valid from site_hour where {mine} "  # noqa: S608 - ints
                f"and start >= {start} and start < {stop} group by point",
            )
            panel = fixed_panel(counted, (stop - start) // HOUR_NS)
        step = max(24, WINDOW_CELLS // points.height) * HOUR_NS
        for low in range(start, stop, step):
            high = min(low + step, stop)
            rows = tables.frame(
                cursor,
                f"select * from site_hour where {mine} and start >= {low} and start < {high}",  # noqa: S608 - ints
            )
            found = _area_hours(rows, plan, low, high, series, [str(quantity)], panel=panel, classes=classes)
            tables.append(cursor, "area_row", found)

    chosen = [(key, each) for key, each in groups.items() if quantities is None or key[0] in quantities]
    with ThreadPoolExecutor(threads, "areas") as pool:
        list(pool.map(fill, chosen))


def _area_hours(
    hours: pl.DataFrame,
    plan: Plan,
    low: int,
    high: int,
    series: pl.DataFrame,
    quantities: Sequence[str],
    *,
    panel: frozenset[int] = frozenset(),
    classes: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The hours of `[low, high)` of the areas from all site-hours of these quantities in them."""
    starts = np.arange(low, high, HOUR_NS, dtype=np.int64)
    windows = Windows(start=starts, stop=starts + HOUR_NS, length=np.full(len(starts), HOUR_NS))
    return area_rows(hours, plan, windows, series, panel=panel, classes=classes, quantities=quantities)


def fill_areas(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    period: str,
    basis: DayBasis,
    windows: pl.DataFrame,
    *,
    classes: pl.DataFrame | None = None,
    span: tuple[int, int] | None = None,
) -> None:
    """Add the areas' values of windows (start, stop, length) longer than an hour, or of profiles (then with `span`)."""
    if not windows.height:
        return
    low, high = windows["start"][0], windows["start"][-1]
    rows = tables.frame(
        connection,
        f"select * from site_period where basis = '{basis}' and period = '{period}' "  # noqa: S608 - the program's own
        f"and start >= {low} and start <= {high}",
    )
    panel = fixed_panel(rows.group_by("point").agg(n_valid=pl.col("valid").sum()), windows.height)
    arrays = Windows(**{name: windows[name].to_numpy() for name in ("start", "stop", "length")})
    series = tables.add_series(connection, partial(area_series, plan, str(basis), str(period)))
    found = area_rows(rows, plan, arrays, series, panel=panel, classes=classes, span=span)
    tables.append(connection, "area_row", found)
