"""What InfluxDB's answers mean."""

from __future__ import annotations

import json

import pytest

from gateway.store.flux import text
from gateway.store.influx_http import Answer, Backoff, retry_after, words_of


@pytest.mark.parametrize(
    ("detail", "dropped"),
    [
        ("partial write: field type conflict: ... already exists as type integer dropped=12", 12),
        ("dropped 2 points outside retention policy dropped=2 for database: 1ccc for retention policy: autogen", 2),
        ("unable to parse 'x': missing fields", 0),
    ],
)
def test_a_partial_write_says_how_much_it_left_out(detail: str, dropped: int) -> None:
    assert Answer(422, detail).dropped == dropped


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"code":"invalid","message":"no"}', "no"),
        (b'{"code":"invalid","message":"no","more":[1]}', "no"),
        (b'{"message":"no"}', ""),
        (b"<html>", ""),
        (b"", ""),
        (b"\xff", ""),
        (b"[]", ""),
    ],
)
def test_only_influxdb_own_words_count(body: bytes, words: str) -> None:
    assert words_of(body) == words


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 9), ("3", 3), ("1.5", 1.5), ("-1", 0), ("1e9", 300), ("inf", 300), ("nan", 9), ("", 9), ("Fri, 01 Jan 2100 00:00:00 GMT", 300), ("Fri, 01 Jan 1999 00:00:00 GMT", 0), ("Fri, 01 Jan 2100 00:00:00 -0000", 9)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float) -> None:
    assert retry_after(header, 9) == seconds


def test_waits_grow_to_half_a_minute_and_begin_anew_after_a_success() -> None:
    backoff = Backoff()
    waits = [backoff.failed() for _ in range(100)]
    assert 0.25 <= waits[0] <= 0.5
    assert all(15 <= wait <= 30 for wait in waits[10:])
    backoff.succeeded()
    assert backoff.failed() <= 0.5


@pytest.mark.parametrize("name", ['a"b', "a\\", '\\"', "${x}", "$", "{", "$$${", '\\${"'])
def test_a_flux_string_ends_where_it_should(name: str) -> None:
    literal = text(name)
    assert json.loads(literal.replace("\\${", "${")) == name
