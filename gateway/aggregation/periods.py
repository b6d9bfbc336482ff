"""Over time within each site: days from hours, everything longer from days, and profiles by hour of day.

The rows stand in DuckDB tables (see `tables`); `sql/site_period.sql` is the one statement that rolls them up.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import duckdb
import polars as pl

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, hour_keys, window_frame
from gateway.aggregation.capturing import failing
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import Capture, capture
from gateway.aggregation.tables import frame, replace

PROFILES = ("hour_of_day", "hour_of_week")
"""Profile periods. The start of a row is its key: the local hour 0-23; ISO weekday (1-7) x 100 + local hour."""


def site_days(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    basis: DayBasis,
    start: int,
    stop: int,
    *,
    rule: Capture | None = None,
) -> pl.DataFrame:
    """Add the site-days that begin in `[start, stop)` to `site_period`; returns their windows (start, stop, length)."""
    windows = _windows(Period.DAY, basis, start, stop)
    return _roll(connection, plan, Period.DAY, basis, windows, windows["hours"], rule)


def site_periods(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    period: Period,
    basis: DayBasis,
    start: int,
    stop: int,
    *,
    rule: Capture | None = None,
) -> pl.DataFrame:
    """Add the weeks, months, quarters or years that begin in `[start, stop)`, made from the site-days there are."""
    windows = _windows(period, basis, start, stop)
    return _roll(connection, plan, period, basis, windows, windows["days"], rule)


def site_profiles(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    profile: str,
    basis: DayBasis,
    start: int,
    stop: int,
    *,
    rule: Capture | None = None,
) -> pl.DataFrame:
    """Add the mean of the valid site-hours of `[start, stop)` by local hour ("hour_of_day") or also by weekday.

    Returns the windows: start is the key, length the time of all its hours together.
    """
    keys = hour_keys(basis, start, stop)
    hour = pl.col("local_hour").cast(pl.Int64)
    key = hour if profile == "hour_of_day" else pl.col("weekday").cast(pl.Int64) * 100 + hour
    slots = keys.select(inner_start="hour", start=key)
    windows = slots.group_by("start").agg(pl.len().cast(pl.Int32).alias("parts")).sort("start")
    windows = windows.with_columns(stop=pl.col("start") + 1, length=pl.col("parts").cast(pl.Int64) * HOUR_NS)
    windows = windows.with_columns(_needed("profile", windows["parts"], rule))
    _run(connection, plan, "site_hour", f"c.start >= {start} and c.start < {stop}", windows, slots, basis, profile)
    return windows


def _windows(period: Period, basis: DayBasis, start: int, stop: int) -> pl.DataFrame:
    found = window_frame(period, basis, start, stop)
    return found.filter(found["start"] >= start)


def _needed(period: str, parts: pl.Series, rule: Capture | None) -> list[pl.Series]:
    """How many parts of each window must be valid, and how many when they are added up."""
    rule = rule or capture()
    return [
        pl.Series(name, [rule.needed(period, count, sums=sums) for count in parts], dtype=pl.Int32)
        for name, sums in (("needed", False), ("needed_sums", True))
    ]


def _roll(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    period: Period,
    basis: DayBasis,
    windows: pl.DataFrame,
    parts: pl.Series,
    rule: Capture | None,
) -> pl.DataFrame:
    windows = windows.select("start", "stop", length=pl.col("stop") - pl.col("start"), parts=parts).with_columns(
        _needed(period, parts, rule)
    )
    if not windows.height:
        return windows
    low, high = int(windows["start"][0]), int(windows["stop"][-1])
    inner = "hour" if period is Period.DAY else "day"
    slots = hour_keys(basis, low, high).select(inner_start=inner, start=period.value).unique()
    source = "site_hour" if period is Period.DAY else "site_period"
    chosen = f"c.start >= {low} and c.start < {high}"
    if period is not Period.DAY:
        chosen += f" and c.basis = '{basis}' and c.period = 'day'"
    _run(connection, plan, source, chosen, windows, slots, basis, period)
    _refuse(connection, period, basis, windows, rule)
    return windows


def _refuse(
    connection: duckdb.DuckDBPyConnection, period: Period, basis: DayBasis, windows: pl.DataFrame, rule: Capture | None
) -> None:
    """Mark windows as not valid that the rule refuses for more than the number of their parts."""
    if rule is None or period is Period.DAY or rule.need(period).simple:
        return
    need, month = rule.need(period), rule.need(Period.MONTH)
    low, high = int(windows["start"][0]), int(windows["stop"][-1])
    inside = f"start >= {low} and start < {high}"
    days = frame(
        connection,
        f"select point, start, valid, n_valid from site_period where {inside} "  # noqa: S608 - the program's own words
        f"and basis = '{basis}' and period = 'day'",
    )
    lit = need.daytime or (month.daytime if need.months else None)
    hours = frame(
        connection,
        f"select point, start, valid from site_hour where {inside if lit else 'false'}",  # noqa: S608 - as above
    )
    replace(connection, "rolling_refused", failing(str(period), need, basis, windows, days, hours, month))
    connection.execute(
        "update site_period set valid = false from rolling_refused r "
        "where basis = $basis and period = $period and site_period.point = r.point and start = r.window",
        {"basis": str(basis), "period": str(period)},
    )


def _run(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    source: str,
    condition: str,
    windows: pl.DataFrame,
    slots: pl.DataFrame,
    basis: DayBasis,
    period: str,
) -> None:
    replace(connection, "rolling_point", plan.points)
    replace(connection, "rolling_window", windows)
    replace(connection, "rolling_slot", slots)
    text = _statement().replace("{source}", source).replace("{condition}", condition)
    connection.execute(text, {"basis": str(basis), "period": str(period), "profile": period in PROFILES})


@cache
def _statement() -> str:
    return files(__package__).joinpath("sql", "site_period.sql").read_text(encoding="utf-8")
