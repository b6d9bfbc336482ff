"""XLSX: one sheet of plain values; what a table must not hold (formulas, merged and hidden cells) is a fault."""

from __future__ import annotations

import io
import warnings
import zipfile
from decimal import Decimal
from typing import Any

from gateway.atlas.errors import Fault, RefusedError, text
from gateway.atlas.headings import FIRST_ROWS, heading_row
from gateway.atlas.table import (
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    ReadOptions,
    Row,
    Special,
    Table,
    checked,
    letter,
    refuse,
    without_remarks,
)

MAX_UNPACKED = 200 << 20


def read_xlsx(content: bytes, file: str, options: ReadOptions) -> Table:
    """The table in a workbook; raises RefusedError."""
    from openpyxl import load_workbook  # noqa: PLC0415 - only deliveries in this format pay for it

    broken = text("die Datei ist keine lesbare XLSX-Tabelle", "the file is no readable XLSX table")
    again = text("in Excel öffnen und als XLSX neu speichern", "open in Excel and save as XLSX again")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in names or sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                refuse(file, broken, again)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not keep
            book = load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
    except RefusedError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its XML parser meets in a broken file
        refuse(file, f"{broken} ({type(error).__name__})", again)
    try:
        return _sheet(book, file, options)
    finally:
        book.close()


def _sheet(book: Any, file: str, options: ReadOptions) -> Table:
    filled = [name for name in book.sheetnames if book[name].max_row > 1 or book[name]["A1"].value is not None]
    name = options.sheet or (filled[0] if len(filled) == 1 else None)
    if name is None or name not in book.sheetnames:
        refuse(
            file,
            text(
                f"Blätter {', '.join(book.sheetnames)}: welches gilt, ist unklar",
                f"sheets {', '.join(book.sheetnames)}: unclear which one counts",
            ),
            text(
                f"nur ein Blatt senden{f' oder es {options.sheet!r} nennen' if options.sheet else ''}",
                f"send one sheet only{f' or name it {options.sheet!r}' if options.sheet else ''}",
            ),
        )
    sheet = book[name]
    if sheet.max_row > MAX_ROWS or sheet.max_column > MAX_COLUMNS:
        refuse(
            file,
            text(
                f"{sheet.max_row} Zeilen, {sheet.max_column} Spalten: zu groß",
                f"{sheet.max_row} rows, {sheet.max_column} columns: too large",
            ),
            text("leere, aber formatierte Zeilen und Spalten löschen", "delete empty but formatted rows and columns"),
        )
    first = options.heading_row
    if options.wanted:
        texts = ([_shown(_cell(c)) for c in cells] for cells in sheet.iter_rows(max_row=FIRST_ROWS))
        first = heading_row(texts, options.wanted) or first
    faults = [
        Fault(
            file=file,
            row=area.min_row,
            column=letter(area.min_col),
            problem=text(f"verbundene Zellen {area.coord}", f"merged cells {area.coord}"),
            todo=text("Verbund aufheben, jede Zelle füllen", "unmerge, fill every cell"),
        )
        for area in sheet.merged_cells.ranges
        if area.max_row >= first
    ]
    faults += [
        Fault(
            file=file,
            row=number,
            column=None,
            problem=text("ausgeblendete Zeile (Filter?)", "hidden row (filter?)"),
            todo=text("Filter entfernen, alle Zeilen einblenden", "remove the filter, show every row"),
        )
        for number, dimension in sheet.row_dimensions.items()
        if dimension.hidden and first <= number <= sheet.max_row
    ]
    rows = [
        Row(number, tuple(_cell(cell) for cell in cells))
        for number, cells in enumerate(sheet.iter_rows(min_row=first), first)
    ]
    rows = [row for row in rows if any(cell != "" for cell in row.cells)]
    if not rows:
        refuse(
            file,
            text("keine Überschriften gefunden", "no headings found"),
            text(f"Überschriften in Zeile {options.heading_row} setzen", f"put headings in row {options.heading_row}"),
        )
    headings = [_shown(cell) for cell in rows[0].cells]
    keep = [place for place in range(len(headings)) if headings[place] or any(r.cells[place] != "" for r in rows[1:])]
    body = tuple(Row(row.number, tuple(row.cells[place] for place in keep)) for row in rows[1:])
    remarks: tuple[Row, ...] = ()
    if options.wanted:
        body, remarks = without_remarks(body)
    named = tuple(headings[place] for place in keep)
    table = Table(file=file, kind="xlsx", headings=named, rows=body, heading_row=rows[0].number, remarks=remarks)
    return checked(table, faults)


def _shown(cell: Cell) -> str:
    return cell.shown if isinstance(cell, Special) else str(cell)


def _cell(cell: Any) -> Cell:
    value = cell.value
    match cell.data_type:
        case "f":
            return Special("formula", str(getattr(value, "text", value)))
        case "e":
            return Special("error", str(value))
        case "b":
            return Special("truth", str(value))
        case "d":
            return Special("date", str(value))
        case "n" if value is None:
            return ""
        case "n":
            return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        case _:
            return str(value).strip()
