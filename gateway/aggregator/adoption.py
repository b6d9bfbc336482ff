"""Taking over other facts: which hours another plan makes dirty, and in which times areas are made of other sites.

Of what devices mean now and meant before, `changes` says when it differs; here that is cut to what there is to compute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import cast

import polars as pl

from gateway.aggregation.calendar import DAY_NS, HOUR_NS
from gateway.aggregation.plan import Plan
from gateway.aggregator.dirty import Marks, Span, merge
from gateway.aggregator.reading import Reading

_BEHIND = 2 * DAY_NS
"""How far behind the last observation of a device its hours are looked at."""


def bare(plan: Plan) -> Plan:
    """A plan in which nothing hangs anywhere, with the columns of this one."""
    empty = pl.DataFrame(schema=plan.stretches.schema)
    return Plan(
        stretches=empty, parts=plan.parts.clear(), points=plan.points.clear(),
        memberships=plan.memberships.clear(), longest_hold=0, longest_period=0,
    )  # fmt: skip


def without_new(plan: Plan, known: Collection[int]) -> Plan:
    """The plan with known series only: what a new series brought was marked when it was written."""
    news = plan.parts.filter(~pl.col("series").is_in(list(known)))["part"]
    return Plan(
        stretches=plan.stretches.filter(~pl.col("part").is_in(news.implode())),
        parts=plan.parts.filter(~pl.col("part").is_in(news.implode())), points=plan.points,
        memberships=plan.memberships, longest_hold=0, longest_period=0,
    )  # fmt: skip


def extents(devices: Collection[str], series: pl.DataFrame, reading: Reading) -> dict[str, Span]:
    """First and last observation of each of these devices that has any, ns; `series`: schema SERIES."""
    found: dict[str, Span] = {}
    if not devices:
        return found
    mine = series.filter(pl.col("device").is_in(list(devices)))
    bounds = reading.bounds(mine["series"].to_list())
    for number, device in mine.select("series", "device").iter_rows():
        if number in bounds:
            low, high = bounds[number]
            now = found.get(device, (low, high))
            found[device] = (min(low, now[0]), max(high, now[1]))
    return found


def clipped(spans: Mapping[str, Sequence[Span]], extents: Mapping[str, Span]) -> Marks:
    """Marks for spans of devices, as far as they have observations; `extents`: first and last of each, ns."""
    marks: Marks = {}
    for device, pieces in spans.items():
        if device not in extents:
            continue
        first, last = extents[device]
        for start, stop in pieces:
            # Hold and difference of the last reading before a change reach into it.
            low, high = max(start, first), min(stop - 1, last + _BEHIND)
            if low <= high:
                merge(marks, {(device, low - low % HOUR_NS): (low, high)})
    return marks


def left_points(before: Plan, after: Plan) -> pl.DataFrame:
    """device, point, start, stop: when devices were at points at which they never were, as it is known now.

    Points have the same numbers in both plans, see `changes.renumber`.
    """
    gone = before.parts.join(after.parts, on=["device", "point"], how="anti")
    return gone.select("device", "point", "start", "stop").unique(maintain_order=True)


def left_behind(
    left: pl.DataFrame, after: Plan, extents: Mapping[str, Span], reaches: Mapping[str, tuple[int, int]]
) -> tuple[Marks, dict[Span, list[int]]]:
    """Of points that devices left for all time: marks of another device there, and hours of points with none.

    Args:
        left: see `left_points`.
        after: the plan without these devices at these points.
        extents: first and last observation of each device, ns; without one there is nothing to compute.
        reaches: how far the hours of a device reach before and behind its observations, ns.

    Returns:
        Marks, and whole hours `[low, high)` with the points of which nothing is known in them any more.
    """
    others = dict(after.parts.group_by("point").agg(pl.min("device")).iter_rows())
    marks: Marks = {}
    gone: dict[Span, list[int]] = defaultdict(list)
    for device, point, start, stop in left.iter_rows():
        if device not in extents:
            continue
        (first, last), (back, forward) = extents[device], reaches[device]
        low, high = max(start, first - back), min(stop - 1, last + max(_BEHIND, forward))
        if low > high:
            continue
        hour = low - low % HOUR_NS
        if point in others:
            merge(marks, {(others[point], hour): (low, high)})
        else:
            gone[hour, high - high % HOUR_NS + HOUR_NS].append(point)
    return marks, gone


def moves(before: Plan, after: Plan) -> Iterator[tuple[str, int, int]]:
    """(quantity, start, stop) where areas of a quantity are made of other sites now."""
    for quantity, start, stop, *_ in _members(before) ^ _members(after):
        yield str(quantity), cast("int", start), cast("int", stop)


def _members(plan: Plan) -> set[tuple[Hashable, ...]]:
    rows = plan.memberships.join(plan.points.select("point", "quantity", "height", "private"), on="point")
    return set(rows.select("quantity", "start", "stop", "point", "area", "height", "private").iter_rows())


def same(one: Plan, other: Plan) -> bool:
    """Whether both say the same."""
    return all(
        getattr(one, name).equals(getattr(other, name)) for name in ("stretches", "parts", "points", "memberships")
    )
