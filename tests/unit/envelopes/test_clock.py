"""The event-time ladder and RFC 3339 to the nanosecond."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import PipelineSettings
from gateway.envelopes.clock import EPOCH, Bounds, network_time, payload_time, rfc3339_ns
from gateway.model import SECOND_NS, Reason, RejectedError, TimeSource

BOUNDS = Bounds.of(PipelineSettings())
NOW = rfc3339_ns("2026-11-22T17:00:00Z")
MINUTE, DAY = 60 * SECOND_NS, 86400 * SECOND_NS
NETWORK, PAYLOAD, RECEIVED = TimeSource.NETWORK, TimeSource.PAYLOAD, TimeSource.RECEIVED
MOMENTS = st.datetimes(datetime.fromisoformat("1902-01-01"), datetime.fromisoformat("2260-01-01"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T16:55:41+00:00", 1795366541 * SECOND_NS),
        ("2026-11-22T16:55:41Z", 1795366541 * SECOND_NS),
        ("2026-11-22T16:55:39.287881+00:00", 1795366539_287881000),
        ("2026-11-22T16:55:39.288662697+00:00", 1795366539_288662697),
        ("2026-11-22T17:00:01.123456789Z", 1795366801_123456789),
        ("2026-11-22T17:00:01.1234567Z", 1795366801_123456700),
        ("2026-11-22T17:00:01.12345678901Z", 1795366801_123456789),
        ("2026-11-22T17:00:01.5Z", 1795366801_500000000),
        ("2026-11-22T15:00:01.1234-02:00", 1795366801_123400000),
        ("2026-11-22T18:00:01.123456789+01:00", 1795366801_123456789),
        ("2026-11-22T11:30:01-05:30", 1795366801 * SECOND_NS),
        ("2026-11-22t17:00:01z", 1795366801 * SECOND_NS),
        ("2016-12-31T23:59:60Z", 1483228800 * SECOND_NS),
        ("1980-01-06T00:00:00Z", 315964800 * SECOND_NS),
        ("1969-12-31T23:59:59.999999999Z", -1),
    ],
)
def test_rfc3339_is_read_to_the_nanosecond(text, expected):
    assert rfc3339_ns(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026-11-22T17:00:01", "2026-13-22T17:00:01Z", "2026-11-22T17:00:61Z", "2026-11-22T17:00:60", "Z",
     "2026-11-22T17:00:01+0x:00", "9999-12-31T23:59:60Z", "2026-11-22", "1795366541"],
)  # fmt: skip
def test_what_is_no_rfc3339_time_is_refused_without_repeating_it(text):
    with pytest.raises(ValueError) as caught:
        rfc3339_ns(text)
    assert not text or text not in str(caught.value)


@given(MOMENTS, st.integers(0, 999), st.integers(0, 12), st.integers(-14 * 60, 14 * 60) | st.just("Z"))
def test_rfc3339_agrees_with_datetime_for_any_zone_and_number_of_digits(moment, nanos, digits, zone):
    fraction = f"{moment.microsecond:06d}{nanos:03d}000"[:digits]
    zoned = moment.replace(microsecond=0, tzinfo=UTC if zone == "Z" else timezone(timedelta(minutes=zone)))
    text = zoned.replace(tzinfo=None).isoformat()
    text += f".{fraction}" if fraction else ""
    text += "Z" if zone == "Z" else zoned.isoformat()[-6:]
    span = zoned.astimezone(UTC) - EPOCH
    assert rfc3339_ns(text) == (span.days * 86400 + span.seconds) * SECOND_NS + int(fraction[:9].ljust(9, "0"))


@given(st.text(max_size=40))
def test_rfc3339_raises_nothing_but_value_error(text):
    with contextlib.suppress(ValueError):
        rfc3339_ns(text)


def ladder(claimed, server=None):
    return network_time(claimed, server, NOW, BOUNDS)


def test_a_time_that_agrees_with_our_clock_is_taken():
    assert ladder(NOW - SECOND_NS) == (NOW - SECOND_NS, NETWORK, False)


def test_a_gateway_of_1980_gives_way_to_the_network_server():
    assert ladder(rfc3339_ns("1980-01-06T00:00:10Z"), NOW - SECOND_NS) == (NOW - SECOND_NS, NETWORK, True)


def test_a_gateway_of_2012_gives_way_to_our_clock_where_the_server_says_nothing():
    assert ladder(rfc3339_ns("2012-01-01T00:00:10Z")) == (NOW, RECEIVED, True)


@pytest.mark.parametrize("ahead", [301 * SECOND_NS, DAY, 3650 * DAY])
def test_a_gateway_in_the_future_gives_way(ahead):
    assert ladder(NOW + ahead, NOW - 1) == (NOW - 1, NETWORK, True)
    assert ladder(NOW + ahead) == (NOW, RECEIVED, True)


def test_bounds_are_five_minutes_ahead_and_seven_days_back():
    assert ladder(NOW + 300 * SECOND_NS) == (NOW + 300 * SECOND_NS, NETWORK, False)
    assert ladder(NOW - 7 * DAY) == (NOW - 7 * DAY, NETWORK, False)
    assert ladder(NOW - 7 * DAY - 1) == (NOW, RECEIVED, True)


def test_a_slow_gateway_that_sends_later_what_it_heard_keeps_its_time():
    assert ladder(NOW - 3 * 3600 * SECOND_NS, NOW - 1) == (NOW - 3 * 3600 * SECOND_NS, NETWORK, False)


def test_a_message_late_at_us_shows_a_fast_gateway_clock_by_the_servers():
    """It came three hours late; the gateway is two hours ahead of the server: in the past for us, and still wrong."""
    server = NOW - 3 * 3600 * SECOND_NS
    assert ladder(server + 2 * 3600 * SECOND_NS, server) == (server, NETWORK, True)


def test_a_network_server_with_a_wrong_clock_does_not_drag_a_good_time_along():
    assert ladder(NOW - 2 * MINUTE, NOW - 400 * DAY) == (NOW - 2 * MINUTE, NETWORK, False)
    assert ladder(rfc3339_ns("1980-01-06T00:00:00Z"), rfc3339_ns("1980-01-06T00:00:00Z")) == (NOW, RECEIVED, True)


def test_without_a_time_the_server_says_it_and_else_our_clock():
    assert ladder(None, NOW - DAY) == (NOW - DAY, NETWORK, False)
    assert ladder(None, NOW - 400 * DAY) == (NOW, RECEIVED, True)
    assert ladder(None) == (NOW, RECEIVED, False)


def test_bounds_come_from_the_settings():
    strict = Bounds.of(PipelineSettings(max_future=1, max_past=10))
    assert network_time(NOW - 11 * SECOND_NS, None, NOW, strict) == (NOW, RECEIVED, True)
    assert network_time(NOW + 2 * SECOND_NS, None, NOW, strict) == (NOW, RECEIVED, True)
    assert network_time(NOW - 9 * SECOND_NS, None, NOW, strict) == (NOW - 9 * SECOND_NS, NETWORK, False)


@given(st.integers(-(1 << 62), 1 << 62), st.none() | st.integers(-(1 << 62), 1 << 62))
def test_the_ladder_always_ends_within_bounds(claimed, server):
    time, source, refused = network_time(claimed, server, NOW, BOUNDS)
    assert -BOUNDS.max_past <= time - NOW <= BOUNDS.max_future
    assert (time == claimed and source is NETWORK) or refused


def test_a_payloads_own_time_may_be_old_and_stays():
    assert payload_time(NOW - 200 * DAY, NOW, BOUNDS) == (NOW - 200 * DAY, PAYLOAD, False)


def test_a_device_clock_that_nobody_set_gives_way_to_ours():
    for text in ("1970-01-01T00:01:00Z", "1980-01-06T00:00:00Z", "2000-01-01T00:00:09Z"):
        assert payload_time(rfc3339_ns(text), NOW, BOUNDS) == (NOW, RECEIVED, True)


def test_a_device_clock_ahead_gives_way_to_ours():
    assert payload_time(NOW + DAY, NOW, BOUNDS) == (NOW, RECEIVED, True)


def test_a_value_of_years_ago_is_no_new_measurement():
    with pytest.raises(RejectedError) as caught:
        payload_time(NOW - 800 * DAY, NOW, BOUNDS)
    assert caught.value.reason is Reason.TIME
    assert "800 days" in caught.value.detail


def test_one_of_several_samples_cannot_take_our_time():
    with pytest.raises(RejectedError) as caught:
        payload_time(0, NOW, BOUNDS, several=True)
    assert caught.value.reason is Reason.TIME
