"""What stands in place of an area: lost zeros, dates made by Excel, totals, footnotes."""

from __future__ import annotations

import re
from decimal import Decimal

from gateway.atlas.areas import Areas
from gateway.atlas.errors import text
from gateway.atlas.table import Cell, Special

TOTAL = re.compile(r"^(summe|gesamt|insgesamt|total|stadt|zusammen|alle)\b", re.IGNORECASE)
_DATE = re.compile(r"^\d{4}-\d\d-\d\d|^\d{1,2}\.\s?(?:\d{1,2}\.|[A-Za-zäÄ]{3})|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$")
_FOOTNOTE = re.compile(r"^(quelle|©|\(c\)|stand|hinweis|anmerkung|source|\*)", re.IGNORECASE)


def area_problem(cell: Cell, areas: Areas) -> tuple[str, str]:
    """Why a cell names no area, and what to do."""
    as_text = text("Spalte als Text formatieren und neu füllen", "format the column as text and fill it again")
    if isinstance(cell, Special):
        return text(
            f"{cell.shown!r} ist kein Gebiet ({cell.kind})", f"{cell.shown!r} is no area ({cell.kind})"
        ), as_text
    if isinstance(cell, Decimal):
        return text(
            f"Gebiet {cell} ist als Zahl gespeichert, führende Nullen sind verloren",
            f"area {cell} is stored as a number, leading zeros are lost",
        ), as_text
    if not cell:
        return text("die Zeile hat kein Gebiet", "the row has no area"), text(
            "Gebiet eintragen oder die Zeile löschen", "fill in the area or delete the row"
        )
    if f"0{cell}" in areas.names:
        return text(f"{cell!r}: führende Null verloren (0{cell}?)", f"{cell!r}: leading zero lost (0{cell}?)"), as_text
    if _DATE.match(cell):
        return text(f"{cell!r} ist ein Datum (von Excel verändert?)", f"{cell!r} is a date (made by Excel?)"), as_text
    if TOTAL.match(cell):
        return text(f"{cell!r}: Summenzeile", f"{cell!r}: row of totals"), text(
            "Summenzeile weglassen", "leave the row of totals out"
        )
    if _FOOTNOTE.match(cell):
        return text(f"{cell[:40]!r}: Fußnote in der Tabelle", f"{cell[:40]!r}: footnote inside the table"), text(
            "Fußnoten weglassen", "leave footnotes out"
        )
    return text(f"unbekanntes Gebiet {cell[:40]!r}", f"unknown area {cell[:40]!r}"), text(
        f"Gebietsnummer aus der Liste {areas.id} verwenden", f"use a number of the list {areas.id}"
    )
