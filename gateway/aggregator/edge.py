"""The live edge: series-hours of the last hours, extended by what is new instead of computed from the beginning.

    base           hour 10              hour 11              hour 12 (newest)
    |--------------|--o----o----o----o--|--o----o----o----L··|····           o observed, closed; L the last used one
                                                          |~~~~~~~~|          its hold: open until something follows

Of each part is kept what its hours add up to without the hold of its last used observation, and that observation.
When a device sends something later than all it has sent, only that is read: it closes the hold, and has an open one
itself. Anything else (late, sent again, deleted) reads the device's last hours anew.

What arrives while a round runs is left to the next one: of each device only what its marks reach is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation import kinds
from gateway.aggregation.calendar import DAY_NS, HOUR_NS
from gateway.aggregation.hourly import LEAN_HOUR, lean_integrands
from gateway.aggregation.kinds import Cells
from gateway.aggregation.plan import Plan
from gateway.aggregation.slab import Slab, make_slab
from gateway.aggregator.dirty import Marks, Span
from gateway.aggregator.reading import ROWS

HOURS = 5
"""Hours that are kept: two before the newest, itself, two after it (clocks that run ahead)."""
BEFORE = 2
REACH = BEFORE * HOUR_NS
"""Devices whose values hold longer are always computed anew."""
NEVER = np.iinfo(np.int64).min
_COUNTS = ("n", "excluded", "besides", "covered")
_SUMS = {0: ("integral",), 1: ("integral",), 2: ("integral",), 3: ("u", "v", "weight")}
_ADDED = (*_COUNTS, "integral", "u", "v", "weight")
_SUMMING, _COUNTER = 4, 5

Ints = NDArray[np.int64]
Numbers = NDArray[Any]
Read = Callable[[int, int, Sequence[int] | None], pl.DataFrame]
"""Rows of schema ROWS of `[low, high)` ns of these series, None: of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """Hours (schema LEAN_HOUR) of `[low, high)` of all parts at these points, as they are now; rows read for it."""

    hours: pl.DataFrame
    points: list[int]
    low: int
    high: int
    rows: int


