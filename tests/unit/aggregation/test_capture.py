"""Capture rules: each refuses exactly the months and years that its source refuses."""

# ruff: noqa: ARG005 - what is kept of a year may ask for the day, the hour, or both

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from city import HOUR_NS, areas, installed, ns, pick, series

from gateway.aggregation import periods, tables
from gateway.aggregation.calendar import DayBasis, Period, hour_keys, window
from gateway.aggregation.plan import make_plan
from gateway.aggregation.rules import capture, capture_names
from gateway.aggregation.sites import SITE_HOUR

STATE, SUM = "no2", "precipitation"


def valid(rule, period, moment, keep, quantity=STATE, basis=DayBasis.MEZ):
    """Whether the window of one site is valid when exactly the hours are that `keep(day of window, hour)` says."""
    chosen = window(period, basis, ns(moment))
    keys = hour_keys(basis, chosen.start, chosen.stop)
    days = keys["day"].unique().sort().to_list()
    number = {day: index for index, day in enumerate(days)}
    starts = [
        hour for hour, local, day in keys.select("hour", "local_hour", "day").iter_rows() if keep(number[day], local)
    ]
    plan = make_plan(series(("d", "", quantity)), installed(("d", "s")), areas=areas(("s", "q")))
    connection = tables.connect()
    try:
        whole = {"point": 0, "linear": 1.0, "covered": HOUR_NS, "n": 6, "excluded": 0, "valid": True}
        filled = pl.DataFrame({"start": starts}).with_columns(
            *(pl.lit(whole.get(name), dtype).alias(name) for name, dtype in SITE_HOUR.items() if name != "start")
        ).select(list(SITE_HOUR))  # fmt: skip
        tables.append(connection, "site_hour", filled)
        found = capture(rule)
        periods.site_days(connection, plan, basis, chosen.start, chosen.stop, rule=found)
        periods.site_periods(connection, plan, period, basis, chosen.start, chosen.stop, rule=found)
        return pick(tables.frame(connection, "select * from site_period"), period=str(period))["valid"]
    finally:
        connection.close()


def without(*days):
    return lambda day, hour: day not in days


@pytest.mark.parametrize(("rule", "missing", "expected"), [
    ("wmo", range(0, 20, 2), True), ("wmo", range(0, 22, 2), False),  # ten days here and there, or eleven
    ("wmo", range(3, 7), True), ("wmo", range(3, 8), False),  # four in a row, or five
    ("wmo", (0, 1, 2, 3, 27, 28, 29), True), ("wmo", range(26, 31), False),  # at the end, too
    ("default", range(3, 10), True), ("default", range(8), False),
])  # fmt: skip
def test_a_month_of_the_wmo_is_void_with_eleven_days_missing_or_five_in_a_row(rule, missing, expected):
    assert valid(rule, Period.MONTH, "2026-07-10T00:00Z", without(*missing)) is expected


def test_a_sum_of_the_wmo_needs_every_day():
    july = "2026-07-10T00:00Z"
    assert valid("wmo", Period.MONTH, july, without(), SUM) is True
    assert valid("wmo", Period.MONTH, july, without(13), SUM) is False
    assert valid("default", Period.MONTH, july, without(13), SUM) is True


YEAR = "2026-06-01T00:00Z"


@pytest.mark.parametrize(("rule", "missing", "expected"), [
    ("eu_2024", (), True), ("eu_2024", range(0, 365, 10), True),
    ("eu_2024", range(32, 37), False),  # five days of February: 82 %
    ("eu_2024", range(32, 36), True),  # four: 86 %
    ("default", range(32, 59), True),
    ("eu_2024", range(0, 8 * 42, 42), False),  # eight Thursdays of 53
    ("eu_2024", range(0, 7 * 49, 49), True),
    ("indicative", [d for d in range(365) if d % 6 != 3], True),  # every sixth day: each weekday in turn
    ("indicative", [d for d in range(365) if d % 7 != 3], False),  # always the same weekday
    ("indicative", [d for d in range(365) if d % 6 != 3 or d < 31], False),  # none in January
    ("indicative_short_term", [d for d in range(365) if d % 3 == 1], True),
    ("indicative_short_term", range(100, 183), False),
])  # fmt: skip
def test_a_year_of_the_directive_is_covered_in_every_quarter_month_and_weekday(rule, missing, expected):
    assert valid(rule, Period.YEAR, YEAR, without(*missing)) is expected


