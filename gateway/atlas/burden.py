"""Where environmental and social burden coincide: two indices over a frame of areas, and the areas high in both.

    environment = weighted mean of z values of sensor indicators (heat, noise, air)
    social      = weighted mean of z values of register indicators (SGB-II-Quote)
    sum         = environment + social, "double" where both lie above their upper border

An area that lacks one indicator is left out with the reason; null is missing or confidential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from gateway.atlas.correlation import MIN_AREAS
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.measures import quantile
from gateway.atlas.parts import Borders, Classes

_GRAIN = 12
"""Decimals to which a sum is rounded before it is compared with a border."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """`table`: area, z_<column>…, environment, social, sum, class, coincidence, excluded, in the frame's order.

    `high`: borders above which environment and social are high; `borders`: those of the classes.
    """

    table: pl.DataFrame
    n: int
    high: tuple[float, float]
    borders: tuple[float, ...]


def _z(frame: pl.DataFrame, columns: Mapping[str, float]) -> pl.DataFrame:
    """Values as z (population deviation) of the named columns, as z_<column>."""
    for column in columns:
        if frame[column].n_unique() < 2:
            raise AtlasError(text(f"{column}: alle Gebiete haben denselben Wert", f"{column}: all areas are alike"))
    return frame.with_columns(
        ((pl.col(column) - pl.col(column).mean()) / pl.col(column).std(ddof=0)).alias(f"z_{column}")
        for column in columns
    )


def _index(weights: Mapping[str, float], name: str) -> pl.Expr:
    total = sum(abs(weight) for weight in weights.values())
    if not total:
        raise AtlasError(text(f"{name}: alle Gewichte sind 0", f"{name}: all weights are 0"))
    return pl.sum_horizontal(pl.col(f"z_{column}") * (w / total) for column, w in weights.items()).alias(name)


def _classes(sums: pl.Series, classes: Classes) -> tuple[tuple[float, ...], list[str]]:
    exact = [Decimal(repr(round(value, _GRAIN))) for value in sums]
    borders = classes.borders
    if classes.kind == "quantile":
        ordered = sorted(exact)
        borders = tuple(quantile(ordered, share) for share in classes.borders)
    scale = Borders.model_construct(borders=borders, belongs=classes.belongs)
    return tuple(map(float, borders)), [classes.labels[scale.position(value)].id for value in exact]


def burden(
    frame: pl.DataFrame,
    environment: Mapping[str, float],
    social: Mapping[str, float],
    classes: Classes,
    *,
    high_share: float = 0.25,
) -> Burden:
    """Both indices over column "area"; `environment` and `social` give each column its weight.

    The highest `high_share` of areas in an index are high in it.

    Raises:
        AtlasError: an unknown column, no columns, fewer than ten complete areas, or a column that does not vary.
    """
    wanted = [*environment, *social]
    unknown = [column for column in ("area", *wanted) if column not in frame.columns]
    if unknown or not environment or not social:
        raise AtlasError(text(f"Spalten fehlen: {', '.join(unknown)}", f"columns are missing: {', '.join(unknown)}"))
    if not 0 < high_share < 1:
        raise AtlasError(text("high_share liegt zwischen 0 und 1", "high_share lies between 0 and 1"))
    values = frame.select("area", *(pl.col(column).cast(pl.Float64).fill_nan(None) for column in wanted))
    complete = values.drop_nulls()
    if complete.height < MIN_AREAS:
        n = complete.height
        raise AtlasError(text(f"nur {n} vollständige Gebiete", f"only {n} complete areas, {MIN_AREAS} are needed"))
    indexed = _z(complete, {**environment, **social}).with_columns(
        _index(environment, "environment"), _index(social, "social")
    )
    high = tuple(float(indexed[name].quantile(1 - high_share, "linear") or 0) for name in ("environment", "social"))
    indexed = indexed.with_columns((pl.col("environment") + pl.col("social")).alias("sum"))
    borders, labels = _classes(indexed["sum"], classes)
    high_environment, high_social = (pl.col(n) > b for n, b in zip(("environment", "social"), high, strict=True))
    found = indexed.with_columns(
        pl.Series("class", labels, dtype=pl.String),
        pl.when(high_environment & high_social)
        .then(pl.lit("double"))
        .when(high_environment)
        .then(pl.lit("environment"))
        .when(high_social)
        .then(pl.lit("social"))
        .otherwise(pl.lit("none"))
        .alias("coincidence"),
    )
    lacking = values.select(
        "area",
        pl.concat_list(
            pl.when(pl.col(column).is_null()).then(pl.lit(column)).otherwise(pl.lit(None)) for column in wanted
        )
        .list.drop_nulls()
        .list.join(", ")
        .alias("lacking"),
    ).with_columns(
        excluded=pl.when(pl.col("lacking") == "").then(pl.lit("")).otherwise(pl.lit("missing: ") + pl.col("lacking"))
    )
    columns = [*(f"z_{column}" for column in wanted), "environment", "social", "sum", "class", "coincidence"]
    table = lacking.select("area", "excluded").join(
        found.select("area", *columns), on="area", how="left", maintain_order="left"
    )
    return Burden(
        table=table.select("area", *columns, "excluded"), n=complete.height, high=(high[0], high[1]), borders=borders
    )
