"""Every value that can be asked for, of every kind, period, day basis and choice, against the naive implementation."""

from __future__ import annotations

import random
from bisect import bisect_left
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import naive
import polars as pl
import pytest
from city import HOUR_NS, S, ns
from shapely.geometry import box

from gateway.aggregation.calendar import DayBasis
from gateway.aggregation.disclosure import Disclosure
from gateway.aggregation.hourly import latest
from gateway.aggregation.plan import FACTS, INSTALLATIONS, SERIES
from gateway.aggregator.dirty import DirtyWindows
from gateway.aggregator.engine import Engine
from gateway.aggregator.guard import Guard
from gateway.aggregator.places import Places, Site
from gateway.aggregator.query import Figures
from gateway.aggregator.question import STATISTICS, Question, known_periods
from gateway.aggregator.results import Results
from gateway.areas.model import Area

# A whole quarter with the long day of autumn; the years around it are not covered.
START, STOP = ns("2026-09-29T00:00Z"), ns("2027-01-04T00:00Z")
WEEK = ns("2026-11-09T00:00Z"), ns("2026-11-16T00:00Z")
ZONES = {"berlin": "Europe/Berlin", "mez": "Etc/GMT-1", "utc": "Etc/UTC"}
KINDS = {
    "air_temperature": "state", "air_pressure": "state", "sound_level_a_eq": "logarithmic",
    "wind_from_direction": "circular", "wind_gust": "extreme_max", "sound_level_a_min": "extreme_min",
    "precipitation": "increment", "vehicle_count": "count", "pulse_count": "accumulator",
    "parking_occupied": "occupancy", "occupancy": "occupancy", "water_level": "level", "contact": "categorical",
}  # fmt: skip
SITES = {"A": 120.0, "B": 300.0, "C": None}
AREAS = {"quartier:0": "AB", "quartier:1": "C", "stadt:0": "ABC"}
CLASSES = {"A": 1, "B": 3, "C": None}
GAUGES = {"A": (20.0, 60.0, 79.0), "B": (79.9,)}
HOURLY, HALF = 3600 * S, 1800 * S


@dataclass
class Series:
    device: str
    channel: str
    quantity: str
    site: str
    expected: int
    rows: list[tuple[int, float | None, int]] = field(default_factory=list)
    wind: dict[int, float] = field(default_factory=dict)


def measured(one, dice, span):
    """A quarter of one series with jitter, flags, gaps from minutes to days; site C is worse than the others."""
    kind = KINDS.get(one.quantity, "state")
    at, counter = span[0] - 30 * HOUR_NS, 50.0
    while at < span[1] + 5 * HOUR_NS:
        at += int(one.expected * dice.uniform(0.8, 1.1))
        if dice.random() < (0.004 if one.site == "C" else 0.0015):
            at += int(dice.choice([3, 8, 20, 60]) * HOUR_NS)
        value = {
            "circular": dice.choice([10.0, 350.0, 20.0, 340.0, 190.0]), "categorical": float(dice.random() < 0.3),
            "count": float(dice.randrange(20)), "increment": dice.choice([0.0, 0.0, 0.2]),
        }.get(kind, round(dice.uniform(5, 80), 2))  # fmt: skip
        if kind == "accumulator":
            counter = (counter + dice.uniform(0, 40)) % 1000 if dice.random() > 0.003 else 3.0
            value = counter
        if one.quantity == "occupancy":
            value = float(value > 30)
        flag = dice.choices([1, 2, 3, 4, 9], [85, 11, 2, 1, 1])[0]
        one.rows.append((at, None if flag == 9 else value, flag))


@cache
def city(span=(START, STOP)):
    """All series of the city; the same every time."""
    dice, found = random.Random(5), []
    for quantity in KINDS:
        for site in SITES:
            channels = ("in", "out") if quantity == "vehicle_count" and site == "A" else ("",)
            devices = ("1", "2") if site == "A" and quantity not in {"vehicle_count", "water_level"} else ("1",)
            for number in devices:
                expected = HALF if number == "2" else HOURLY
                device = f"{quantity}-{site}{number}"
                found.extend(Series(device, channel, quantity, site, expected) for channel in channels)
    for one in list(found):
        measured(one, dice, span)
        if one.quantity == "wind_from_direction":
            speed = Series(one.device, "", "wind_speed", one.site, one.expected)
            # Some directions come without a speed, some speeds are not good enough.
            speed.rows = [
                (at, round(dice.uniform(0, 9), 1), dice.choice([1, 1, 1, 3]))
                for at, _, _ in one.rows
                if dice.random() < 0.9
            ]
            found.append(speed)
        if one.device == "parking_occupied-A1":
            told = Series(one.device, "", "parking_capacity", one.site, one.expected)
            told.rows = [(at, 100.0, 1) for at, _, _ in one.rows if dice.random() < 0.8]
            found.append(told)
    # A probe in a fridge is no air of the city.
    fridge = Series("air_temperature-C1", "fridge", "air_temperature", "C", HOURLY)
    fridge.rows = [(at, 4.0, 1) for at in range(span[0], span[1], HOURLY)]
    return [*found, fridge]


