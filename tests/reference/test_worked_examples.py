"""The examples that the definitions work out themselves, and some of their edges, hold for the reference."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from tests.reference.hours import HOUR, Fact, Hung, Obs, S, World, series_hours, site_hours
from tests.reference.values import answers, by_window, shown

TEN = int(datetime(2026, 6, 1, 10, tzinfo=UTC).timestamp()) * S
MINUTE = 60 * S


def city(quantity, values, facts=(), *, device="d"):
    """Values by minutes after ten o'clock."""
    obs = [Obs(device=device, channel="", quantity=quantity, t=TEN + round(m * MINUTE), v=v, flag=1) for m, v in values]
    return World(obs=obs, hung=[Hung(device=device, site="s")], areas_of={"s": {"stadt:0"}},
                 facts=[Fact(device=device, attribute=name, value=value) for name, value in facts])  # fmt: skip


def test_a_value_holds_for_one_and_a_half_intervals():
    hours = site_hours(city("air_temperature", [(0, 10.0), (10, 20.0), (40, 30.0), (50, 40.0)]), "air_temperature")["s"]
    assert hours[TEN]["linear"] == pytest.approx((10 * 600 + 20 * 900 + 30 * 600 + 40 * 600) / 2700)
    assert (hours[TEN]["coverage"], hours[TEN]["valid"]) == (Fraction(3, 4), True)
    later = hours[TEN + HOUR]
    assert (later["linear"], later["coverage"], later["valid"], later["n"]) == (40.0, Fraction(1, 12), False, 0)


def test_half_an_hour_of_50_and_of_70_db():
    values = [(m, 50.0 if m < 30 else 70.0) for m in range(0, 60, 10)]
    assert shown(
        "logarithmic", site_hours(city("sound_level_a_eq", values), "sound_level_a_eq")["s"][TEN]["linear"]
    ) == pytest.approx(67.03, abs=0.005)


def test_a_count_belongs_to_the_hour_of_its_middle():
    assert site_hours(city("bicycle_count", [(60, 5.0)]), "bicycle_count")["s"][TEN]["linear"] == 5.0


@pytest.mark.parametrize(
    ("readings", "facts", "right"),
    [
        ((990, 998, 6), [("modulus", 1000.0)], 16.0),
        ((990, 998, 6), [], 14.0),
        ((990, 998, 6), [("modulus", 1000.0), ("factor", 0.5)], 8.0),
        ((5000, 10), [("modulus", 1000.0)], 10.0),
    ],
)
def test_counters_turn_over_and_begin_anew(readings, facts, right):
    values = [(10 * (n + 1), float(reading)) for n, reading in enumerate(readings)]
    assert site_hours(city("pulse_count", values, facts), "pulse_count")["s"][TEN]["linear"] == right


def test_a_chatty_sensor_has_one_vote():
    made = city("air_temperature", [(m, 30.0) for m in range(60)], device="a")
    quiet = city("air_temperature", [(m, 20.0) for m in range(0, 60, 15)], [("expected", 900.0)], device="b")
    made.obs += quiet.obs
    made.facts += quiet.facts
    made.hung.append(Hung(device="b", site="t"))
    made.areas_of["t"] = {"stadt:0"}
    (said,) = answers(made, "air_temperature", "stadt:0", "hour", "berlin", TEN, TEN + HOUR).values()
    assert said["value"] == 25.0


def test_car_parks_are_added_before_they_are_divided():
    made = World(areas_of={"s": {"stadt:0"}, "t": {"stadt:0"}})
    for device, site, occupied, capacity in (("a", "s", 9.0, 10.0), ("b", "t", 10.0, 90.0)):
        made.hung.append(Hung(device=device, site=site))
        made.facts.append(Fact(device=device, attribute="capacity", value=capacity))
        made.obs += [
            Obs(device=device, channel="", quantity="parking_occupied", t=TEN + m * MINUTE, v=occupied, flag=1)
            for m in range(0, 60, 10)
        ]
    (said,) = answers(made, "parking_occupied", "stadt:0", "hour", "berlin", TEN, TEN + HOUR).values()
    assert said["value"] == pytest.approx(0.19)


@pytest.mark.parametrize(("hours", "valid"), [(18, False), (19, True)])
def test_the_day_of_25_hours(hours, valid):
    begin = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp()) * S
    made = World(hung=[Hung(device="d", site="s")], facts=[Fact(device="d", attribute="expected", value=2400.0)],
                 obs=[Obs(device="d", channel="", quantity="pm10", t=begin + h * HOUR, v=1.0, flag=1) for h in range(hours)])  # fmt: skip
    days = by_window("state", site_hours(made, "pm10")["s"], "day", "berlin")
    assert days[begin, begin + 25 * HOUR]["valid"] is valid


def test_wind_counts_by_its_strength_where_it_is_known():
    made = city("wind_from_direction", [(m, 350.0 if m < 30 else 10.0) for m in range(0, 60, 10)])
    assert shown("circular", site_hours(made, "wind_from_direction")["s"][TEN]["linear"]) == pytest.approx(0, abs=1e-9)
    speeds = city("wind_speed", [(m, 9.0 if m < 30 else 0.0) for m in range(0, 60, 10)])
    made = World(obs=made.obs + speeds.obs, hung=made.hung)
    assert shown("circular", site_hours(made, "wind_from_direction")["s"][TEN]["linear"]) == pytest.approx(350)


def test_a_day_without_a_reading_gives_no_difference():
    cells = series_hours(city("pulse_count", [(0, 5.0), (25 * 60, 90.0)]), "pulse_count", (1, 2))["s", False, "d", ""]
    assert sum(cell["sum"] for cell in cells.values()) == 0
    assert sum(cell["ns"] for cell in cells.values()) == 900 * S
