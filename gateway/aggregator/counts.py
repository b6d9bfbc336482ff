"""Counts of sites that confidentiality is judged by: of areas in windows, and of what is left of areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.disclosure import Group, Tree
from gateway.aggregation.plan import Plan
from gateway.aggregator.values import Sites

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Counts:
    """Sites of one quantity as matrices (windows x points), and counts of them over areas."""

    def __init__(
        self, sites: Sites, points: pl.DataFrame, panel: frozenset[int],
        facts: Mapping[int, tuple[bool, bool]], plan: Plan,
    ) -> None:  # fmt: skip
        self.points = points["point"].to_list()
        self.column = {point: at for at, point in enumerate(self.points)}
        shape = (sites.windows.height, len(self.points))
        rows = sites.rows.filter(
            pl.col("point").is_in(self.points) & pl.col("start").is_in(sites.windows["start"].implode())
        )
        row = np.searchsorted(sites.windows["start"].to_numpy(), rows["start"].to_numpy())
        column = np.array([self.column[point] for point in rows["point"].to_list()], dtype=np.int64)
        entering = np.ones(len(self.points), dtype=np.bool_)
        if points.height and points["estimator"][0] == "sum_of_panel":
            entering = np.array([point in panel for point in self.points])
        self.valid = np.zeros(shape, dtype=np.bool_)
        self.valid[row, column] = rows["valid"].fill_null(value=False).to_numpy()
        self.valid &= entering
        self.present = np.zeros(shape, dtype=np.bool_)
        self.present[row, column] = True
        self.value = np.zeros(shape)
        self.value[row, column] = rows["linear"].fill_null(0).fill_nan(0).to_numpy()
        self.private = points["private"].to_numpy()
        self.indoor = np.array([facts.get(point, (False, False))[0] for point in self.points])
        self.operated = np.array([facts.get(point, (False, False))[1] for point in self.points])
        parts = (
            dict(plan.parts.group_by("point").agg(pl.col("series").n_unique()).iter_rows()) if plan.parts.width else {}
        )
        self.units = np.array([parts.get(point, 1) for point in self.points], dtype=np.float64)

    def left_out(self, areas: Sequence[tuple[list[int], Bools | None]], panel: frozenset[int]) -> Bools:
        """The areas with a privately operated counter that is not in the panel."""
        private = {point for point, operated in zip(self.points, self.operated, strict=True) if operated}
        return np.array([not private.isdisjoint(set(points) - panel) for points, _ in areas], dtype=np.bool_)

    def groups(self, areas: Sequence[tuple[list[int], Bools | None]], tree: Tree) -> tuple[Group, Group, Floats]:
        """Counts (windows x areas) of valid sites; of all where none is valid; and the largest value of an area's own.

        An area's own sites lie in no area inside it. Of sites that are not valid the extremes are shown all the same.
        """
        shape = (len(self.valid), len(areas))
        valid, rest = ({name: np.zeros(shape) for name in Group.__slots__} for _ in range(2))
        atoms = np.zeros(shape)
        ever = [set(points) for points, _ in areas]
        for at, (points, when) in enumerate(areas):
            index = [self.column[point] for point in points]
            inside: Bools = np.ones((shape[0], len(index)), dtype=np.bool_) if when is None else when
            mine = np.asarray(self.valid[:, index] & inside)
            low = ~np.asarray(mine.any(axis=1))
            others = np.asarray(self.present[:, index] & inside & low[:, None])
            for found, mask in ((valid, mine), (rest, others)):
                value = np.where(mask, self.value[:, index], 0.0)
                found["sites"][:, at] = mask.sum(axis=1)
                for name in ("private", "operated", "indoor", "units"):
                    found[name][:, at] = (mask * getattr(self, name)[index]).sum(axis=1)
                found["total"][:, at] = value.sum(axis=1)
                found["largest"][:, at] = value.max(axis=1, initial=0.0)
            children = tree.children[at]
            own = [place for place, point in enumerate(points) if not any(point in ever[child] for child in children)]
            atoms[:, at] = np.where(mine, self.value[:, index], 0.0)[:, own].max(axis=1, initial=0.0)
        return Group(**valid), Group(**rest), atoms
