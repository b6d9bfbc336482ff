"""Indicators: limits with their validity, indices, noise, weather days, and what partial data can prove."""

from __future__ import annotations

from datetime import date
from math import log10

import pytest
from city import HOUR_NS, ns
from hypothesis import given
from hypothesis import strategies as st

from gateway.aggregation.calendar import DayBasis, Period, window
from gateway.aggregation.indicators import air, noise, weather
from gateway.aggregation.indicators.proof import Answer, in_a_row, round_half_up, was_above
from gateway.aggregation.rules import RuleError, capture

NOW, LATER = date(2026, 6, 1), date(2030, 1, 1)


@pytest.mark.parametrize(("day", "quantity", "statistic", "value", "allowed"), [
    (NOW, "pm10", "day_mean", 50, 35), (LATER, "pm10", "day_mean", 45, 18), (NOW, "no2", "hour_mean", 200, 18),
    (LATER, "no2", "hour_mean", 200, 3), (NOW, "no2", "year_mean", 40, 0), (LATER, "no2", "year_mean", 20, 0),
    (NOW, "pm2_5", "year_mean", 25, 0), (LATER, "pm2_5", "year_mean", 10, 0), (LATER, "no2", "day_mean", 50, 18),
    (date(2029, 12, 31), "so2", "day_mean", 125, 3), (LATER, "so2", "day_mean", 50, 18), (LATER, "co", "day_mean", 4, 18),
])  # fmt: skip
def test_limits_are_those_in_force_on_the_day(day, quantity, statistic, value, allowed):
    (limit,) = [each for each in air.limits_on(day, quantity, "limit") if each.statistic == statistic]
    assert (limit.value, limit.allowed) == (value, allowed)


def test_thresholds_change_with_the_directive_on_12_december_2026():
    def alert(day, quantity="no2"):
        (limit,) = air.limits_on(day, quantity, "alert")
        return limit.value, limit.consecutive

    last, first = date(2026, 12, 11), date(2026, 12, 12)
    assert (alert(last), alert(first)) == ((400, 3), (200, 3))
    assert (alert(last, "so2"), alert(first, "so2")) == ((500, 3), (350, 3))
    assert (alert(last, "o3"), alert(first, "o3")) == ((240, 1), (240, 1))
    assert air.limits_on(last, "pm10", "alert") == []
    assert alert(first, "pm10") == (90, 3)
    assert air.limits_on(last, "no2", "information") == []
    assert [each.value for each in air.limits_on(first, "no2", "information")] == [150]
    assert [each.value for each in air.limits_on(NOW, "pm2_5", "guideline")] == [15, 5]


def test_every_limit_has_one_law_at_a_time_and_names_it():
    days = [date(2020, 1, 1), date(2026, 12, 11), date(2026, 12, 12), date(2029, 12, 31), date(2030, 1, 1)]
    for day in days:
        held = [(each.kind, each.quantity, each.statistic) for each in air.limits_on(day)]
        assert len(held) == len(set(held)), day
    sources = [{each.source for each in air.limits_on(day, kind="limit")} for day in days]
    assert ["39. BImSchV" in next(iter(each)) for each in sources] == [True, True, False, False, False]
    assert ["Table 2" in next(iter(each)) for each in sources] == [False, False, True, True, False]
    assert all(len(each) == 1 for each in sources)
    assert {each.quantity for each in air.limits_on(days[-1], kind="limit")} == {
        "pm2_5", "pm10", "no2", "so2", "co", "benzene",
    }  # fmt: skip


def test_exceedances_are_a_lower_bound_while_hours_are_missing():
    (limit,) = [each for each in air.limits_on(NOW, "no2", "limit") if each.statistic == "hour_mean"]
    found = limit.count([201, 200, None, 300])
    assert (found.count, found.bound) == (2, ">=")
    assert limit.exceeded([300] * 19 + [None]) is Answer.YES
    assert limit.exceeded([300] * 18) is Answer.NO
    assert limit.exceeded([300] * 18 + [None]) is Answer.UNKNOWN


def test_one_valid_hour_proves_and_only_all_hours_exclude():
    assert was_above([100, None, 201], 200) is Answer.YES
    assert was_above([100, None, 200], 200) is Answer.UNKNOWN
    assert was_above([100, 200], 200) is Answer.NO
    assert in_a_row([250, 250, None], 200, 3) is Answer.UNKNOWN
    assert in_a_row([250, 250, 250], 200, 3) is Answer.YES
    assert in_a_row([250, None, 100, 250], 200, 3) is Answer.NO


