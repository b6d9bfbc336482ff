"""Every published value is reproduced by the naive implementation, and the order of arrival changes nothing."""

from __future__ import annotations

import random
from datetime import date
from itertools import pairwise
from math import isclose

import naive
import polars as pl
import pytest
from city import HOUR_NS, S, areas, facts, installed, ns, observations, run, series
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.aggregation.hourly import latest, merge, series_hours
from gateway.aggregation.plan import make_plan

# The 25-hour day and its neighbours, in civil time.
FIRST, LAST = date(2026, 10, 24), date(2026, 10, 27)
START, STOP = ns("2026-10-23T22:00Z"), ns("2026-10-26T23:00Z")
QUANTITY = {
    "state": "air_temperature", "logarithmic": "sound_level_a_eq", "circular": "wind_from_direction",
    "extreme_max": "sound_level_a_max", "extreme_min": "sound_level_a_min", "increment": "precipitation",
    "count": "people_count", "accumulator": "precipitation_total", "categorical": "contact", "level": "water_level",
}  # fmt: skip
EXPECTED = {"a": 600 * S, "b": 900 * S, "c": 3600 * S, "e": 7200 * S}


def noisy(kind, seed, expected):
    """Three days of one device: jitter, gaps, flags, values that suit the kind."""
    dice = random.Random(f"{kind}{seed}{expected}")
    time, counter, rows = START - 30 * HOUR_NS, 100.0, []
    while time < STOP + 5 * HOUR_NS:
        time += int(expected * dice.uniform(0.7, 1.2))
        if dice.random() < 0.01:
            time += int(dice.uniform(0.5, 30) * HOUR_NS)
        value = {
            "circular": dice.choice([10.0, 350.0, 20.0, 200.0]), "categorical": float(dice.random() < 0.3),
            "count": float(dice.randrange(20)), "increment": dice.choice([0.0, 0.0, 0.2]),
        }.get(kind, round(dice.uniform(5, 80), 2))  # fmt: skip
        if kind == "accumulator":
            counter = (counter + dice.uniform(0, 40)) % 1000 if dice.random() > 0.01 else 3.0
            value = counter
        flag = dice.choices([1, 2, 3, 4, 9], [80, 15, 3, 1, 1])[0]
        rows.append((time, None if flag == 9 else value, flag))
    return rows


