"""Somebody adds and subtracts everything that is shown of a random city, and learns nothing that is hidden.

The attacker knows every shown figure of an hour for every area, every figure of the day, that counts are not
negative, and which sites lie where; linear programming then bounds each hidden figure as tightly as can be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gateway.aggregation.calendar import DayBasis
from gateway.aggregation.disclosure import PEOPLE, Disclosure
from gateway.aggregation.plan import AREAS, INSTALLATIONS, SERIES, SITES, Plan, make_plan
from gateway.aggregator.guard import Guard
from gateway.aggregator.judged_windows import Asked
from gateway.aggregator.places import Site
from gateway.aggregator.values import Sites, whole_windows

HOUR = 3600 * 10**9
DAY = 1_780_264_800 * 10**9  # 2026-06-01T00:00 in Berlin
BASIS = DayBasis.BERLIN


@dataclass
class City:
    """Sites with the area they lie in at the finest level, and a value for each site and hour."""

    areas: list[tuple[str, ...]]
    values: np.ndarray
    private: list[bool]
    operated: list[bool]
    quantity: str

    @property
    def plan(self) -> Plan:
        names = [f"s{n:02}" for n in range(len(self.areas))]
        rows = [
            (name, area, area.partition(":")[0], None, None)
            for name, inside in zip(names, self.areas, strict=True)
            for area in inside
        ]
        return make_plan(
            pl.DataFrame([(n, name, "", self.quantity) for n, name in enumerate(names)], schema=SERIES, orient="row"),
            pl.DataFrame([(name, None, name, False, 0, None) for name in names], schema=INSTALLATIONS, orient="row"),
            sites=pl.DataFrame([(name, 0.0, flag) for name, flag in zip(names, self.private, strict=True)],
                               schema=SITES, orient="row"),
            areas=pl.DataFrame(rows, schema=AREAS, orient="row"),
        )  # fmt: skip

    @property
    def guard(self) -> Guard:
        sites = [Site(id=f"s{n:02}", operated=flag) for n, flag in enumerate(self.operated)]
        return Guard(lambda: sites)

    def members(self) -> dict[str, np.ndarray]:
        names = sorted({area for inside in self.areas for area in inside})
        return {name: np.array([name in inside for inside in self.areas]) for name in names}

    def hidden(self, period: str, values: np.ndarray) -> dict[str, np.ndarray]:
        """Whether each area's figures are hidden, an element for each window."""
        plan = self.plan
        point = dict(plan.points.select("site", "point").iter_rows())
        windows = whole_windows(period, BASIS, DAY, DAY + 24 * HOUR)
        rows = pl.DataFrame(
            [
                (point[f"s{n:02}"], start, True, float(value))
                for n, mine in enumerate(values)
                for start, value in zip(windows["start"], mine, strict=True)
            ],
            schema={"point": pl.Int32, "start": pl.Int64, "valid": pl.Boolean, "linear": pl.Float64}, orient="row",
        )  # fmt: skip
        everyone = frozenset(point.values())
        found = self.guard.hidden(
            self.quantity, Sites(rows=rows, windows=windows), plan, everyone, Asked(period=period, basis=BASIS)
        )
        place = {start: at for at, start in enumerate(windows["start"])}
        out = {name: np.zeros(windows.height, dtype=bool) for name in self.members()}
        for area, start, secret in found.select("area", "start", "hidden").iter_rows():
            out[area][place[start]] |= secret
        return out


