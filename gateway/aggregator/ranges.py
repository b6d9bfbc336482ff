"""Which hours are to be computed anew: from touched times to ranges of devices, to boxes of hours x devices. Pure.

touched times                ranges                        boxes
d1   |--x-----|-----x--|     d1   |===================|    ┌─────────────────────┐
d2   |--------|--x-----|     d2            |==========|    │ d1, d2              │  a few cells in vain, one round
d3   |x-------|--------|     d3   |=======|                │                     │  less
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from gateway.aggregation.calendar import DAY_NS, HOUR_NS
from gateway.aggregation.plan import Plan
from gateway.aggregator.dirty import Marks

_SLACK = 2000
"""Cells that may be computed in vain to save one more round."""
_ACCUMULATOR = 5
_INCREMENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which hours a touched time of a device reaches, and what they cost.

    Attributes:
        back: ns before it.
        forward: ns after it.
        counter: a difference reaches on to the next reading, at most a day.
        parts: of the plan.
    """

    back: int
    forward: int
    counter: bool
    parts: int


def reaches(plan: Plan) -> dict[str, Reach]:
    """Of each device that hangs somewhere."""
    rows = (
        plan.stretches.join(plan.parts.select("part", "device"), on="part")
        .group_by("device")
        .agg(
            pl.max("expected"), parts=pl.col("part").n_unique(), counter=(pl.col("family") == _ACCUMULATOR).any(),
            sums=(pl.col("family") >= _INCREMENT).any(),
        )
    )  # fmt: skip
    return {
        row["device"]: Reach(
            back=row["expected"] * 3 // 2 if row["sums"] else 0, forward=row["expected"] * 3 // 2,
            counter=row["counter"], parts=row["parts"],
        )
        for row in rows.iter_rows(named=True)
    }  # fmt: skip


def ranges(marks: Marks, reach: Mapping[str, Reach], newest: int) -> Iterator[tuple[int, int, str]]:
    """(first hour, end, device), contiguous for each device; `newest`: of all times, ns."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (device, _), (low, high) in marks.items():
        facts = reach.get(device)
        if facts is None:
            continue
        first, last = low - facts.back, high + facts.forward
        if facts.counter:
            last = max(last, min(last + DAY_NS, newest + facts.forward))
        spans[device].append((first - first % HOUR_NS, last - last % HOUR_NS + HOUR_NS))
    for device, pieces in spans.items():
        pieces.sort()
        start, stop = pieces[0]
        for low, high in pieces[1:]:
            if low > stop:
                yield start, stop, device
                start = low
            stop = max(stop, high)
        yield start, stop, device


def boxes(pieces: Iterable[tuple[int, int, str]], reach: Mapping[str, Reach]) -> list[tuple[int, int, set[str]]]:
    """Ranges of devices put together where that costs little: (first hour, end, devices)."""
    found: list[tuple[int, int, set[str], int, int]] = []
    for low, high, device in sorted(pieces):
        size = reach[device].parts
        cells = size * ((high - low) // HOUR_NS)
        if found:
            first, last, devices, height, needed = found[-1]
            height += 0 if device in devices else size
            wide = height * ((max(high, last) - first) // HOUR_NS)
            if wide <= 2 * (needed + cells) + _SLACK:
                found[-1] = (first, max(high, last), devices | {device}, height, needed + cells)
                continue
        found.append((low, high, {device}, size, cells))
    return [(low, high, devices) for low, high, devices, _, _ in found]
