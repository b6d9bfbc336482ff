"""The definitions of the aggregation, part two: from hours of sites to calendar periods, profiles and areas."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from tests.reference.hours import (
    HOUR,
    SUMS,
    UNCLASSED,
    S,
    hour_of,
    kind_of,
    largest,
    site_hours,
    smallest,
    stays,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = {"berlin": ZoneInfo("Europe/Berlin"), "mez": timezone(timedelta(hours=1)), "utc": UTC}
LEAST = {"day": 0.75, "week": 0.75, "month": 0.75, "quarter": 0.85, "year": 0.85}
NOTHING = dict.fromkeys(("value", "mean", "median", "min", "max", "sd", "concentration"))


def local(t, basis):
    return (EPOCH + timedelta(seconds=t // S)).astimezone(ZONES[basis])


def midnight(day, basis):
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONES[basis]).timestamp()) * S


def first_day(day, period):
    match period:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def after(day, period):
    if period in {"day", "week"}:
        return day + timedelta(days=7 if period == "week" else 1)
    month = day.year * 12 + day.month - 1 + {"month": 1, "quarter": 3, "year": 12}[period]
    return date(month // 12, month % 12 + 1, 1)


def windows(period, basis, start, stop):
    """Windows (start, stop) that begin in `[start, stop)`."""
    if period == "hour":
        return [(hour, hour + HOUR) for hour in range(hour_of(start + HOUR - 1), stop, HOUR)]
    found, day = [], first_day(local(start, basis).date(), period)
    while midnight(day, basis) < stop:
        found.append((midnight(day, basis), midnight(after(day, period), basis)))
        day = after(day, period)
    return [window for window in found if window[0] >= start]


def over_time(kind, rows, number, least, *, profile=False):
    """A longer window from its parts: the mean of the valid ones, sums of sums, extremes of everything read."""
    good = [row for row in rows if row["valid"]]
    said = [row["linear"] for row in (good or rows) if row["linear"] is not None]
    if kind in {"extreme_max", "extreme_min"} and not profile:
        linear = (largest if kind == "extreme_max" else smallest)(row[kind[-3:]] for row in rows)
    elif not said:
        linear = None
    elif kind in {"circular", "occupancy"}:
        linear = tuple(sum(part) / len(said) for part in zip(*said, strict=True))
    else:
        linear = sum(said) if kind in SUMS and not profile else sum(said) / len(said)
    return {
        "valid": len(good) >= least and bool(good), "linear": linear, "coverage": sum(row["coverage"] for row in rows) / number,
        "min": smallest(row["min"] for row in rows), "max": largest(row["max"] for row in rows),
        "n": sum(row["n"] for row in rows), "excluded": sum(row["excluded"] for row in rows),
        "class": max((row["class"] for row in good), default=UNCLASSED), "seen": any(row["seen"] for row in rows),
    }  # fmt: skip


def by_window(kind, hours, period, basis, least=LEAST):
    """One site: window → record."""
    if period == "hour":
        return {(hour, hour + HOUR): row for hour, row in hours.items()}
    days = defaultdict(list)
    for hour, row in hours.items():
        days[local(hour, basis).date()].append(row)
    done, found, longer = {}, {}, defaultdict(list)
    for day, rows in days.items():
        start, stop = midnight(day, basis), midnight(after(day, "day"), basis)
        number = (stop - start) // HOUR
        done[day] = over_time(kind, rows, number, math.ceil(least["day"] * number))
        found[start, stop] = done[day] | {"ns": done[day]["coverage"] * (stop - start)}
        longer[first_day(day, period)].append((done[day], found[start, stop]["ns"]))
    if period == "day":
        return found
    found = {}
    for first, rows in longer.items():
        last = after(first, period)
        start, stop, number = midnight(first, basis), midnight(last, basis), (last - first).days
        row = over_time(kind, [day for day, _ in rows], number, math.ceil(round(least[period] * number, 9)))
        found[start, stop] = row | {"coverage": sum(ns for _, ns in rows) / (stop - start)}
    return found


def by_key(kind, hours, profile, basis, start, stop):
    """One site: hour of the day (and weekday) → record over the range."""
    asked, rows = defaultdict(int), defaultdict(list)
    for hour in range(start, stop, HOUR):
        at = local(hour, basis)
        key = at.hour if profile == "hour_of_day" else at.isoweekday() * 100 + at.hour
        asked[key] += 1
        if hour in hours:
            rows[key].append(hours[hour])
    return {
        key: over_time(kind, found, asked[key], math.ceil(0.75 * asked[key]), profile=True)
        for key, found in rows.items()
    }


def direction(vector):
    u, v, w = vector
    degrees = math.degrees(math.atan2(u, v)) % 360 % 360  # twice: a little less than 0 gives 360 itself at first
    return degrees if w > 0 and math.hypot(u, v) / w >= 0.1 else None


def shown(kind, linear):
    """A site's value."""
    if linear is None:
        return None
    if kind == "logarithmic":
        return 10 * math.log10(linear)
    if kind == "circular":
        return direction(linear)
    if kind == "occupancy":
        return linear[0] / linear[1] if linear[1] else None
    return linear


