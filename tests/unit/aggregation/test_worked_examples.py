"""The worked examples of the definitions, and the vectors for sensors."""

from __future__ import annotations

import polars as pl
import pytest
from city import HOUR_NS, S, areas, facts, installed, ns, observations, one_series, pick, run, series

from gateway.aggregation.plan import make_plan
from gateway.aggregation.vectors import sea_level

TEN = ns("2026-06-01T10:00Z")
MINUTE = 60 * S


def test_1_values_hold_until_the_next_or_one_and_a_half_intervals():
    hours = one_series(
        "air_temperature", [(TEN, 10), (TEN + 10 * MINUTE, 20), (TEN + 40 * MINUTE, 30), (TEN + 50 * MINUTE, 40)],
        TEN - HOUR_NS, TEN + 3 * HOUR_NS,
    )  # fmt: skip
    assert sorted(hours) == [TEN, TEN + HOUR_NS]
    first, second = hours[TEN], hours[TEN + HOUR_NS]
    assert first["weighted"] * 1e9 / first["covered"] == pytest.approx(24 + 4 / 9, rel=1e-14)
    assert first["covered"] == 2700 * S
    assert (second["weighted"] * 1e9 / second["covered"], second["covered"], second["n"]) == (40, 300 * S, 0)


def site_hours(quantity, values, **options):
    plan = make_plan(series(("d", "", quantity)), installed(("d", "s")), areas=areas(("s", "q")), **options)
    return run(plan, observations(*((0, *row) for row in values)), TEN - HOUR_NS, TEN + 23 * HOUR_NS)


def test_2_sound_is_averaged_as_energy():
    values = [(TEN + i * 10 * MINUTE, 50 if i < 3 else 70) for i in range(6)]
    _, _, area = site_hours("sound_level_a_eq", values)
    row = pick(area, period="hour", start=TEN)
    assert row["value"] == pytest.approx(67.03, abs=0.005)
    assert (row["estimator"], row["status"], row["coverage"]) == ("energy_mean_of_sites", "ok", 1)


def test_3_a_count_belongs_to_the_middle_of_its_period():
    hours = one_series("people_count", [(TEN + HOUR_NS, 5)], TEN, TEN + 2 * HOUR_NS)
    assert (hours[TEN]["total"], hours[TEN]["n"], hours[TEN]["covered"]) == (5, 0, 600 * S)
    assert (hours[TEN + HOUR_NS]["total"], hours[TEN + HOUR_NS]["n"]) == (None, 1)
    named = one_series("people_count", [(TEN + HOUR_NS, 5)], TEN, TEN + 2 * HOUR_NS, stamps_start=True)
    assert named[TEN + HOUR_NS]["total"] == 5


@pytest.mark.parametrize(("modulus", "total", "resets", "rollovers"), [(1000, 16, 0, 1), (None, 14, 1, 0)])
def test_4_a_counter_rolls_over_or_is_reset(modulus, total, resets, rollovers):
    values = [(TEN, 990), (TEN + 10 * MINUTE, 998), (TEN + 20 * MINUTE, 6)]
    hours = one_series("energy", values, TEN, TEN + HOUR_NS, modulus=modulus)
    assert (hours[TEN]["total"], hours[TEN]["resets"], hours[TEN]["rollovers"]) == (total, resets, rollovers)


def test_5_a_chatty_site_has_one_vote():
    plan = make_plan(
        series(("a", "", "air_temperature"), ("b", "", "air_temperature")), installed(("a", "A"), ("b", "B")),
        facts=facts({"device": "a", "expected": 60 * S}, {"device": "b", "expected": 900 * S}), areas=areas(("A", "q"), ("B", "q")),
    )  # fmt: skip
    rows = [(0, TEN + i * MINUTE, 30) for i in range(60)] + [(1, TEN + i * 15 * MINUTE, 20) for i in range(4)]
    row = pick(run(plan, observations(*rows), TEN, TEN + HOUR_NS)[2], period="hour")
    assert (row["value"], row["n_sites"], row["n_sites_valid"], row["n"]) == (25, 2, 2, 64)


def test_6_car_parks_are_a_ratio_of_sums():
    plan = make_plan(
        series(("a", "", "parking_occupied"), ("b", "", "parking_occupied")), installed(("a", "A"), ("b", "B")),
        facts=facts({"device": "a", "capacity": 10}, {"device": "b", "capacity": 90}), areas=areas(("A", "q"), ("B", "q")),
    )  # fmt: skip
    rows = [(n, TEN + i * 10 * MINUTE, value) for n, value in ((0, 9), (1, 10)) for i in range(6)]
    row = pick(run(plan, observations(*rows), TEN, TEN + HOUR_NS)[2], period="hour")
    assert row["value"] == pytest.approx(0.19, rel=1e-14)
    assert row["mean"] == pytest.approx(0.505555555, rel=1e-6)


@pytest.mark.parametrize(("hours", "status"), [(18, "insufficient_coverage"), (19, "ok")])
def test_7_the_long_day_of_autumn_needs_19_hours(hours, status):
    start = ns("2026-10-24T22:00Z")
    plan = make_plan(series(("d", "", "pm10")), installed(("d", "s")), areas=areas(("s", "q")))
    # The last value of an hour would hold 5 minutes more: half an hour before the end it does not reach another one.
    rows = observations(*((0, start + i * 10 * MINUTE, 20.0) for i in range(hours * 6)))
    _, site, area = run(plan, rows, start, start + 25 * HOUR_NS)
    day = pick(area, period="day")
    assert (day["stop"] - day["start"], day["status"]) == (25 * HOUR_NS, status)
    assert pick(site, period="day")["n_valid"] == hours
    assert (day["value"] is None) == (status != "ok")


