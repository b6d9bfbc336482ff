"""Do two columns of a table of areas go together? Spearman and Pearson with n and a bootstrap interval, over any frame.

A frame has one row for each area; null is missing or confidential and is left out, never guessed. Nothing is said below
ten areas. The interval comes from resampling areas with a fixed seed, so the same data give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata  # type: ignore[import-untyped] # scipy ships no types

from gateway.atlas.errors import AtlasError, text

MIN_AREAS = 10
RESAMPLES = 2000
SEED = 20_231_231


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A coefficient and its 95 % interval by percentile bootstrap; None where a column does not vary."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Two columns: how many areas were used, how many left out, both coefficients."""

    x: str
    y: str
    n: int
    left_out: int
    spearman: Estimate
    pearson: Estimate
    resamples: int


def _pearson(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficient of each row; NaN where a row does not vary."""
    dx = x - x.mean(axis=-1, keepdims=True)
    dy = y - y.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (dx * dy).sum(axis=-1) / np.sqrt((dx**2).sum(axis=-1) * (dy**2).sum(axis=-1))
    return np.clip(np.asarray(found, dtype=np.float64), -1.0, 1.0)


def _estimate(value: float, sample: NDArray[np.float64]) -> Estimate:
    usable = sample[np.isfinite(sample)]
    if not np.isfinite(value) or usable.size < sample.size / 2:
        return Estimate(value=None if not np.isfinite(value) else value, low=None, high=None)
    low, high = np.quantile(usable, [0.025, 0.975])
    return Estimate(value=value, low=float(low), high=float(high))


def correlate(frame: pl.DataFrame, x: str, y: str, *, resamples: int = RESAMPLES, seed: int = SEED) -> Correlation:
    """Correlate two columns over the areas that have both.

    Raises:
        AtlasError: a column is not there, or fewer than ten areas have both values.
    """
    for column in (x, y):
        if column not in frame.columns:
            raise AtlasError(text(f"Spalte {column!r} gibt es nicht", f"there is no column {column!r}"))
    both = frame.select(pl.col(x).cast(pl.Float64).alias("x"), pl.col(y).cast(pl.Float64).alias("y"))
    both = both.fill_nan(None).drop_nulls()
    n = both.height
    if n < MIN_AREAS:
        raise AtlasError(
            text(f"nur {n} Gebiete mit beiden Werten, nötig sind {MIN_AREAS}", f"only {n} areas have both values")
        )
    first, second = both["x"].to_numpy(), both["y"].to_numpy()
    places = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    a, b = first[places], second[places]
    return Correlation(
        x=x,
        y=y,
        n=n,
        left_out=frame.height - n,
        spearman=_estimate(
            float(_pearson(rankdata(first), rankdata(second))), _pearson(rankdata(a, axis=1), rankdata(b, axis=1))
        ),
        pearson=_estimate(float(_pearson(first, second)), _pearson(a, b)),
        resamples=resamples,
    )
