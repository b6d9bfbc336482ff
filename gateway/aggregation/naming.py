"""The names of areas' figures: said once for each series of windows, not in each of its rows.

AREA_SERIES   series, basis, period, area, quantity, estimator, bound
AREA_ROW      series, start, ... , partial, status           ── named ──► AREA_PERIOD
"""

from __future__ import annotations

import polars as pl

from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import BOUNDS
from gateway.aggregation.tables import AREA_PERIOD, STATUSES

OK, INSUFFICIENT, NO_DATA = range(len(STATUSES))
"""Places in STATUSES."""
_SAID_ONCE = ("basis", "period", "area", "quantity", "estimator")


def area_series(plan: Plan, basis: str, period: str, first: int = 0) -> pl.DataFrame:
    """Every area with every quantity that it ever has a site for (schema AREA_SERIES), numbered from `first`."""
    points = plan.points.filter(pl.col("sub") == "").select("point", "quantity", "estimator", "kind")
    found = (
        plan.memberships.select("point", "area").join(points, on="point")
        .select("area", "quantity", "estimator", "kind").unique(["area", "quantity"]).sort("quantity", "area")
    )  # fmt: skip
    return found.with_row_index("series", first).select(
        pl.col("series").cast(pl.Int32), basis=pl.lit(basis), period=pl.lit(period), area="area", quantity="quantity",
        estimator="estimator", bound=pl.col("kind").replace_strict(BOUNDS, default=None, return_dtype=pl.String),
    )  # fmt: skip


def named(rows: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
    """Rows of schema AREA_ROW as rows of AREA_PERIOD; `series` has their numbers without a gap, in order."""
    at = rows["series"] - (series["series"][0] if series.height else 0)
    said = {name: series[name].gather(at) for name in (*_SAID_ONCE, "bound")}
    statuses = pl.Series(STATUSES, dtype=pl.String)
    return rows.with_columns(
        **{name: said[name] for name in _SAID_ONCE}, bound=pl.when("partial").then(said["bound"]),
        status=statuses.gather(rows["status"]),
    ).select(AREA_PERIOD.keys())  # fmt: skip
