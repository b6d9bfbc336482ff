"""Observations as JSON rows and as CSV, in the German dialect and in that of RFC 4180.

German (`de`): `;`, decimal comma, UTF-8 with byte order mark, CRLF, `dd.mm.yyyy HH:MM` beside ISO 8601 with offset;
opens in a German spreadsheet by a double click. `rfc`: `,`, decimal point, ISO 8601 in UTC; for R and Python.
In both a text that a spreadsheet would take for a formula is led by an apostrophe; in the German one a name that it
would take for a number is written ="7076120000000001".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from decimal import Decimal
from math import isfinite
from typing import Any, Literal

from gateway.api.times import format_local, format_utc
from gateway.model import Flag, Observation
from gateway.quantities import QUANTITIES

Dialect = Literal["de", "rfc"]

STATUS: dict[int, tuple[str, str]] = {
    Flag.GOOD: ("gut", "good"),
    Flag.NOT_EVALUATED: ("ungeprüft", "not evaluated"),
    Flag.SUSPECT: ("auffällig", "suspect"),
    Flag.FAIL: ("fehlerhaft", "fail"),
    Flag.MISSING: ("fehlend", "missing"),
}
"""Words for the QARTOD flags, German and English."""

_COLUMNS = {
    "de": ("geraet", "kanal", "messgroesse", "einheit", "zeit", "zeit_iso", "wert", "flag", "status"),
    "rfc": ("device", "channel", "quantity", "unit", "time", "value", "flag", "status"),
}
_NUMBER = re.compile(r"\d+([.,]\d+)?([eE][+-]?\d+)?", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def unit_of(quantity: str) -> str:
    """UCUM code of a quantity's unit, "" for one that is not in the vocabulary."""
    row = QUANTITIES.get(quantity)
    return row.unit if row else ""


def json_rows(rows: Sequence[Observation]) -> list[dict[str, Any]]:
    """Rows for JSON: numbers as numbers, null for missing, times in UTC."""
    return [
        {
            "time": format_utc(row.time),
            "channel": row.channel,
            "quantity": row.quantity,
            "value": _finite(row.value),
            "unit": unit_of(row.quantity),
            "flag": int(row.flag),
        }
        for row in rows
    ]


def csv_head(dialect: Dialect) -> bytes:
    """Byte order mark (German dialect) and the line of column names."""
    mark = "\ufeff" if dialect == "de" else ""
    return (mark + _lines([_COLUMNS[dialect]], dialect)).encode()


def csv_rows(rows: Iterable[Observation], dialect: Dialect, zone: tzinfo) -> bytes:
    """The lines of some observations; local times are those of `zone`."""
    return _lines((_cells(row, dialect, zone) for row in rows), dialect).encode()


def _cells(row: Observation, dialect: Dialect, zone: tzinfo) -> tuple[str, ...]:
    german = dialect == "de"
    status = STATUS.get(row.flag, ("", ""))
    return (
        name_text(row.device, german=german),
        name_text(row.channel, german=german),
        safe_text(row.quantity),
        unit_of(row.quantity),
        *(format_local(row.time, zone) if german else (format_utc(row.time),)),
        number_text(row.value, german=german),
        str(int(row.flag)),
        status[0 if german else 1],
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def number_text(value: float | None, *, german: bool) -> str:
    """Shortest digits that give the same double again, never with an exponent."""
    if value is None or not isfinite(value):
        return ""
    text = repr(float(value)).removesuffix(".0")
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.replace(".", ",") if german else text


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def name_text(text: str, *, german: bool) -> str:
    """A name; in the German dialect one of digits stays text in a spreadsheet, as no 7,08E+15 and with its zeros."""
    return f'="{text}"' if german and _NUMBER.fullmatch(text) else safe_text(text)


def _lines(rows: Iterable[tuple[str, ...]], dialect: Dialect) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";" if dialect == "de" else ",", lineterminator="\r\n").writerows(rows)
    return out.getvalue()
