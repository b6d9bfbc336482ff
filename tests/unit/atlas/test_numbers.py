"""Numbers and symbols as offices print them, and files that nobody meant to be tables."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.atlas.errors import Fault, RefusedError
from gateway.atlas.numbers import (
    AmbiguousNumberError,
    NumberError,
    Symbol,
    detect_mark,
    parse_number,
)
from gateway.atlas.reading import Row, read_table

BLANKS = st.sampled_from([" ", "\u00a0", "\u202f", "\u2009", "'"])


@given(st.integers(0, 10**12), st.integers(0, 99), BLANKS)
def test_every_printed_form_means_the_same(whole: int, cents: int, blank: str):
    value = Decimal(f"{whole}.{cents:02}")
    grouped = f"{whole:,}"
    assert parse_number(f"{whole},{cents:02}", ",") == value
    assert parse_number(f"{whole}.{cents:02}", ".") == value
    assert parse_number(f"{grouped.replace(',', '.')},{cents:02}", ",") == value
    assert parse_number(f"{grouped}.{cents:02}", ".") == value
    assert parse_number(f"{grouped.replace(',', blank)},{cents:02}", ",") == value
    assert parse_number(f" {whole} ", None) == whole


@pytest.mark.parametrize(
    ("text", "symbol"),
    [("*", Symbol.WITHHELD), (".", Symbol.WITHHELD), ("•", Symbol.WITHHELD), ("-", Symbol.NOTHING), ("\u2013", Symbol.NOTHING),
     ("x", Symbol.UNKNOWN), ("…", Symbol.UNKNOWN), ("/", Symbol.UNKNOWN), ("", Symbol.UNKNOWN), (" ", Symbol.UNKNOWN)],
)  # fmt: skip
def test_symbols_are_told_apart(text: str, symbol: Symbol):
    assert parse_number(text, ",") is symbol


@pytest.mark.parametrize(
    "text", ["1.23", "1,2.3", "12 34", "1.2345,0", "0x10", "1e5", "٣", "½", "--1", "1" * 40, "NaN", "inf"]
)
def test_what_is_no_german_number_is_refused(text: str):
    with pytest.raises(NumberError):
        parse_number(text, ",")


def test_a_lone_mark_before_three_digits_proves_nothing():
    with pytest.raises(AmbiguousNumberError):
        parse_number("1.234", None)
    assert parse_number("1.234", ",") == 1234
    assert parse_number("1.234", ".") == Decimal("1.234")
    assert detect_mark(["1.234", "5", "*"]) is None
    assert detect_mark(["1.234", "0,5"]) == ","
    assert detect_mark(["0.123"]) == "."
    assert detect_mark(["1.234.567"]) == ","
    assert detect_mark(["1 234,5"]) == ","
    with pytest.raises(AmbiguousNumberError):
        detect_mark(["0,5", "0.5"])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_are_refused(content: bytes):
    faults: tuple[Fault, ...] = ()
    rows: tuple[Row, ...] = ()
    width = 0
    try:
        table = read_table(content, "x.csv")
        rows, width = table.rows, len(table.headings)
    except RefusedError as error:
        faults = error.faults
    assert bool(rows) != bool(faults)
    assert all(fault.file == "x.csv" and fault.problem and fault.todo for fault in faults)
    assert all(len(row.cells) == width for row in rows)


@given(st.binary(max_size=200), st.sampled_from([b"PK\x03\x04", b"[", b"{", b"\xef\xbb\xbf", b"sep=;\n"]))
def test_bytes_that_begin_like_a_format_are_a_table_or_are_refused(content: bytes, start: bytes):
    try:
        read_table(start + content, "x")
    except RefusedError:
        return