class LiveEdge:
    """What is known of a plan's parts in the last hours. A new plan needs a new one."""

    def __init__(self, plan: Plan, used: Iterable[int]) -> None:
        """Nothing is known yet: the first time, each device is read anew."""
        self._used = (kinds.CONTEXT, *used)
        names = plan.parts["device"].unique(maintain_order=True)
        self._devices = {name: number for number, name in enumerate(names.to_list())}
        parts = plan.parts.join(
            plan.stretches.group_by("part").agg(pl.max("expected"), pl.first("family")), on="part"
        ).sort("part")
        number = parts["part"].to_numpy()
        self._size = int(number.max()) + 1 if len(number) else 0
        self._device = np.full(self._size, -1)
        self._device[number] = [self._devices[name] for name in parts["device"].to_list()]
        self._point, self._series, self._family = (np.full(self._size, -1) for _ in range(3))
        for into, name in ((self._point, "point"), (self._series, "series"), (self._family, "family")):
            into[number] = parts[name].to_numpy()
        self._device_of = np.full(int(self._series.max(initial=-1)) + 2, -1)
        self._device_of[self._series[number]] = self._device[number]
        self._stretches = plan.stretches.sort("family", "part", "start")
        self._part_of_stretch = self._stretches["part"].to_numpy()
        hold = np.zeros(len(self._devices), dtype=np.int64)
        np.maximum.at(hold, self._device[number], parts["expected"].to_numpy() * 3 // 2)
        sums = np.zeros(len(self._devices), dtype=np.bool_)
        sums[self._device[number[self._family[number] >= _SUMMING]]] = True
        self._forward, self._back = hold, np.where(sums, hold, 0)
        self._beside = _beside(self._point, self._device)
        self._fit = hold <= REACH
        for one, others in self._beside.items():
            self._fit[one] &= bool((hold[others] <= REACH).all())
        self._last = np.full(len(self._devices), NEVER)
        self._time = np.full(self._size, NEVER)
        self._value, self._weight = np.zeros(self._size), np.ones(self._size)
        self._base: int | None = None
        self._kept = {name: _empty(name, (self._size, HOURS)) for name in (*_ADDED, "total", "minimum", "maximum")}

    def split(self, marks: Marks, newest: int) -> tuple[dict[str, Span], Marks]:
        """Devices all of whose marks lie in the last hours, with what the marks span; and the other marks."""
        self._advance(newest - newest % HOUR_NS - BEFORE * HOUR_NS)
        base = self._base or 0
        spans: dict[str, Span] = {}
        for (device, _), (low, high) in marks.items():
            span = spans.get(device)
            spans[device] = (low, high) if span is None else (min(low, span[0]), max(high, span[1]))
        stop = base + (HOURS - 1) * HOUR_NS
        fit: dict[str, Span] = {}
        for device, (low, high) in spans.items():
            at = self._devices.get(device)
            if at is not None and self._fit[at] and low - self._back[at] >= base and high < stop:
                fit[device] = (low, high)
        return fit, {key: span for key, span in marks.items() if key[0] not in fit}

    def forget(self, devices: Iterable[str]) -> None:
        """These were computed elsewhere and are to be read anew the next time."""
        for device in devices:
            if device in self._devices:
                self._last[self._devices[device]] = NEVER

    def _advance(self, base: int) -> None:
        """Make `base` the first hour that is kept."""
        steps = HOURS if self._base is None else (base - self._base) // HOUR_NS
        if steps < 0:
            return
        self._base = base
        for name, kept in self._kept.items():
            if 0 < steps < HOURS:
                kept[:, :-steps] = kept[:, steps:].copy()
            if steps:
                kept[:, max(0, HOURS - steps) :] = _empty(name, (self._size, min(steps, HOURS)))

    def extend(
        self, spans: Mapping[str, Span], read: Read, first_used: Callable[[Ints], Mapping[int, int]]
    ) -> Extended:
        """Take over what these devices sent in these spans; see `split`.

        Args:
            spans: by device.
            read: stored observations.
            first_used: for each of these parts with a counter when its first used reading was.
        """
        base = self._base
        assert base is not None
        asked = np.array([self._devices[name] for name in spans])
        lows, highs = (np.array([span[at] for span in spans.values()]) for at in (0, 1))
        before = self._last[asked]
        onward = (before != NEVER) & (lows > before)
        others = self._others(asked)
        anew = np.concatenate((asked[~onward], others[self._last[others] == NEVER]))
        cap = np.full(len(self._devices), NEVER)
        cap[asked] = np.where(before == NEVER, np.iinfo(np.int64).max, np.maximum(highs, before))
        cap[others[self._last[others] == NEVER]] = np.iinfo(np.int64).max
        involved = np.zeros(len(self._devices) + 1, dtype=np.bool_)
        involved[asked] = involved[others] = True
        parts = np.flatnonzero(involved[self._device])
        self._reset(anew)
        pieces = [self._context(parts)]
        count = 0
        if onward.any():
            rows = read(int(lows[onward].min()), int(highs[onward].max()) + 1, None)
            pieces.append(self._taken(rows, asked[onward], self._last, cap))
            count += rows.height
        if len(anew):
            rows = self._read_anew(read, anew)
            pieces += self._split_early(self._taken(rows, anew, np.full(len(self._devices), NEVER), cap), base - REACH)
            count += rows.height
        columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in ROWS}
        stretches = self._stretches.filter(pl.Series(involved[self._device[self._part_of_stretch]]))
        weights = self._weight
        slab = make_slab(
            pl.DataFrame(columns, schema=ROWS), stretches, base - REACH, base + HOURS * HOUR_NS, self._used, weights
        )
        counters = slab.parts[self._family[slab.parts] == _COUNTER]
        result = self._add(slab, first_used(counters) if len(counters) else {})
        for piece in pieces[1:]:
            np.maximum.at(self._last, self._device_of[piece["series"]], piece["time"])
        low = int((lows - self._back[asked]).min())
        high = int((np.maximum(highs, np.maximum(before, self._last[asked])) + self._forward[asked]).max())
        low, high = low - low % HOUR_NS, min(high - high % HOUR_NS + HOUR_NS, base + HOURS * HOUR_NS)
        mine = np.zeros(int(self._point.max(initial=0)) + 2, dtype=np.bool_)
        mine[self._point[np.flatnonzero(_among(asked, len(self._devices))[self._device])]] = True
        chosen = mine[self._point[slab.parts]]
        hours = self._rows(slab.parts[chosen], {name: column[chosen] for name, column in result.items()}, low, high)
        return Extended(hours=hours, points=np.flatnonzero(mine).tolist(), low=low, high=high, rows=count)

    def _others(self, asked: Ints) -> Ints:
        """Devices that have a point together with one of these, without these."""
        found = [self._beside[device] for device in asked.tolist() if device in self._beside]
        return np.setdiff1d(np.concatenate(found), asked) if found else np.empty(0, dtype=np.int64)

    def _reset(self, devices: Ints) -> None:
        """Forget what is kept of these."""
        self._last[devices] = NEVER
        parts = np.flatnonzero(_among(devices, len(self._devices))[self._device])
        self._time[parts] = NEVER
        for name, kept in self._kept.items():
            kept[parts] = _empty(name, (len(parts), HOURS))

    def _context(self, parts: Ints) -> dict[str, Numbers]:
        """The last used observation of each of these parts."""
        known = parts[self._time[parts] != NEVER]
        return {
            "series": self._series[known], "time": self._time[known], "value": self._value[known],
            "flag": np.full(len(known), kinds.CONTEXT, dtype=np.uint8),
        }  # fmt: skip

    def _taken(self, rows: pl.DataFrame, devices: Ints, after: Ints, cap: Ints) -> dict[str, Numbers]:
        """Of these rows those of these devices, later than `after` and not later than `cap` of their device."""
        columns = {name: rows[name].to_numpy() for name in ROWS}
        series = columns["series"]
        device = self._device_of[np.where((series >= 0) & (series < len(self._device_of)), series, -1)]
        time = columns["time"]
        taken = _among(devices, len(self._devices))[device] & (time > after[device]) & (time <= cap[device])
        taken &= columns["flag"] != kinds.CONTEXT
        return {name: column[taken] for name, column in columns.items()}

    def _read_anew(self, read: Read, devices: Ints) -> pl.DataFrame:
        """Everything of these devices that the hours which are kept are made of; of counters what a day before was."""
        assert self._base is not None
        parts = np.flatnonzero(_among(devices, len(self._devices))[self._device])
        counting = self._family[parts] == _COUNTER
        stop = self._base + HOURS * HOUR_NS
        pieces = [read(self._base - REACH, stop, self._chosen(parts))]
        if counting.any():
            # A difference reaches back a day. Earlier readings of a counter are context.
            pieces.append(read(self._base - DAY_NS, self._base - REACH, self._chosen(parts[counting])))
        return pl.concat(pieces)

    def _chosen(self, parts: Ints) -> list[int] | None:
        """Their series; None where naming them costs more than reading all."""
        series = np.unique(self._series[parts])
        return None if len(series) > self._size // 4 else series.tolist()

    def _split_early(self, rows: dict[str, Numbers], begin: int) -> list[dict[str, Numbers]]:
        """Of rows before `begin` the last used one of each series, as context; and the others."""
        time, series = rows["time"], rows["series"]
        early = np.asarray(time < begin)
        good = early & np.isin(rows["flag"], self._used) & np.isfinite(rows["value"])
        index = np.flatnonzero(good)
        index = index[np.lexsort((time[index], series[index]))]
        last = np.append(series[index][1:] != series[index][:-1], True)[: len(index)]
        context = {name: column[index[last]] for name, column in rows.items()}
        context["flag"] = np.full(len(context["flag"]), kinds.CONTEXT, dtype=np.uint8)
        return [context, {name: column[~early] for name, column in rows.items()}]

    def _add(self, slab: Slab, firsts: Mapping[int, int]) -> dict[str, Numbers]:
        """Add the slab's closed statistics to what is kept; returns all with the open hold, (parts x HOURS)."""
        parts, shape = slab.parts, (slab.grid.parts, slab.grid.hours)
        result = {name: _empty(name, (len(parts), HOURS)) for name in self._kept}
        for number in range(6):
            rows = slab.family(number)
            if rows is None:
                continue
            closed, tail = kinds.observed(rows, lean=True), Cells(slab.grid)
            if number == _SUMMING:
                kinds.summed(rows, slab, closed)
            elif number == _COUNTER:
                kinds.differences(rows, slab, dict(firsts), closed)
                self._remember(slab, number, np.flatnonzero(np.append(rows.part[1:] != rows.part[:-1], True)))
            else:
                low = 0
                for chunk in rows.chunks():
                    sums = lean_integrands(number, chunk, slab)
                    kinds.held(chunk, slab, sums, closed, tail)
                    last = np.flatnonzero(np.append(chunk.part[1:] != chunk.part[:-1], True))
                    self._remember(slab, number, last + low, sums["weight"][last] if number == 3 else None)
                    low += len(chunk.part)
            mine = np.flatnonzero(self._family[parts] == number)
            for name in self._kept:
                kept = self._kept[name]
                now = kept[parts[mine]]
                if name in closed.columns:
                    now = _joined(name, now, closed.columns[name].reshape(shape)[mine, BEFORE:])
                    kept[parts[mine]] = now
                if name in tail.columns:
                    now = now + tail.columns[name].reshape(shape)[mine, BEFORE:]
                result[name][mine] = now
        return result

    def _remember(self, slab: Slab, number: int, last: Ints, weight: NDArray[np.float64] | None = None) -> None:
        """Keep the last used observation of each part of a family; `last` are its rows within the family."""
        at = last + slab.families[number][0].start
        part = slab.parts[slab.rows.part[at]]
        self._time[part], self._value[part] = slab.rows.time[at], slab.raw[at]
        if weight is not None:
            self._weight[part] = weight

    def _rows(self, parts: Ints, found: Mapping[str, Numbers], low: int, high: int) -> pl.DataFrame:
        """The hours of `[low, high)` in which something was observed or covered."""
        assert self._base is not None
        hour = self._base + np.arange(HOURS) * HOUR_NS
        seen = (found["n"] > 0) | (found["besides"] > 0) | (found["covered"] > 0)
        seen &= (hour >= low) & (hour < high)
        row, slot = np.nonzero(seen)
        columns: dict[str, object] = {"part": parts[row], "hour": hour[slot]}
        family = self._family[parts[row]]
        for name in LEAN_HOUR:
            if name in columns:
                continue
            column = found[name][row, slot]
            if name in {"integral", "u", "v", "weight"}:
                has = np.isin(family, [number for number, names in _SUMS.items() if name in names])
                column = np.where(has, column, np.nan)
            columns[name] = column
        return pl.DataFrame(columns, schema=LEAN_HOUR, nan_to_null=False)


