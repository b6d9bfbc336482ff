"""What the registry knows changes the figures exactly where it holds: moves, intervals, areas, panels, capacities."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest
from city import HOUR_NS, S, areas, facts, installed, ns, observations, pick, run, series

from gateway.aggregation import periods, tables
from gateway.aggregation.aggregate import FrameObservations, TableObservations, aggregate, fill_areas
from gateway.aggregation.calendar import DAY_NS, DayBasis
from gateway.aggregation.hourly import category_hours, series_hours
from gateway.aggregation.membership import member_windows
from gateway.aggregation.plan import PlanError, make_plan

TEN = ns("2026-06-01T10:00Z")
MINUTE = 60 * S


def every(number, start, stop, value, minutes=10):
    return [(number, t, value) for t in range(start, stop, minutes * MINUTE)]


def test_a_device_that_moves_counts_at_each_site_while_it_hung_there():
    move = TEN + 30 * MINUTE
    plan = make_plan(
        series(("d", "", "air_temperature"), ("d", "", "energy")),
        installed(("d", "A", {"stop": move}), ("d", "B", {"start": move})),
    )  # fmt: skip
    # The last value at A is at 10:20 and would hold to 10:35; the installation ends at 10:30.
    rows = (
        every(0, TEN, move, 10.0)
        + every(0, move + 5 * MINUTE, TEN + HOUR_NS, 30.0)
        + [(1, TEN, 5.0), (1, move + MINUTE, 9.0)]
    )
    found = series_hours(observations(*rows), plan, TEN, TEN + HOUR_NS)
    part = {(row["series"], row["start"]): row["part"] for row in plan.parts.iter_rows(named=True)}
    by_part = {row["part"]: row for row in found.iter_rows(named=True)}
    assert by_part[part[0, 0]]["covered"] == 30 * MINUTE
    assert by_part[part[0, move]]["covered"] == 25 * MINUTE
    assert (by_part[part[0, 0]]["maximum"], by_part[part[0, move]]["minimum"]) == (10, 30)
    # A meter that is moved has no difference across the move.
    assert (by_part[part[1, move]]["total"], by_part[part[1, move]]["summands"]) == (0, 0)


def test_the_expected_interval_and_the_calibration_are_those_of_the_moment():
    change = TEN + 30 * MINUTE
    plan = make_plan(
        series(("d", "", "pm2_5")), installed(("d", "A")),
        facts=facts({"device": "d", "expected": 600 * S, "stop": change},
                    {"device": "d", "expected": 1800 * S, "start": change, "factor": 2.0, "shift": 1.0},
                    {"device": "d", "quantity": "air_temperature", "factor": 9.0}),
    )  # fmt: skip
    found = series_hours(observations((0, TEN, 10.0), (0, change, 10.0)), plan, TEN, TEN + 2 * HOUR_NS)
    first, second = found.sort("hour").iter_rows(named=True)
    assert (first["covered"], first["minimum"], first["maximum"]) == (45 * MINUTE, 10, 21)
    assert first["weighted"] == pytest.approx(10 * 900 + 21 * 1800)
    assert second["covered"] == 15 * MINUTE


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("d", "A"), ("d", "B", {"start": TEN})], "at A and B at once"),
        ([("d", "A", {"start": TEN, "stop": TEN})], "upside down"),
    ],
)  # fmt: skip
def test_contradictions_of_the_registry_are_refused(rows, message):
    with pytest.raises(PlanError, match=message):
        make_plan(series(("d", "", "pm2_5")), installed(*rows))


def test_a_boundary_change_moves_a_site_on_its_day():
    change = TEN + 2 * HOUR_NS
    plan = make_plan(
        series(("d", "", "pm2_5")), installed(("d", "A")),
        areas=areas(("A", "old", "quartier", 0, change), ("A", "new", "quartier", change, None), ("A", "town", "stadt", 0, None)),
    )  # fmt: skip
    area = run(plan, observations(*every(0, TEN, TEN + 4 * HOUR_NS, 5.0)), TEN, TEN + 4 * HOUR_NS)[2]
    hours = area.filter(pl.col("period") == "hour").sort("start")
    assert hours.filter(pl.col("area") == "old")["start"].to_list() == [TEN, TEN + HOUR_NS]
    assert hours.filter(pl.col("area") == "new")["start"].to_list() == [change, change + HOUR_NS]
    assert hours.filter(pl.col("area") == "town").height == 4


def test_a_window_belongs_to_the_area_in_which_the_site_lay_longer_and_later_if_equal():
    plan = make_plan(
        series(("d", "", "pm2_5")), installed(("d", "A")),
        areas=areas(("A", "x", "quartier", 0, 5), ("A", "y", "quartier", 5, 20), ("A", "x", "quartier", 20, 40)),
    )  # fmt: skip
    found = member_windows(plan.memberships, [0], np.array([0, 10, 30]), np.array([10, 30, 50]))
    assert {area: when.ravel().tolist() for area, (_, when) in found.items()} == {
        "x": [False, True, True],
        "y": [True, False, False],
    }


def test_counts_are_summed_over_a_fixed_panel():
    plan = make_plan(
        series(*((d, "", "people_count") for d in "abc")), installed(*((d, d) for d in "abc")), areas=areas(*((d, "q") for d in "abc")),
    )  # fmt: skip
    stop = TEN + 10 * HOUR_NS
    late = 10 * MINUTE
    # a is whole, b lacks one of ten hours, c lacks two.
    rows = every(0, TEN + late, stop + late, 1.0) + every(1, TEN + late + HOUR_NS, stop + late, 1.0)
    rows += every(2, TEN + late + 2 * HOUR_NS, stop + late, 1.0)
    hours = run(plan, observations(*rows), TEN, stop)[2].filter(pl.col("period") == "hour").sort("start")
    assert set(hours["panel"]) == {2}
    assert hours["value"].to_list() == [6.0] + [12.0] * 9
    assert hours["bound"].to_list() == [">="] + [None] * 9
    assert hours["n_sites"].to_list() == [3] * 10
    assert hours["coverage"].to_list() == [0.5] + [1.0] * 9


def test_two_directions_are_summed_and_a_silent_one_makes_the_hour_invalid():
    plan = make_plan(
        series(("d", "in", "people_count"), ("d", "out", "people_count")),
        installed(("d", "A")),
        areas=areas(("A", "q")),
    )
    rows = every(0, TEN + 10 * MINUTE, TEN + 2 * HOUR_NS + 10 * MINUTE, 1.0) + every(
        1, TEN + 10 * MINUTE, TEN + HOUR_NS + 10 * MINUTE, 2.0
    )
    hours = run(plan, observations(*rows), TEN, TEN + 2 * HOUR_NS)[0].sort("start")
    assert hours["linear"].to_list() == [18, 6]
    assert hours["valid"].to_list() == [True, False]
    assert hours["covered"].to_list() == [HOUR_NS, HOUR_NS // 2]


def test_counters_of_two_directions_are_summed_as_counts_are():
    plan = make_plan(
        series(("d", "in", "vehicle_total"), ("d", "out", "vehicle_total"), ("e", "1", "energy"), ("e", "2", "energy")),
        installed(("d", "A"), ("e", "A")), areas=areas(("A", "q")),
    )  # fmt: skip
    steps = [
        (n, TEN + m * MINUTE, m / 10 * rate) for n, rate in enumerate((1.0, 2.0, 1.0, 2.0)) for m in range(-10, 121, 10)
    ]
    rows = [row for row in steps if row[0] != 1 or row[1] < TEN + HOUR_NS]
    found = run(plan, observations(*rows), TEN, TEN + 2 * HOUR_NS)[0]
    point = {row["quantity"]: row["point"] for row in plan.points.iter_rows(named=True)}
    passages = found.filter(pl.col("point") == point["vehicle_total"]).sort("start")
    # The second direction falls silent: what is left is a lower bound, and no valid hour.
    assert passages["linear"].to_list() == [18.0, 6.0]
    assert passages["valid"].to_list() == [True, False]
    assert found.filter(pl.col("point") == point["energy"])["linear"].to_list() == [9.0, 9.0]


def test_parking_places_and_their_capacity_are_summed():
    plan = make_plan(
        series(("p1", "", "occupancy"), ("p2", "", "occupancy"), ("g", "", "parking_occupied"), ("g", "", "parking_capacity"), ("h", "", "parking_occupied")),
        installed(("p1", "street"), ("p2", "street"), ("g", "garage"), ("h", "unknown")),
        areas=areas(("street", "q"), ("garage", "q"), ("unknown", "q")), facts=facts({"device": "g", "capacity": 50.0}),
    )  # fmt: skip
    rows = (
        every(0, TEN, TEN + HOUR_NS, 1.0) + every(1, TEN, TEN + HOUR_NS, 0.0) + every(2, TEN, TEN + 2 * HOUR_NS, 20.0)
    )
    rows += every(3, TEN, TEN + HOUR_NS, 80.0) + every(4, TEN, TEN + HOUR_NS, 3.0)
    area = run(plan, observations(*rows), TEN, TEN + 2 * HOUR_NS)[2].filter(pl.col("period") == "hour")
    assert pick(area, quantity="occupancy", start=TEN)["value"] == 0.5
    garage = pick(area, quantity="parking_occupied", start=TEN)
    assert (garage["value"], garage["n_sites"], garage["n_sites_valid"]) == (0.25, 2, 1)
    # In the second hour the garage no longer says how many places it has (its last word held 5 minutes): the
    # registry would know, but what the device said still counts while it holds.
    assert pick(area, quantity="parking_occupied", start=TEN + HOUR_NS)["value"] == 0.25
    assert pick(area, quantity="parking_capacity", start=TEN)["value"] == 80


def test_gauges_have_a_worst_class_and_never_a_mean():
    plan = make_plan(
        series(("a", "", "water_level"), ("b", "", "water_level")), installed(("a", "A"), ("b", "B")), areas=areas(("A", "q"), ("B", "q"))
    )  # fmt: skip
    rows = every(0, TEN, TEN + HOUR_NS, 1.2) + every(1, TEN, TEN + HOUR_NS, 155.0)
    classes = pl.DataFrame({"point": [0, 0, 1], "class": [1, 2, 1], "threshold": [1.0, 2.0, 160.0]})
    row = pick(run(plan, observations(*rows), TEN, TEN + HOUR_NS, classes=classes)[2], period="hour")
    assert (row["value"], row["mean"], row["worst_class"], row["estimator"], row["status"]) == (
        None,
        None,
        1,
        "worst_class",
        "ok",
    )


def test_the_worst_sensor_class_is_shown_and_an_unclassed_sensor_has_none():
    plan = make_plan(
        series(("a", "", "no2"), ("b", "", "no2"), ("c", "", "o3")), installed(("a", "A"), ("b", "B"), ("c", "C")),
        areas=areas(("A", "q"), ("B", "q"), ("C", "q")),
        facts=facts({"device": "a", "sensor_class": 1}, {"device": "b", "sensor_class": 2}),
    )  # fmt: skip
    rows = [row for n in range(3) for row in every(n, TEN, TEN + HOUR_NS, 20.0)]
    area = run(plan, observations(*rows), TEN, TEN + HOUR_NS)[2].filter(pl.col("period") == "hour")
    assert pick(area, quantity="no2")["sensor_class"] == 2
    assert pick(area, quantity="o3")["sensor_class"] is None


def test_without_valid_sites_the_status_tells_silence_from_too_little():
    plan = make_plan(
        series(("a", "", "no2"), ("b", "", "no2")),
        installed(("a", "A"), ("b", "B")),
        areas=areas(("A", "q"), ("B", "r")),
    )
    area = run(plan, observations((0, TEN, 20.0)), TEN, TEN + HOUR_NS)[2].filter(pl.col("period") == "hour")
    little, silent = pick(area, area="q"), pick(area, area="r")
    assert (little["value"], little["status"], little["coverage"], little["highest"]) == (
        None,
        "insufficient_coverage",
        0.25,
        20,
    )
    assert (silent["value"], silent["status"], silent["coverage"], silent["n_sites"]) == (None, "no_data", 0, 1)


def test_categories_have_their_share_of_time():
    plan = make_plan(series(("d", "", "road_condition")), installed(("d", "A")))
    rows = observations(
        (0, TEN, 0.0), (0, TEN + 10 * MINUTE, 3.0), (0, TEN + 20 * MINUTE, 5.0), (0, TEN + 30 * MINUTE, 3.0)
    )
    found = category_hours(rows, plan, TEN, TEN + HOUR_NS).sort("category")
    assert found.select("category", "covered").rows() == [(0.0, 10 * MINUTE), (3.0, 25 * MINUTE), (5.0, 10 * MINUTE)]
    (hour,) = series_hours(rows, plan, TEN, TEN + HOUR_NS).iter_rows(named=True)
    assert hour["weighted"] * 1e9 / hour["covered"] == pytest.approx(35 / 45)


@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-27T23:00Z", 23), ("2027-10-30T22:00Z", 25), ("2026-03-28T23:00Z", 23)]
)
def test_days_on_which_clocks_change_have_their_own_length(day, hours):
    start = ns(day)
    plan = make_plan(series(("d", "", "precipitation")), installed(("d", "A")), areas=areas(("A", "q")))
    rows = every(0, start + 10 * MINUTE, start + hours * HOUR_NS + 10 * MINUTE, 0.5)
    _, site, area = run(
        plan, observations(*rows), start, start + hours * HOUR_NS, bases=(DayBasis.BERLIN, DayBasis.MEZ)
    )
    civil = pick(area, period="day", basis="berlin")
    assert (civil["value"], civil["coverage"], civil["bound"], civil["stop"] - civil["start"]) == (
        3.0 * hours,
        1,
        None,
        hours * HOUR_NS,
    )
    assert pick(site, period="day", basis="berlin")["n_parts"] == hours
    assert (
        area.filter((pl.col("period") == "day") & (pl.col("basis") == "mez"))["stop"].item()
        - area.filter((pl.col("period") == "day") & (pl.col("basis") == "mez"))["start"].item()
        == DAY_NS
    )


def test_profiles_average_hours_of_one_name_within_each_site_first():
    start = ns("2026-10-24T22:00Z")
    stop = start + 49 * HOUR_NS
    plan = make_plan(
        series(("a", "", "pm10"), ("b", "", "pm10")), installed(("a", "A"), ("b", "B")), areas=areas(("A", "q"), ("B", "q")),
    )  # fmt: skip
    # Site a: the hour's number since the start; site b: always 100.
    rows = [(0, start + i * HOUR_NS + m * MINUTE, float(i)) for i in range(49) for m in range(0, 60, 10)] + every(
        1, start, stop, 100.0
    )
    connection = tables.connect()
    try:
        aggregate(connection, FrameObservations(observations(*rows)), plan, start, stop, threads=1)
        windows = periods.site_profiles(connection, plan, "hour_of_day", DayBasis.BERLIN, start, stop)
        fill_areas(connection, plan, "hour_of_day", DayBasis.BERLIN, windows, span=(start, stop))
        found = tables.frame(connection, "select * from area_period where period = 'hour_of_day'")
    finally:
        connection.close()
    assert found.height == 24
    # Local hour 2 is there twice on the 25th (numbers 2 and 3) and once on the 26th (27).
    assert pick(found, start=2)["value"] == pytest.approx(((2 + 3 + 27) / 3 + 100) / 2)
    assert pick(found, start=5)["value"] == pytest.approx(((6 + 30) / 2 + 100) / 2)
    assert set(found["coverage"]) == {1.0}


def test_a_table_and_a_frame_of_the_same_observations_give_the_same():
    plan = make_plan(
        series(("a", "", "energy"), ("b", "", "pm10")), installed(("a", "A"), ("b", "B")), areas=areas(("A", "q"), ("B", "q")),
        facts=facts({"device": "a", "expected": 3600 * S}),
    )  # fmt: skip
    rows = observations(*every(0, TEN, TEN + 60 * HOUR_NS, 7.0, minutes=55), *every(1, TEN, TEN + 60 * HOUR_NS, 5.0))
    with duckdb.connect() as connection:
        tables.prepare(connection)
        connection.register("incoming", rows.to_arrow())
        connection.execute("create table point as select * from incoming")
        start, stop = TEN + 24 * HOUR_NS, TEN + 50 * HOUR_NS
        aggregate(connection, TableObservations(connection), plan, start, stop)
        mine = tables.frame(connection, "select * from site_hour").sort("point", "start")
    theirs = run(plan, rows, start, stop)[0].sort("point", "start")
    assert mine.equals(theirs)
    assert mine["valid"].all()
