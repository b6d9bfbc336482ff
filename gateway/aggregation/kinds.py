"""The rules of stage 1, one function for each family of kinds, over the sorted rows of a slab.

Each returns the statistics of its cells as dense arrays (one element for each part and hour), so that pieces of a
value that reach into another hour are simply added where they belong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gateway.aggregation.calendar import DAY_NS, HOUR_NS
from gateway.aggregation.slab import Bools, Floats, Grid, Ints, Numbers, Rows, Slab

CONTEXT = 0
"""Flag of an observation that was aggregated before: the next one is a successor to it, itself it counts no more."""
DB = np.log(10) / 10
"""10^(L/10) = exp(L * DB)."""


@dataclass(slots=True)
class Cells:
    """Statistics by name; float arrays begin with NaN where "nothing" differs from 0."""

    grid: Grid
    columns: dict[str, Numbers] = field(default_factory=dict)

    def add(self, name: str, cells: Ints, amounts: Numbers) -> None:
        """Add to cells that are named once each."""
        if name not in self.columns:
            self.columns[name] = np.zeros(self.grid.size, dtype=amounts.dtype)
        self.columns[name][cells] += amounts

    def put(self, name: str, cells: Ints, values: Numbers, *, nothing: float = np.nan) -> None:
        """Set cells."""
        if name not in self.columns:
            self.columns[name] = np.full(self.grid.size, nothing, dtype=values.dtype)
        self.columns[name][cells] = values


def runs(cell: Ints) -> tuple[Ints, Ints]:
    """First and last row of each run of equal cells."""
    edges = np.flatnonzero(np.concatenate(([True], cell[1:] != cell[:-1]))) if len(cell) else np.empty(0, np.int64)
    return edges, np.concatenate((edges[1:], [len(cell)]))[: len(edges)] - 1


def observed(rows: Rows, *, lean: bool = False) -> Cells:
    """Counts by flag, smallest, largest, first and last: everything that goes by the observation's own time.

    `lean`: of the counts n, how many are `excluded` and what there is `besides` the used ones, no first and last.
    """
    found = Cells(rows.grid)
    size = rows.grid.size
    own = rows.flag != CONTEXT
    cell, value = (rows.cell, rows.value) if bool(own.all()) else (rows.cell[own], rows.value[own])
    edges, ends = runs(cell)
    cells = cell[edges]
    found.put("n", cells, (ends - edges + 1).astype(np.int32), nothing=0)
    if len(edges):
        found.put("minimum", cells, np.minimum.reduceat(value, edges))
        found.put("maximum", cells, np.maximum.reduceat(value, edges))
    if lean:
        besides = rows.counted_cell
        if len(besides):
            found.columns["besides"] = np.bincount(besides, minlength=size).astype(np.int32)
            excluded = besides[rows.counted_flag <= 3]
            found.columns["excluded"] = np.bincount(excluded, minlength=size).astype(np.int32)
        return found
    for name, flag in (("good", 1), ("unevaluated", 2), ("suspect", 3), ("failed", 4), ("missing", 9)):
        column = np.bincount(rows.counted_cell[rows.counted_flag == flag], minlength=size).astype(np.int32)
        entering = rows.flag[own] == flag
        if bool(entering.any()):
            column[cells] += np.add.reduceat(entering, edges, dtype=np.int32)
        found.columns[name] = column
    time = rows.time[own]
    if len(edges):
        found.put("first", cells, value[edges])
        found.put("last", cells, value[ends])
        found.put("first_time", cells, time[edges], nothing=-1)
        found.put("last_time", cells, time[ends], nothing=-1)
    return found


def held(rows: Rows, slab: Slab, integrands: dict[str, Floats], into: Cells, tail: Cells | None = None) -> None:
    """Integrate values that hold from t to min(next used t, t + 1.5 E, end of the installation).

    Args:
        rows: whole parts.
        slab: the facts of the stretches.
        integrands: name of a statistic and what is integrated, for each used row; the sums are value x seconds.
        into: receives `covered` (ns) and the sums.
        tail: receives instead what the last row of each part gives, which the next observation will cut short.
    """
    part, time, stretch = rows.part, rows.time, rows.stretch
    if not len(time):
        return
    until = time + _each(slab.stretches["expected"] * 3 // 2, stretch)
    at_ends = np.flatnonzero(part[1:] != part[:-1])
    longest = until[at_ends]
    np.minimum(until[:-1], time[1:], out=until[:-1])
    until[at_ends] = longest
    np.minimum(until, _each(slab.stretches["ends"], stretch), out=until)
    if tail is not None:
        last = np.concatenate((at_ends, [len(time) - 1]))
        sums = {name: x[last] for name, x in integrands.items()}
        _integrate(time[last], until[last], rows.hour[last], rows.cell[last], sums, tail)
        until[last] = time[last]
    _integrate(time, until, rows.hour, rows.cell, integrands, into)


def _integrate(time: Ints, until: Ints, hour: Ints, cell: Ints, integrands: dict[str, Floats], into: Cells) -> None:
    """Add what lasts from `time` to `until`, cut at the hours; rows lie in order of cell and time."""
    grid = into.grid
    hour_end = (hour + 1) * HOUR_NS + grid.start
    dt = np.minimum(until, hour_end) - time
    edges, ends = runs(cell)
    cells = cell[edges]
    into.add("covered", cells, np.add.reduceat(dt, edges))
    seconds = dt / 1e9
    for name, x in integrands.items():
        into.add(name, cells, np.add.reduceat(x * seconds, edges))
    # A value lasts into later hours only from the last observation of its own hour.
    late = until[ends] > hour_end[ends]
    last, cells, end = ends[late], cells[late], hour_end[ends][late]
    until = until[last]
    hour = hour[last]
    while len(last):
        cells, hour = cells + 1, hour + 1
        within = (hour < grid.hours) & (until > end)
        last, cells, hour, end, until = last[within], cells[within], hour[within], end[within], until[within]
        more = np.minimum(until, end + HOUR_NS) - end
        into.add("covered", cells, more)
        for name, x in integrands.items():
            into.add(name, cells, x[last] * (more / 1e9))
        end = end + HOUR_NS


def _each(known: Numbers, stretch: Ints) -> Any:
    """What is known of the stretch of each row; a single number where it is the same of all."""
    one = known[stretch[0]]
    return one if bool((known == one).all()) else known[stretch]


def summed(rows: Rows, slab: Slab, into: Cells) -> None:
    """Add up increments and counts in the hour in which the middle of their period lies."""
    stretch, time, value = rows.stretch, rows.time, rows.value
    expected = slab.stretches["expected"][stretch].astype(np.int64)
    forward = np.where(slab.stretches["stamps_start"][stretch], 1, -1)
    hour = rows.grid.hour_of(np.asarray(time + forward * (expected // 2), dtype=np.int64))
    within = (hour >= 0) & (hour < rows.grid.hours) & (rows.flag != CONTEXT)
    cell = (rows.part * rows.grid.hours + hour)[within]
    size = rows.grid.size
    summands = np.bincount(cell, minlength=size).astype(np.int32)
    into.columns["summands"] = summands
    into.columns["total"] = np.where(summands > 0, np.bincount(cell, weights=value[within], minlength=size), np.nan)
    into.columns["covered"] = np.bincount(cell, weights=expected[within], minlength=size).astype(np.int64)


def differences(rows: Rows, slab: Slab, first_used: dict[int, int], into: Cells) -> None:
    """Differences of consecutive used counter readings, in the hour of the later one, and what they cover.

    A negative difference is a rollover when the device declares a modulus and the step is below half of it, else a
    reset, and the new value counts from zero. A gap longer than 24 h gives no difference. A reading covers back to
    its predecessor, at most 1.5 E; `first_used` says for each part when its very first reading was, which has none.
    Differences are the device's own times the factor of the later reading: no counter turns back by being calibrated.
    """
    part, time, cell, stretch, value = rows.part, rows.time, rows.cell, rows.stretch, rows.value
    if not len(time):
        return
    follows = np.concatenate(([False], part[1:] == part[:-1]))
    before = np.where(follows, np.concatenate((np.zeros(1, np.int64), time[:-1])), 0)
    near = follows & (time - before <= DAY_NS)
    factor = slab.stretches["factor"][stretch]
    value = value - slab.stretches["shift"][stretch]
    other = (factor[1:] != factor[:-1]) & (factor[:-1] != 0)
    scale = np.divide(factor[1:], factor[:-1], out=np.ones(len(value) - 1), where=other)
    previous = np.concatenate(([0.0], value[:-1] * scale))
    step = np.where(near, value - previous, 0.0)
    modulus = slab.stretches["modulus"][stretch].astype(np.float64) * factor
    rolled = step + modulus
    rollover = near & (step < 0) & (modulus > 0) & (rolled >= 0) & (rolled < modulus / 2)
    reset = near & (step < 0) & ~rollover
    step = np.where(rollover, rolled, np.where(reset, value, step))
    counters, at = np.unique(part, return_inverse=True)
    first = np.array([first_used.get(each, -1) for each in slab.parts[counters].tolist()], dtype=np.int64)[at]
    has_predecessor = (follows | ((first >= 0) & (first < time))) & (rows.flag != CONTEXT)
    hold = (slab.stretches["expected"] * 3 // 2)[stretch]
    since = np.where(has_predecessor, np.maximum(before, time - hold), time)
    hour_start = rows.hour * HOUR_NS + rows.grid.start
    edges, _ = runs(cell)
    cells = cell[edges]
    into.add("covered", cells, np.add.reduceat(time - np.maximum(since, hour_start), edges))
    for name, amount in (("summands", near), ("resets", reset), ("rollovers", rollover)):
        into.add(name, cells, np.add.reduceat(amount.astype(np.int32), edges))
    into.put("total", cells, np.add.reduceat(step, edges))
    # Only the first reading of an hour reaches into the hours before it.
    early = since[edges] < hour_start[edges]
    cells, start, since = cells[early], hour_start[edges][early], since[edges][early]
    hour = cells % rows.grid.hours
    while len(cells):
        cells, hour = cells - 1, hour - 1
        within = (hour >= 0) & (since < start)
        cells, hour, start, since = cells[within], hour[within], start[within], since[within]
        into.add("covered", cells, start - np.maximum(since, start - HOUR_NS))
        total = into.columns["total"]
        total[cells] = np.where(np.isnan(total[cells]), 0.0, total[cells])
        start = start - HOUR_NS


def wind_weights(rows: Rows, slab: Slab) -> Floats:
    """For each used direction the wind speed of the same device at the same time, else 1."""
    time, stretch = rows.time, rows.stretch
    weights = np.ones(len(time))
    edges, ends = runs(stretch)
    for low, last in zip(edges.tolist(), ends.tolist(), strict=True):
        span = slab.series_span.get(int(slab.stretches["weight_series"][stretch[low]]))
        if span is None or span.start == span.stop:
            continue
        at, speed = slab.rows.time[span], slab.rows.value[span]
        asked = time[low : last + 1]
        place = np.minimum(np.searchsorted(at, asked), len(at) - 1)
        hit = at[place] == asked
        weights[low : last + 1][hit] = speed[place][hit]
    if slab.context_weights is not None:
        context = np.flatnonzero(rows.flag == CONTEXT)
        weights[context] = slab.context_weights[slab.parts[rows.part[context]]]
    return weights


def energy(value: Floats) -> Floats:
    """10^(L/10)."""
    return np.asarray(np.exp(value * DB))


def switched(value: Floats) -> Floats:
    """1 where a categorical value is not zero."""
    return np.asarray(value != 0, dtype=np.float64)


def any_row(cells: Cells) -> Bools:
    """Cells in which something was observed or covered."""
    seen = np.zeros(cells.grid.size, dtype=np.bool_)
    for name in ("n", "besides", "good", "unevaluated", "suspect", "failed", "missing", "covered"):
        if name in cells.columns:
            seen |= cells.columns[name] > 0
    return seen
