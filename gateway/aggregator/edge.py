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

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation import kinds
from gateway.aggregation.calendar import DAY_NS, HOUR_NS
from gateway.aggregation.hourly import lean_integrands
from gateway.aggregation.kinds import Cells
from gateway.aggregation.plan import Plan
from gateway.aggregation.slab import Slab, make_slab
from gateway.aggregator.dirty import Marks, Span
from gateway.aggregator.edge_layout import REACH, Layout
from gateway.aggregator.edge_sums import BEFORE, COUNTER, HOURS, SUMMING, Ints, Numbers, Sums
from gateway.aggregator.reading import ROWS

NEVER = np.iinfo(np.int64).min
_FOREVER = np.iinfo(np.int64).max

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
        self._layout = Layout(plan)
        self._sums = Sums(self._layout.size)
        self._last = np.full(len(self._layout.devices), NEVER)
        self._time = np.full(self._layout.size, NEVER)
        self._value, self._weight = np.zeros(self._layout.size), np.ones(self._layout.size)

    def split(self, marks: Marks, newest: int) -> tuple[dict[str, Span], Marks]:
        """Devices all of whose marks lie in the last hours, with what the marks span; and the other marks."""
        self._sums.advance(newest - newest % HOUR_NS - BEFORE * HOUR_NS)
        base = self._sums.base or 0
        spans: dict[str, Span] = {}
        for (device, _), (low, high) in marks.items():
            span = spans.get(device)
            spans[device] = (low, high) if span is None else (min(low, span[0]), max(high, span[1]))
        stop = base + (HOURS - 1) * HOUR_NS
        fit: dict[str, Span] = {}
        for device, (low, high) in spans.items():
            at = self._layout.devices.get(device)
            if at is not None and self._layout.fit[at] and low - self._layout.back[at] >= base and high < stop:
                fit[device] = (low, high)
        return fit, {key: span for key, span in marks.items() if key[0] not in fit}

    def forget(self, devices: Iterable[str]) -> None:
        """These were computed elsewhere and are to be read anew the next time."""
        for device in devices:
            if device in self._layout.devices:
                self._last[self._layout.devices[device]] = NEVER

    def extend(
        self, spans: Mapping[str, Span], read: Read, first_used: Callable[[Ints], Mapping[int, int]]
    ) -> Extended:
        """Take over what these devices sent in these spans; see `split`.

        Args:
            spans: by device.
            read: stored observations.
            first_used: for each of these parts with a counter when its first used reading was.
        """
        base, layout = self._sums.base, self._layout
        assert base is not None
        asked = np.array([layout.devices[name] for name in spans])
        lows, highs = (np.array([span[at] for span in spans.values()]) for at in (0, 1))
        before = self._last[asked]
        onward = (before != NEVER) & (lows > before)
        others = layout.others(asked)
        unknown = others[self._last[others] == NEVER]
        anew = np.concatenate((asked[~onward], unknown))
        cap = np.full(len(layout.devices), NEVER)
        cap[asked] = np.where(before == NEVER, _FOREVER, np.maximum(highs, before))
        cap[unknown] = _FOREVER
        involved = layout.among(np.concatenate((asked, others)))
        parts = np.flatnonzero(involved[layout.device])
        self._reset(anew)
        pieces = [self._context(parts)]
        count = 0
        if onward.any():
            rows = read(int(lows[onward].min()), int(highs[onward].max()) + 1, None)
            pieces.append(self._taken(rows, asked[onward], self._last, cap))
            count += rows.height
        if len(anew):
            rows = self._read_anew(read, anew, base)
            taken = self._taken(rows, anew, np.full(len(layout.devices), NEVER), cap)
            pieces += _split_early(taken, base - REACH, self._used)
            count += rows.height
        columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in ROWS}
        stretches = layout.stretches.filter(pl.Series(involved[layout.device[layout.part_of_stretch]]))
        slab = make_slab(
            pl.DataFrame(columns, schema=ROWS), stretches, base - REACH, base + HOURS * HOUR_NS, self._used,
            self._weight,
        )  # fmt: skip
        counters = slab.parts[layout.family[slab.parts] == COUNTER]
        result = self._add(slab, first_used(counters) if len(counters) else {})
        for piece in pieces[1:]:
            np.maximum.at(self._last, layout.device_of[piece["series"]], piece["time"])
        low = int((lows - layout.back[asked]).min())
        high = int((np.maximum(highs, np.maximum(before, self._last[asked])) + layout.forward[asked]).max())
        low, high = low - low % HOUR_NS, min(high - high % HOUR_NS + HOUR_NS, base + HOURS * HOUR_NS)
        mine = np.zeros(int(layout.point.max(initial=0)) + 2, dtype=np.bool_)
        mine[layout.point[layout.parts_of(asked)]] = True
        chosen = mine[layout.point[slab.parts]]
        shown = slab.parts[chosen]
        found = {name: column[chosen] for name, column in result.items()}
        hours = self._sums.rows(shown, layout.family[shown], found, low, high)
        return Extended(hours=hours, points=np.flatnonzero(mine).tolist(), low=low, high=high, rows=count)

    def _reset(self, devices: Ints) -> None:
        """Forget what is kept of these."""
        self._last[devices] = NEVER
        parts = self._layout.parts_of(devices)
        self._time[parts] = NEVER
        self._sums.clear(parts)

    def _context(self, parts: Ints) -> dict[str, Numbers]:
        """The last used observation of each of these parts."""
        known = parts[self._time[parts] != NEVER]
        return {
            "series": self._layout.series[known], "time": self._time[known], "value": self._value[known],
            "flag": np.full(len(known), kinds.CONTEXT, dtype=np.uint8),
        }  # fmt: skip

    def _taken(self, rows: pl.DataFrame, devices: Ints, after: Ints, cap: Ints) -> dict[str, Numbers]:
        """Of these rows those of these devices, later than `after` and not later than `cap` of their device."""
        columns = {name: rows[name].to_numpy() for name in ROWS}
        device, time = self._layout.devices_of(columns["series"]), columns["time"]
        taken = self._layout.among(devices)[device] & (time > after[device]) & (time <= cap[device])
        taken &= columns["flag"] != kinds.CONTEXT
        return {name: column[taken] for name, column in columns.items()}

    def _read_anew(self, read: Read, devices: Ints, base: int) -> pl.DataFrame:
        """Everything of these devices that the hours which are kept are made of; of counters what a day before was."""
        parts = self._layout.parts_of(devices)
        counting = self._layout.family[parts] == COUNTER
        pieces = [read(base - REACH, base + HOURS * HOUR_NS, self._chosen(parts))]
        if counting.any():
            # A difference reaches back a day. Earlier readings of a counter are context.
            pieces.append(read(base - DAY_NS, base - REACH, self._chosen(parts[counting])))
        return pl.concat(pieces)

    def _chosen(self, parts: Ints) -> list[int] | None:
        """Their series; None where naming them costs more than reading all."""
        series = np.unique(self._layout.series[parts])
        return None if len(series) > self._layout.size // 4 else series.tolist()

    def _add(self, slab: Slab, firsts: Mapping[int, int]) -> dict[str, Numbers]:
        """Add the slab's closed statistics to what is kept; returns all with the open hold, (parts x HOURS)."""
        result = self._sums.result(len(slab.parts))
        for number in range(6):
            rows = slab.family(number)
            if rows is None:
                continue
            closed, tail = kinds.observed(rows, lean=True), Cells(slab.grid)
            if number == SUMMING:
                kinds.summed(rows, slab, closed)
            elif number == COUNTER:
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
            self._sums.add(slab, np.flatnonzero(self._layout.family[slab.parts] == number), closed, tail, result)
        return result

    def _remember(self, slab: Slab, number: int, last: Ints, weight: NDArray[np.float64] | None = None) -> None:
        """Keep the last used observation of each part of a family; `last` are its rows within the family."""
        at = last + slab.families[number][0].start
        part = slab.parts[slab.rows.part[at]]
        self._time[part], self._value[part] = slab.rows.time[at], slab.raw[at]
        if weight is not None:
            self._weight[part] = weight


def _split_early(rows: dict[str, Numbers], begin: int, used: Sequence[int]) -> list[dict[str, Numbers]]:
    """Of rows before `begin` the last used one of each series, as context; and the others."""
    time, series = rows["time"], rows["series"]
    early = np.asarray(time < begin)
    good = early & np.isin(rows["flag"], used) & np.isfinite(rows["value"])
    index = np.flatnonzero(good)
    index = index[np.lexsort((time[index], series[index]))]
    last = np.append(series[index][1:] != series[index][:-1], True)[: len(index)]
    context = {name: column[index[last]] for name, column in rows.items()}
    context["flag"] = np.full(len(context["flag"]), kinds.CONTEXT, dtype=np.uint8)
    return [context, {name: column[~early] for name, column in rows.items()}]
