"""From site-hours to values of areas in any period, on any day basis. Frames in, frames out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from gateway.aggregation import periods, tables
from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, hour_keys, window_frame
from gateway.aggregation.matrix import Windows
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import Capture
from gateway.aggregation.sites import SITE_HOUR
from gateway.aggregation.spatial import area_periods, fixed_panel
from gateway.aggregation.tables import AREA_PERIOD

PERIODS = tuple(str(period) for period in Period)
PROFILES = periods.PROFILES
Gauges = Mapping[str, Sequence[float]]
"""Rising thresholds (m, of the gauge's own datum) of warning classes 1, 2, ..., by site."""
AREA_VALUE = AREA_PERIOD | {"invalid": pl.Float64, "revision": pl.Int64, "computed_at": pl.Int64}
"""AREA_PERIOD, the value that invalid sites alone would give, and where in the history of results it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """Points in windows: rows as SITE_HOUR or SITE_PERIOD with revision and computed_at, and the windows."""

    rows: pl.DataFrame
    windows: pl.DataFrame
    span: tuple[int, int] | None = None


def whole_windows(period: str, basis: DayBasis, start: int, stop: int) -> pl.DataFrame:
    """start, stop, length of the windows that begin in `[start, stop)`."""
    found = window_frame(Period(period), basis, start, stop)
    found = found.filter((found["start"] >= start) & (found["start"] < stop))
    return found.select("start", "stop", length=pl.col("stop") - pl.col("start"))


def site_values(
    hours: pl.DataFrame, plan: Plan, period: str, basis: DayBasis, start: int, stop: int, rule: Capture | None = None
) -> Sites:
    """Points in the windows that begin in `[start, stop)`, or in the profile over it.

    Args:
        hours: schema VERSIONED of `gateway.aggregator.results_file`, all there are in these windows.
        plan: with the points of `hours`.
        period: one of PERIODS or PROFILES.
        basis: whose midnights.
        start: ns.
        stop: ns.
        rule: capture rule; None: the default.
    """
    if period == Period.HOUR:
        return Sites(rows=hours, windows=whole_windows(period, basis, start, stop))
    with tables.scratch() as connection:
        tables.append(connection, "site_hour", hours.select(SITE_HOUR.keys()))
        if period in PROFILES:
            windows = periods.site_profiles(connection, plan, period, basis, start, stop, rule=rule)
        elif period == Period.DAY:
            windows = periods.site_days(connection, plan, basis, start, stop, rule=rule)
        else:
            wide = whole_windows(period, basis, start, stop)
            low, high = (int(wide["start"][0]), int(wide["stop"][-1])) if wide.height else (start, start)
            periods.site_days(connection, plan, basis, low, high, rule=rule)
            windows = periods.site_periods(connection, plan, Period(period), basis, start, stop, rule=rule)
        rows = tables.frame(connection, f"select * from site_period where period = '{period}'")  # noqa: S608 - one of a few words
    windows = windows.select("start", "stop", "length")
    if period in PROFILES:
        versions = _versions(hours.with_columns(at=pl.lit(0, pl.Int64)), ["point"])
        return Sites(rows=rows.join(versions, on="point", how="left"), windows=windows, span=(start, stop))
    keys = hour_keys(basis, *_span(hours, start, stop)).select(start="hour", at=str(period))
    versions = _versions(hours.join(keys, on="start"), ["point", "at"]).rename({"at": "start"})
    return Sites(rows=rows.join(versions, on=["point", "start"], how="left"), windows=windows)


def area_values(
    sites: Sites, plan: Plan, period: str, basis: DayBasis, *, panel: frozenset[int], invalid: bool = False,
    gauges: Gauges | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Values of every area (schema AREA_VALUE) in order of start, area, quantity.

    Args:
        sites: points in windows.
        plan: its memberships say which areas.
        period: written to the result.
        basis: written to the result.
        panel: points whose counts are summed.
        invalid: also compute what sites that are not valid would give.
        gauges: thresholds of warning classes by site.
    """
    if not sites.windows.height:
        return pl.DataFrame(schema=AREA_VALUE)
    arrays = Windows(**{name: sites.windows[name].to_numpy() for name in ("start", "stop", "length")})
    rows = sites.rows.filter(pl.col("start").is_in(sites.windows["start"].implode()))

    classes = gauge_classes(plan, gauges or {})

    def compute(some: pl.DataFrame, members: frozenset[int]) -> pl.DataFrame:
        return area_periods(
            some, plan, arrays, basis=str(basis), period=period, panel=members, span=sites.span, classes=classes
        )

    found = compute(rows, panel)
    key = ["area", "quantity", "start"]
    if invalid:
        # An hour without any reading has no value, valid or not, and a car park without its capacity neither.
        parks = plan.points.filter(pl.col("quantity").is_in(["parking_occupied", "occupancy"]))["point"]
        full = pl.col("capacity").is_not_null() | ~pl.col("point").is_in(parks.implode())
        shown = rows.with_columns(valid=(pl.col("linear").is_not_null() | pl.col("w").is_not_null()) & full)
        everyone = frozenset(plan.points["point"].to_list())
        other = compute(shown, everyone).select(*key, invalid="value")
        found = found.join(other, on=key, how="left")
    else:
        found = found.with_columns(invalid=pl.lit(None, pl.Float64))
    versions = (
        rows.select("point", "start", "revision", "computed_at")
        .join(plan.points.select("point", "quantity"), on="point")
        .join(plan.memberships.select("point", "area").unique(), on="point")
        .group_by(key).agg(pl.max("revision"), pl.max("computed_at"))
    )  # fmt: skip
    return (
        found.join(versions, on=key, how="left")
        .select(pl.col(name).cast(kind) for name, kind in AREA_VALUE.items())
        .sort("start", "area", "quantity")
    )


def gauge_classes(plan: Plan, gauges: Gauges) -> pl.DataFrame:
    """point, class (from 1), threshold (m) of the gauges at sites that have thresholds."""
    levels = plan.points.filter(pl.col("kind") == "level").select("point", "site").iter_rows()
    rows = [
        (point, number, float(threshold))
        for point, site in levels
        for number, threshold in enumerate(gauges.get(site, ()), start=1)
    ]
    schema = {"point": pl.Int32, "class": pl.Int32, "threshold": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def panel_of(sites: Sites, plan: Plan) -> frozenset[int]:
    """The fixed panel of these windows."""
    counted = sites.rows.group_by("point").agg(n_valid=pl.col("valid").sum())
    return fixed_panel(counted, sites.windows.height) & frozenset(plan.points["point"].to_list())


def choose(plan: Plan, quantities: Iterable[str] | None, areas: Iterable[str] | None, level: str | None) -> Plan:
    """The points and memberships that a question is about. Points of special channels belong to no area."""
    points = plan.points.filter(pl.col("sub") == "")
    if quantities is not None:
        points = points.filter(pl.col("quantity").is_in(list(quantities)))
    members = plan.memberships
    if level is not None:
        members = members.filter(pl.col("level") == level)
    if areas is not None:
        members = members.filter(pl.col("area").is_in(list(areas)))
    points = points.filter(pl.col("point").is_in(members["point"].unique().implode()))
    members = members.filter(pl.col("point").is_in(points["point"].implode()))
    return replace(plan, points=points, memberships=members)


def _versions(hours: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return hours.group_by(by).agg(pl.max("revision"), pl.max("computed_at"))


def _span(hours: pl.DataFrame, start: int, stop: int) -> tuple[int, int]:
    """From the first to behind the last hour."""
    if not hours.height:
        return start, stop
    low, high = np.asarray(hours["start"].min()), np.asarray(hours["start"].max())
    return int(low), int(high) + HOUR_NS