REGISTERED = {"parking_occupied-B1": 90.0, "parking_occupied-A1": 50.0, "parking_occupied-A2": 80.0}


class Facts:
    def revision(self):
        return 1

    def places(self):
        devices = {one.device: one for one in city() if one.channel != "fridge"}
        installed = [(device, None, one.site, False, 0, None) for device, one in devices.items()]
        installed.append(("air_temperature-C1", "fridge", "C", True, 0, None))
        nothing = dict.fromkeys(FACTS) | {"start": 0}
        facts = [
            nothing | {
                "device": device, "expected": one.expected, "sensor_class": CLASSES[one.site],
                "modulus": 1000.0 if one.quantity == "pulse_count" and one.site == "B" else None,
                "capacity": REGISTERED.get(device),
            }
            for device, one in devices.items()
        ]  # fmt: skip
        where = {"A": (7.2, 51.2), "B": (7.4, 51.2), "C": (8.2, 51.2)}
        return Places(
            revision=1,
            sites=[Site(id=s, longitude=where[s][0], latitude=where[s][1], height=h) for s, h in SITES.items()],
            installations=pl.DataFrame(installed, schema=INSTALLATIONS, orient="row"),
            facts=pl.DataFrame(facts, schema=FACTS, orient="row"),
            areas=[
                Area(id="quartier:0", level="quartier", number="0", name="West", geometry=box(7, 51, 8, 52)),
                Area(id="quartier:1", level="quartier", number="1", name="Ost", geometry=box(8, 51, 9, 52)),
                Area(id="stadt:0", level="stadt", number="0", name="Stadt", geometry=box(7, 51, 9, 52)),
            ],
        )


class FrameReading:
    """The observations of the city, in a shuffled order, some of them twice."""

    def __init__(self):
        rows = [(n, *row, 0) for n, one in enumerate(city()) for row in one.rows]
        random.Random(1).shuffle(rows)
        frame = pl.DataFrame(
            rows + rows[:500], orient="row",
            schema={"series": pl.Int32, "time": pl.Int64, "value": pl.Float64, "flag": pl.UInt8, "offset": pl.Int64},
        )  # fmt: skip
        self.rows = latest(frame).drop("offset")

    def count(self):
        return len(city())

    def series(self):
        return pl.DataFrame(
            [(n, o.device, o.channel, o.quantity) for n, o in enumerate(city())], schema=SERIES, orient="row"
        )

    def between(self, low, high, series):
        return self.rows.filter(
            (pl.col("time") >= low) & (pl.col("time") < high) & pl.col("series").is_in(list(series))
        )

    def bounds(self, series, flags=None):
        rows = self.rows.filter(pl.col("series").is_in(list(series)))
        if flags is not None:
            rows = rows.filter(pl.col("flag").is_in(list(flags)) & pl.col("value").is_finite())
        found = rows.group_by("series").agg(pl.min("time").alias("low"), pl.max("time").alias("high"))
        return {number: (low, high) for number, low, high in found.iter_rows()}


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    results = Results(folder / "aggregates.duckdb")
    reading = FrameReading()
    engine = Engine(results, reading, Facts(), DirtyWindows(folder / "dirty.sqlite"))
    engine.work()
    open_to_all = Disclosure(people_below=0, operators=0, meter_units=0, meter_share=1, rooms=0, bays=0, hosts=0)
    yield Figures(engine, reading, lateness=0, guard=Guard(tuple, open_to_all), gauges=GAUGES)
    results.close()


@cache
def times(number):
    return [row[0] for row in sorted(city()[number].rows)]


@cache
def by_hour(number, used):
    """Every hour of one series by the naive implementation, which looks at the readings around each."""
    one = city()[number]
    rows, at = sorted(one.rows), times(number)
    kind = KINDS.get(one.quantity, "occupancy" if one.quantity == "parking_capacity" else "state")
    wind = None
    if kind == "circular":
        speed = next(o for o in city() if o.device == one.device and o.quantity == "wind_speed")
        wind = {t: v for t, v, flag in speed.rows if flag in used}
    modulus = 1000.0 if one.quantity == "pulse_count" and one.site == "B" else None
    reach = 70 * HOUR_NS if kind == "accumulator" else 3 * HOUR_NS
    found = {}
    low, high = (START, STOP) if used == (1, 2) else WEEK
    for hour in range(low - 48 * HOUR_NS, high + 48 * HOUR_NS, HOUR_NS):
        near = rows[bisect_left(at, hour - reach) : bisect_left(at, hour + reach)]
        row = naive.series_hour(kind, near, hour, expected=one.expected, used=used, modulus=modulus, wind=wind)
        if row["covered"] or row["n"] or row["excluded"] or any(hour <= r[0] < hour + HOUR_NS for r in near):
            found[hour] = row
    return found