def known(city: City, hours: dict[str, np.ndarray], days: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Equations over what each site counted in each hour: all that is shown."""
    members, size = city.members(), city.values.size
    rows, sums = [], []
    for name, inside in members.items():
        for at in range(city.values.shape[1]):
            if not hours[name][at]:
                row = np.zeros(city.values.shape)
                row[inside, at] = 1
                rows.append(row.reshape(size))
                sums.append(city.values[inside, at].sum())
        if not days[name][0]:
            row = np.zeros(city.values.shape)
            row[inside] = 1
            rows.append(row.reshape(size))
            sums.append(city.values[inside].sum())
    return np.array(rows).reshape(-1, size), np.array(sums)


def width(equations: np.ndarray, sums: np.ndarray, about: np.ndarray) -> float:
    """How far apart the smallest and the largest value are that a hidden figure may have."""
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * about, A_eq=equations if len(equations) else None,
                        b_eq=sums if len(sums) else None, bounds=(0, None), method="highs")  # fmt: skip
        if found.status == 3:  # unbounded
            return float("inf")
        assert found.status == 0, found.message
        ends.append(sign * found.fun)
    return float(ends[1] - ends[0])


@st.composite
def cities(draw, quantity: str, values) -> City:
    areas = []
    for district in range(draw(st.integers(1, 3))):
        for quartier in range(draw(st.integers(1, 4))):
            inside = (f"quartier:{district}{quartier}", f"stadtbezirk:{district}", "stadt:0")
            areas += [inside] * draw(st.integers(1, 3))
        # Some sites lie in the district, but in none of its Quartiere.
        areas += [(f"stadtbezirk:{district}", "stadt:0")] * draw(st.sampled_from([0, 0, 1]))
    flags = st.lists(st.sampled_from([False, False, True]), min_size=len(areas), max_size=len(areas))
    counted = np.array([draw(values) for _ in areas], dtype=float)
    return City(areas, counted, draw(flags), [False] * len(areas), quantity)


def of_a_day() -> st.SearchStrategy[list[int]]:
    night = st.sampled_from([0, 0, 0, 0, 1, 2, 4])
    light = st.integers(0, 12)
    return st.tuples(*(night if hour < 6 or hour >= 22 else light for hour in range(24))).map(list)


@settings(max_examples=15)
@given(cities("people_count", of_a_day()))
def test_few_people_at_night_stay_hidden(city):
    hours = city.hidden("hour", city.values)
    days = city.hidden("day", city.values.sum(axis=1, keepdims=True))
    equations, sums = known(city, hours, days)
    night = np.array([hour < 6 or hour >= 22 for hour in range(24)])
    for name, inside in city.members().items():
        few = city.values[inside].sum(axis=0)
        secret = night & (few > 0) & (few < Disclosure().people_below)
        assert (hours[name] >= secret).all()
        for at in np.nonzero(secret)[0]:
            about = np.zeros(city.values.shape)
            about[inside, at] = 1
            assert width(equations, sums, about.reshape(-1)) >= 0.99, (name, at)


@settings(max_examples=15)
@given(cities("people_count", st.lists(st.integers(0, 30), min_size=24, max_size=24)), st.data())
def test_counters_of_one_or_two_private_operators_stay_hidden(city, data):
    size = len(city.areas)
    city.operated = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    hours = city.hidden("hour", city.values)
    days = city.hidden("day", city.values.sum(axis=1, keepdims=True))
    equations, sums = known(city, hours, days)
    operated = np.array(city.operated)
    for name, inside in city.members().items():
        if not 0 < (inside & operated).sum() < Disclosure().operators:
            continue
        assert hours[name].all()
        about = np.zeros(city.values.shape)
        about[inside, 12] = 1
        shown = city.values[inside, 12].sum()
        bounds = width(equations, sums, about.reshape(-1))
        # A sum of nothing but zeros around it says that it is zero, too.
        assert bounds >= 0.99 or shown == 0, name


@settings(max_examples=50)
@given(cities("air_temperature", st.lists(st.floats(1, 30), min_size=1, max_size=1)))
def test_the_only_garden_of_a_quartier_stays_hidden(city):
    """Means times the number of their sites are sums."""
    hidden = city.hidden("day", city.values)
    members = city.members()
    rows = [inside.astype(float) for name, inside in members.items() if not hidden[name][0]]
    private = np.array(city.private)
    equations = np.array(rows).reshape(-1, len(city.areas))
    for name, inside in members.items():
        alone = (private | ~inside).all() and inside.sum() < Disclosure().hosts
        assert hidden[name][0] or not alone
        if alone:
            rank = np.linalg.matrix_rank
            told = rank(np.vstack([equations, inside.astype(float)])) == rank(equations) if rows else False
            assert not told, name


@settings(max_examples=50)
@given(st.data())
def test_a_large_consumer_and_few_meters_stay_hidden(data):
    areas = []
    for quartier in range(data.draw(st.integers(1, 4))):
        areas += [(f"quartier:{quartier}", "stadt:0")] * data.draw(st.sampled_from([3, 14, 15, 16, 20]))
    use = st.floats(0.5, 2.0) | st.sampled_from([30.0])
    values = np.array([data.draw(st.lists(use, min_size=len(areas), max_size=len(areas)))]).T
    city = City(areas, values, [False] * len(areas), [False] * len(areas), "energy")
    hidden = city.hidden("day", values)
    members = city.members()
    shown = [inside for name, inside in members.items() if not hidden[name][0]]
    for group in shown + [a & ~b for a in shown for b in shown if (a & ~b).any() and not (b & ~a).any()]:
        mine = values[group, 0]
        assert len(mine) >= 15
        assert mine.max() <= 0.15 * mine.sum() + 1e-9


def test_a_large_city_tells_most_of_its_hours():
    """What protects few people must not silence a city: its own counts by the hour, and most Quartiere's by day."""
    random = np.random.default_rng(7)
    areas = [
        (f"quartier:{number:02}", f"stadtbezirk:{number // 7}", "stadt:0")
        for number in range(28) for _ in range(1 + number % 3)
    ]  # fmt: skip
    dark = np.array([hour < 6 or hour >= 22 for hour in range(24)])
    values = np.where(dark, random.integers(0, 4, (len(areas), 24)), random.integers(0, 40, (len(areas), 24)))
    city = City(areas, values.astype(float), [False] * len(areas), [False] * len(areas), "people_count")
    hidden = city.hidden("hour", city.values)
    assert not hidden["stadt:0"].any()
    share = np.array([mine for name, mine in hidden.items() if name != "stadt:0"])
    assert share[:, dark].mean() < 0.75
    assert share[:, ~dark].mean() < 0.05


def test_people_are_not_counted_twice_by_another_midnight():
    """On another day basis a day's sum would differ by single hours: only the house's is told."""
    values = np.full((3, 24), 4.0)
    city = City([("quartier:0", "stadt:0")] * 3, values, [False] * 3, [False] * 3, "people_count")
    sites = Sites(
        rows=pl.DataFrame({"point": [0, 1, 2], "start": [DAY] * 3, "valid": [True] * 3, "linear": [96.0] * 3},
                          schema_overrides={"point": pl.Int32}),
        windows=pl.DataFrame({"start": [DAY], "stop": [DAY + 24 * HOUR], "length": [24 * HOUR]}),
    )  # fmt: skip
    panel = frozenset({0, 1, 2})
    for basis, secret in ((DayBasis.BERLIN, False), (DayBasis.UTC, True), (DayBasis.MEZ, True)):
        found = city.guard.hidden("people_count", sites, city.plan, panel, Asked(period="day", basis=basis))
        assert bool(found["hidden"].any()) is secret
    found = city.guard.hidden(
        "people_count", sites, city.plan, panel, Asked(period="day", basis=DayBasis.BERLIN, usual=False)
    )
    assert found["hidden"].all()
    assert "people_count" in PEOPLE


def test_no_range_leaves_a_private_counter_out_of_the_sum():
    """The sums of two ranges with different panels would differ by that counter."""
    values = np.full((5, 24), 10.0)
    city = City([("quartier:0", "stadt:0")] * 5, values, [False] * 5, [True, True, True, True, False], "people_count")
    windows = whole_windows("hour", BASIS, DAY, DAY + 24 * HOUR)
    rows = pl.DataFrame(
        [(point, start, True, 10.0) for point in range(5) for start in windows["start"]],
        schema={"point": pl.Int32, "start": pl.Int64, "valid": pl.Boolean, "linear": pl.Float64}, orient="row",
    )  # fmt: skip
    sites, asked = Sites(rows=rows, windows=windows), Asked(period="hour", basis=BASIS)
    for panel, secret in (({0, 1, 2, 3, 4}, False), ({0, 1, 2, 4}, True), ({0, 1, 2, 3}, False), ({4}, True)):
        found = city.guard.hidden("people_count", sites, city.plan, frozenset(panel), asked)
        assert bool(found["hidden"].any()) is secret, panel
