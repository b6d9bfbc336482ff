"""Stage 3, over the sites of an area: each site one vote, the estimator named, fixed panels for sums of counts.

The sites of a quantity and the windows make a dense matrix (windows x sites); an area is a choice of its columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil

import numpy as np
import polars as pl

from gateway.aggregation.matrix import Bools, Matrix, Windows
from gateway.aggregation.membership import member_windows
from gateway.aggregation.naming import area_series, named
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import capture
from gateway.aggregation.tables import AREA_ROW

PANEL_SHARE = capture().need("panel").share
"""A site belongs to the panel of a sum when it is valid in this share of the asked windows."""


def fixed_panel(valid_windows: pl.DataFrame, asked: int) -> frozenset[int]:
    """Points that are valid in at least 90 % of the asked windows (frame: point, n_valid)."""
    needed = ceil(PANEL_SHARE * asked)
    return frozenset(valid_windows.filter(pl.col("n_valid") >= needed)["point"].to_list())


def area_periods(
    sites: pl.DataFrame,
    plan: Plan,
    windows: Windows,
    *,
    basis: str,
    period: str,
    panel: frozenset[int] = frozenset(),
    classes: pl.DataFrame | None = None,
    span: tuple[int, int] | None = None,
) -> pl.DataFrame:
    """Values of every area, quantity and window in which an area has a site for the quantity (schema AREA_PERIOD).

    `basis` and `period` are written to the result; everything else: see `area_rows`.
    """
    series = area_series(plan, basis, period)
    return named(area_rows(sites, plan, windows, series, panel=panel, classes=classes, span=span), series)


def area_rows(
    sites: pl.DataFrame,
    plan: Plan,
    windows: Windows,
    series: pl.DataFrame,
    *,
    panel: frozenset[int] = frozenset(),
    classes: pl.DataFrame | None = None,
    span: tuple[int, int] | None = None,
    quantities: Iterable[str] | None = None,
) -> pl.DataFrame:
    """The same without names (schema AREA_ROW).

    Args:
        sites: rows of SITE_HOUR or SITE_PERIOD; their `start` is one of the windows'.
        plan: points and memberships.
        windows: what is asked for.
        series: the numbers of areas' series, see `naming.area_series`.
        panel: points whose counts are summed.
        classes: point, class, threshold (m): a gauge's warning classes, for levels.
        span: the range a profile was made over: membership is decided for it as a whole.
        quantities: only these; None: every quantity of the plan.
    """
    asked = None if quantities is None else set(quantities)
    numbers = {(area, quantity): number for number, area, quantity in
               series.select("series", "area", "quantity").iter_rows()}  # fmt: skip
    frames = [pl.DataFrame(schema=AREA_ROW)]
    groups = plan.points.filter(pl.col("sub") == "").sort("quantity").partition_by("quantity", maintain_order=True)
    chosen = [group for group in groups if asked is None or group["quantity"][0] in asked]
    # Rows go to their quantity by one pass, not by one for each quantity.
    of_point = np.full(int(plan.points["point"].max() or 0) + 1, -1, dtype=np.int16)  # type: ignore[arg-type]  # Int32's max is int
    for number, points in enumerate(chosen):
        of_point[points["point"].to_numpy()] = number
    counted = sites.with_columns(
        row=pl.Series(np.searchsorted(windows.start, sites["start"].to_numpy())),
        group=pl.Series(of_point[sites["point"].to_numpy()]),
    )
    rows = {key[0]: part for key, part in counted.partition_by("group", as_dict=True).items()}
    for number, points in enumerate(chosen):
        areas = member_windows(plan.memberships, points["point"], windows.start, windows.stop, span, plan.vetoes)
        if areas:
            quantity = points["quantity"][0]
            matrix = Matrix(rows.get(number, counted.clear()), points, len(windows.start), panel, classes)
            pieces = [
                ([numbers[name, quantity] for name in names], matrix.areas(members, when, windows))
                for names, members, when in _alike(areas)
            ]
            frames.append(matrix.rows_of(pieces))
    return pl.concat(frames)


def _alike(
    areas: Mapping[str, tuple[list[int], Bools | None]],
) -> Iterator[tuple[list[str], list[list[int]], Bools | None]]:
    """Areas with equally many members for good are worked on together, those whose members change alone."""
    sizes: dict[int, tuple[list[str], list[list[int]]]] = {}
    for name, (points, when) in areas.items():
        if when is not None:
            yield [name], [points], when[:, None, :]
        else:
            names, members = sizes.setdefault(len(points), ([], []))
            names.append(name)
            members.append(points)
    for names, members in sizes.values():
        yield names, members, None