@cache
def site_hours(site, quantity, used):
    kind = KINDS[quantity]
    numbers = [n for n, o in enumerate(city()) if (o.site, o.quantity) == (site, quantity) and o.channel != "fridge"]
    series = [by_hour(n, used) for n in numbers]
    told = {
        o.device: by_hour(n, used) for n, o in enumerate(city()) if o.quantity == "parking_capacity"
    }  # fmt: skip
    found = {}
    for hour in sorted({hour for each in series for hour in each}):
        rows = [each.get(hour) for each in series]
        if kind == "occupancy":
            places = []
            for number, row in zip(numbers, rows, strict=True):
                if row is None:
                    continue
                device = city()[number].device
                said = told.get(device, {}).get(hour)
                known = said["linear"] if said is not None and said["covered"] else REGISTERED.get(device)
                places.append(1.0 if quantity == "occupancy" else known)
            found[hour] = naive.parking_hour([row for row in rows if row is not None], places, len(numbers))
        else:
            found[hour] = naive.site_hour(kind, rows, len(numbers))
    return {hour: row for hour, row in found.items() if row is not None}


def over(rows, kind, parts, needed, length):
    """`naive.over_time`, and the mean capacity of the valid parts."""
    found = naive.over_time(kind, rows, parts, needed, length)
    if found is not None and kind == "occupancy":
        valid = [row for row in rows if row is not None and row["valid"]]
        places = [row["capacity"] for row in valid if row["capacity"] is not None]
        found["capacity"] = sum(places) / len(valid) if places else None
    return found


