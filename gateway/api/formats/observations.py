"""Observations as JSON rows and as CSV, in the German dialect and in that of RFC 4180.

Beside what `gateway.spreadsheets` says of the two: the German one has `dd.mm.yyyy HH:MM` beside ISO 8601 with offset,
RFC 4180 ISO 8601 in UTC. In both a text that a spreadsheet would take for a formula is led by an apostrophe; in the
German one a name that it would take for a number is written ="7076120000000001".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from math import isfinite
from typing import Any

from gateway.api.times import format_local, format_utc
from gateway.model import Flag, Observation
from gateway.quantities import QUANTITIES
from gateway.spreadsheets import Dialect, csv_lines, name_text, number_text, safe_text

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
    return csv_lines([_COLUMNS[dialect]], dialect, first=True)


def csv_rows(rows: Iterable[Observation], dialect: Dialect, zone: tzinfo) -> bytes:
    """The lines of some observations; local times are those of `zone`."""
    return csv_lines((_cells(row, dialect, zone) for row in rows), dialect)


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
