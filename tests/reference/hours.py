"""The definitions of the aggregation, part one: from observations and facts to hours of sites.

Plain Python over lists, written from the definitions alone and not from the product: slow, and easy to check by eye.
Times are int ns UTC. A quantity's kind is the only thing it takes from the product.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from gateway.quantities import QUANTITIES

S = 1_000_000_000
HOUR = 3600 * S
ENOUGH = Fraction(3, 4)
SUMS = {"increment", "count", "accumulator"}
UNCLASSED = 4
ALWAYS = 1 << 62


@dataclass(kw_only=True)
class Obs:
    device: str
    channel: str
    quantity: str
    t: int
    v: float | None
    flag: int


@dataclass(kw_only=True)
class Fact:
    """`channel` and `quantity` None: every one of the device."""

    device: str
    attribute: str
    value: float
    start: int = 0
    stop: int | None = None
    channel: str | None = None
    quantity: str | None = None


@dataclass(kw_only=True)
class Hung:
    """A device, or one channel of it, at a site; `special`: another depth, a fridge."""

    device: str
    site: str
    start: int = 0
    stop: int | None = None
    channel: str | None = None
    special: bool = False


@dataclass(kw_only=True)
class World:
    """Observations in order of arrival, facts, and in which areas each site lies."""

    obs: list[Obs] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    hung: list[Hung] = field(default_factory=list)
    areas_of: dict[str, set[str]] = field(default_factory=dict)
    kept: dict[tuple[object, ...], object] = field(default_factory=dict, repr=False)
    """What was computed already, by name: it is asked for by every area and period."""


def kind_of(quantity):
    return QUANTITIES[quantity].kind.value


def holds(row, t):
    return row.start <= t and (row.stop is None or t < row.stop)


def known(world, attribute, quantity, device, channel, t, default=None):
    """What is known of a series at a time; the most specific fact goes first."""
    found = [
        row for row in world.facts
        if row.device == device and row.attribute == attribute and holds(row, t)
        and row.channel in {None, channel} and row.quantity in {None, quantity}
    ]  # fmt: skip
    return (
        max(found, key=lambda row: (row.channel is not None) + (row.quantity is not None)).value if found else default
    )


def place(world, device, channel, t):
    """Where a series hangs at a time: a channel's own installation goes before its device's."""
    found = [row for row in world.hung if row.device == device and row.channel in {None, channel} and holds(row, t)]
    return max(found, key=lambda row: row.channel is not None) if found else None


def taken_down(world, device, channel, t):
    """When the installation of `t` ends, or a channel's own one begins."""
    own = [row.start for row in world.hung if row.device == device and row.channel == channel and row.start > t]
    ends = [*own, place(world, device, channel, t).stop]
    return min((end for end in ends if end is not None), default=ALWAYS)


def stays(world, quantity):
    """Site → (from, to, device, channel) for everything that hangs there for a quantity, special channels left out."""
    found = defaultdict(list)
    for device, channel in series_of(world, quantity):
        edges = sorted({0} | {e for row in world.hung if row.device == device for e in (row.start, row.stop) if e})
        for low, high in zip(edges, [*edges[1:], ALWAYS], strict=True):
            here = place(world, device, channel, low)
            if here is not None and not here.special:
                found[here.site].append((low, high, device, channel))
    return found


def series_of(world, quantity):
    """(device, channel) → observations in order of time; of one time the one that came last."""
    if ("series", quantity) not in world.kept:
        found = defaultdict(dict)
        for each in world.obs:
            if each.quantity == quantity:
                found[each.device, each.channel][each.t] = each
        world.kept["series", quantity] = {key: [rows[t] for t in sorted(rows)] for key, rows in found.items()}
    return world.kept["series", quantity]


def expected(world, quantity, key, t):
    return round(known(world, "expected", quantity, *key, t, 600.0) * S)


def calibrated(world, quantity, key, each):
    factor = known(world, "factor", quantity, *key, each.t, 1.0)
    return each.v * factor + known(world, "shift", quantity, *key, each.t, 0.0)


def hour_of(t):
    return t // HOUR * HOUR


