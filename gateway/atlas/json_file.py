"""JSON: a list of objects with the same keys, alone or as the member "data"."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NoReturn

from gateway.atlas.csv_file import decode
from gateway.atlas.errors import Fault, text
from gateway.atlas.table import Cell, Row, Special, Table, checked, refuse


class _JsonFaultError(ValueError):
    """The JSON text breaks a rule of deliveries."""


def _pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _JsonFaultError(f"key {key!r} twice in one object")
        found[key] = value
    return found


def _constant(word: str) -> NoReturn:
    raise _JsonFaultError(f"{word} is no JSON number")


def read_json(content: bytes, file: str) -> Table:
    """The table in a JSON file; raises RefusedError."""
    decoded, encoding = decode(content, file, None if content.startswith(b"\xef\xbb\xbf") else "utf-8")
    try:
        data = json.loads(decoded, object_pairs_hook=_pairs, parse_float=Decimal, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        row = error.lineno if isinstance(error, json.JSONDecodeError) else None
        refuse(
            file,
            text(f"kein gültiges JSON: {error}", f"no valid JSON: {error}"),
            text('Liste von Objekten ausgeben: [{"gebiet": "01", …}]', 'export a list of objects: [{"area": "01", …}]'),
            row,
        )
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        data = data["data"]
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        refuse(
            file,
            text("verlangt ist eine Liste von Objekten", "a list of objects is needed"),
            text('[{"gebiet": "01", …}] oder {"data": […]} senden', 'send [{"area": "01", …}] or {"data": […]}'),
        )
    headings = tuple(dict.fromkeys(key for item in data for key in item))
    faults = [
        Fault(
            file=file,
            row=number,
            column=heading,
            problem=text("der Schlüssel fehlt in diesem Objekt", "the key is missing in this object"),
            todo=text(
                "jedem Objekt dieselben Schlüssel geben, null für leer",
                "give all objects the same keys, null for empty",
            ),
        )
        for number, item in enumerate(data, 1)
        for heading in headings
        if heading not in item
    ]
    rows = tuple(Row(n, tuple(_json_cell(item.get(h)) for h in headings)) for n, item in enumerate(data, 1))
    return checked(Table(file=file, kind="json", headings=headings, rows=rows, encoding=encoding), faults)


def _json_cell(value: Any) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return Special("truth", str(value).lower())
        case int() | Decimal():
            return Decimal(value)
        case str():
            return value.strip()
        case _:
            return Special("nested", type(value).__name__)