def test_three_gauges_make_a_mean_and_a_duplicate_uplink_counts_once():
    plan = make_plan(
        series(*((d, "", "precipitation") for d in "abc")), installed(*((d, d) for d in "abc")),
        areas=areas(*((d, "q") for d in "abc")),
    )  # fmt: skip
    rows = [(n, TEN + (i + 1) * 10 * MINUTE, total / 6) for n, total in enumerate((10, 12, 14)) for i in range(6)]
    found = run(plan, observations(*rows, rows[3], rows[4]), TEN, TEN + HOUR_NS)[2]
    row = pick(found, period="hour")
    assert row["value"] == pytest.approx(12, rel=1e-14)
    assert (row["estimator"], row["bound"], row["n_sites_valid"]) == ("mean_of_sites", None, 3)


def test_directions_are_vectors_and_opposite_ones_have_no_mean():
    def mean(*directions):
        rows = [(0, TEN + i * 1800 * S, value) for i, value in enumerate(directions)]
        plan = make_plan(
            series(("d", "", "wind_from_direction")), installed(("d", "s")), facts=facts({"device": "d", "expected": 1800 * S}),
            areas=areas(("s", "q")),
        )  # fmt: skip
        return pick(run(plan, observations(*rows), TEN, TEN + HOUR_NS)[2], period="hour")

    north = mean(350, 10)
    assert min(north["value"], 360 - north["value"]) == pytest.approx(0, abs=1e-9)
    assert north["concentration"] == pytest.approx(0.985, abs=5e-4)
    nowhere = mean(0, 180)
    assert (nowhere["value"], nowhere["status"]) == (None, "ok")


def test_wind_directions_are_weighted_by_the_speed_of_the_same_device():
    plan = make_plan(
        series(("d", "", "wind_from_direction"), ("d", "", "wind_speed")), installed(("d", "s")), areas=areas(("s", "q")),
        facts=facts({"device": "d", "expected": 1800 * S}),
    )  # fmt: skip
    rows = [(0, TEN, 0), (0, TEN + 1800 * S, 90), (1, TEN, 3), (1, TEN + 1800 * S, 1)]
    area = run(plan, observations(*rows), TEN, TEN + HOUR_NS)[2]
    assert pick(area, period="hour", quantity="wind_from_direction")["value"] == pytest.approx(18.4349488, rel=1e-8)
    calm = [(0, TEN, 0), (0, TEN + 1800 * S, 10), (1, TEN, 0), (1, TEN + 1800 * S, 0)]
    area = run(plan, observations(*calm), TEN, TEN + HOUR_NS)[2]
    row = pick(area, period="hour", quantity="wind_from_direction")
    assert (row["value"], row["status"], row["n_sites_valid"]) == (None, "ok", 1)


def test_a_gap_longer_than_a_day_gives_no_difference():
    hours = one_series(
        "water_volume", [(TEN, 1), (TEN + 25 * HOUR_NS, 9), (TEN + 25 * HOUR_NS + 600 * S, 10)], TEN, TEN + 27 * HOUR_NS
    )
    assert hours[TEN]["covered"] == 0
    assert (hours[TEN + 25 * HOUR_NS]["total"], hours[TEN + 25 * HOUR_NS]["summands"]) == (1, 1)
    assert hours[TEN + 24 * HOUR_NS]["covered"] == 900 * S


def test_flags_suspect_is_counted_as_excluded_and_fail_never_enters():
    values = [
        (TEN, 10, 1),
        (TEN + 600 * S, 90, 3),
        (TEN + 900 * S, 99, 4),
        (TEN + 1200 * S, 20, 2),
        (TEN + 1300 * S, None, 9),
    ]
    hour = one_series("pm2_5", values, TEN, TEN + HOUR_NS)[TEN]
    assert (hour["n"], hour["good"], hour["unevaluated"], hour["suspect"], hour["failed"], hour["missing"]) == (
        2,
        1,
        1,
        1,
        1,
        1,
    )
    assert (hour["maximum"], hour["covered"]) == (20, 1800 * S)


def test_pressure_is_reduced_to_sea_level_before_sites_are_averaged():
    plan = make_plan(
        series(("a", "", "air_pressure"), ("b", "", "air_pressure"), ("c", "", "air_pressure")),
        installed(("a", "A"), ("b", "B"), ("c", "C")), areas=areas(("A", "q"), ("B", "q"), ("C", "q")),
        sites=pl.DataFrame({"site": ["A", "B", "C"], "height": [100.0, 350.0, None], "private": [False] * 3}),
    )  # fmt: skip
    rows = [(n, TEN + i * 600 * S, value) for n, value in enumerate((1001.29, 971.92, 990.0)) for i in range(6)]
    row = pick(run(plan, observations(*rows), TEN, TEN + HOUR_NS)[2], period="hour")
    assert row["value"] == pytest.approx(1013.25, abs=0.1)
    assert row["sd"] < 0.2
    assert (row["n_sites"], row["n_sites_valid"]) == (3, 2)
    assert sea_level(1000.0, 0.0) == 1000.0


def test_special_channels_never_enter_an_area():
    plan = make_plan(
        series(("d", "air", "air_temperature"), ("d", "fridge", "air_temperature")),
        installed(("d", "s"), ("d", "s", {"channel": "fridge", "special": True})), areas=areas(("s", "q")),
    )  # fmt: skip
    rows = [(n, TEN + i * 600 * S, value) for n, value in ((0, 20), (1, 4)) for i in range(6)]
    hours, _, area = run(plan, observations(*rows), TEN, TEN + HOUR_NS)
    assert hours.height == 2
    assert pick(area, period="hour")["value"] == 20
