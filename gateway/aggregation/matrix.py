"""The sites of one quantity as dense matrices (windows x points), and what areas get from choices of their columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.naming import INSUFFICIENT, NO_DATA, OK
from gateway.aggregation.plan import UNCLASSED
from gateway.aggregation.tables import AREA_ROW
from gateway.aggregation.vectors import concentration, direction, sea_level

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What is asked for: parallel arrays of bounds and lengths in ns, in order of start."""

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    length: NDArray[np.int64]


class Matrix:
    """The sites of one quantity as dense matrices (windows x points)."""

    def __init__(
        self, rows: pl.DataFrame, points: pl.DataFrame, windows: int, panel: frozenset[int],
        classes: pl.DataFrame | None,
    ) -> None:  # fmt: skip
        first = points.row(0, named=True)
        self.quantity, self.kind, self.estimator = first["quantity"], first["kind"], first["estimator"]
        self.column = {point: index for index, point in enumerate(points["point"].to_list())}
        self.shape = (windows, points.height)
        column = np.zeros(max(self.column, default=0) + 1, dtype=np.int64)
        column[points["point"].to_numpy()] = np.arange(points.height)
        self.cell = rows["row"].to_numpy() * points.height + column[rows["point"].to_numpy()]
        self.rows = rows
        self.private = points["private"].to_numpy()
        self.panel = np.array([point in panel for point in self.column])
        valid = self._dense("valid", np.bool_, fill=False)
        linear = self._dense("linear", np.float64)
        if self.estimator == "sea_level_mean_of_sites":
            height = points["height"].fill_null(np.nan).to_numpy()
            linear = sea_level(linear, height)
            valid &= ~np.isnan(height)
        self.entering = np.broadcast_to(
            self.panel if self.estimator == "sum_of_panel" else np.ones_like(self.panel), self.shape
        )
        if self.kind in {"extreme_max", "extreme_min"}:
            valid &= ~np.isnan(linear)  # covered by what was read before it, an hour without a reading has no extreme
        self.valid = valid & self.entering
        self.linear = np.where(self.valid, linear, np.nan)
        for name in ("u", "v", "w"):
            vector = self._dense(name, np.float64) if self.kind == "circular" else np.zeros((0, 0))
            setattr(self, name, vector)
        self.capacity = self._dense("capacity", np.float64) if self.kind == "occupancy" else np.zeros((0, 0))
        self.value = self._values()
        self.minimum, self.maximum = self._dense("minimum", np.float64), self._dense("maximum", np.float64)
        self.n, self.excluded = self._dense("n", np.int64, fill=0), self._dense("excluded", np.int64, fill=0)
        self.covered = self._dense("covered", np.int64, fill=0)
        self.sensor_class = self._dense("sensor_class", np.int8, fill=0)
        self.level = self._levels(classes) if self.kind == "level" and classes is not None else None

    u: Floats
    v: Floats
    w: Floats

    def _dense(self, name: str, dtype: type[np.generic], *, fill: float = np.nan) -> Numbers:
        dense = np.full(self.shape[0] * self.shape[1], fill, dtype=dtype)
        column = self.rows[name]
        dense[self.cell] = (column.fill_null(fill) if column.null_count() else column).to_numpy()
        return dense.reshape(self.shape)

    def _values(self) -> Floats:
        """Each valid site's own value."""
        if self.kind == "logarithmic":
            with np.errstate(divide="ignore"):
                return 10 * np.log10(self.linear)
        if self.kind == "occupancy" and self.quantity != "parking_capacity":
            return self.linear / np.where(self.capacity > 0, self.capacity, np.nan)
        return self.linear

    def _levels(self, classes: pl.DataFrame) -> Floats:
        """The highest warning class each gauge's maximum has reached, 0 below the first, NaN without classes."""
        reached = np.full(self.shape, np.nan)
        for point, number, threshold in classes.sort("class").iter_rows():
            if point in self.column:
                highest = self.maximum[:, self.column[point]]
                into = reached[:, self.column[point]]
                into[~np.isnan(highest) & np.isnan(into)] = 0
                into[highest >= threshold] = number
        return reached

    def areas(self, members: list[list[int]], when: Bools | None, windows: Windows) -> dict[str, Numbers]:
        """Columns of AREA_ROW for some areas, each an array (windows x areas).

        Args:
            members: for each area the points that are ever members, equally many of them.
            when: when they are (windows x areas x points), None: always.
            windows: what is asked for.
        """
        index = np.array([[self.column[point] for point in points] for points in members])
        shape = (self.shape[0], len(index))

        def cut(matrix: Numbers, nothing: float = np.nan) -> Numbers:
            part = matrix[:, index]
            return part if when is None else np.where(when, part, np.array(nothing, dtype=part.dtype))

        valid, value = cut(self.valid, False), cut(self.value)
        n_sites = np.full(shape, index.shape[1]) if when is None else when.sum(axis=-1)
        n_valid = valid.sum(axis=-1)
        stats = _spread(value)
        covered = cut(self.covered, 0)
        seconds, sites = covered.sum(axis=-1), n_sites
        if self.estimator == "sum_of_panel":
            entering, panel = self.entering[:, index], self.panel[index].any(axis=-1)
            sites = np.where(panel, (entering if when is None else entering & when).sum(axis=-1), n_sites)
            seconds = np.where(panel, np.where(entering, covered, 0).sum(axis=-1), seconds)
        full = sites * windows.length[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            coverage = np.where(full > 0, seconds / full, 0.0)
        result, resultant = self._estimate(cut, n_valid, stats)
        if self.kind == "logarithmic":
            stats["mean"] = result  # the arithmetic mean of levels in dB means nothing
        n, excluded = cut(self.n, 0).sum(axis=-1), cut(self.excluded, 0).sum(axis=-1)
        worst = np.where(valid, cut(self.sensor_class, 0), 0).max(axis=-1, initial=0)
        spread = self.kind not in {"circular", "level"}
        nothing = np.full(shape, np.nan)
        seen = (covered.sum(axis=-1) > 0) | (n + excluded > 0)
        return {
            "start": np.broadcast_to(windows.start[:, None], shape),
            "stop": np.broadcast_to(windows.stop[:, None], shape), "value": result,
            **{name: stats[name] if spread else nothing for name in ("mean", "median", "min", "max", "sd")},
            "lowest": _least(cut(self.minimum)), "highest": -_least(-cut(self.maximum)),
            "concentration": resultant,
            "worst_class": nothing if self.level is None else -_least(-cut(self.level)),
            "n_sites": n_sites, "n_sites_valid": n_valid,
            "n_private": (valid & self.private[index]).sum(axis=-1),
            "panel": np.broadcast_to(self.panel[index].sum(axis=-1), shape), "n": n, "excluded": excluded,
            "coverage": coverage, "sensor_class": worst, "partial": (seconds < full) & ~np.isnan(result),
            "status": np.where(n_valid > 0, OK, np.where(seen, INSUFFICIENT, NO_DATA)).astype(np.int8),
        }  # fmt: skip

    def rows_of(self, pieces: list[tuple[list[int], dict[str, Numbers]]]) -> pl.DataFrame:
        """Numbers of series and their columns as rows of AREA_ROW; windows without any site are left out."""
        stacked = {name: np.concatenate([each[name].T.reshape(-1) for _, each in pieces]) for name in pieces[0][1]}
        series = np.array([number for numbers, _ in pieces for number in numbers], dtype=np.int32)
        stacked["series"] = np.repeat(series, self.shape[0])
        if self.estimator != "sum_of_panel":
            del stacked["panel"]
        worst = pl.col("sensor_class")
        if not (stacked["n_sites"] > 0).all():
            some = stacked["n_sites"] > 0
            stacked = {name: column[some] for name, column in stacked.items()}
        found = pl.DataFrame(stacked).with_columns(
            pl.col(pl.Float64).fill_nan(None), sensor_class=pl.when((worst > 0) & (worst < UNCLASSED)).then(worst)
        )
        if "panel" not in stacked:
            found = found.with_columns(panel=pl.lit(None, pl.Int32))
        return found.select(pl.col(name).cast(kind) for name, kind in AREA_ROW.items())

    def _estimate(
        self, cut: Callable[..., Numbers], n_valid: NDArray[np.int64], stats: dict[str, Floats]
    ) -> tuple[Floats, Floats]:
        """The area's value by its estimator, and R for directions."""
        nothing = np.full(n_valid.shape, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.kind == "circular":
                valid = cut(self.valid, False)
                u, v, w = (np.where(valid, cut(each), 0.0).sum(axis=-1) for each in (self.u, self.v, self.w))
                resultant = concentration(u, v, w)
                return direction(u, v, resultant), np.where(n_valid > 0, resultant, np.nan)
            linear = cut(self.linear)
            total = np.where(n_valid > 0, np.where(np.isnan(linear), 0.0, linear).sum(axis=-1), np.nan)
            match self.estimator:
                case "worst_class":
                    return nothing, nothing
                case "energy_mean_of_sites":
                    return 10 * np.log10(total / n_valid), nothing
                case "ratio_of_sums" if self.quantity != "parking_capacity":
                    capacity = np.where(cut(self.valid, False), cut(self.capacity), 0.0).sum(axis=-1)
                    return total / np.where(capacity > 0, capacity, np.nan), nothing
                case "ratio_of_sums" | "sum_of_panel" | "sum_of_sites":
                    return total, nothing
                case "max_of_sites":
                    return stats["max"], nothing
                case "min_of_sites":
                    return stats["min"], nothing
                case _:
                    return stats["mean"], nothing


def _least(values: Floats) -> Floats:
    """Smallest of the last axis, NaN where there is none."""
    return np.asarray(np.fmin.reduce(values, axis=-1))


def _spread(values: Floats) -> dict[str, Floats]:
    """Mean, median, min, max and standard deviation (n - 1) over the last axis, of what is not NaN."""
    if values.shape[-1] == 1:
        alone = values[..., 0]
        return dict.fromkeys(("mean", "median", "min", "max"), alone) | {"sd": np.full(alone.shape, np.nan)}
    ordered = np.sort(values, axis=-1)
    here = ~np.isnan(ordered)
    count = here.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(here, ordered, 0.0).sum(axis=-1) / np.where(count > 0, count, np.nan)
        squares = (np.where(here, ordered - mean[..., None], 0.0) ** 2).sum(axis=-1)
        sd = np.sqrt(squares / np.where(count > 1, count - 1, np.nan))
    last = np.maximum(count - 1, 0)

    def at(place: NDArray[np.int64]) -> Floats:
        return np.asarray(np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0])

    return {
        "mean": mean, "median": (at(last // 2) + at(np.minimum(count // 2, last))) / 2, "min": ordered[..., 0],
        "max": at(last), "sd": sd,
    }  # fmt: skip