@pytest.mark.parametrize("kind", QUANTITY)
def test_every_level_agrees_with_the_naive_implementation(kind):
    devices = {d: noisy(kind, 1, e) for d, e in EXPECTED.items()}
    modulus = 1000.0 if kind == "accumulator" else None
    plan = make_plan(
        series(*((d, "", QUANTITY[kind]) for d in devices)), installed(*((d, "AB" if d in "ab" else d) for d in devices)),
        facts=facts(*({"device": d, "expected": e, "modulus": modulus} for d, e in EXPECTED.items())),
        areas=areas(("AB", "q"), ("c", "q"), ("e", "q"), ("c", "r", "stadtbezirk", 0, None)),
    )  # fmt: skip
    rows = observations(*((n, *row) for n, each in enumerate(devices.values()) for row in each))
    hours, periods, area = run(plan, rows, START, STOP)

    sites = {"AB": ["a", "b"], "c": ["c"], "e": ["e"]}
    span = range(START, STOP, HOUR_NS)
    by_hour = {}
    for site, members in sites.items():
        for hour in span:
            parts = [naive.series_hour(kind, devices[d], hour, expected=EXPECTED[d], modulus=modulus) for d in members]
            by_hour[site, hour] = naive.site_hour(kind, parts, len(members))
    point = {row["site"]: row["point"] for row in plan.points.iter_rows(named=True)}
    ours = {(row["point"], row["start"]): row for row in hours.iter_rows(named=True)}
    for (site, hour), theirs in by_hour.items():
        mine = ours.get((point[site], hour))
        if mine is None:
            assert theirs is None or not (theirs["covered"] or theirs["n"] or theirs["excluded"])
            continue
        assert (mine["valid"], mine["n"], mine["excluded"]) == (theirs["valid"], theirs["n"], theirs["excluded"])
        assert abs(mine["covered"] - theirs["covered"]) <= 1
        naive.agree(mine["linear"], theirs["linear"], (kind, site, hour))
        naive.agree(mine["maximum"], theirs["max"], "max")
        naive.agree(mine["minimum"], theirs["min"], "min")

    days = naive.days("Europe/Berlin", FIRST, LAST)
    by_day = {
        (site, start): naive.over_time(
            kind, [by_hour[site, hour] for hour in range(start, stop, HOUR_NS)], (stop - start) // HOUR_NS,
            naive.needed((stop - start) // HOUR_NS, 75), stop - start,
        )
        for site in sites for start, stop in days
    }  # fmt: skip
    mine = {
        (row["point"], row["start"]): row for row in periods.filter(pl.col("period") == "day").iter_rows(named=True)
    }
    for (site, start), theirs in by_day.items():
        row = mine[point[site], start]
        assert (row["valid"], row["n_valid"], row["n_parts"]) == (theirs["valid"], theirs["n_valid"], theirs["parts"])
        naive.agree(row["linear"], theirs["linear"], (kind, site, start))

    everywhere = {"q": ["AB", "c", "e"], "r": ["c"]}
    for period, table, windows in (
        ("hour", by_hour, [(hour, hour + HOUR_NS) for hour in span]), ("day", by_day, days),
    ):  # fmt: skip
        mine = {
            (row["area"], row["start"]): row for row in area.filter(pl.col("period") == period).iter_rows(named=True)
        }
        for name, members in everywhere.items():
            panel = None
            if kind == "count":
                panel = [
                    sum(bool(table[site, start] and table[site, start]["valid"]) for start, _ in windows)
                    >= naive.needed(len(windows), 90) for site in members
                ]  # fmt: skip
            for start, stop in windows:
                theirs = naive.area(kind, [table[site, start] for site in members], stop - start, panel=panel)
                row = mine[name, start]
                assert (row["n_sites"], row["n_sites_valid"], row["status"]) == (
                    theirs["n_sites"], theirs["n_sites_valid"], theirs["status"],
                )  # fmt: skip
                for column in ("value", "coverage", "median", "min", "max", "sd", "lowest", "highest"):
                    if kind != "level" or column in {"value", "coverage"}:
                        naive.agree(row[column], theirs[column], (kind, period, name, start, column))


ALL = list(QUANTITY.items())
CITY = make_plan(
    series(*((kind, "", quantity) for kind, quantity in ALL)), installed(*((kind, "s") for kind, _ in ALL)),
    facts=facts(*({"device": kind, "expected": 900 * S} for kind, _ in ALL)),
)  # fmt: skip
ROWS = [(n, *row) for n, (kind, _) in enumerate(ALL) for row in noisy(kind, 2, 900 * S)]
REFERENCE = series_hours(observations(*ROWS), CITY, START, STOP).sort("part", "hour")


@given(st.integers(0, 10**9), st.integers(0, 40))
@settings(max_examples=15)
def test_arrival_in_any_order_with_duplicates_gives_the_same(seed, twice):
    dice = random.Random(seed)
    # A first version of some values arrives early and is overwritten; the rest comes in any order.
    early = [(row[0], row[1], 77.0, 1) for row in dice.sample(ROWS, twice)]
    late = ROWS[:]
    dice.shuffle(late)
    frame = latest(observations(*early, *late, *late[:twice]))
    ours = series_hours(frame.sample(fraction=1, shuffle=True, seed=twice), CITY, START, STOP).sort("part", "hour")
    assert ours.equals(REFERENCE)


@given(st.lists(st.integers(0, 72), max_size=4))
@settings(max_examples=15)
def test_slices_of_time_are_the_whole(cuts):
    edges = sorted({START, STOP, *(START + cut * HOUR_NS for cut in cuts)})
    frame = observations(*ROWS)
    firsts = {part: min(row[1] for row in ROWS if row[0] == series and row[3] in {1, 2})
              for part, series in CITY.parts.filter(pl.col("kind") == "accumulator").select("part", "series").iter_rows()}  # fmt: skip
    pieces = [series_hours(frame, CITY, low, high, first_used=firsts) for low, high in pairwise(edges)]
    assert pl.concat(pieces).sort("part", "hour").equals(REFERENCE)


@given(st.integers(0, 10**9), st.integers(2, 6))
@settings(max_examples=15)
def test_merging_disjoint_statistics_in_any_partition_and_order_gives_the_same(seed, groups):
    dice = random.Random(seed)
    # Each row is split in two halves at a moment of its own, then pieces are merged in random groups.
    halves = []
    for row in REFERENCE.sample(200, seed=groups).iter_rows(named=True):
        share = dice.choice([0, 1])
        nothing = {name: (0 if name in {"n", "covered"} else None) for name in row} | {
            "part": row["part"],
            "hour": row["hour"],
        }
        sums = {
            name: row[name] / 4
            for name in ("weighted", "squares", "energy", "u", "v", "weight", "total")
            if row[name] is not None
        }
        rest = {name: row[name] - part for name, part in sums.items()}
        halves += [nothing | sums, row | rest] if share else [row]
    dice.shuffle(halves)
    frame = pl.DataFrame(halves, schema=REFERENCE.schema)
    expected = REFERENCE.join(frame.select("part", "hour").unique(), on=["part", "hour"], how="semi").sort(
        "part", "hour"
    )
    piles = [merge(frame[i::groups]) for i in range(groups)]
    dice.shuffle(piles)
    ours = merge(pl.concat(piles))
    for name in expected.columns:
        for mine, theirs in zip(ours[name], expected[name], strict=True):
            assert mine == theirs or isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-9), name
