"""The plan: which observations belong to which measuring point, when, and by which facts.

The registry says where a device hung and what was known about it; the plan is that knowledge cut into pieces in
which nothing changes, so that the aggregation itself needs no registry.

    series ──┬── part     a series during one installation: holding and differences never cross its ends
             │     └── stretch   a part during which interval, modulus, calibration stay the same
             └── point    one quantity at one site (special channels form points of their own)
                   └── membership   the areas in which the point lies, with validity

Times are int ns UTC, intervals half-open; a null stop is open.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import polars as pl

from gateway.aggregation.rules import estimator
from gateway.model import SECOND_NS
from gateway.quantities import QUANTITIES, Kind

DEFAULT_EXPECTED = 600 * SECOND_NS
FOREVER = 4_000_000_000 * SECOND_NS
"""Stands for an open end: the year 2096, and so far from the end of int64 that holding cannot overflow."""
UNCLASSED = 4
"""Sensor class of a device nobody classified: worse than CEN/TS 17660 class 3."""

SERIES = {"series": pl.Int32, "device": pl.String, "channel": pl.String, "quantity": pl.String}
SITES = {"site": pl.String, "height": pl.Float64, "private": pl.Boolean}
INSTALLATIONS = {
    "device": pl.String, "channel": pl.String, "site": pl.String, "special": pl.Boolean,
    "start": pl.Int64, "stop": pl.Int64,
}  # fmt: skip
"""`channel` null: every channel of the device. `special`: another depth, a fridge; never part of an area."""
FACTS = {
    "device": pl.String, "channel": pl.String, "quantity": pl.String, "start": pl.Int64, "stop": pl.Int64,
    "expected": pl.Int64, "modulus": pl.Float64, "stamps_start": pl.Boolean, "factor": pl.Float64,
    "shift": pl.Float64, "capacity": pl.Float64, "sensor_class": pl.Int8,
}  # fmt: skip
"""What is known about a device; null channel or quantity: all of them. The most specific row that says it wins,
among equals the later one. `expected` in ns; a value is `value * factor + shift`."""
AREAS = {"site": pl.String, "area": pl.String, "level": pl.String, "start": pl.Int64, "stop": pl.Int64}

FAMILY = {
    Kind.STATE: 0, Kind.LEVEL: 0, Kind.OCCUPANCY: 0, Kind.EXTREME_MAX: 0, Kind.EXTREME_MIN: 0, Kind.TECHNICAL: 0,
    Kind.CATEGORICAL: 1, Kind.LOGARITHMIC: 2, Kind.CIRCULAR: 3, Kind.INCREMENT: 4, Kind.COUNT: 4, Kind.ACCUMULATOR: 5,
}  # fmt: skip
"""Kinds that share one way from values to an hour. Positions are not aggregated: they move the device."""

STRETCH = {
    "part": pl.Int32, "series": pl.Int32, "family": pl.Int8, "start": pl.Int64, "stop": pl.Int64, "ends": pl.Int64,
    "expected": pl.Int64, "modulus": pl.Float64, "stamps_start": pl.Boolean, "factor": pl.Float64,
    "shift": pl.Float64, "weight_series": pl.Int32, "capacity": pl.Float64,
}  # fmt: skip
PART = {
    "part": pl.Int32, "series": pl.Int32, "point": pl.Int32, "device": pl.String, "channel": pl.String,
    "kind": pl.String, "sensor_class": pl.Int8, "start": pl.Int64, "stop": pl.Int64,
}  # fmt: skip
POINT = {
    "point": pl.Int32, "site": pl.String, "sub": pl.String, "quantity": pl.String, "kind": pl.String,
    "estimator": pl.String, "height": pl.Float64, "private": pl.Boolean, "alone": pl.Boolean,
}  # fmt: skip
MEMBERSHIP = {
    "point": pl.Int32, "area": pl.String, "level": pl.String, "start": pl.Int64, "stop": pl.Int64, "sole": pl.Boolean,
}  # fmt: skip

VETO = {"point": pl.Int32, "level": pl.String, "start": pl.Int64, "stop": pl.Int64}
"""When a point may not enter figures of areas of a level: windows that overlap such a time do without it."""

_ATTRIBUTES = ("expected", "modulus", "stamps_start", "factor", "shift", "capacity", "sensor_class")


class PlanError(Exception):
    """The registry's facts contradict each other; the message names device, site and time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Frames of schemas STRETCH, PART, POINT, MEMBERSHIP, and how far from a window its values may lie (ns).

    `vetoes` (schema VETO) say what of it may not be told; whoever computes site-hours does not ask.
    """

    stretches: pl.DataFrame
    parts: pl.DataFrame
    points: pl.DataFrame
    memberships: pl.DataFrame
    longest_hold: int
    longest_period: int
    vetoes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=VETO))


def make_plan(
    series: pl.DataFrame,
    installations: pl.DataFrame,
    *,
    sites: pl.DataFrame | None = None,
    facts: pl.DataFrame | None = None,
    areas: pl.DataFrame | None = None,
) -> Plan:
    """Join the registry's frames (schemas SERIES, INSTALLATIONS, SITES, FACTS, AREAS) into a plan.

    Raises:
        PlanError: an interval that ends before it begins, or one series at two sites at once.
    """
    installed = _by_device(installations)
    known = _by_device(facts) if facts is not None else {}
    site_rows = {row["site"]: row for row in sites.iter_rows(named=True)} if sites is not None else {}
    ids = {(row["device"], row["channel"], row["quantity"]): row["series"] for row in series.iter_rows(named=True)}
    stretches: list[tuple[Any, ...]] = []
    parts: list[tuple[Any, ...]] = []
    points: dict[tuple[str, str, str], int] = {}
    for row in series.sort("device", "channel", "quantity").iter_rows(named=True):
        quantity = QUANTITIES.get(row["quantity"])
        family = FAMILY.get(quantity.kind) if quantity else None
        if quantity is None or family is None:
            continue
        weight = _wind_series(ids, row) if row["quantity"] == "wind_from_direction" else None
        for place in _installations_of(row, installed.get(row["device"], ())):
            sub = (row["channel"] or "special") if place["special"] else ""
            point = points.setdefault((place["site"], sub, row["quantity"]), len(points))
            part = len(parts)
            pieces = list(_pieces(row, place, known.get(row["device"], ())))
            stretches.extend(
                (part, row["series"], family, start, stop, place["stop"], fact["expected"] or DEFAULT_EXPECTED,
                 fact["modulus"], bool(fact["stamps_start"]), _or(fact["factor"], 1.0), _or(fact["shift"], 0.0), weight,
                 fact["capacity"])
                for start, stop, fact in pieces
            )  # fmt: skip
            worst = max(fact["sensor_class"] or UNCLASSED for _, _, fact in pieces)
            parts.append((part, row["series"], point, row["device"], row["channel"], quantity.kind.value, worst,
                          place["start"], place["stop"]))  # fmt: skip
    equipped = Counter(part[2] for part in parts)
    stretch_frame = pl.DataFrame(stretches, schema=STRETCH, orient="row")
    longest = int(stretch_frame["expected"].max() or DEFAULT_EXPECTED)  # type: ignore[arg-type]  # Int64's max is int
    return Plan(
        stretches=stretch_frame,
        parts=pl.DataFrame(parts, schema=PART, orient="row"),
        points=pl.DataFrame(
            [
                (point, site, sub, quantity, QUANTITIES[quantity].kind.value, estimator(quantity),
                 (site_rows.get(site) or {}).get("height"), bool((site_rows.get(site) or {}).get("private")),
                 equipped[point] == 1)
                for (site, sub, quantity), point in points.items()
            ], schema=POINT, orient="row",
        ),
        memberships=_memberships(points, parts, areas),
        longest_hold=longest * 3 // 2,
        longest_period=longest,
    )  # fmt: skip


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _by_device(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        row["stop"] = FOREVER if row["stop"] is None else row["stop"]
        row["start"] = 0 if row["start"] is None else row["start"]
        if row["start"] >= row["stop"]:
            raise PlanError(f"device {row['device']}: interval from {row['start']} to {row['stop']} is upside down")
        found[row["device"]].append(row)
    return found


def _installations_of(series: dict[str, Any], rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where one channel hangs, in order of time: where an installation of its own says, else where its device does."""
    rows = sorted(rows, key=lambda row: int(row["start"]))
    named = [row for row in rows if row["channel"] == series["channel"]]
    whole = [row for row in rows if row["channel"] is None]
    for one, other in (*pairwise(named), *pairwise(whole)):
        if other["start"] < one["stop"]:
            raise PlanError(
                f"device {series['device']}: at {one['site']} and {other['site']} at once from {other['start']} ns"
            )
    for own in named:
        whole = [
            row | {"start": start, "stop": stop} for row in whole
            for start, stop in ((row["start"], min(row["stop"], own["start"])),
                                (max(row["start"], own["stop"]), row["stop"]))
            if start < stop
        ]  # fmt: skip
    return sorted([*named, *whole], key=lambda row: int(row["start"]))