def pieces(start, stop):
    """(hour, ns) for each hour that `[start, stop)` touches."""
    hour = hour_of(start)
    while hour < stop:
        yield hour, min(stop, hour + HOUR) - max(start, hour)
        hour += HOUR


def new_hour():
    return {"ns": 0, "x": 0.0, "energy": 0.0, "u": 0.0, "v": 0.0, "w": 0.0, "sum": 0.0, "summands": 0, "said": 0,
            "n": 0, "excluded": 0, "own": []}  # fmt: skip


def series_hours(world, quantity, used):
    """(site, special, device, channel) → hour → what the series says of it."""
    found = defaultdict(lambda: defaultdict(new_hour))
    for key, rows in series_of(world, quantity).items():
        for each in rows:
            here = place(world, *key, each.t)
            if here is None:
                continue
            cell = found[here.site, here.special, *key][hour_of(each.t)]
            if each.flag in used:
                cell["n"] += 1
                cell["own"].append(calibrated(world, quantity, key, each))
            elif each.flag in {1, 2, 3}:
                cell["excluded"] += 1
        good = [each for each in rows if each.flag in used]
        for before, each, after in zip([None, *good], good, [*good[1:], None], strict=False):
            here = place(world, *key, each.t)
            if here is not None:
                hours = found[here.site, here.special, *key]
                enter(world, quantity, key, hours, before, each, after, used)
    for (site, special, *key), hours in found.items():
        for hour, cell in hours.items():
            finish(world, quantity, key, site, special, hour, cell, used)
    return found


