"""The aggregation once more, deliberately naive: plain Python over raw observations, read off the definitions.

Nothing of `gateway` is imported. An observation is (time ns, value or None, flag); everything is computed for one
window at a time by looking at all observations.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from math import atan2, ceil, cos, degrees, fsum, hypot, isclose, isfinite, log10, radians, sin, sqrt
from zoneinfo import ZoneInfo

H = 3_600_000_000_000
HOLDING = {"state", "level", "occupancy", "categorical", "logarithmic", "circular", "extreme_max", "extreme_min"}
SUMMING = {"increment", "count", "accumulator"}


def series_hour(
    kind, observations, hour, *, expected=600 * 10**9, used=(1, 2), modulus=None, names_start=False, wind=None
):
    """Statistics of one series in the hour that begins at `hour`, as a dict."""
    stop = hour + H
    hold = expected * 3 // 2
    good = sorted(
        (t, v) for t, v, flag in observations if flag in used and flag in {1, 2, 3} and v is not None and isfinite(v)
    )
    inside = [(t, v) for t, v in good if hour <= t < stop]
    flags = [flag for t, _, flag in observations if hour <= t < stop]
    pieces = []  # (value, weight, seconds)
    covered, total, parts = 0, 0.0, 0
    if kind in HOLDING:
        for i, (t, v) in enumerate(good):
            end = t + hold
            if i + 1 < len(good):
                end = min(end, good[i + 1][0])
            part = min(end, stop) - max(t, hour)
            if part > 0:
                weight = 1.0 if wind is None else wind.get(t, 1.0)
                pieces.append((v, weight, part / 1e9))
                covered += part
    elif kind == "accumulator":
        for (t0, v0), (t1, v1) in pairwise(good):
            covered += max(0, min(t1, stop) - max(t0, t1 - hold, hour))
            if hour <= t1 < stop and t1 - t0 <= 24 * H:
                parts += 1
                if v1 >= v0:
                    total += v1 - v0
                elif modulus and v1 - v0 + modulus < modulus / 2:
                    total += v1 - v0 + modulus
                else:
                    total += v1
    else:
        for t, v in good:
            middle = t + expected // 2 if names_start else t - expected // 2
            if hour <= middle < stop:
                total, parts, covered = total + v, parts + 1, covered + expected
        covered = min(covered, H)
    seconds = covered / 1e9
    result = {
        "n": len(inside), "excluded": sum(flag in {1, 2, 3} for flag in flags) - len(inside), "covered": covered,
        "coverage": covered / H, "valid": covered >= 0.75 * H,
        "min": min((v for _, v in inside), default=None), "max": max((v for _, v in inside), default=None),
        "first": inside[0][1] if inside else None, "last": inside[-1][1] if inside else None,
        "linear": None, "vector": None,
    }  # fmt: skip
    if kind == "extreme_max":
        result["linear"] = result["max"]
    elif kind == "extreme_min":
        result["linear"] = result["min"]
    elif kind in SUMMING:
        result["linear"] = total if parts or (covered and kind == "accumulator") else None
    elif covered and kind == "circular":
        result["vector"] = (
            fsum(w * sin(radians(v)) * dt for v, w, dt in pieces), fsum(w * cos(radians(v)) * dt for v, w, dt in pieces),
            fsum(w * dt for _, w, dt in pieces), seconds,
        )  # fmt: skip
    elif covered and kind == "logarithmic":
        result["linear"] = fsum(10 ** (v / 10) * dt for v, _, dt in pieces) / seconds
    elif covered and kind == "categorical":
        result["linear"] = fsum(dt for v, _, dt in pieces if v != 0) / seconds
    elif covered:
        result["linear"] = fsum(v * dt for v, _, dt in pieces) / seconds
    return result


def value(kind, row):
    """What is published of a row with `linear` or `vector` (sine, cosine, weight, seconds)."""
    if row is None:
        return None
    if kind == "circular":
        return direction(row["vector"])
    if row["linear"] is None:
        return None
    return 10 * log10(row["linear"]) if kind == "logarithmic" else row["linear"]


def direction(vector):
    if vector is None or vector[2] <= 0 or hypot(vector[0], vector[1]) / vector[2] < 0.1:
        return None
    return degrees(atan2(vector[0], vector[1])) % 360 % 360


def mean(values):
    values = list(values)
    return fsum(values) / len(values) if values else None


def site_hour(kind, rows, channels=None):
    """One hour of a site from its series' hours; `channels`: how many counters hang there."""
    rows = [row for row in rows if row is not None]
    if not rows:
        return None
    valid = [row for row in rows if row["valid"]]
    entering = valid or rows
    result = {
        "valid": bool(valid), "n": sum(row["n"] for row in rows), "excluded": sum(row["excluded"] for row in rows),
        "min": min((row["min"] for row in rows if row["min"] is not None), default=None),
        "max": max((row["max"] for row in rows if row["max"] is not None), default=None),
        "covered": mean(row["covered"] for row in valid) if valid else max(row["covered"] for row in rows), "vector": None, "linear": None,
    }  # fmt: skip
    numbers = [row["linear"] for row in entering if row["linear"] is not None]
    if kind == "circular":
        vectors = [row["vector"] for row in entering if row["vector"]]
        if vectors:
            s, c, w, t = (fsum(v[i] for v in vectors) for i in range(4))
            result["vector"] = (s / t, c / t, w / t, 1.0)
    elif not numbers:
        pass
    elif kind == "extreme_max":
        result["linear"] = max(numbers)
    elif kind == "extreme_min":
        result["linear"] = min(numbers)
    elif kind == "count":
        result["linear"] = fsum(numbers)
        result["covered"] = fsum(row["covered"] for row in entering) / (channels or 1)
        result["valid"] = bool(valid) and result["covered"] >= 0.75 * H
    else:
        result["linear"] = mean(numbers)
    return result


