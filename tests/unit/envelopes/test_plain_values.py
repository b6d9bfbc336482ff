"""Numbers and times as plain devices write them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.envelopes.clock import rfc3339_ns
from gateway.envelopes.plain_time import instant
from gateway.envelopes.plain_values import number
from gateway.model import SECOND_NS

BERLIN = ZoneInfo("Europe/Berlin")
NOW = rfc3339_ns("2026-11-22T17:00:05Z")


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("21.5", "auto", 21.5), ("21,5", "auto", 21.5), ("-0,5", "auto", -0.5), (",5", "auto", 0.5), ("5,", "auto", 5.0),
        ("1.234,5", "auto", 1234.5), ("1,234.5", "auto", 1234.5), ("1.234.567", "auto", 1234567.0),
        ("1,234,567", "auto", 1234567.0), ("1.234.567,8", "auto", 1234567.8), ("1.234", "auto", 1.234),
        ("1,234", "auto", 1.234), ("1.234", ",", 1234.0), ("1,234", ".", 1234.0), ("1.234,5", ",", 1234.5),
        ("1e3", "auto", 1000.0), ("1,5E-3", "auto", 0.0015), ("+7", "auto", 7.0), ("007", "auto", 7.0),
    ],
)  # fmt: skip
def test_numbers_in_text(text, decimal, expected):
    assert number(text, decimal) == (expected, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21.5 °C", (21.5, "°C")), ("21,5°C", (21.5, "°C")), ("45%", (45.0, "%")), ("45 %RH", (45.0, "%RH")),
        ("12 µg/m³", (12.0, "µg/m³")), ("3 m3/h", (3.0, "m3/h")), ("1013hPa", (1013.0, "hPa")), ("230 V", (230.0, "V")),
    ],
)  # fmt: skip
def test_a_unit_behind_the_number(text, expected):
    assert number(text) == expected


@pytest.mark.parametrize("text", ["", " ", "null", "None", "n/a", "NA", "-", "--"])
def test_words_for_no_value(text):
    assert number(text) == (None, "")


@pytest.mark.parametrize(
    "value",
    ["NaN", "nan", "inf", "-Infinity", "1e400", "1.2.3", "1,2,3", "1.234.56", "10.0.0.1", "12:30", "2026-11-22", "12 of 20",
     "1 2", "hallo", "+", ".", "1" * 65, [], {}, float("nan"), float("inf"), 10**400],
)  # fmt: skip
def test_what_is_no_finite_number(value):
    with pytest.raises(ValueError):
        number(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_comes_back_exactly_from_text(value):
    if len(repr(value)) <= 64:
        assert number(repr(value)) == (value, "")


@given(st.text(max_size=80) | st.from_regex(r"[+-]?[\d.,]{1,12}([eE][+-]?\d{1,3})? ?\w{0,3}", fullmatch=True))
def test_text_gives_a_number_or_value_error(text):
    with contextlib.suppress(ValueError):
        number(text)


def at(value, form="auto", zone=BERLIN, now=NOW):
    return instant(value, form, zone, now)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (1795366801, "auto"), (1795366801000, "auto"), (1795366801000000, "auto"), (1795366801000000000, "auto"),
        ("1795366801", "auto"), (1795366801.0, "s"), (1795366801000, "ms"), ("1795366801000000", "us"), (1795366801000000000, "ns"),
        ("2026-11-22T17:00:01Z", "auto"), ("2026-11-22T17:00:01.000Z", "iso"), ("2026-11-22 17:00:01 UTC", "auto"),
        ("2026-11-22T18:00:01", "auto"), ("2026-11-22 18:00:01", "auto"), ("2026-11-22T18:00:01+01:00", "auto"),
        ("2026-11-22T18:00:01+0100", "auto"), ("2026-11-22T18:00:01 +01", "auto"), ("2026-11-22 18:00:01 MEZ", "auto"),
        ("2026-11-22T19:00:01+02:00", "auto"), ("22.11.2026 18:00:01", "auto"), ("22.11.2026, 18:00:01", "auto"),
        ("20261122T170001Z", "auto"), ("20261122T180001", "auto"), ("17:00:01 UTC", "auto"), ("18:00:01", "auto"),
    ],
)  # fmt: skip
def test_one_moment_in_many_forms(value, form):
    assert at(value, form) == rfc3339_ns("2026-11-22T17:00:01Z")


def test_epoch_and_fractions_are_exact():
    assert at(1795366801.123) == 1795366801_123000000
    assert at("1795366801.123456789") == 1795366801_123456789
    assert at(1795366801123456789) == 1795366801_123456789
    assert at("2026-11-22T18:00:01,123456789") == 1795366801_123456789
    assert at("1.795366801e9") == 1795366801 * SECOND_NS


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("11:50 UTC", "2026-11-22T11:52:00Z", "2026-11-22T11:50:00Z"),
        ("11:50", "2026-11-22T11:52:00Z", "2026-11-22T10:50:00Z"),
        ("23:59 UTC", "2026-11-23T00:01:00Z", "2026-11-22T23:59:00Z"),
        ("00:01 UTC", "2026-11-22T23:59:30Z", "2026-11-23T00:01:00Z"),
        ("00:30 MESZ", "2026-07-01T22:31:00Z", "2026-07-01T22:30:00Z"),
    ],
)
def test_a_time_of_day_without_date_is_taken_on_the_nearest_day(text, now, expected):
    assert at(text, now=rfc3339_ns(now)) == rfc3339_ns(expected)


def test_the_hour_that_comes_twice_is_taken_nearest_to_our_clock():
    text = "2026-10-25T02:30:00"
    assert at(text, now=rfc3339_ns("2026-10-25T00:31:00Z")) == rfc3339_ns("2026-10-25T00:30:00Z")
    assert at(text, now=rfc3339_ns("2026-10-25T01:31:00Z")) == rfc3339_ns("2026-10-25T01:30:00Z")


def test_the_zone_of_the_mapping_holds_where_none_is_named():
    assert at("2026-07-01T12:00:00") == rfc3339_ns("2026-07-01T10:00:00Z")
    assert at("2026-07-01T12:00:00", zone=ZoneInfo("UTC")) == rfc3339_ns("2026-07-01T12:00:00Z")
    assert at("2026-07-01") == rfc3339_ns("2026-06-30T22:00:00Z")


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("", "auto"), ("gestern", "auto"), (None, "auto"), (True, "auto"), ([], "auto"), ("25:00", "auto"), ("11:60", "auto"),
        ("2026-13-01T00:00:00", "auto"), ("31.02.2026 10:00", "auto"), ("0000-01-01T00:00:00", "auto"), (1795366801, "iso"),
        ("2026-11-22T17:00:01Z", "s"), (1e300, "auto"), ("1e99", "auto"), (float("nan"), "auto"), (float("inf"), "s"),
        ("2026-11-22T17:00:01+99:00", "auto"), ("9" * 70, "auto"), ("11.50", "iso"),
    ],
)  # fmt: skip
def test_what_is_no_time(value, form):
    with pytest.raises(ValueError):
        at(value, form)


@given(st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2200-01-01")))
def test_a_written_time_is_the_moment_it_names(moment):
    ns = rfc3339_ns(moment.replace(tzinfo=UTC).isoformat())
    assert at(moment.replace(tzinfo=UTC).isoformat()) == ns
    assert at(moment.replace(tzinfo=UTC).astimezone(BERLIN).isoformat()) == ns
    local = moment.replace(tzinfo=UTC).astimezone(BERLIN).replace(tzinfo=None)
    assert at(local.isoformat(sep=" "), now=ns) == ns


@given(
    st.text(max_size=40) | st.floats() | st.integers() | st.from_regex(r"\d{1,4}[-.:T ]\d{1,2}[-.:T ]\d{1,4}.{0,12}"),
    st.sampled_from(["auto", "iso", "s", "ms", "us", "ns"]),
)
def test_anything_is_a_time_or_value_error(value, form):
    with contextlib.suppress(ValueError):
        at(value, form)