def _empty(name: str, shape: tuple[int, int]) -> Numbers:
    if name in _COUNTS:
        return np.zeros(shape, dtype=np.int64)
    return np.zeros(shape) if name in _ADDED else np.full(shape, np.nan)


def _joined(name: str, one: Numbers, other: Numbers) -> Numbers:
    """Two disjoint pieces of the same hours together."""
    if name == "minimum":
        return np.asarray(np.fmin(one, other))
    if name == "maximum":
        return np.asarray(np.fmax(one, other))
    if name == "total":
        return np.asarray(np.where(np.isnan(one), other, np.where(np.isnan(other), one, one + other)))
    return np.asarray(one + other)


def _among(numbers: Ints, size: int) -> NDArray[np.bool_]:
    """Which of 0 to size - 1 are among `numbers`; one more for -1, which is not."""
    found = np.zeros(size + 1, dtype=np.bool_)
    found[numbers] = True
    return found


def _beside(point: Ints, device: Ints) -> dict[int, Ints]:
    """For each device that shares a point with others, these others."""
    pairs = np.unique(np.stack((point, device), axis=1)[point >= 0], axis=0)
    edges = np.flatnonzero(np.append(True, pairs[1:, 0] != pairs[:-1, 0])) if len(pairs) else np.empty(0, np.int64)
    found: dict[int, set[int]] = {}
    for group in np.split(pairs[:, 1], edges[1:]):
        if len(group) > 1:
            for one in group.tolist():
                found.setdefault(one, set()).update(group.tolist())
    return {one: np.array(sorted(others - {one})) for one, others in found.items()}