def over_time(kind, rows, parts, needed, length):
    """A longer window of a site from its hours or days; `parts` of them would be there, `length` in ns."""
    rows = [row for row in rows if row is not None]
    if not rows:
        return None
    valid = [row for row in rows if row["valid"]]
    numbers = [row["linear"] for row in valid if row["linear"] is not None]
    vectors = [row["vector"] for row in valid if row["vector"]]
    lows = [row["min"] for row in rows if row["min"] is not None]
    highs = [row["max"] for row in rows if row["max"] is not None]
    linear = None
    if kind == "extreme_max":
        linear = max(highs, default=None)
    elif kind == "extreme_min":
        linear = min(lows, default=None)
    elif numbers:
        # An hour that is covered, but without a reading, has no extreme to be averaged in a profile.
        linear = fsum(numbers) if kind in SUMMING else fsum(numbers) / len(numbers)
    return {
        "linear": linear, "vector": tuple(fsum(v[i] for v in vectors) / len(valid) for i in range(4)) if vectors else None,
        "min": min(lows, default=None), "max": max(highs, default=None), "n": sum(row["n"] for row in rows),
        "excluded": sum(row["excluded"] for row in rows), "covered": sum(row["covered"] for row in rows),
        "valid": len(valid) >= needed, "length": length, "n_valid": len(valid), "parts": parts,
    }  # fmt: skip