def answers(world, quantity, area, period, basis, start, stop, used=(1, 2), least=LEAST):
    """(window, key) → everything said of an area; windows in which it has no site for the quantity are left out."""
    kind, hung = kind_of(quantity), stays(world, quantity)
    sites = [site for site in hung if area in world.areas_of.get(site, ())]
    hours = {site: site_hours(world, quantity, used).get(site, {}) for site in sites}
    if period.startswith("hour_of"):
        table = {site: by_key(kind, hours[site], period, basis, start, stop) for site in sites}
        keys = sorted({
            at.hour if period == "hour_of_day" else at.isoweekday() * 100 + at.hour
            for at in (local(hour, basis) for hour in range(start, stop, HOUR))
        })  # fmt: skip
        asked = [((start, stop), key, key) for key in keys]
    else:
        table = {site: by_window(kind, hours[site], period, basis, least) for site in sites}
        asked = [(window, None, window) for window in windows(period, basis, start, stop)]
    panel = None
    if kind == "count":
        times = {site: sum(table[site].get(name, {}).get("valid", False) for *_, name in asked) for site in sites}
        panel = {site for site, number in times.items() if number >= 0.9 * len(asked)}
    found = {}
    for window, key, name in asked:
        there = [site for site in sites if any(row[0] < window[1] and window[0] < row[1] for row in hung[site])]
        if there:
            found[window, key] = across(quantity, {site: table[site].get(name) for site in there}, panel)
    return found


def across(quantity, rows, panel):
    """An area from its sites (None: a site that said nothing), each one vote."""
    kind = kind_of(quantity)
    voting = {site: row for site, row in rows.items() if row and row["valid"] and row["linear"] is not None}
    base = rows
    if panel is not None:
        voting = {site: row for site, row in voting.items() if site in panel}
        base = {site: row for site, row in rows.items() if site in panel} or rows
    there, worst = (
        [row for row in rows.values() if row],
        max((row["class"] for row in voting.values()), default=UNCLASSED),
    )
    said = {
        "n_sites": len(rows), "n_sites_valid": len(voting), "panel": None if panel is None else len(panel),
        "coverage": sum(row["coverage"] for row in base.values() if row) / len(base),
        "n_obs": sum(row["n"] for row in there), "qc_excluded": sum(row["excluded"] for row in there),
        "status": "ok" if voting else "insufficient_coverage" if any(row["seen"] for row in there) else "no_data",
        "sensor_class": None if worst == UNCLASSED else worst,
        "lowest": smallest(row["min"] for row in there), "highest": largest(row["max"] for row in there),
    }  # fmt: skip
    return said | NOTHING | (statistic(quantity, kind, [row["linear"] for row in voting.values()]) if voting else {})


def statistic(quantity, kind, linear):
    """Mean, median, ... of the sites' values, and by the quantity's estimator the value of the area."""
    if kind == "level":  # on a local datum: no mean
        return {}
    if kind == "circular":
        u, v, w = (sum(part) / len(linear) for part in zip(*linear, strict=True))
        return {"value": direction((u, v, w)), "concentration": math.hypot(u, v) / w if w else None}
    values = [value for value in (shown(kind, each) for each in linear) if value is not None]
    if not values:
        return {}
    mean = 10 * math.log10(sum(linear) / len(linear)) if kind == "logarithmic" else sum(values) / len(values)
    said = {
        "mean": mean, "median": statistics.median(values), "min": min(values), "max": max(values),
        "sd": statistics.stdev(values) if len(values) > 1 else None,
    }  # fmt: skip
    match kind:
        case "extreme_max" | "extreme_min":
            value = said[kind[-3:]]
        case "occupancy":
            value = sum(each[0] for each in linear) / sum(each[1] for each in linear)
        case "count":
            value = sum(values)
        case "accumulator":  # rain is a depth: its gauges are averaged, however they count
            value = mean if quantity == "precipitation_total" else sum(values)
        case _:
            value = mean
    return said | {"value": value}


def bound(kind, stat, coverage, value):
    """What a figure of partial data still says of the true one."""
    if value is None or coverage >= 1 or stat in {"sd", "concentration"}:
        return None
    if stat in {"highest", "lowest"}:
        return ">=" if stat == "highest" else "<="
    return ">=" if kind in SUMS or kind == "extreme_max" else "<=" if kind == "extreme_min" else None
