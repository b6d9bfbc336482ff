"""A device taken down and hung up again, a channel on its own for a time, a counter that is calibrated."""

from __future__ import annotations

import pytest
from city import HOUR_NS, S, areas, facts, installed, ns, observations, one_series, run, series

from gateway.aggregation.plan import make_plan

TEN = ns("2026-06-01T10:00Z")
MINUTE = 60 * S


def every(number, first, last, value):
    return [(number, TEN + m * MINUTE, value) for m in range(first, last, 10)]


def test_a_battery_changed_within_the_hour_leaves_one_series_hour():
    down, up = TEN + 30 * MINUTE, TEN + 31 * MINUTE
    plan = make_plan(
        series(("d", "", "air_temperature"), ("e", "", "people_count")),
        installed(*((device, "A", span) for device in "de" for span in ({"stop": down}, {"start": up}))),
        areas=areas(("A", "q")),
    )  # fmt: skip
    rows = every(0, 0, 30, 10.0) + every(0, 31, 60, 20.0) + every(1, 5, 30, 1.0) + every(1, 35, 61, 1.0)
    hours, _, values = run(plan, observations(*rows), TEN, TEN + HOUR_NS)
    # Neither half of it is valid on its own.
    assert hours["valid"].to_list() == [True, True]
    found = {row["quantity"]: row for row in values.iter_rows(named=True) if row["period"] == "hour"}
    assert found["air_temperature"]["value"] == pytest.approx((10 * 30 + 20 * 29) / 59)
    assert found["air_temperature"]["coverage"] == pytest.approx(59 / 60)
    assert (found["people_count"]["value"], found["people_count"]["coverage"]) == (6.0, 1.0)


def test_a_car_park_hung_up_again_keeps_the_capacity_of_its_time():
    later = TEN + HOUR_NS + 30 * MINUTE
    plan = make_plan(
        series(("d", "", "parking_occupied")), installed(("d", "A", {"stop": later}), ("d", "A", {"start": later})),
        facts=facts({"device": "d", "capacity": 10.0, "stop": later}, {"device": "d", "capacity": 20.0, "start": later}),
        areas=areas(("A", "q")),
    )  # fmt: skip
    values = run(plan, observations(*every(0, 0, 180, 5.0)), TEN, TEN + 3 * HOUR_NS)[2]
    hours = values.filter(values["period"] == "hour").sort("start")
    assert hours["value"].to_list() == [0.5, 0.25, 0.25]


def test_a_channel_in_the_fridge_for_an_hour_belongs_to_its_device_before_and_after():
    first, last = TEN + HOUR_NS, TEN + 2 * HOUR_NS
    plan = make_plan(
        series(("d", "probe", "air_temperature")),
        installed(("d", "A"), ("d", "A", {"channel": "probe", "special": True, "start": first, "stop": last})),
        areas=areas(("A", "q")),
    )
    values = run(plan, observations(*every(0, 0, 180, 5.0)), TEN, TEN + 3 * HOUR_NS)[2]
    hours = values.filter(values["period"] == "hour").sort("start")
    assert hours["status"].to_list() == ["ok", "ok"]
    assert hours["start"].to_list() == [TEN, last]


@pytest.mark.parametrize(
    ("readings", "known", "total"),
    [
        ((990, 998, 6), {"modulus": 1000.0, "factor": 0.5}, 8.0),
        ((990, 998, 6), {"factor": 0.5, "shift": 100.0}, 7.0),
        ((5000, 10), {"modulus": 1000.0}, 10.0),
    ],
)
def test_a_counter_turns_over_by_its_own_reckoning(readings, known, total):
    values = [(TEN + (n + 1) * 10 * MINUTE, float(reading)) for n, reading in enumerate(readings)]
    assert one_series("energy", values, TEN, TEN + HOUR_NS, **known)[TEN]["total"] == total


@pytest.mark.parametrize("quantity", ["energy", "precipitation", "air_temperature", "wind_from_direction"])
def test_values_that_cannot_be_used_are_counted_beside_those_that_can(quantity):
    plan = make_plan(
        series(("d", "", quantity), ("e", "", "water_level")),
        installed(("d", "A"), ("e", "A")),
        areas=areas(("A", "q")),
    )
    rows = [(0, TEN, 1.0, 3), (0, TEN + 10 * MINUTE, 2.0, 3), *every(1, 0, 60, 1.0)]
    hours = run(plan, observations(*rows), TEN, TEN + HOUR_NS)[0].sort("excluded")
    assert hours["excluded"].to_list() == [0, 2]
    assert hours["valid"].to_list() == [True, False]


def test_no_counter_jumps_because_its_calibration_changes():
    change = TEN + 15 * MINUTE
    plan = make_plan(
        series(("d", "", "pulse_count")), installed(("d", "A")),
        facts=facts({"device": "d", "factor": 1.0, "stop": change}, {"device": "d", "factor": 0.5, "start": change}),
    )  # fmt: skip
    hours = run(
        plan,
        observations((0, TEN, 1000.0), (0, TEN + 10 * MINUTE, 1010.0), (0, TEN + 20 * MINUTE, 1030.0)),
        TEN,
        TEN + HOUR_NS,
    )[0]
    assert hours["linear"].to_list() == [10 + 20 / 2]
