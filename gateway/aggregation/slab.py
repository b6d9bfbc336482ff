"""Observations of one slice of time, sorted and laid onto the plan: the form in which the rules of `kinds` work.

    rows    sorted by (family, part, time): one contiguous run for each part, one for each of its hours
    cells   a dense grid parts x hours; a row's cell is part_index * hours + hour_index

Sorting costs most of stage 1. Observations arrive almost in order of time, so a stable sort by series alone (radix
for up to 65,536 series) usually does; only what then still runs backwards is sorted by time too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.plan import Plan

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Whole hours from `start` (ns), `hours` of them, for `parts` parts."""

    start: int
    hours: int
    parts: int

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.hours * self.parts

    def hour_of(self, time: Ints) -> Ints:
        """Index of the hour in which each time lies; may be outside 0..hours-1."""
        return (time - self.start) // HOUR_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Observations of one family; `stretch` is the row of the plan's stretches, `part` the index in the grid."""

    grid: Grid
    part: Ints
    stretch: Ints
    time: Ints
    value: Floats
    flag: NDArray[np.uint8]
    used: Bools
    cell: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Slab:
    """All rows of a slice, the grid, the plan's part number of each grid row, and where each family's rows lie."""

    grid: Grid
    parts: Ints
    families: dict[int, tuple[int, int]]
    rows: Rows
    series_span: dict[int, tuple[int, int]]
    stretches: dict[str, Numbers]

    def family(self, *numbers: int) -> Rows | None:
        """The rows of adjacent families, None when there are none."""
        spans = [self.families[number] for number in numbers if number in self.families]
        if not spans:
            return None
        low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        cut = slice(low, high)
        rows = self.rows
        return Rows(
            grid=self.grid, part=rows.part[cut], stretch=rows.stretch[cut], time=rows.time[cut],
            value=rows.value[cut], flag=rows.flag[cut], used=rows.used[cut], cell=rows.cell[cut],
        ) if low < high else None  # fmt: skip


def make_slab(observations: pl.DataFrame, plan: Plan, low: int, high: int, used: Iterable[int]) -> Slab:
    """Sort observations (series, time, value, flag; no duplicates of series and time) and lay them onto the plan.

    Args:
        observations: everything in `[low, high)`, in any order.
        plan: observations of no stretch are left out: their device hung nowhere.
        low: first moment, ns, a whole hour.
        high: end, ns.
        used: QARTOD flags that enter.
    """
    # Families are made contiguous by numbering the stretches in the order (family, part, start).
    order = plan.stretches.sort("family", "part", "start")
    columns = {name: order[name].to_numpy() for name in order.columns if name not in {"modulus", "weight_series"}}
    columns["modulus"] = order["modulus"].fill_null(0.0).to_numpy()
    columns["weight_series"] = order["weight_series"].fill_null(-1).to_numpy()
    series, time, value, flag = (
        np.ascontiguousarray(observations[name].to_numpy()) for name in ("series", "time", "value", "flag")
    )
    code, known = _codes(columns["series"].astype(np.int64), series.astype(np.int64, copy=False))
    if not known.all():
        code, time, value, flag = code[known], time[known], value[known], flag[known]
    index = np.argsort(code, kind="stable")
    code, time = code[index], time[index].astype(np.int64, copy=False)
    if len(time) > 1 and bool(((time[1:] < time[:-1]) & (code[1:] == code[:-1])).any()):
        again = np.lexsort((time, code))
        index, code, time = index[again], code[again], time[again]
    value, flag = value[index].astype(np.float64, copy=False), flag[index].astype(np.uint8, copy=False)
    stretch, kept = _lay(code, time, columns)
    if kept is not None:
        time, value, flag = time[kept], value[kept], flag[kept]
    part_of_stretch, parts = _ranks(columns["part"].astype(np.int64))
    grid = Grid(start=low, hours=-(-(high - low) // HOUR_NS), parts=len(parts))
    part = part_of_stretch[stretch]
    value = value * columns["factor"][stretch] + columns["shift"][stretch]
    allowed = np.zeros(256, dtype=np.bool_)
    allowed[[flag for flag in used if flag in {1, 2, 3}]] = True
    rows = Rows(
        grid=grid, part=part, stretch=stretch, time=time, value=value, flag=flag,
        used=allowed[flag] & np.isfinite(value), cell=part * grid.hours + grid.hour_of(time),
    )  # fmt: skip
    return Slab(
        grid=grid, parts=parts, rows=rows, stretches=columns,
        families=_spans(columns["family"].astype(np.int64), stretch),
        series_span=_spans(columns["series"].astype(np.int64), stretch),
    )  # fmt: skip


def _codes(planned: Ints, series: Ints) -> tuple[Numbers, Bools]:
    """Rank of each observation's series in the order of the plan, and whether the plan knows it at all."""
    ordered = list(dict.fromkeys(planned.tolist()))
    top = max(max(ordered, default=0), int(series.max(initial=0))) + 1
    table = np.full(top, -1, dtype=np.int32)
    table[ordered] = np.arange(len(ordered), dtype=np.int32)
    code = table[series]
    return code.astype(np.uint16 if len(ordered) <= 65_535 else np.int32), code >= 0


def _lay(code: Numbers, time: Ints, columns: dict[str, Numbers]) -> tuple[Ints, Ints | None]:
    """The stretch of each row that has one, and which rows those are (None: all of them)."""
    series = columns["series"].astype(np.int64)
    bounds: list[tuple[int, int, int]] = []
    rank: dict[int, int] = {}
    firsts = np.searchsorted(code, np.arange(len(np.unique(series)) + 1))
    for number, (each, start, stop) in enumerate(
        zip(series.tolist(), columns["start"].tolist(), columns["stop"].tolist(), strict=True)
    ):
        which = rank.setdefault(each, len(rank))
        low, high = int(firsts[which]), int(firsts[which + 1])
        if low < high:
            if start > time[low]:
                low += int(np.searchsorted(time[low:high], start))
            if low < high and stop <= time[high - 1]:
                high = low + int(np.searchsorted(time[low:high], stop))
        bounds.append((number, low, high))
    counts = np.array([high - low for _, low, high in bounds], dtype=np.int64)
    stretch = np.repeat(np.arange(len(bounds), dtype=np.int64), counts)
    if int(counts.sum()) == len(time):
        return stretch, None
    pieces = [np.arange(low, high, dtype=np.int64) for _, low, high in bounds if low < high]
    return stretch, np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)


def _ranks(numbers: Ints) -> tuple[Ints, Ints]:
    """Numbers in order of first appearance as 0, 1, 2 ..., and the numbers themselves in that order."""
    distinct = list(dict.fromkeys(numbers.tolist()))
    place = {number: rank for rank, number in enumerate(distinct)}
    return np.array([place[number] for number in numbers.tolist()], dtype=np.int64), np.array(distinct, dtype=np.int64)


def _spans(label_of_stretch: Ints, stretch: Ints) -> dict[int, tuple[int, int]]:
    """First and last row + 1 of each label; stretches of one label are adjacent."""
    found: dict[int, tuple[int, int]] = {}
    for number, label in enumerate(label_of_stretch.tolist()):
        low, high = (int(x) for x in np.searchsorted(stretch, (number, number + 1)))
        first, last = found.get(label, (low, low))
        found[label] = (min(first, low), max(last, high))
    return found
