"""Takes confidential figures out of rows: what the public sees of them."""

from __future__ import annotations

import polars as pl

HIDDEN = {"area": pl.String, "quantity": pl.String, "start": pl.Int64, "hidden": pl.Boolean, "bare": pl.Boolean}
"""hidden: nothing is shown. bare: only value and mean are, not what single sites say (extremes, median, deviation)."""
_SPREAD = ("median", "min", "max", "sd", "lowest", "highest", "concentration", "worst_class")


def blanked(found: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of AREA_PERIOD as the public may see them, by rows of schema HIDDEN."""
    rows = found.join(hidden, on=["area", "quantity", "start"], how="left", maintain_order="left")
    secret = pl.col("hidden").fill_null(value=False) & (pl.col("status") != "no_data")
    bare = secret | pl.col("bare").fill_null(value=False)
    return rows.with_columns(
        **{name: pl.when(~secret).then(name) for name in ("value", "mean", "bound", "n")},
        **{name: pl.when(~bare).then(name) for name in _SPREAD},
        status=pl.when(secret).then(pl.lit("confidential")).otherwise("status"),
    ).drop("hidden", "bare")
