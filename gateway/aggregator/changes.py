"""From one plan to the next: the times of devices whose hours no longer follow from the facts. Pure.

Parts, points and series are numbered anew with every plan, so rows are compared by what they mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

import polars as pl

from gateway.aggregation.plan import FOREVER, Plan
from gateway.registry.timeline import Piece, Span, changed, union

_FACTS = ("expected", "modulus", "stamps_start", "factor", "shift", "capacity")


def changed_times(before: Plan, after: Plan) -> dict[str, list[Span]]:
    """For each device when something differs that its hours are made of; a series that is new differs while it hangs.

    A value reaches beyond such a time as it does beyond a late observation.
    """
    old, new = _pieces(before), _pieces(after)
    found: dict[str, list[Span]] = defaultdict(list)
    # No value holds across the end of an installation, even where the next one is at the same site.
    for device, edge in _edges(before) ^ _edges(after):
        if 0 < edge < FOREVER:
            found[device].append((edge, edge + 1))
    for key in old.keys() | new.keys():
        one, other = old.get(key, []), new.get(key, [])
        if one != other:
            found[key[0]].extend(changed(one, other))
    return {device: union(spans) for device, spans in found.items()}


def _pieces(plan: Plan) -> dict[tuple[str, str, str], list[Piece]]:
    """By device, channel, quantity: the step function of where it hangs and what is known."""
    parts = plan.parts.select("part", "device", "channel", "point", "sensor_class").join(
        plan.points.select("point", "site", "sub", "quantity"), on="point"
    )
    rows = plan.stretches.select("part", "start", "stop", *_FACTS).join(parts, on="part").sort("start")
    found: dict[tuple[str, str, str], list[Piece]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        value: Hashable = (
            row["site"], row["sub"], row["sensor_class"], *(row[name] for name in _FACTS)
        )  # fmt: skip
        found[row["device"], row["channel"], row["quantity"]].append((row["start"], row["stop"], value))
    return found


def _edges(plan: Plan) -> set[tuple[str, int]]:
    rows = plan.parts.select("device", "start", "stop").unique()
    return {(device, edge) for device, *edges in rows.iter_rows() for edge in edges}


def renumber(plan: Plan, numbers: dict[tuple[str, str, str], int]) -> Plan:
    """The plan with the point numbers of `numbers` (by site, sub, quantity), which stay the same for good.

    Points that are new get the next numbers, which are added to `numbers`.
    """
    own = plan.points.select("point", "site", "sub", "quantity").rows()
    following = max(numbers.values(), default=-1) + 1
    mapping: dict[int, int] = {}
    for point, *key in own:
        name = (key[0], key[1], key[2])
        if name not in numbers:
            numbers[name] = following
            following += 1
        mapping[point] = numbers[name]

    def numbered(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("point").replace_strict(mapping, return_dtype=pl.Int32))

    return Plan(
        stretches=plan.stretches, parts=numbered(plan.parts), points=numbered(plan.points),
        memberships=numbered(plan.memberships), longest_hold=plan.longest_hold, longest_period=plan.longest_period,
    )  # fmt: skip


def restrict(plan: Plan, points: pl.Series) -> Plan:
    """The part of the plan that these points' hours are made of.

    All series of the devices at these points stay: a direction is weighed by the speed of the same device, and how
    full a car park is follows from its capacity.
    """
    devices = plan.parts.filter(pl.col("point").is_in(points.implode()))["device"].unique()
    parts = plan.parts.filter(pl.col("device").is_in(devices.implode()))
    return Plan(
        stretches=plan.stretches.filter(pl.col("part").is_in(parts["part"].implode())),
        parts=parts,
        points=plan.points.filter(pl.col("point").is_in(parts["point"].unique().implode())),
        memberships=plan.memberships.filter(pl.col("point").is_in(parts["point"].unique().implode())),
        longest_hold=plan.longest_hold, longest_period=plan.longest_period,
    )  # fmt: skip
