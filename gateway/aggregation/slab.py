"""Observations of one slice of time, sorted and laid onto the plan: the form in which the rules of `kinds` work.

    rows    sorted by (family, part, time): one contiguous run for each part, one for each of its hours
    cells   a dense grid parts x hours; a row's cell is part_index * hours + hour_index

Sorting costs most of stage 1. Observations arrive almost in order of time, so a stable sort by series alone (radix
for up to 65,536 series) usually does; only what then still runs backwards is sorted by time too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import HOUR_NS

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
    """Observations of one family: the used ones in full, of the others the cell and the flag.

    `stretch` is the row of the plan's stretches, `part` the index in the grid, `hour` the index of the hour.
    """

    grid: Grid
    part: Ints
    stretch: Ints
    time: Ints
    value: Floats
    flag: NDArray[np.uint8]
    hour: Ints
    cell: Ints
    counted_cell: Ints
    counted_flag: NDArray[np.uint8]

    def cut(self, used: slice, counted: slice) -> Rows:
        """Some of the rows, without copying."""
        return Rows(
            grid=self.grid, part=self.part[used], stretch=self.stretch[used], time=self.time[used],
            value=self.value[used], flag=self.flag[used], hour=self.hour[used], cell=self.cell[used],
            counted_cell=self.counted_cell[counted], counted_flag=self.counted_flag[counted],
        )  # fmt: skip

    def chunks(self, size: int = 1 << 17) -> Iterator[Rows]:
        """The used rows in pieces of about `size` that end where a part ends: small enough for the cache."""
        low, nothing = 0, slice(0, 0)
        while low < len(self.part):
            high = min(low + size, len(self.part))
            if high < len(self.part):
                high = int(np.searchsorted(self.part, self.part[high - 1], side="right"))
            yield self.cut(slice(low, high), nothing)
            low = high


@dataclass(frozen=True, slots=True, kw_only=True)
class Slab:
    """All rows of a slice, the grid, the plan's part number of each grid row, and where rows of each family lie.

    `raw`: values of the rows as they were observed, before calibration.
    `context_weights`: by part of the plan the wind speed at its observation of flag CONTEXT, when there are such.
    """

    grid: Grid
    parts: Ints
    rows: Rows
    raw: Floats
    families: dict[int, tuple[slice, slice]]
    series_span: dict[int, slice]
    stretches: dict[str, Numbers]
    context_weights: Floats | None = None

    def family(self, number: int) -> Rows | None:
        """The rows of a family, None when there are none."""
        spans = self.families.get(number)
        return self.rows.cut(*spans) if spans and any(span.start < span.stop for span in spans) else None


def make_slab(
    observations: pl.DataFrame,
    stretches: pl.DataFrame,
    low: int,
    high: int,
    used: Iterable[int],
    context_weights: Floats | None = None,
) -> Slab:
    """Sort observations (series, time, value, flag; no duplicates of series and time) and lay them onto the plan.

    Args:
        observations: everything in `[low, high)`, in any order.
        stretches: of a plan; observations of no stretch are left out: their device hung nowhere.
        low: first moment, ns, a whole hour; only rows of flag CONTEXT may be earlier, they count to the first hour.
        high: end, ns.
        used: QARTOD flags that enter.
        context_weights: see Slab.
    """
    # Families are made contiguous by numbering the stretches in the order (family, part, start).
    order = stretches.sort("family", "part", "start")
    columns = {name: order[name].to_numpy() for name in order.columns if name not in {"modulus", "weight_series"}}
    columns["modulus"] = order["modulus"].fill_null(0.0).to_numpy()
    columns["weight_series"] = order["weight_series"].fill_null(-1).to_numpy()
    part_of_stretch, parts = _ranks(columns["part"])
    grid = Grid(start=low, hours=-(-(high - low) // HOUR_NS), parts=len(parts))
    raw = {name: observations[name].to_numpy() for name in ("series", "time", "value", "flag")}
    allowed = np.zeros(256, dtype=np.bool_)
    allowed[[flag for flag in used if flag in {0, 1, 2, 3}]] = True
    enters = allowed[raw["flag"]]
    if observations["value"].null_count() or not bool(np.isfinite(np.sum(raw["value"]))):
        enters &= np.isfinite(raw["value"])
    (bounds, good), (counted_bounds, counted) = _sorted(raw, enters, columns)
    counts = np.diff(bounds)
    value, hour = good["value"], grid.hour_of(good["time"])
    if int(hour.min(initial=0)) < 0:
        hour = np.maximum(hour, 0)
    if (columns["factor"] != 1).any() or (columns["shift"] != 0).any():
        value = value * np.repeat(columns["factor"], counts) + np.repeat(columns["shift"], counts)
    base = part_of_stretch * grid.hours
    rows = Rows(
        grid=grid, part=np.repeat(part_of_stretch, counts), stretch=np.repeat(np.arange(len(counts)), counts),
        time=good["time"], value=value, flag=good["flag"], hour=hour, cell=np.repeat(base, counts) + hour,
        counted_cell=np.repeat(base, np.diff(counted_bounds)) + grid.hour_of(counted["time"]),
        counted_flag=counted["flag"],
    )  # fmt: skip
    mine, others = (_spans(columns["family"], each) for each in (bounds, counted_bounds))
    return Slab(
        grid=grid, parts=parts, rows=rows, raw=good["value"], stretches=columns, context_weights=context_weights,
        series_span=_spans(columns["series"], bounds, of=columns["weight_series"]),
        families={number: (mine[number], others[number]) for number in mine},
    )  # fmt: skip


_Laid = tuple[Ints, dict[str, Numbers]]
"""Bounds of the rows of each stretch, and their time, value, flag."""


def _sorted(raw: dict[str, Numbers], enters: Bools, columns: dict[str, Numbers]) -> tuple[_Laid, _Laid]:
    """Rows in the order of the stretches and of time: those that enter, and those that are only counted.

    One sort by small whole numbers: series in the order of the plan, for what is only counted the same behind them,
    what the plan does not know last.
    """
    ordered = list(dict.fromkeys(columns["series"].tolist()))
    known = len(ordered)
    series = raw["series"]
    table = np.full(max(max(ordered, default=0), int(series.max(initial=0))) + 1, 2 * known, dtype=np.int32)
    table[ordered] = np.arange(known)
    table = table.astype(np.uint16) if 2 * known < 65_535 else table
    code = table[series]
    besides = np.flatnonzero(~enters)
    code[besides] += np.where(code[besides] < known, known, 0).astype(code.dtype)
    edges = np.concatenate(([0], np.cumsum(np.bincount(code, minlength=2 * known + 1))))
    index = np.argsort(code, kind="stable")[: edges[2 * known]]
    time = raw["time"][index]
    backwards = time[1:] < time[:-1]
    inner = edges[(edges > 0) & (edges < len(time))]
    backwards[inner - 1] = False
    if bool(backwards.any()):
        again = np.lexsort((time, code[index]))
        index, time = index[again], time[again]
    found = {
        "time": time.astype(np.int64, copy=False),
        "value": raw["value"][index[: edges[known]]].astype(np.float64, copy=False), "flag": raw["flag"][index],
    }  # fmt: skip
    return (
        _laid({name: column[: edges[known]] for name, column in found.items()}, edges[: known + 1], columns),
        _laid({name: column[edges[known] :] for name, column in found.items() if name != "value"},
              edges[known : 2 * known + 1] - edges[known], columns),
    )  # fmt: skip


def _laid(rows: dict[str, Numbers], edges: Ints, columns: dict[str, Numbers]) -> _Laid:
    """Rows whose series are bounded by `edges`, cut into stretches."""
    bounds, kept = _lay(edges, rows["time"], columns)
    return bounds, rows if kept is None else {name: column[kept] for name, column in rows.items()}


def _lay(edges: Ints, time: Ints, columns: dict[str, Numbers]) -> tuple[Ints, Ints | None]:
    """Bounds of the rows of each stretch (one more than stretches), and which rows have one (None: all of them).

    `edges` bound the rows of each series.
    """
    series = columns["series"]
    first_of = np.flatnonzero(np.concatenate(([True], series[1:] != series[:-1])))
    low, high = edges[:-1], edges[1:]
    if len(first_of) == len(series):
        filled = low < high
        at = np.minimum(low, max(len(time) - 1, 0))
        whole = not len(time) or bool(
            ((columns["start"] <= time[at]) & (columns["stop"] > time[high - 1]) | ~filled).all()
        )
        if whole:
            return edges, None
    rank = np.cumsum(np.concatenate(([False], series[1:] != series[:-1])))
    pieces: list[Ints] = []
    for which, start, stop in zip(rank.tolist(), columns["start"].tolist(), columns["stop"].tolist(), strict=True):
        times = time[low[which] : high[which]]
        first, last = np.searchsorted(times, (start, stop))
        pieces.append(np.arange(low[which] + first, low[which] + last, dtype=np.int64))
    counts = np.array([len(piece) for piece in pieces], dtype=np.int64)
    bounds = np.concatenate(([0], np.cumsum(counts)))
    return bounds, np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)


def _ranks(numbers: Numbers) -> tuple[Ints, Ints]:
    """Numbers, equal ones adjacent, as 0, 1, 2 ..., and the numbers themselves in that order."""
    first = np.concatenate(([True], numbers[1:] != numbers[:-1]))[: len(numbers)]
    return np.cumsum(first) - 1, numbers[first].astype(np.int64)


def _spans(label_of_stretch: Numbers, bounds: Ints, of: Numbers | None = None) -> dict[int, slice]:
    """The rows of each label (`of`: of these only); stretches of one label are adjacent."""
    if not len(label_of_stretch):
        return {}
    edges = np.flatnonzero(np.concatenate(([True], label_of_stretch[1:] != label_of_stretch[:-1])))
    ends = np.concatenate((edges[1:], [len(label_of_stretch)]))
    if of is not None:
        wanted = np.isin(label_of_stretch[edges], of)
        edges, ends = edges[wanted], ends[wanted]
    rows = zip(label_of_stretch[edges].tolist(), bounds[edges].tolist(), bounds[ends].tolist(), strict=True)
    return {label: slice(low, high) for label, low, high in rows}