@pytest.mark.parametrize(("value", "rounded"), [(27.4, 27), (27.5, 28), (30.5, 31), (0.5, 1), (-0.5, -1), (2.675, 3)])
def test_rounding_goes_half_up(value, rounded):
    assert round_half_up(value) == rounded
    assert round_half_up(2.675, 2) == 2.68


def test_air_quality_index_2025():
    assert air.pollutant_class("lqi_uba_2025", "pm10", 27.4) == 2
    assert air.pollutant_class("lqi_uba_2025", "pm10", 27.5) == 3
    assert air.pollutant_class("lqi_uba_2025", "o3", 240.4) == 4
    assert air.pollutant_class("lqi_uba_2025", "so2", 100.5) == 5
    found = air.air_index("lqi_uba_2025", {"pm10": 12.0, "no2": 31.0, "o3": None, "pm2_5": 16.0})
    assert (found.number, found.de, found.decisive) == (3, "mäßig", ("no2", "pm2_5"))
    assert (found.pollutants_used, found.complete) == (("no2", "pm10", "pm2_5"), False)
    assert air.air_index("lqi_uba_2025", {}).de == "keine Daten"
    assert air.air_index("lqi_uba_2025", dict.fromkeys(("pm10", "pm2_5", "o3", "no2", "so2"), 0.0)).complete


def test_air_quality_index_2019_takes_running_days_for_particles():
    assert air.averaging("lqi_uba_2019", "pm10") == "running_24h"
    assert [air.pollutant_class("lqi_uba_2019", "no2", value) for value in (20, 20.5, 40.4, 100, 200, 200.5)] == [
        1,
        2,
        2,
        3,
        4,
        5,
    ]
    assert air.index_on(date(2024, 5, 1)) == "lqi_uba_2019"
    assert air.index_on(date(2026, 5, 1)) == "lqi_uba_2025"
    with pytest.raises(RuleError, match="'lqi' is not known"):
        air.air_index("lqi", {})


def test_eight_hour_means_belong_to_the_day_on_which_they_end():
    day = window(Period.DAY, DayBasis.MEZ, ns("2026-07-02T12:00+01:00"))
    hours = {day.start + i * HOUR_NS: 50.0 for i in range(-7, 24)}
    hours[day.start - 7 * HOUR_NS] = 850.0  # 17:00 of the day before
    found = air.max_8h(hours, day)
    assert (found.value, found.windows_valid, found.valid, found.bound) == (150, 24, True, None)
    hours[day.start - 8 * HOUR_NS] = 9999.0
    hours[day.stop] = 9999.0
    assert air.max_8h(hours, day).value == 150


def test_eight_hour_means_need_six_hours_and_a_day_eighteen_of_them():
    day = window(Period.DAY, DayBasis.MEZ, ns("2026-07-02T12:00+01:00"))
    assert air.running_means([1, 2, None, None, 3, 4, 5, 6], 8, 6)[-1] == 3.5
    assert air.running_means([1, None, None, None, 3, 4, 5, 6], 8, 6)[-1] is None
    hours = {day.start + i * HOUR_NS: 130.0 for i in range(-7, 16)}
    enough = air.max_8h(hours, day)
    # Windows that end 1 to 2 hours after the last value still hold six of them.
    assert (enough.windows_valid, enough.valid, enough.bound, enough.value) == (18, True, ">=", 130)
    fewer = air.max_8h({hour: value for hour, value in hours.items() if hour < day.start + 15 * HOUR_NS}, day)
    assert (fewer.windows_valid, fewer.valid) == (17, False)


@pytest.mark.parametrize(("levels", "expected"), [((60, 58, 52), 61.34), ((60, 60, 60), 66.40), ((65, 63, 57), 66.34)])
def test_lden(levels, expected):
    assert noise.lden(*levels) == pytest.approx(expected, abs=0.005)


def test_levels_of_sound_are_energy_means():
    assert noise.energy_mean([50, 70]) == pytest.approx(67.03, abs=0.005)
    assert noise.energy_mean([55, 45]) == pytest.approx(52.40, abs=0.005)
    assert noise.energy_mean([]) is None


