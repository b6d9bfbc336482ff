"""Where environmental and social burden coincide: two indices over a frame of areas, and the areas high in both.

    environment = mean of signed z values of sensor indicators (heat, noise, air)
    social      = mean of signed z values of register indicators (SGB-II-Quote)
    burden      = (environment + social) / 2, "double" where both lie above their upper border

An area that lacks one indicator is left out with the reason; null is missing or confidential.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from gateway.atlas.correlation import MIN_AREAS, SENSOR_WARNINGS, WARNINGS
from gateway.atlas.errors import AtlasError, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """`table`: area, environment, social, burden, coincidence, excluded; `borders`: above them an index is high."""

    table: pl.DataFrame
    n: int
    borders: tuple[float, float]
    warnings: tuple[str, ...]


def _index(frame: pl.DataFrame, weights: Mapping[str, float], name: str) -> pl.DataFrame:
    """Weighted mean of z values (population deviation) of the named columns."""
    for column in weights:
        if frame[column].n_unique() < 2:
            raise AtlasError(text(f"{column}: alle Gebiete haben denselben Wert", f"{column}: all areas are alike"))
    total = sum(abs(weight) for weight in weights.values())
    if not total:
        raise AtlasError(text(f"{name}: alle Gewichte sind 0", f"{name}: all weights are 0"))
    terms = [
        (pl.col(column) - pl.col(column).mean()) / pl.col(column).std(ddof=0) * (weight / total)
        for column, weight in weights.items()
    ]
    return frame.with_columns(pl.sum_horizontal(terms).alias(name))


def burden(
    frame: pl.DataFrame,
    environment: Mapping[str, float],
    social: Mapping[str, float],
    *,
    area: str = "area",
    high_share: float = 0.25,
    warnings: Sequence[str] = SENSOR_WARNINGS,
) -> Burden:
    """Both indices; `environment` and `social` give each column its weight, negative where more is better.

    The highest `high_share` of areas in an index are high in it.

    Raises:
        AtlasError: an unknown column, no columns, fewer than ten complete areas, or a column that does not vary.
    """
    wanted = [*environment, *social]
    unknown = [column for column in (area, *wanted) if column not in frame.columns]
    if unknown or not environment or not social:
        raise AtlasError(text(f"Spalten fehlen: {', '.join(unknown)}", f"columns are missing: {', '.join(unknown)}"))
    if not 0 < high_share < 1:
        raise AtlasError(text("high_share liegt zwischen 0 und 1", "high_share lies between 0 and 1"))
    values = frame.select(pl.col(area), *(pl.col(column).cast(pl.Float64).fill_nan(None) for column in wanted))
    complete = values.drop_nulls()
    if complete.height < MIN_AREAS:
        n = complete.height
        raise AtlasError(text(f"nur {n} vollständige Gebiete", f"only {n} complete areas, {MIN_AREAS} are needed"))
    indexed = _index(_index(complete, environment, "environment"), social, "social")
    borders = tuple(float(indexed[name].quantile(1 - high_share, "linear") or 0) for name in ("environment", "social"))
    high_environment, high_social = (pl.col(n) > b for n, b in zip(("environment", "social"), borders, strict=True))
    found = indexed.select(
        pl.col(area).alias("area"),
        "environment",
        "social",
        ((pl.col("environment") + pl.col("social")) / 2).alias("burden"),
        pl.when(high_environment & high_social)
        .then(pl.lit("double"))
        .when(high_environment)
        .then(pl.lit("environment"))
        .when(high_social)
        .then(pl.lit("social"))
        .otherwise(pl.lit("none"))
        .alias("coincidence"),
        pl.lit("").alias("excluded"),
    )
    missing = values.filter(pl.any_horizontal(pl.col(wanted).is_null())).select(
        pl.col(area).alias("area"),
        *(pl.lit(None, pl.Float64).alias(name) for name in ("environment", "social", "burden")),
        pl.lit("").alias("coincidence"),
        pl.concat_str(
            pl.lit("missing: "),
            pl.concat_list(
                pl.when(pl.col(column).is_null()).then(pl.lit(column)).otherwise(pl.lit(None)) for column in wanted
            )
            .list.drop_nulls()
            .list.join(", "),
        ).alias("excluded"),
    )
    order = frame.select(pl.col(area).alias("area"))
    table = order.join(pl.concat([found, missing]), on="area", how="left", maintain_order="left")
    return Burden(table=table, n=complete.height, borders=(borders[0], borders[1]), warnings=(*WARNINGS, *warnings))
