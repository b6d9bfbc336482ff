"""What may be shown of rows that are not valid either: their extremes and what invalid sites give are figures too."""

from __future__ import annotations

import polars as pl

from gateway.aggregation.disclosure import Disclosure, protect
from gateway.aggregation.plan import Plan
from gateway.aggregation.tables import AREA_PERIOD


def shield(found: pl.DataFrame, plan: Plan, rules: Disclosure) -> pl.DataFrame:
    """Rows of schema AREA_PERIOD as the public may see them; `value` and `max` of invalid rows are judged as well."""
    everyone = (
        plan.memberships.select("point", "area").unique()
        .join(plan.points.select("point", "quantity", "private"), on="point")
        .group_by("area", "quantity").agg(all_private=pl.col("private").all())
    )  # fmt: skip
    low = pl.col("status") == "insufficient_coverage"
    rows = found.select(AREA_PERIOD.keys()).join(everyone, on=["area", "quantity"], how="left", maintain_order="left")
    judged = rows.with_columns(
        n_sites_valid=pl.when(low).then("n_sites").otherwise("n_sites_valid"),
        n_private=pl.when(low & pl.col("all_private")).then("n_sites").otherwise("n_private"),
        status=pl.when(low).then(pl.lit("ok")).otherwise("status"),
    ).drop("all_private")
    shown = protect(judged, rules)
    return shown.with_columns(
        n_sites_valid=rows["n_sites_valid"], n_private=rows["n_private"],
        status=pl.when(pl.col("status") == "confidential").then("status").otherwise(rows["status"]),
    )  # fmt: skip