def test_the_night_of_the_long_day_has_nine_hours_and_needs_seven():
    start = ns("2026-10-24T04:00Z")
    hours = {start + i * HOUR_NS: 60.0 if i < 12 else 58.0 if i < 16 else 52.0 for i in range(25)}
    found = noise.noise_levels(hours, date(2026, 10, 24))
    assert (found.lday, found.levening, found.lnight) == (pytest.approx(60), pytest.approx(58), pytest.approx(52))
    # By the seconds there were: (12 day + 4 evening + 9 night hours) / 25.
    assert found.hours == (12, 4, 9)
    assert found.lden == pytest.approx(noise.lden(60, 58, 52, (12, 4, 9)), abs=1e-9)
    assert found.lden == pytest.approx(61.37, abs=0.005)
    missing = {hour: value for hour, value in hours.items() if hour < start + 22 * HOUR_NS}
    found = noise.noise_levels(missing, date(2026, 10, 24))
    assert (found.lnight, found.lden) == (None, None)
    assert found.lday is not None


def test_noise_bands_and_long_term_levels():
    assert [noise.band(level) for level in (54.9, 55, 59.9, 60, 75, 90)] == [0, 1, 1, 2, 5, 5]
    assert noise.band(45, "lnight") == 1
    day = noise.NoiseLevels(lday=60, levening=58, lnight=52)
    gap = noise.NoiseLevels(lday=60, levening=58, lnight=None)
    assert noise.long_term([day, day, day, gap]).lden == pytest.approx(61.34, abs=0.005)
    assert noise.long_term([day, gap]).lden is None
    long = noise.NoiseLevels(lday=60, levening=58, lnight=55, hours=(12, 4, 9))
    expected = 10 * log10((8 * 10**5.2 + 9 * 10**5.5) / 17)
    assert noise.long_term([day, long]).lnight == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "lowest", "highest", "complete", "expected"), [
    ("hot_day", 15.0, 30.0, False, "yes"), ("hot_day", 15.0, 29.9, False, "unknown"), ("hot_day", 15.0, 29.9, True, "no"),
    ("frost_day", -0.1, 5.0, False, "yes"), ("frost_day", 0.0, 5.0, True, "no"), ("ice_day", -5.0, 0.0, False, "no"),
    ("ice_day", -5.0, -0.1, False, "unknown"), ("ice_day", -5.0, -0.1, True, "yes"), ("summer_day", None, None, False, "unknown"),
    ("tropical_night", 19.9, 30.0, False, "no"), ("tropical_night", 20.0, 30.0, False, "unknown"), ("tropical_night", 20.0, 30.0, True, "yes"),
])  # fmt: skip
def test_weather_days_answer_only_what_is_proven(name, lowest, highest, complete, expected):
    assert weather.climate_day(name, lowest, highest, complete=complete) == expected


@given(st.lists(st.floats(-20, 45), min_size=1), st.integers(1, 10))
def test_more_readings_never_turn_a_proven_answer_round(readings, known):
    for name in ("summer_day", "frost_day", "ice_day", "tropical_night"):
        part = readings[:known]
        before = weather.climate_day(name, min(part), max(part), complete=False)
        after = weather.climate_day(name, min(readings), max(readings), complete=True)
        assert before in {Answer.UNKNOWN, after}


def test_classes_of_heavy_rain():
    assert [weather.heavy_rain(mm, None) for mm in (14.9, 15, 25, 25.1, 40, 40.1)] == [0, 1, 1, 2, 2, 3]
    assert weather.heavy_rain(None, 60.1) == 3


@pytest.mark.parametrize(("rule", "period", "parts", "needed"), [
    ("default", "day", 23, 18), ("default", "day", 24, 18), ("default", "day", 25, 19), ("dwd", "day", 24, 21),
    ("default", "month", 31, 24), ("default", "year", 365, 311), ("wmo", "month", 31, 21), ("wmo", "month", 28, 18), ("indicative", "year", 365, 48),
])  # fmt: skip
def test_capture_rules_are_exact(rule, period, parts, needed):
    assert capture(rule).needed(period, parts) == needed


def test_an_unknown_capture_rule_names_the_known_ones():
    with pytest.raises(RuleError, match="known are aot40, default, dwd"):
        capture("legal")