def _pieces(
    series: dict[str, Any], place: dict[str, Any], facts: Sequence[dict[str, Any]]
) -> Iterable[tuple[int, int, dict[str, Any]]]:
    """Cut an installation wherever a fact about the series changes."""
    about = [
        row for row in facts
        if row["channel"] in {None, series["channel"]} and row["quantity"] in {None, series["quantity"]}
        and row["start"] < place["stop"] and row["stop"] > place["start"]
    ]  # fmt: skip
    about.sort(key=lambda row: ((row["channel"] is not None) + (row["quantity"] is not None), row["start"]))
    edges = {place["start"], place["stop"]} | {
        edge for row in about for edge in (row["start"], row["stop"]) if place["start"] < edge < place["stop"]
    }
    cuts = sorted(edges)
    for start, stop in pairwise(cuts):
        fact: dict[str, Any] = dict.fromkeys(_ATTRIBUTES)
        for row in about:
            if row["start"] <= start < row["stop"]:
                fact |= {name: row[name] for name in _ATTRIBUTES if row[name] is not None}
        yield start, stop, fact


def _wind_series(ids: dict[tuple[str, str, str], int], row: dict[str, Any]) -> int | None:
    """The wind speed that weighs a direction: the same channel's, else the device's first."""
    own = ids.get((row["device"], row["channel"], "wind_speed"))
    if own is not None:
        return own
    others = sorted(key for key in ids if key[0] == row["device"] and key[2] == "wind_speed")
    return ids[others[0]] if others else None


def _memberships(
    points: dict[tuple[str, str, str], int], parts: list[tuple[Any, ...]], areas: pl.DataFrame | None
) -> pl.DataFrame:
    """Where each point lies while it is equipped. Special points and technical quantities lie nowhere."""
    if areas is None:
        return pl.DataFrame(schema=MEMBERSHIP)
    by_site: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in areas.iter_rows(named=True):
        by_site[row["site"]].append(row)
    equipped: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for part in parts:
        equipped[part[2]].append((part[7], part[8]))
    rows = []
    for (site, sub, quantity), point in points.items():
        if sub or QUANTITIES[quantity].kind is Kind.TECHNICAL:
            continue
        for start, stop in _united(equipped[point]):
            for area in by_site.get(site, ()):
                low = max(start, area["start"] or 0)
                high = min(stop, FOREVER if area["stop"] is None else area["stop"])
                if low < high:
                    rows.append((point, area["area"], area["level"], low, high, False))
    frame = pl.DataFrame(rows, schema=MEMBERSHIP, orient="row")
    return frame.with_columns(sole=pl.len().over("point", "level") == 1)


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping or touching intervals made one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged
