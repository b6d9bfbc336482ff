"""Calendar windows: the days clocks change, DWD's days, noise periods, and keys of profiles."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.aggregation import calendar as cal
from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period


def ns(text: str) -> int:
    return cal.to_ns(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2027-03-28", 23), ("2027-10-31", 25), ("2026-06-21", 24)],
)
def test_a_civil_day_has_23_24_or_25_hours(day, hours):
    noon = ns(f"{day}T12:00+01:00")
    assert cal.window(Period.DAY, DayBasis.BERLIN, noon).hours == hours
    assert cal.window(Period.DAY, DayBasis.MEZ, noon).hours == 24
    assert cal.window(Period.DAY, DayBasis.UTC, noon).hours == 24


def test_bases_begin_their_days_at_their_own_midnight():
    noon = ns("2026-07-01T12:00Z")
    assert cal.window(Period.DAY, DayBasis.BERLIN, noon).start == ns("2026-06-30T22:00Z")
    assert cal.window(Period.DAY, DayBasis.MEZ, noon).start == ns("2026-06-30T23:00Z")
    assert cal.window(Period.DAY, DayBasis.UTC, noon).start == ns("2026-07-01T00:00Z")


@pytest.mark.parametrize(
    ("period", "label", "start", "stop"),
    [
        (Period.HOUR, "2026-10-25T02:00+01:00", "2026-10-25T01:00Z", "2026-10-25T02:00Z"),
        (Period.DAY, "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
        (Period.WEEK, "2026-W43", "2026-10-18T22:00Z", "2026-10-25T23:00Z"),
        (Period.MONTH, "2026-10", "2026-09-30T22:00Z", "2026-10-31T23:00Z"),
        (Period.QUARTER, "2026-Q4", "2026-09-30T22:00Z", "2026-12-31T23:00Z"),
        (Period.YEAR, "2026", "2025-12-31T23:00Z", "2026-12-31T23:00Z"),
    ],
)
def test_windows_around_the_second_hour_two_of_autumn(period, label, start, stop):
    found = cal.window(period, DayBasis.BERLIN, ns("2026-10-25T01:30Z"))
    assert (found.label, found.start, found.stop) == (label, ns(start), ns(stop))


def test_iso_weeks_cross_the_year():
    assert cal.window(Period.WEEK, DayBasis.BERLIN, ns("2027-01-02T12:00Z")).label == "2026-W53"


@given(
    st.sampled_from(Period), st.sampled_from(DayBasis),
    st.integers(10 * 365 * 24 * 60, 120 * 365 * 24 * 60), st.integers(1, 60 * 24),
)  # fmt: skip
def test_windows_follow_each_other_without_gap_and_hold_their_moments(period, basis, minute, hours):
    start = minute * 60_000_000_000
    stop = start + hours * HOUR_NS
    found = list(cal.windows(period, basis, start, stop))
    assert found[0].start <= start < found[0].stop
    assert found[-1].start < stop <= found[-1].stop
    assert all(a.stop == b.start for a, b in pairwise(found))
    assert all(each.start % HOUR_NS == 0 for each in found)
    assert all(cal.window(period, basis, each.stop - 1) == each for each in found)


def test_hour_keys_name_local_hour_two_twice_in_autumn_and_never_in_spring():
    autumn = cal.hour_keys(DayBasis.BERLIN, ns("2026-10-24T22:00Z"), ns("2026-10-25T23:00Z"))
    assert autumn["local_hour"].to_list() == [0, 1, 2, *range(2, 24)]
    spring = cal.hour_keys(DayBasis.BERLIN, ns("2027-03-27T23:00Z"), ns("2027-03-28T22:00Z"))
    assert spring["local_hour"].to_list() == [0, 1, *range(3, 24)]
    assert set(spring["weekday"]) == {7}
    assert set(spring["quarter"]) == {ns("2026-12-31T23:00Z")}


def test_window_frame_counts_the_days_of_a_month_with_a_change():
    frame = cal.window_frame(Period.MONTH, DayBasis.BERLIN, ns("2026-10-10T00:00Z"), ns("2026-10-11T00:00Z"))
    assert frame.row(0, named=True) | {"start": 0, "stop": 0} == {
        "start": 0, "stop": 0, "label": "2026-10", "hours": 31 * 24 + 1, "days": 31,
    }  # fmt: skip


def test_days_of_the_weather_service():
    day = date(2026, 7, 2)
    rain, night = cal.rain_day(day), cal.tropical_night(day)
    assert (rain.start, rain.stop) == (ns("2026-07-02T06:00Z"), ns("2026-07-03T06:00Z"))
    assert (night.start, night.stop) == (ns("2026-07-01T18:00Z"), ns("2026-07-02T06:00Z"))
    assert cal.temperature_day(day).start == ns("2026-07-02T00:00Z")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 24), 9), (date(2026, 3, 28), 7), (date(2026, 6, 1), 8)])
def test_a_night_belongs_to_the_date_it_starts_on(day, hours):
    found = cal.noise_periods(day)
    assert (found.day.hours, found.evening.hours, found.night.hours) == (12, 4, hours)
    assert found.night.stop == cal.noise_periods(day + timedelta(days=1)).day.start


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="names no zone"):
        cal.to_ns(datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is refused
