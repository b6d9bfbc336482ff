from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.times import ZONES, TimeFormatError, format_local, format_utc, parse_time


def ns(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("text", "basis", "expected"),
    [
        ("2026-06-01", "berlin", ns(2026, 5, 31, 22)),
        ("2026-01-01", "berlin", ns(2025, 12, 31, 23)),
        ("2026-06-01", "mez", ns(2026, 5, 31, 23)),
        ("2026-06-01", "utc", ns(2026, 6, 1)),
        ("2026-06-01T12:00:00Z", "berlin", ns(2026, 6, 1, 12)),
        ("2026-06-01t12:00z", "berlin", ns(2026, 6, 1, 12)),
        ("2026-06-01T12:00:00+02:00", "utc", ns(2026, 6, 1, 10)),
        ("2026-06-01T12:00:00 02:00", "utc", ns(2026, 6, 1, 10)),
        ("2026-06-01T12:00:00-0330", "utc", ns(2026, 6, 1, 15, 30)),
        ("2026-06-01 12:00", "berlin", ns(2026, 6, 1, 10)),
        ("2026-06-01T12:00:00.123456789Z", "utc", ns(2026, 6, 1, 12) + 123456789),
        ("2026-06-01T12:00:00,5Z", "utc", ns(2026, 6, 1, 12) + 500_000_000),
        ("2026-10-25T02:30:00+01:00", "berlin", ns(2026, 10, 25, 1, 30)),
        ("2026-10-25T02:30", "mez", ns(2026, 10, 25, 1, 30)),
        ("1970-01-01", "utc", 0),
    ],
)
def test_dates_and_times_are_read_in_the_zone_of_the_day_basis(text, basis, expected):
    assert parse_time(text, basis) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gestern",
        "2026-13-01",
        "2026-02-30",
        "2026-06-01T25:00",
        "2026-06-01T12:0002:00",
        "20260601",
        "\uff12026-06-01",
        "2026-06-01T12:00:00+99:00",
        "1717200000",
        "2026-06-01\n",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(TimeFormatError, match="No time"):
        parse_time(text, "berlin")


@pytest.mark.parametrize("text", ["1969-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2263-01-01"])
def test_times_that_nanoseconds_cannot_hold_are_refused(text):
    with pytest.raises(TimeFormatError, match="1970 to 2262"):
        parse_time(text, "utc")


@pytest.mark.parametrize("text", ["2026-10-25T02:30", "2026-03-29T02:30"])
def test_a_local_time_that_the_clock_change_repeats_or_skips_is_refused(text):
    with pytest.raises(TimeFormatError, match="ambiguous"):
        parse_time(text, "berlin")


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d{1,9})?([+\- ]\d{4}|Z)?"))
def test_no_text_raises_anything_else(text):
    with suppress(TimeFormatError):
        assert 0 <= parse_time(text, "berlin") < 1 << 63


@given(st.integers(0, (1 << 63) - 1), st.sampled_from(sorted(ZONES)))
def test_what_is_written_reads_back_exactly(time, basis):
    assert parse_time(format_utc(time), basis) == time
    assert parse_time(format_local(time, ZONES[basis])[1], basis) == time


def test_the_two_hours_of_the_clock_change_are_told_apart():
    summer, winter = (format_local(ns(2026, 10, 25, hour, 30), ZONES["berlin"]) for hour in (0, 1))
    assert summer == ("25.10.2026 02:30", "2026-10-25T02:30:00+02:00")
    assert winter == ("25.10.2026 02:30", "2026-10-25T02:30:00+01:00")