def area(kind, rows, length, estimator=None, panel=None):
    """An area from its sites' rows (None: a site that said nothing). `panel`: which of them are on it, for counts."""
    if kind.startswith("extreme"):
        # Covered by what was read before it, an hour without a reading has no extreme, and no vote.
        rows = [None if row is None else row | {"valid": row["valid"] and row["linear"] is not None} for row in rows]
    n_sites = len(rows)
    enter = [panel is None or on for on in (panel or [True] * n_sites)]
    valid = [row for row, on in zip(rows, enter, strict=True) if on and row is not None and row["valid"]]
    values = sorted(v for v in (value(kind, row) for row in valid) if v is not None)
    seen = any(row and (row["covered"] or row["n"] or row["excluded"]) for row in rows)
    base = [row for row, on in zip(rows, enter, strict=True) if on] if panel and any(panel) else rows
    result = {
        "n_sites": n_sites, "n_sites_valid": len(valid), "value": None,
        "coverage": fsum(row["covered"] for row in base if row) / (len(base) * length),
        "status": "ok" if valid else "insufficient_coverage" if seen else "no_data",
        "lowest": min((row["min"] for row in rows if row and row["min"] is not None), default=None),
        "highest": max((row["max"] for row in rows if row and row["max"] is not None), default=None),
        "mean": None, "median": None, "min": None, "max": None, "sd": None,
    }  # fmt: skip
    if kind == "circular":
        if valid:
            result["value"] = direction(
                tuple(fsum(row["vector"][i] for row in valid if row["vector"]) for i in range(4))
            )
        return result
    if values:
        count = len(values)
        result |= {
            "mean": mean(values), "median": (values[(count - 1) // 2] + values[count // 2]) / 2, "min": values[0], "max": values[-1],
        }  # fmt: skip
        if count > 1:
            result["sd"] = sqrt(fsum((v - result["mean"]) ** 2 for v in values) / (count - 1))
        if kind == "logarithmic":
            result["value"] = 10 * log10(mean(10 ** (v / 10) for v in values))
        elif kind == "count" or estimator == "sum":
            result["value"] = fsum(values)
        elif kind == "extreme_max":
            result["value"] = values[-1]
        elif kind == "extreme_min":
            result["value"] = values[0]
        elif kind != "level":
            result["value"] = result["mean"]
    return result


def days(zone, first, last):
    """(start ns, stop ns) of the civil days from date `first` to before `last`."""
    tz = ZoneInfo(zone)
    found = []
    while first < last:
        after = first + timedelta(days=1)
        start, stop = (
            int(datetime(day.year, day.month, day.day, tzinfo=tz).timestamp()) * 10**9 for day in (first, after)
        )
        found.append((start, stop))
        first = after
    return found


def needed(parts, percent):
    return ceil(parts * percent / 100)


# -- what an answer says: windows of the calendar, profiles, panels, bounds, shares, classes


def parking_hour(rows, capacities, channels):
    """One hour of a site of car parks or places: occupied and capacity are added, one without capacity says nothing."""
    rows = [
        row | {"valid": row["valid"] and places is not None, "capacity": places}
        for row, places in zip(rows, capacities, strict=True) if row is not None
    ]  # fmt: skip
    result = site_hour("occupancy", rows, channels)
    if result is None:
        return None
    entering = [row for row in rows if row["valid"]] or rows
    numbers = [row["linear"] for row in entering if row["linear"] is not None]
    places = [row["capacity"] for row in entering if row["capacity"] is not None]
    return result | {"linear": fsum(numbers) if numbers else None, "capacity": fsum(places) if places else None}


def sea_level(pressure, height):
    """ICAO standard atmosphere."""
    return pressure * (1 - 0.0065 * height / 288.15) ** -5.25588


def groups(period, zone, hours):
    """Hours (ns) by the start of their window: {start: [hours]}; of profiles by key."""
    tz = ZoneInfo(zone)
    found = {}
    for hour in hours:
        local = datetime.fromtimestamp(hour // 10**9, tz)
        day = local.date()
        if period == "hour_of_day":
            key = local.hour
        elif period == "hour_of_week":
            key = day.isoweekday() * 100 + local.hour
        elif period == "hour":
            key = hour
        else:
            first = {
                "day": day, "week": day - timedelta(days=day.isoweekday() - 1), "month": day.replace(day=1),
                "quarter": day.replace(month=[1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10][day.month - 1], day=1),
                "year": day.replace(month=1, day=1),
            }[period]  # fmt: skip
            key = int(datetime(first.year, first.month, first.day, tzinfo=tz).timestamp()) * 10**9
        found.setdefault(key, []).append(hour)
    return found


def profile(kind, rows, parts):
    """A site's mean of the valid hours of one name."""
    result = over_time("state" if kind != "circular" else kind, rows, parts, ceil(parts * 0.75), parts * H)
    return None if result is None else result


def published(
    kind, rows, length, *, estimator=None, panel=None, everyone=None, heights=None, thresholds=None, classes=None
):
    """Everything an answer says of an area in a window. `everyone`: what invalid sites would give is asked for, too."""
    if heights is not None:
        rows = [
            None if row is None else row | {
                "valid": row["valid"] and height is not None,
                "linear": None if height is None or row["linear"] is None else sea_level(row["linear"], height),
            }
            for row, height in zip(rows, heights, strict=True)
        ]  # fmt: skip
    if kind.startswith("extreme"):
        rows = [None if row is None else row | {"valid": row["valid"] and row["linear"] is not None} for row in rows]
    if kind == "occupancy":
        result = area("state", [share(row) for row in rows], length)
        valid = [row for row in rows if row is not None and row["valid"]]
        places = fsum(row["capacity"] for row in valid if row["capacity"] is not None)
        occupied = [row["linear"] for row in valid if row["linear"] is not None]
        result["value"] = fsum(occupied) / places if places and occupied else None
    else:
        result = area(kind, rows, length, estimator=estimator, panel=panel)
    result["n"] = sum(row["n"] for row in rows if row is not None)
    result["excluded"] = sum(row["excluded"] for row in rows if row is not None)
    if kind == "logarithmic":
        result["mean"] = result["value"]
    result["concentration"] = result["worst_class"] = None
    entering = [row for i, row in enumerate(rows) if row is not None and row["valid"] and (panel is None or panel[i])]
    if kind == "circular" and entering:
        u, v, w = (fsum(row["vector"][i] for row in entering if row["vector"]) for i in range(3))
        result["concentration"] = hypot(u, v) / w if w else None
    if kind == "level":
        reached = [
            sum(row["max"] >= threshold for threshold in own)
            for row, own in zip(rows, thresholds, strict=True) if row is not None and row["max"] is not None and own
        ]  # fmt: skip
        result["worst_class"] = max(reached, default=None)
        result |= dict.fromkeys(("mean", "median", "min", "max", "sd"))
    known = [
        each
        for i, each in enumerate(classes)
        if rows[i] is not None and rows[i]["valid"] and (panel is None or panel[i])
    ]
    result["sensor_class"] = None if not known or None in known else max(known)
    if everyone and result["status"] == "insufficient_coverage":
        lent = [
            None if row is None else row | {
                "valid": (row["linear"] is not None or row["vector"] is not None) and row.get("capacity", 1) is not None
            }
            for row in rows
        ]  # fmt: skip
        other = published(kind, lent, length, estimator=estimator, classes=classes, thresholds=thresholds)
        result["value"] = other["value"]
    return result


def share(row):
    if row is None or not row["valid"]:
        return row
    return row | {"linear": row["linear"] / row["capacity"] if row["capacity"] and row["linear"] is not None else None}


def bound(kind, statistic, coverage, value):
    """What a figure of partial data still says."""
    if value is None or coverage >= 1 or statistic in {"sd", "concentration"}:
        return None
    if statistic in {"highest", "worst_class"}:
        return ">="
    if statistic == "lowest":
        return "<="
    return {"extreme_max": ">=", "extreme_min": "<="}.get(kind, ">=" if kind in SUMMING else None)


def agree(ours, theirs, what, *, within=1e-10):
    """Fail unless both are None or the same number; `within` is relative."""
    if ours is None or theirs is None:
        assert ours is None, (what, ours, theirs)
        assert theirs is None, (what, ours, theirs)
    else:
        assert isclose(ours, theirs, rel_tol=within, abs_tol=1e-9), (what, ours, theirs)
