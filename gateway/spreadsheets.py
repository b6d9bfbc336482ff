"""CSV that a spreadsheet opens by a double click, and texts in it that stay texts.

German (`de`): `;`, decimal comma, UTF-8 with byte order mark. `rfc`: RFC 4180 with `,` and decimal point, for R and
Python. Lines end with CRLF in both.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import isfinite
from typing import Literal

Dialect = Literal["de", "rfc"]

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Texts that begin so are formulas to a spreadsheet."""
_NUMBER = re.compile(r"\d+([.,]\d+)?([eE][+-]?\d+)?", re.ASCII)


def csv_lines(rows: Iterable[Sequence[str]], dialect: Dialect, *, first: bool = False) -> bytes:
    """The lines of some cells; `first`: the file begins with them."""
    out = io.StringIO()
    csv.writer(out, delimiter=";" if dialect == "de" else ",", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig" if first and dialect == "de" else "utf-8")


def number_text(value: float | None, *, german: bool) -> str:
    """Shortest digits that give the same double again, never with an exponent; "" for none."""
    if value is None or not isfinite(value):
        return ""
    text = repr(float(value)).removesuffix(".0")
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.replace(".", ",") if german else text


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe leads it, also where one does already."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def plain_text(text: str) -> str:
    """What `safe_text` was made of."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def name_text(text: str, *, german: bool) -> str:
    """A name; in the German dialect one of digits stays text in a spreadsheet, as no 7,08E+15 and with its zeros."""
    return f'="{text}"' if german and _NUMBER.fullmatch(text) else safe_text(text)