@pytest.mark.parametrize(("rule", "keep", "expected"), [
    # 36 whole days may be missing, or 2 hours of each; at 21 of 24 hours every day is valid, and the year is not.
    ("old_law", lambda day, hour: day >= 36, True), ("old_law", lambda day, hour: day >= 37, False),
    ("old_law", lambda day, hour: hour < 21, False), ("old_law", lambda day, hour: hour < 22, True),
    ("default", lambda day, hour: hour < 18, True),
    # Of the 183 days from April (day 90) to September 45 may be missing, of the other 182 also 45.
    ("o3_year", lambda day, hour: not 90 <= day < 135, True), ("o3_year", lambda day, hour: not 90 <= day < 136, False),
    ("o3_year", lambda day, hour: not (day < 25 or day >= 345), True),
    ("o3_year", lambda day, hour: not (day < 26 or day >= 345), False),
    # Daylight of May to July: 92 days x 12 hours, of which 110 may be missing; nights and winters do not matter.
    ("aot40", lambda day, hour: 120 <= day < 212, True),
    ("aot40", lambda day, hour: 129 <= day < 212, True), ("aot40", lambda day, hour: 130 <= day < 212, False),
])  # fmt: skip
def test_years_counted_in_hours_and_seasons(rule, keep, expected):
    assert valid(rule, Period.YEAR, YEAR, keep) is expected


@pytest.mark.parametrize(("keep", "expected"), [
    (lambda day, hour: day >= 3, True), (lambda day, hour: day >= 4, False),  # 27 of 30 days, or 26
    (lambda day, hour: not 8 <= hour < 10, False), (lambda day, hour: hour != 8, True),  # 10 and 11 of 12 hours
])  # fmt: skip
def test_a_month_of_ozone_needs_27_days_and_its_daylight(keep, expected):
    assert valid("o3_exceedances", Period.MONTH, "2026-06-10T00:00Z", keep) is expected


def test_a_year_of_ozone_needs_five_of_six_summer_months():
    assert valid("o3_exceedances", Period.YEAR, YEAR, lambda day, hour: 90 <= day < 243) is True  # April to August
    assert valid("o3_exceedances", Period.YEAR, YEAR, lambda day, hour: 90 <= day < 212) is False
    assert valid("o3_exceedances", Period.YEAR, YEAR, lambda day, hour: day >= 90 and not 8 <= hour < 10) is False


@pytest.mark.parametrize(("rule", "basis"), [
    *((rule, DayBasis.MEZ) for rule in capture_names()), ("eu_2024", DayBasis.BERLIN), ("aot40", DayBasis.UTC),
])  # fmt: skip
def test_what_is_whole_is_valid_and_what_is_empty_is_not(rule, basis):
    assert valid(rule, Period.YEAR, YEAR, lambda day, hour: True, basis=basis) is True
    assert valid(rule, Period.YEAR, YEAR, lambda day, hour: (day, hour) == (5, 3), basis=basis) is False


def test_every_rule_names_its_source_and_since_when_it_holds():
    for name in capture_names():
        rule = capture(name)
        assert rule.source
        assert rule.in_force(max(rule.valid_from, date(2026, 6, 1)))
        assert set(rule.needs) == set(capture().needs)
    assert not capture("old_law").in_force(date(2026, 12, 12))
    assert not capture("eu_2024").in_force(date(2026, 12, 11))