def enter(world, quantity, key, hours, before, each, after, used):
    """Put one used observation into the hours it says something of."""
    kind, interval, value = (
        kind_of(quantity),
        expected(world, quantity, key, each.t),
        calibrated(world, quantity, key, each),
    )
    if kind in {"increment", "count"}:
        starts = known(world, "stamps_start", quantity, *key, each.t, 0)
        cell = hours[hour_of(each.t + interval // 2 if starts else each.t - interval // 2)]
        cell["sum"] += value
        cell["summands"] += 1
        cell["said"] += interval
    elif kind == "accumulator":
        same_stay = before is not None and place(world, *key, before.t) is place(world, *key, each.t)
        if same_stay and taken_down(world, *key, before.t) > each.t:
            for hour, ns in pieces(max(before.t, each.t - interval * 3 // 2), each.t):
                hours[hour]["ns"] += ns
            if each.t - before.t <= 24 * HOUR:
                cell = hours[hour_of(each.t)]
                cell["sum"] += counted(world, quantity, key, before, each)
                cell["summands"] += 1
    else:
        until = min(each.t + interval * 3 // 2, taken_down(world, *key, each.t), after.t if after else ALWAYS)
        wind = wind_at(world, key, each.t, used) if kind == "circular" else 1.0
        for hour, ns in pieces(each.t, until):
            cell, seconds = hours[hour], ns / S
            cell["ns"] += ns
            cell["x"] += value * seconds
            cell["energy"] += 10 ** (value / 10) * seconds if kind == "logarithmic" else 0.0
            cell["u"] += wind * math.sin(math.radians(value)) * seconds
            cell["v"] += wind * math.cos(math.radians(value)) * seconds
            cell["w"] += wind * seconds


def counted(world, quantity, key, before, each):
    """What a counter counted from one reading to the next, in the canonical unit."""
    step, modulus = each.v - before.v, known(world, "modulus", quantity, *key, each.t)
    if step < 0:
        rolled = step + modulus if modulus else -1
        step = rolled if 0 <= rolled < (modulus or 0) / 2 else each.v
    return step * known(world, "factor", quantity, *key, each.t, 1.0)


def wind_at(world, key, t, used):
    """Speed of the wind of the same device at the same time, else 1."""
    said = {each.t: each for each in series_of(world, "wind_speed").get((key[0], key[1]), ())}
    each = said.get(t)
    return calibrated(world, "wind_speed", key, each) if each is not None and each.flag in used else 1.0


def finish(world, quantity, key, site, special, hour, cell, used):
    """Coverage, validity and extremes of a series-hour."""
    covered = min(HOUR, cell["said"]) if kind_of(quantity) in {"increment", "count"} else cell["ns"]
    cell["coverage"] = Fraction(covered, HOUR)
    cell["min"], cell["max"] = min(cell["own"], default=None), max(cell["own"], default=None)
    cell["class"] = known(world, "sensor_class", quantity, *key, hour, UNCLASSED)
    cell["capacity"] = 1.0
    if quantity == "parking_occupied":
        told = series_hours_of(world, "parking_capacity", used).get((site, special, *key), {}).get(hour)
        edges = [e - 1 for row in world.hung if row.device == key[0] for e in (row.start, row.stop) if e]
        moments = [t for t in (*edges, hour + HOUR - 1) if hour <= t < hour + HOUR]
        last = max((t for t in moments if (at := place(world, *key, t)) and at.site == site), default=hour)
        registered = known(world, "capacity", quantity, *key, last)
        cell["capacity"] = told["x"] * S / told["ns"] if told and told["ns"] else registered
    cell["valid"] = cell["coverage"] >= ENOUGH and cell["capacity"] is not None


def series_hours_of(world, quantity, used):
    """`series_hours`, computed once."""
    if ("series hours", quantity, used) not in world.kept:
        world.kept["series hours", quantity, used] = series_hours(world, quantity, used)
    return world.kept["series hours", quantity, used]


def site_hours(world, quantity, used=(1, 2)):
    """Site → hour → record; special channels make no part of it."""
    if ("site hours", quantity, used) in world.kept:
        return world.kept["site hours", quantity, used]
    cells = defaultdict(lambda: defaultdict(list))
    for (site, special, *_), hours in series_hours_of(world, quantity, used).items():
        if not special:
            for hour, cell in hours.items():
                cells[site][hour].append(cell)
    hung = stays(world, quantity)
    found = {}
    for site, hours in cells.items():
        found[site] = {}
        for hour, here in sorted(hours.items()):
            counters = {row[2:] for row in hung[site] if row[0] < hour + HOUR and hour < row[1]}
            found[site][hour] = site_hour(kind_of(quantity), here, len(counters))
    world.kept["site hours", quantity, used] = found
    return found


def site_hour(kind, cells, counters):
    """One hour of a site from its series: the mean of the valid ones; counts are added, and a silent one is missed."""
    good = [cell for cell in cells if cell["valid"]]
    entering = good or cells
    coverage = sum(cell["coverage"] for cell in good) / len(good) if good else max(cell["coverage"] for cell in cells)
    valid = bool(good)
    if kind == "count":
        coverage = sum(cell["coverage"] for cell in entering) / max(1, counters)
        valid = valid and coverage >= ENOUGH
    return {
        "valid": valid, "coverage": coverage, "linear": together(kind, entering),
        "min": smallest(cell["min"] for cell in cells), "max": largest(cell["max"] for cell in cells),
        "n": sum(cell["n"] for cell in cells), "excluded": sum(cell["excluded"] for cell in cells),
        "class": max(cell["class"] for cell in entering),
        "seen": any(cell["n"] or cell["excluded"] or cell["ns"] or cell["summands"] for cell in cells),
    }  # fmt: skip


def together(kind, cells):
    """What is averaged or added later: the value; 10^(L/10) for dB, a vector, (occupied, capacity)."""
    cells = [cell for cell in cells if cell["ns"] or cell["summands"]]
    if kind in {"extreme_max", "extreme_min"}:
        return (largest if kind == "extreme_max" else smallest)(cell[kind[-3:]] for cell in cells)
    if not cells:
        return None
    if kind in SUMS:
        return sum(cell["sum"] for cell in cells) / (1 if kind == "count" else len(cells))
    if kind == "circular":
        return tuple(sum(cell[name] for cell in cells) * S / sum(cell["ns"] for cell in cells) for name in "uvw")
    if kind == "occupancy":
        return sum(cell["x"] * S / cell["ns"] for cell in cells), sum(cell["capacity"] or 0.0 for cell in cells)
    name = "energy" if kind == "logarithmic" else "x"
    return sum(cell[name] * S / cell["ns"] for cell in cells) / len(cells)


def smallest(values):
    return min((value for value in values if value is not None), default=None)


def largest(values):
    return max((value for value in values if value is not None), default=None)
