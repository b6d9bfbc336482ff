"""Rows of an answer: what of the values of areas may be shown, a row for each statistic. Frames in, frames out."""

from __future__ import annotations

import polars as pl

from gateway.aggregation.rules import BOUNDS
from gateway.aggregator.blanking import blanked
from gateway.aggregator.question import STATISTICS, Question
from gateway.aggregator.values import PROFILES
from gateway.quantities import QUANTITIES

_UNBOUND = ("sd", "concentration")
_COMMON = (
    "start", "stop", "key", "area", "quantity", "status", "bound", "coverage", "n_sites", "n_sites_valid", "panel", "n",
    "excluded", "estimator", "sensor_class", "revision", "computed_at",
)  # fmt: skip


def shown(question: Question, found: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """What may be shown, in the order (start, key, area, quantity, statistic).

    Args:
        question: what was asked.
        found: schema AREA_VALUE of `gateway.aggregator.values`.
        hidden: schema HIDDEN of `gateway.aggregator.blanking`.
    """
    if question.min_coverage is not None:
        low = (pl.col("status") == "ok") & (pl.col("coverage") < question.min_coverage)
        found = found.with_columns(
            invalid=pl.when(low).then("value").otherwise("invalid"),
            status=pl.when(low).then(pl.lit("insufficient_coverage")).otherwise("status"),
            **{name: pl.when(~low).then(name) for name in STATISTICS},
        )
    lent = (pl.col("status") == "insufficient_coverage") & pl.lit(question.include_invalid)
    found = blanked(found.with_columns(value=pl.when(lent).then("invalid").otherwise("value")), hidden).with_columns(
        bound=pl.col("quantity").replace_strict(
            {name: BOUNDS.get(QUANTITIES[name].kind.value) for name in question.quantities}, return_dtype=pl.String
        )
    )
    if question.period in PROFILES:
        found = found.with_columns(
            key="start", start=pl.lit(question.start, pl.Int64), stop=pl.lit(question.stop, pl.Int64)
        )
    else:
        found = found.with_columns(key=pl.lit(None, pl.Int64))
    order = {name: at for at, name in enumerate(STATISTICS)}
    long = pl.concat([
        found.with_columns(bound=_bound(name)).select(
            *_COMMON, stat=pl.lit(name), place=pl.lit(order[name]), value=pl.col(name).cast(pl.Float64)
        )
        for name in question.stats
    ])  # fmt: skip
    return long.sort("start", "key", "area", "quantity", "place").drop("place")


def _bound(stat: str) -> pl.Expr:
    """What a statistic of partial data still says: readings may only have been higher (lower); a spread: nothing."""
    always = {"highest": ">=", "worst_class": ">=", "lowest": "<="}
    said = pl.lit(always[stat]) if stat in always else pl.lit(None) if stat in _UNBOUND else pl.col("bound")
    return pl.when((pl.col("coverage") < 1) & pl.col(stat).is_not_null()).then(said).cast(pl.String)
