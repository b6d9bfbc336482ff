"""Indicators over a range: what a site's hours prove, what stays unknown, and how the sites of an area answer together."""

# ruff: noqa: ARG005, E731 - what the hours hold is one small function of the hour's number, which may not need it

from __future__ import annotations

from datetime import date
from math import log10

import pytest
from city import HOUR_NS, ns
from pydantic import ValidationError

from gateway.aggregation.calendar import DAY_NS, DayBasis, to_datetime
from gateway.aggregation.indicators import city
from gateway.aggregation.indicators.model import Combine, Finding, Hour, Range
from gateway.aggregation.indicators.proof import Answer
from gateway.aggregation.rules import capture, read
from gateway.aggregator.indicators import catalogue, combine, hours_of, judge
from gateway.config import AggregationSettings

H = HOUR_NS
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def asked(start, stop, rule="default"):
    return Range(start=ns(start), stop=ns(stop), rule=capture(rule))


def hours(start, stop, value, *, without=()):
    """Whole hours with `value(index)`, a number or None; indices `without` are missing."""
    begin = ns(start) if isinstance(start, str) else start
    found = {}
    for index in range((ns(stop) - begin) // H):
        if index in without:
            continue
        v = value(index) if callable(value) else value
        found[begin + index * H] = Hour(value=v, known=v, minimum=v, maximum=v, covered=H)
    return found


def find(name, found, over, thresholds=()):
    indicator = catalogue()[name]
    return judge(indicator, {indicator.quantity: found}, over, thresholds)


MEZ_DAY = ("2026-07-01T23:00Z", "2026-07-02T23:00Z")
YEAR = ("2025-12-31T23:00Z", "2026-12-31T23:00Z")


def test_every_indicator_has_words_a_source_and_something_to_be_made_of():
    names = catalogue()
    assert len(names) > 90
    for each in names.values():
        assert each.de
        assert each.en
        assert each.source
        assert each.quantities
        capture(each.rule)
    for name in ("limits", "thresholds", "indices", "capture", "estimators"):
        assert date.fromisoformat(read(name)["version"])
    assert "assumed" in names["lqi_uba_2025"].assumption
    assert "assumed" in names["lqi_uba_2019"].assumption


@pytest.mark.parametrize("name", catalogue())
def test_nothing_known_proves_nothing(name):
    found = find(name, {}, asked(*MEZ_DAY), (1.0,))
    assert found.answer in {UNKNOWN, None}
    assert found.value is None or (found.value, found.value_bound) == (0, ">=")
    assert not found.count
    assert found.bound == (">=" if found.count is not None else None)


# -- limits


def test_an_hourly_limit_is_counted_by_calendar_year_and_no_needs_the_whole_of_it():
    over = lambda n: lambda i: 201.0 if i < n else 100.0
    limit = "no2_hour_2010"  # 18 hours a year
    assert find(limit, hours(*YEAR, over(18)), asked(*YEAR)).answer is NO
    found = find(limit, hours(*YEAR, over(19), without={50}), asked(*YEAR))
    assert (found.answer, found.count, found.missing, found.bound) == (YES, 19, 1, ">=")
    found = find(limit, hours(*YEAR, over(18), without={50}), asked(*YEAR))
    assert (found.answer, found.bound, found.value, found.value_bound) == (UNKNOWN, ">=", 201, ">=")
    # A month cannot say that the year will keep it, but it can say that it does not.
    month = ("2025-12-31T23:00Z", "2026-01-31T23:00Z")
    assert find(limit, hours(*month, over(2)), asked(*month)).answer is UNKNOWN
    assert find(limit, hours(*month, over(19)), asked(*month)).answer is YES
    assert found.detail["years"] == {"2026": {"count": 18, "missing": 1}}
    assert find("no2_information", hours(*month, 150.0), asked(*month)).answer is NO


def test_two_years_are_counted_each_on_its_own():
    both = ("2025-06-30T23:00Z", "2026-06-30T23:00Z")
    turn = (ns("2025-12-31T23:00Z") - ns(both[0])) // H
    found = find("no2_hour_2010", hours(*both, lambda i: 300.0 if turn - 15 <= i < turn + 15 else 1.0), asked(*both))
    assert (found.answer, found.count) == (UNKNOWN, 30)
    assert found.detail["years"] == {"2025": {"count": 15, "missing": 0}, "2026": {"count": 15, "missing": 0}}


def test_a_target_of_three_years_needs_three_years():
    summer = lambda days: lambda i: 200.0 if 5000 <= i < 5000 + days * 24 else 50.0
    assert find("o3_8h_target_2010", hours(*YEAR, summer(40)), asked(*YEAR)).answer is UNKNOWN
    assert find("o3_8h_target_2010", hours(*YEAR, summer(90)), asked(*YEAR)).answer is YES
    three = ("2023-12-31T23:00Z", "2026-12-31T23:00Z")
    many = hours(*three, lambda i: summer(24)(i % 8772), without=())
    assert find("o3_8h_long_term_2010", many, asked(*three)).answer is YES


def test_an_alert_asks_for_hours_in_a_row():
    day = asked(*MEZ_DAY)
    assert find("no2_alert", hours(*MEZ_DAY, lambda i: 201.0 if i in {5, 6, 7} else 9.0), day).answer is YES
    assert find("no2_alert", hours(*MEZ_DAY, lambda i: 201.0 if i in {5, 6, 8} else 9.0), day).answer is NO
    gap = hours(*MEZ_DAY, lambda i: 201.0 if i in {5, 6} else 9.0, without={7})
    assert find("no2_alert", gap, day).answer is UNKNOWN
    assert find("no2_alert_2010", hours(*MEZ_DAY, 400.0), day).answer is NO


def test_a_daily_limit_takes_the_days_of_the_law_whatever_midnight_was_asked_for():
    civil = asked("2026-07-01T22:00Z", "2026-07-02T22:00Z")
    found = find("pm10_information", hours("2026-07-01T00:00Z", "2026-07-04T00:00Z", 91.0), civil)
    assert (found.answer, found.count, found.missing) == (YES, 1, 0)
    few = hours("2026-07-01T23:00Z", "2026-07-02T16:00Z", 91.0)
    assert find("pm10_information", few, civil).answer is UNKNOWN
    few = hours("2026-07-01T23:00Z", "2026-07-02T17:00Z", 91.0)
    assert find("pm10_information", few, civil).answer is YES


def test_the_year_of_a_mean_is_judged_by_the_rule_that_is_asked_for():
    gone = range(24 * 32, 24 * 59)  # almost all of February
    half = hours(*YEAR, 41.0, without=gone)
    assert find("no2_year_2010", half, asked(*YEAR)).answer is YES
    found = find("no2_year_2010", half, asked(*YEAR, "eu_2024"))
    assert (found.answer, found.value, found.met, found.missing) == (UNKNOWN, None, False, 27)
    found = find("no2_year_2010", hours(*YEAR, 40.0), asked(*YEAR, "eu_2024"))
    assert (found.answer, found.value, found.met) == (NO, 40, True)
    assert find("no2_year_2010", half, asked(*YEAR, "o3_year")).met is True
    month = ("2025-12-31T23:00Z", "2026-01-31T23:00Z")
    assert find("no2_year_2010", hours(*month, 41.0), asked(*month)).answer is UNKNOWN


def test_ozone_days_keep_their_own_rule():
    june = ("2026-05-31T23:00Z", "2026-06-30T23:00Z")
    value = hours("2026-05-31T00:00Z", june[1], 130.0)
    found = find("o3_8h_long_term_2010", value, asked(*june, "o3_exceedances"))
    assert (found.answer, found.count, found.met) == (YES, 30, True)
    lost = {at: hour for at, hour in value.items() if to_datetime(at, DayBasis.MEZ).hour not in {12, 13}}
    assert find("o3_8h_long_term_2010", lost, asked(*june, "o3_exceedances")).met is False
    assert find("o3_8h_long_term_2010", lost, asked(*june)).met is True


def test_aot40_scales_up_only_what_is_nearly_whole():
    def exposed(lost):
        found = hours(*YEAR, 90.0)
        lit = [at for at in found if to_datetime(at, DayBasis.MEZ).month in {5, 6, 7}
               and 8 <= to_datetime(at, DayBasis.MEZ).hour < 20]  # fmt: skip
        assert len(lit) == 1104
        return {at: hour for at, hour in found.items() if at not in set(lit[:lost])}

    year = asked(*YEAR, "aot40")
    whole = find("aot40_long_term_2010", exposed(0), year)
    assert (whole.value, whole.estimate, whole.value_bound, whole.answer) == (11_040, 11_040, None, YES)
    part = find("aot40_long_term_2010", exposed(110), year)
    assert (part.value, part.value_bound, part.met, part.missing) == (9_940, ">=", True, 110)
    assert part.estimate == pytest.approx(11_040)
    less = find("aot40_long_term_2010", exposed(111), year)
    assert (less.value, less.estimate, less.met) == (9_930, None, False)
    assert find("aot40_target_2010", exposed(0), year).answer is UNKNOWN  # a mean of five years
    assert find("aot40_long_term_2010", hours(*YEAR, 80.0), year).answer is NO


def test_an_index_takes_all_pollutants_together():
    day = asked(*MEZ_DAY)
    names = read("indices")["lqi_uba_2025"]["pollutants"]
    site = {each: hours(*MEZ_DAY, 5.0) for each in names}
    found = judge(catalogue()["lqi_uba_2025"], site, day)
    assert (found.answer, found.value, found.count, found.missing) == (NO, 1, 0, 0)
    assert found.detail["hours_by_class"] == {"1": 24, "2": 0, "3": 0, "4": 0, "5": 0}
    site["pm10"] = hours(*MEZ_DAY, lambda i: 54.5 if i == 3 else 27.5, without={20})
    found = judge(catalogue()["lqi_uba_2025"], site, day)
    assert (found.answer, found.value, found.count, found.bound) == (YES, 4, 1, ">=")
    assert found.detail["latest"]["decisive"] == ["pm10"]
    assert found.detail["complete"] is False
    del site["pm10"]
    assert judge(catalogue()["lqi_uba_2025"], site, day).answer is UNKNOWN


def test_the_old_index_averages_particles_over_24_hours():
    site = {each: hours(*MEZ_DAY, 1.0) for each in ("no2", "o3", "pm2_5")}
    site["pm10"] = hours("2026-06-30T23:00Z", MEZ_DAY[1], lambda i: 24.0 if i < 24 else 240.0)
    found = judge(catalogue()["lqi_uba_2019"], site, asked(*MEZ_DAY))
    # With n of 24 hours the mean is 24 + 9 n: 33, 42, from 51 on bad, from 105 on very bad. PM2.5 needs 18 hours.
    assert found.detail["hours_by_class"] == {"1": 0, "2": 1, "3": 1, "4": 6, "5": 16}
    assert found.missing == 17


# -- days of weather


def test_a_tropical_night_with_a_gap_is_unknown_until_one_reading_is_below():
    day = asked("2026-07-02T00:00Z", "2026-07-03T00:00Z")
    night = hours("2026-07-01T18:00Z", "2026-07-02T06:00Z", 22.0, without={4, 5})
    assert find("tropical_night", night, day).answer is UNKNOWN
    night[ns("2026-07-02T03:00Z")] = Hour(value=21.0, minimum=19.9, maximum=22.0, covered=H)
    assert find("tropical_night", night, day).answer is NO
    whole = find("tropical_night", hours("2026-07-01T18:00Z", "2026-07-02T06:00Z", 20.0), day)
    assert (whole.answer, whole.count, whole.value) == (YES, 1, 20.0)


@pytest.mark.parametrize(("name", "value", "expected"), [
    ("summer_day", 25.0, YES), ("summer_day", 24.9, NO), ("hot_day", 30.0, YES), ("desert_day", 34.9, NO), ("desert_day", 35.0, YES),
    ("frost_day", 0.0, NO), ("frost_day", -0.1, YES), ("ice_day", -0.1, YES), ("ice_day", 0.0, NO),
])  # fmt: skip
def test_days_of_the_weather_service_run_from_00_to_24_utc(name, value, expected):
    day = asked("2026-07-02T00:00Z", "2026-07-03T00:00Z")
    other = -50.0 if name in {"summer_day", "hot_day", "desert_day"} else 20.0
    found = hours("2026-07-01T00:00Z", "2026-07-04T00:00Z", lambda i: value if 24 <= i < 48 else other)
    assert find(name, found, day).answer is expected
    part = {at: hour for at, hour in found.items() if at != ns("2026-07-02T13:00Z")}
    proven_by_one_reading = name in {"summer_day", "hot_day", "desert_day", "frost_day"}
    gap = find(name, part, day).answer
    assert gap is (expected if (expected is YES) == proven_by_one_reading else UNKNOWN)


def test_today_counts_as_soon_as_it_has_proven_something():
    noon = Range(start=ns("2026-06-30T22:00Z"), stop=ns("2026-07-02T12:00Z"), rule=capture())
    found = find("hot_day", hours("2026-07-01T00:00Z", "2026-07-02T12:00Z", lambda i: 30.5 if i == 35 else 20.0), noon)
    assert (found.answer, found.count, found.missing) == (YES, 1, 0)
    found = find("hot_day", hours("2026-07-01T00:00Z", "2026-07-02T12:00Z", 20.0), noon)
    assert (found.answer, found.count, found.missing) == (UNKNOWN, 0, 1)


def test_uv_days_are_civil_days():
    day = asked("2026-07-01T22:00Z", "2026-07-02T22:00Z")
    found = find("uv_6", hours("2026-07-01T22:00Z", "2026-07-02T22:00Z", lambda i: 6.0 if i == 14 else 0.0), day)
    assert (found.answer, found.value) == (YES, 6.0)
    assert find("uv_8", hours("2026-07-01T22:00Z", "2026-07-02T22:00Z", 7.9), day).answer is NO


def test_rain_days_run_from_06_to_06_utc_and_a_part_of_the_rain_is_a_lower_bound():
    day = asked("2026-07-02T00:00Z", "2026-07-03T00:00Z")
    before = hours("2026-07-02T00:00Z", "2026-07-03T06:00Z", lambda i: 5.0 if i < 6 else 0.0)
    assert find("rain_day", before, day).answer is NO
    rain = lambda mm: hours("2026-07-02T06:00Z", "2026-07-03T06:00Z", lambda i: mm if i == 20 else 0.0)
    assert [find(name, rain(10.0), day).answer for name in ("rain_day_1", "rain_day_10")] == [YES, NO]
    part = rain(10.1)
    del part[ns("2026-07-02T09:00Z")]
    assert find("rain_day_10", part, day).answer is YES
    found = find("rain_day_20", part, day)
    assert (found.answer, found.value, found.value_bound, found.missing) == (UNKNOWN, 10.1, ">=", 1)
    # An hour with too little coverage counts as far as it was read.
    thin = {ns("2026-07-02T09:00Z"): Hour(value=None, known=25.0, covered=H // 2)}
    assert find("rain_day_20", thin, day).answer is YES


def test_heavy_rain_looks_at_one_and_at_six_hours():
    day = asked(*MEZ_DAY)
    assert find("heavy_rain", hours(*MEZ_DAY, 0.0), day).answer is NO
    found = find("heavy_rain", hours("2026-07-01T17:00Z", MEZ_DAY[1], lambda i: 7.0 if 10 <= i < 16 else 0.0), day)
    assert (found.answer, found.value) == (YES, 2)  # 42 mm in six hours
    assert found.detail["hours_by_class"]["1"] == 6  # 21, 28 and 35 mm, rising and falling
    short = find("heavy_rain", hours(*MEZ_DAY, lambda i: 40.1 if i == 5 else 0.0, without={9}), day)
    assert (short.answer, short.value, short.value_bound, short.missing) == (YES, 3, ">=", 1)
    assert find("heavy_rain", hours(*MEZ_DAY, 0.0, without={9}), day).answer is UNKNOWN


# -- the city


def test_noise_levels_have_bands_and_need_three_quarters_of_each_period():
    energy = lambda level: 10 ** (level / 10)
    day = asked("2026-06-01T22:00Z", "2026-06-02T22:00Z")
    loud = hours("2026-06-01T22:00Z", "2026-06-03T06:00Z", lambda i: energy(60.0))
    found = find("lden", loud, day)
    assert (found.answer, found.value, found.detail) == (YES, pytest.approx(66.40, abs=0.005), {"band": "65-70"})
    assert find("lnight", loud, day).detail == {"band": "60-65"}
    assert find("lday", loud, day).detail == {"band": "60-65"}
    assert find("levening", hours("2026-06-01T22:00Z", "2026-06-03T06:00Z", energy(54.9)), day).answer is NO
    # The evening lacks two of its four hours.
    gap = {at: hour for at, hour in loud.items() if to_datetime(at, DayBasis.BERLIN).hour not in {18, 19}}
    found = find("lden", gap, day)
    assert (found.answer, found.value, found.missing, found.met) == (UNKNOWN, None, 1, False)
    assert find("lnight", gap, day).answer is YES


@pytest.mark.parametrize(
    ("day", "length"), [("2026-03-28", 7), ("2026-10-24", 9), ("2027-03-27", 7), ("2027-10-30", 9)]
)
def test_a_night_in_which_clocks_change_weighs_as_long_as_it_is(day, length):
    start = ns(f"{day}T00:00+{'01' if '-03-' in day else '02'}:00")
    over = Range(start=start, stop=start + DAY_NS, rule=capture())
    levels = {0: 60.0, 1: 55.0, 2: 50.0}

    def level(at):
        local = to_datetime(at, DayBasis.BERLIN)
        if local.date() > date.fromisoformat(day) or local.hour >= 22:
            return levels[2]
        return levels[0] if 6 <= local.hour < 18 else levels[1]

    found = {at: Hour(value=10 ** (level(at) / 10), covered=H) for at in range(start, start + 40 * H, H)}
    got = find("lden", found, over)
    expected = 10 * log10((12 * 10**6.0 + 4 * 10**6.0 + length * 10**6.0) / (16 + length))
    assert got.value == pytest.approx(expected, rel=1e-12)


def test_share_of_time_above_a_value():
    day = asked(*MEZ_DAY)
    found = find("parking_full", hours(*MEZ_DAY, lambda i: 0.86 if i < 6 else 0.85), day)
    assert (found.answer, found.value, found.count, found.missing) == (YES, 0.25, 6, 0)
    assert find("co2_1000", hours(*MEZ_DAY, 1000.0), day).answer is NO
    assert find("co2_2000", hours(*MEZ_DAY, 1500.0, without={3}), day).answer is UNKNOWN
    assert find("bin_80", hours(*MEZ_DAY, 80.5, without={3}), day).bound == ">="


def test_a_gauge_is_compared_with_its_own_thresholds():
    day = asked(*MEZ_DAY)
    water = hours(*MEZ_DAY, lambda i: 2.0 if i == 7 else 0.9)
    found = find("gauge_class", water, day, (1.0, 2.0, 3.5))
    assert (found.answer, found.value, found.count, found.value_bound) == (YES, 2, 1, None)
    assert find("gauge_class", water, day, (2.1,)).answer is NO
    assert find("gauge_class", hours(*MEZ_DAY, 0.1, without={1}), day, (2.1,)).answer is UNKNOWN
    assert find("gauge_class", water, day).answer is UNKNOWN


def test_thresholds_of_a_gauge_rise():
    assert AggregationSettings(gauges={"wupper": (1.0, 2.0)}).gauges == {"wupper": (1.0, 2.0)}
    for wrong in ((2.0, 1.0), (1.0, 1.0), (1.0, float("nan"))):
        with pytest.raises(ValidationError, match=r"wupper: thresholds .* do not rise"):
            AggregationSettings(gauges={"wupper": wrong})


def test_average_daily_traffic_by_type_of_day():
    may = ("2026-04-30T22:00Z", "2026-05-31T22:00Z")
    kinds = {"workday": 2.0, "saturday": 1.0, "sunday": 0.5}
    begin = ns(may[0])
    day = lambda i: to_datetime(begin + i * H, DayBasis.BERLIN)
    busy = lambda i: kinds[city.day_type(day(i).date())] * (3 if day(i).hour == 17 else 1)
    found = {each: find(f"dtv_vehicles_{each}", hours(*may, busy), asked(*may)) for each in kinds}
    assert {each: found[each].value for each in kinds} == {"workday": 52, "saturday": 26, "sunday": 13}
    # 1 May, Ascension Day, Whit Monday and five Sundays; 21 weekdays less those three.
    assert {each: found[each].detail["days"] for each in kinds} == {"workday": 18, "saturday": 5, "sunday": 8}
    assert found["workday"].detail["busiest_hour"] == 17
    gaps = find("dtv_vehicles", hours(*may, busy, without={0, 30, 60, 90}), asked(*may))
    assert (gaps.value, gaps.missing, gaps.met) == (None, 4, False)
    assert find("dtv_vehicles", hours(*may, busy, without={0, 30, 60}), asked(*may)).met is True


@pytest.mark.parametrize(("year", "day"), [
    (2024, "03-31"), (2025, "04-20"), (2026, "04-05"), (2027, "03-28"), (2038, "04-25"), (2049, "04-18"), (1954, "04-18"),
])  # fmt: skip
def test_easter(year, day):
    assert city.easter(year).isoformat() == f"{year}-{day}"
    assert len(city.holidays(year)) == 11


# -- together


def test_the_worst_site_answers_for_an_area():
    one = Finding(answer=NO, count=0, value=3.0, met=True)
    two = Finding(answer=UNKNOWN, count=2, missing=4, value=5.0, met=False, value_bound=">=")
    together = combine(Combine.WORST, [one, two])
    assert (together.finding.answer, together.finding.count, together.finding.bound) == (UNKNOWN, 2, ">=")
    assert (together.finding.value, together.finding.value_bound, together.finding.met) == (5, ">=", False)
    assert (together.lowest, together.median, together.highest, together.n_sites_met) == (3, 4, 5, 1)
    assert together.answers == {"yes": 0, "no": 1, "unknown": 1}
    assert combine(Combine.WORST, [one, Finding(answer=YES)]).finding.answer is YES
    assert combine(Combine.WORST, [one, one]).finding.answer is NO
    assert combine(Combine.SUM, [Finding(value=3.0), Finding(value=4.0), Finding()]).finding.value == 7
    assert combine(Combine.SUM, [Finding(value=3.0)]).finding.answer is None
    assert combine(Combine.ENERGY, [Finding(value=50.0), Finding(value=70.0)]).finding.value == pytest.approx(
        67.03, abs=0.005
    )
    assert combine(Combine.WORST, []).finding.value is None


def test_hours_are_read_from_what_is_stored():
    row = {"start": 5, "linear": 9.0, "capacity": 10.0, "valid": False, "minimum": 8.0, "maximum": 10.0, "covered": H}
    assert hours_of([row], "parking_occupied", "occupancy")[5] == Hour(
        value=None, known=0.9, minimum=8.0, maximum=10.0, covered=H
    )
    assert hours_of([row | {"valid": True}], "people_count", "count")[5].value == 9.0