@cache
def site_periods(site, quantity, used, basis, period, start, stop, day_share):
    """{key: (row, length)} of the windows that begin in [start, stop), or of a profile over it."""
    kind, hours = KINDS[quantity], site_hours(site, quantity, used)
    zone = ZONES[basis]
    if period.startswith("hour_of"):
        span = range(start - start % HOUR_NS, -(-stop // HOUR_NS) * HOUR_NS, HOUR_NS)
        grouped = naive.groups(period, zone, span)
        return {
            key: (over([hours.get(h) for h in mine], "circular" if kind == "circular" else "occupancy" if kind == "occupancy" else "state",
                       len(mine), naive.needed(len(mine), 75), len(mine) * HOUR_NS), len(mine) * HOUR_NS)
            for key, mine in grouped.items()
        }  # fmt: skip
    grouped = windows(period, basis)
    chosen = {key: mine for key, mine in grouped.items() if start <= key < stop}
    if period == "hour":
        return {key: (hours.get(key), HOUR_NS) for key in chosen}
    if period == "day":
        return {
            key: (over([hours.get(h) for h in mine], kind, len(mine), naive.needed(len(mine), day_share), len(mine) * HOUR_NS),
                  len(mine) * HOUR_NS)
            for key, mine in chosen.items()
        }  # fmt: skip
    share = 85 if period in {"quarter", "year"} else 75
    days = windows("day", basis)
    found = {}
    for key, mine in chosen.items():
        inside = [day for day in days if key <= day <= mine[-1]]
        rows = [
            over([hours.get(h) for h in days[day]], kind, len(days[day]), naive.needed(len(days[day]), day_share), 0)
            for day in inside
        ]  # fmt: skip
        found[key] = (over(rows, kind, len(inside), naive.needed(len(inside), share), 0), len(mine) * HOUR_NS)
    return found


@cache
def windows(period, basis):
    """All windows around: {start: [hours]}."""
    years = ("2025-12-30", "2028-01-03") if period in {"day", "quarter", "year"} else ("2026-08-30", "2027-02-03")
    hours = range(*(ns(f"{day}T00:00Z") for day in years), HOUR_NS)
    return naive.groups(period, ZONES[basis], hours)


def expected(question, quantity, day_share):
    """{(area, key): what is published} by the naive implementation."""
    kind = KINDS[quantity]
    basis = str(question.basis)
    sites = {
        site: site_periods(site, quantity, question.used, basis, question.period, question.start, question.stop, day_share)
        for site in SITES
    }  # fmt: skip
    keys = sorted(sites["A"])
    on_panel = {
        site: sum(bool(rows[key][0] and rows[key][0]["valid"]) for key in keys) >= naive.needed(len(keys), 90)
        for site, rows in sites.items()
    }  # fmt: skip
    found = {}
    for area, members in AREAS.items():
        for key in keys:
            panel = [on_panel[site] for site in members] if kind == "count" else None
            found[area, key] = naive.published(
                kind, [sites[site][key][0] for site in members], sites["A"][key][1],
                estimator="sum" if kind == "accumulator" else None, panel=panel, everyone=question.include_invalid,
                heights=[SITES[site] for site in members] if quantity == "air_pressure" else None,
                thresholds=[GAUGES.get(site, ()) for site in members], classes=[CLASSES[site] for site in members],
            ) | {"panel": None if panel is None else sum(panel)}  # fmt: skip
    return found


def compare(figures, question, day_share=75):
    seen, statuses = 0, set()
    wanted = {quantity: expected(question, quantity, day_share) for quantity in question.quantities}
    for piece in figures.pieces(question):
        for row in piece.iter_rows(named=True):
            key = row["key"] if row["key"] is not None else row["start"]
            theirs = wanted[row["quantity"]][row["area"], key]
            what = (row["quantity"], question.period, row["area"], key, row["stat"])
            value, status, kind = theirs[row["stat"]], theirs["status"], KINDS[row["quantity"]]
            if status != "ok" and row["stat"] in {"mean", "median", "min", "max", "sd"}:
                value = None
            if question.min_coverage is not None and status == "ok" and theirs["coverage"] < question.min_coverage:
                status, value = (
                    "insufficient_coverage",
                    value if question.include_invalid and row["stat"] == "value" else None,
                )
            assert row["status"] == status, (what, status)
            naive.agree(row["value"], value, what, within=1e-9)
            naive.agree(row["coverage"], theirs["coverage"], (what, "coverage"), within=1e-9)
            for name in ("n_sites", "n_sites_valid", "n", "excluded", "panel", "sensor_class"):
                assert row[name] == theirs[name], (what, name, row[name], theirs[name])
            assert row["bound"] == naive.bound(kind, row["stat"], theirs["coverage"], value), what
            seen += 1
            statuses.add(status)
    assert seen == sum(map(len, wanted.values())) * len(question.stats)
    return statuses


def question(period, start, stop, **more):
    given = {
        "quantities": tuple(KINDS),
        "stats": STATISTICS,
        "period": period,
        "start": ns(start),
        "stop": ns(stop),
    } | more
    return Question(**given)


AUTUMN = ("2026-09-20T00:00Z", "2027-01-04T00:00Z")
LONG_DAY, NEW_YEAR = ("2026-10-23T22:00Z", "2026-10-27T23:00Z"), ("2026-12-30T23:00Z", "2027-01-03T23:00Z")


@pytest.mark.parametrize("basis", ZONES)
@pytest.mark.parametrize("period", ["day", "week", "month", "quarter"])
def test_every_period(figures, period, basis):
    statuses = compare(figures, question(period, *AUTUMN, basis=DayBasis(basis)))
    assert "ok" in statuses
    assert "insufficient_coverage" in statuses


def test_years_that_are_not_covered(figures):
    asked = question("year", "2025-12-30T00:00Z", "2027-01-03T00:00Z", include_invalid=True)
    assert compare(figures, asked) == {"insufficient_coverage"}


@pytest.mark.parametrize(("basis", "days"), [
    ("berlin", LONG_DAY), ("berlin", NEW_YEAR), ("mez", LONG_DAY), ("utc", NEW_YEAR),
])  # fmt: skip
@pytest.mark.parametrize("period", known_periods())
def test_the_long_day_and_the_turn_of_the_year(figures, period, basis, days):
    compare(figures, question(period, *days, basis=DayBasis(basis)))


@pytest.mark.parametrize("more", [
    {"used": (1,)}, {"used": (1, 2, 3)}, {"used": (2, 3)}, {"min_coverage": 0.97}, {"include_invalid": True},
    {"include_invalid": True, "min_coverage": 0.5, "used": (1,)}, {"areas": ("quartier:0",)}, {"level": "stadt"},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("period", ["hour", "day", "week", "hour_of_day"])
def test_other_choices(figures, period, more):
    asked = question(period, "2026-11-09T00:00Z", "2026-11-16T00:00Z", basis=DayBasis.UTC, **more)
    with only(more):
        compare(figures, asked)


def test_days_of_the_weather_service_need_21_hours(figures):
    compare(figures, question("day", *AUTUMN, basis=DayBasis.UTC, rule="dwd"), 87.5)


def test_a_week_profile_of_a_quarter(figures):
    compare(figures, question("hour_of_week", *AUTUMN))


@contextmanager
def only(more):
    """The areas that are asked for."""
    before = dict(AREAS)
    for area in before:
        if area not in more.get("areas", before) or not area.startswith(more.get("level", "")):
            del AREAS[area]
    try:
        yield
    finally:
        AREAS.clear()
        AREAS.update(before)
