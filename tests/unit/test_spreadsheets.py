"""What a spreadsheet is given: texts that stay texts, numbers without exponents, both dialects."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spreadsheets import FORMULA, csv_lines, name_text, number_text, plain_text, safe_text

TEXTS = st.text(st.sampled_from("'=+-@\t\r\n;,\"1ä")) | st.text()


@given(TEXTS)
def test_no_text_is_a_formula_and_each_comes_back(text):
    assert not safe_text(text).startswith(FORMULA)
    assert plain_text(safe_text(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_the_same_again_without_an_exponent(value):
    assert float(number_text(value, german=False)) == value
    shown = number_text(value, german=True)
    assert set(shown) <= set("-,0123456789")
    assert float(shown.replace(",", ".")) == value


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_an_empty_cell(nothing):
    assert number_text(nothing, german=True) == ""


def test_a_name_of_digits_keeps_its_zeros_in_a_german_spreadsheet():
    assert name_text("0075", german=True) == '="0075"'
    assert name_text("0075", german=False) == "0075"
    assert name_text("=1+1", german=True) == "'=1+1"


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["C"])), min_size=2, max_size=2)), st.booleans())
def test_cells_come_back_from_both_dialects(rows, first):
    for dialect, mark, delimiter in (("de", "\ufeff", ";"), ("rfc", "", ",")):
        text = csv_lines(rows, dialect, first=first).decode()
        if first:
            assert text.startswith(mark)
            text = text.removeprefix(mark)
        assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == rows
