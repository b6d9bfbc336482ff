"""Which points make up an area in which window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray


def member_windows(
    memberships: pl.DataFrame,
    points: Iterable[int],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    span: tuple[int, int] | None = None,
    vetoes: pl.DataFrame | None = None,
) -> dict[str, tuple[list[int], NDArray[np.bool_] | None]]:
    """For each area the points that are ever members, and when (windows x points), None when always.

    A point belongs to a window when it is equipped and lies in the area at some time of it; where it lies in two
    areas of one level, to the one in which it lies longer, the later one if equal.

    Args:
        memberships: schema MEMBERSHIP.
        points: those asked for.
        start: windows' starts, ns, in order.
        stop: windows' stops.
        span: decide for this range as a whole, for every window alike (profiles).
        vetoes: schema VETO: a window that overlaps one does without the point, in areas of that level.
    """
    if span is not None:
        found = member_windows(memberships, points, np.array([span[0]]), np.array([span[1]]), vetoes=vetoes)
        return {
            area: (chosen, None if when is None else np.repeat(when, len(start), axis=0))
            for area, (chosen, when) in found.items()
        }
    mine = memberships.filter(pl.col("point").is_in(list(points)))
    vetoed = _vetoed(vetoes, start, stop)
    times: dict[str, dict[int, NDArray[np.bool_]]] = defaultdict(dict)
    contested: dict[tuple[int, str], dict[str, NDArray[np.int64]]] = defaultdict(dict)
    latest: dict[tuple[int, str, str], NDArray[np.int64]] = {}
    throughout = np.ones(len(start), dtype=np.bool_)
    low, high = (int(start[0]), int(stop.max())) if len(start) else (0, 0)
    for row in mine.sort("start").iter_rows(named=True):
        if row["sole"] and row["start"] <= low and row["stop"] >= high and not vetoed:
            times[row["area"]][row["point"]] = throughout  # nothing to compute, which is the usual case
            continue
        overlap = np.minimum(stop, row["stop"]) - np.maximum(start, row["start"])
        if (row["point"], row["level"]) in vetoed:
            overlap = np.where(vetoed[row["point"], row["level"]], 0, overlap)
        if not bool((overlap > 0).any()):
            continue
        if row["sole"]:
            times[row["area"]][row["point"]] = overlap > 0
        else:
            shares = contested[row["point"], row["level"]]
            shares[row["area"]] = shares.get(row["area"], np.zeros(len(start), np.int64)) + np.maximum(overlap, 0)
            key = (row["point"], row["level"], row["area"])
            latest[key] = np.where(overlap > 0, row["start"], latest.get(key, np.full(len(start), -1)))
    for (point, level), shares in contested.items():
        areas = list(shares)
        stacked = np.stack([shares[area] for area in areas])
        since = np.stack([latest[point, level, area] for area in areas])
        best = np.argmax(np.where(stacked == stacked.max(axis=0), since, -2), axis=0)
        for index, area in enumerate(areas):
            won = (best == index) & (stacked[index] > 0)
            if bool(won.any()):
                times[area][point] = won
    return {area: _chosen(when) for area, when in sorted(times.items())}


def _vetoed(
    vetoes: pl.DataFrame | None, start: NDArray[np.int64], stop: NDArray[np.int64]
) -> dict[tuple[int, str], NDArray[np.bool_]]:
    """By point and level the windows that overlap a veto."""
    found: dict[tuple[int, str], NDArray[np.bool_]] = {}
    for point, level, low, high in vetoes.iter_rows() if vetoes is not None else ():
        hit = (start < high) & (stop > low)
        found[point, level] = found.get((point, level), np.zeros(len(start), dtype=np.bool_)) | hit
    return found


def _chosen(when: dict[int, NDArray[np.bool_]]) -> tuple[list[int], NDArray[np.bool_] | None]:
    points = sorted(when)
    if len({id(each) for each in when.values()}) == 1 and bool(next(iter(when.values())).all()):
        return points, None
    table = np.stack([when[point] for point in points], axis=1)
    return points, None if bool(table.all()) else table
