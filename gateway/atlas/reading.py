"""Delivered files as tables: CSV in German and English dialects, XLSX, JSON. The content decides which, not the name.

Reading changes nothing: leading zeros stay, numbers stay as they are printed. What a table must not hold (formulas,
dates in place of area numbers, merged cells) becomes a `Special` cell or a fault with row and column.
"""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NoReturn

from gateway.atlas.errors import Fault, RefusedError, text

MAX_BYTES = 20 << 20
MAX_UNPACKED = 200 << 20
MAX_ROWS = 100_000
MAX_COLUMNS = 500
DELIMITERS = ";,\t|"


@dataclass(frozen=True, slots=True)
class Special:
    """A spreadsheet cell that is neither text nor number: formula, error, date, truth value."""

    kind: Literal["formula", "error", "date", "truth", "nested"]
    shown: str


Cell = str | Decimal | Special


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number in the file, cells in the order of the headings."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file as rows. `delimiter` is "" for XLSX and JSON; `encoding` is how the text was read."""

    file: str
    kind: Literal["csv", "xlsx", "json"]
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str = ""
    encoding: str = ""

    def column(self, place: int) -> list[Cell]:
        """All cells of a column."""
        return [row.cells[place] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a layout fixes; None and "" are found out from the file. `heading_row` counts from 1."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    heading_row: int = 1


_AUTO = ReadOptions()


def refuse(file: str, problem: str, todo: str, row: int | None = None, column: str | None = None) -> NoReturn:
    """Refuse a file for one reason."""
    raise RefusedError([Fault(file=file, row=row, column=column, problem=problem, todo=todo)])


def read_table(content: bytes, file: str, options: ReadOptions = _AUTO) -> Table:
    """Read a delivered file; raises RefusedError with every fault of its form."""
    if len(content) > MAX_BYTES:
        refuse(
            file,
            text(f"{len(content)} Bytes, erlaubt sind {MAX_BYTES}", f"{len(content)} bytes, allowed {MAX_BYTES}"),
            text("nur die verlangte Tabelle senden", "send only the table that is asked for"),
        )
    if not content.strip():
        refuse(
            file, text("die Datei ist leer", "the file is empty"), text("erneut ausgeben und senden", "export again")
        )
    start = content[:512].lstrip()
    for magic, what in (
        (b"\xd0\xcf\x11\xe0", "XLS (Excel 97) / Kennwortschutz, password protection"),
        (b"%PDF", "PDF"),
        (b"\x1f\x8b", "gzip"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"<", "HTML/XML"),
        (b"{\\rtf", "RTF"),
    ):
        if start.startswith(magic):
            refuse(
                file,
                text(f"Format wird nicht gelesen: {what}", f"format is not read: {what}"),
                text("als XLSX ohne Kennwort oder als CSV speichern", "save as XLSX without password, or as CSV"),
            )
    if content.startswith(b"PK"):
        return _read_xlsx(content, file, options)
    if start.lstrip(b"\xef\xbb\xbf")[:1] in {b"{", b"["}:
        return _read_json(content, file)
    return _read_csv(content, file, options)


# --- text -------------------------------------------------------------------------------------------------------

_MOJIBAKE = re.compile("Ã[" + bytes(range(0x80, 0xC0)).decode("cp1252", "ignore") + "\u0080-\u00bf]|â€|\ufffd")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def decode(content: bytes, file: str, encoding: str | None = None) -> tuple[str, str]:
    """Text and encoding of a file: UTF-8 with or without BOM, else Windows-1252; raises RefusedError with the row."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse(
            file,
            text("die Datei ist UTF-16 („Unicode-Text“)", "the file is UTF-16 ('Unicode text')"),
            text("als „CSV UTF-8“ speichern", "save as 'CSV UTF-8'"),
        )
    bom = content.startswith(b"\xef\xbb\xbf")
    content = content[3:] if bom else content
    candidates = ("utf-8",) if bom else (encoding,) if encoding else ("utf-8", "cp1252")
    failed: UnicodeDecodeError | None = None
    for candidate in candidates:
        try:
            decoded = content.decode(candidate)
        except UnicodeDecodeError as error:
            failed = error
            continue
        broken = _MOJIBAKE.search(decoded) or _CONTROL.search(decoded)
        if broken is None:
            return decoded, candidate
        row = decoded.count("\n", 0, broken.start()) + 1
        refuse(
            file,
            text(
                f"zerstörte Zeichen {broken[0]!r} (falsche Zeichenkodierung, gelesen als {candidate})",
                f"broken characters {broken[0]!r} (wrong character encoding, read as {candidate})",
            ),
            text("aus dem Quellsystem erneut als UTF-8 ausgeben", "export again from the source system as UTF-8"),
            row,
        )
    position = failed.start if failed else 0
    refuse(
        file,
        text(
            f"Byte {content[position]:#04x} passt nicht zur Zeichenkodierung {' / '.join(candidates)}",
            f"byte {content[position]:#04x} does not fit the character encoding {' / '.join(candidates)}",
        ),
        text("als UTF-8 oder Windows-1252 speichern", "save as UTF-8 or Windows-1252"),
        content.count(b"\n", 0, position) + 1,
    )


def _records(content: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Rows with at least one filled cell, with the number of their first line."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    found, line = [], 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            found.append((line, [cell.strip() for cell in cells]))
        line = reader.line_num + 1
    return found


def _find_delimiter(content: str, heading_row: int) -> str:
    """The delimiter that cuts the heading into most columns."""
    lines = content.splitlines()
    heading = lines[heading_row - 1] if len(lines) >= heading_row else ""
    unquoted = re.sub(r'"[^"]*"', "", heading)
    return max(DELIMITERS, key=unquoted.count)


def _read_csv(content: bytes, file: str, options: ReadOptions) -> Table:
    decoded, encoding = decode(content, file, options.encoding)
    heading_row = options.heading_row
    delimiter = options.delimiter
    if decoded[:4].lower() == "sep=" and len(decoded) > 4:
        delimiter, heading_row = delimiter or decoded[4], heading_row + 1
    delimiter = delimiter or _find_delimiter(decoded, heading_row)
    try:
        records = [(line, cells) for line, cells in _records(decoded, delimiter) if line >= heading_row]
    except csv.Error as error:
        refuse(
            file,
            text(
                f"Anführungszeichen sind nicht geschlossen oder stehen falsch ({error})",
                f"quotation marks are not closed or misplaced ({error})",
            ),
            text("Datei neu ausgeben, Texte in doppelten Anführungszeichen", "export again, texts in double quotes"),
        )
    if not records:
        refuse(
            file,
            text("keine Überschriften gefunden", "no headings found"),
            text("Tabelle mit Überschriften in der ersten Zeile senden", "send a table with headings in row 1"),
        )
    headings = records[0][1]
    while headings and not headings[-1] and all(len(c) < len(headings) or not c[len(headings) - 1] for _, c in records):
        headings = headings[:-1]
    faults, rows = [], []
    for line, cells in records[1:]:
        width = len(headings)
        trimmed = cells[:width] if len(cells) > width and not any(cells[width:]) else cells
        if len(trimmed) != width:
            faults.append(
                Fault(
                    file=file,
                    row=line,
                    column=None,
                    problem=text(
                        f"{len(trimmed)} Zellen statt {width}: die Spalten sind verschoben",
                        f"{len(trimmed)} cells instead of {width}: columns are shifted",
                    ),
                    todo=text(
                        f"Trennzeichen {delimiter!r} in Texten in Anführungszeichen setzen, Zeile prüfen",
                        f"quote texts that hold the delimiter {delimiter!r}, check the row",
                    ),
                )
            )
        else:
            rows.append(Row(line, tuple(trimmed)))
    return _checked(
        Table(
            file=file, kind="csv", headings=tuple(headings), rows=tuple(rows), delimiter=delimiter, encoding=encoding
        ),
        faults,
        heading_row,
    )


def _checked(table: Table, faults: Sequence[Fault] = (), heading_row: int = 1) -> Table:
    """Refuse tables without rows, with unnamed or doubled headings, or beyond the limits."""
    found = list(faults)
    if len(table.headings) > MAX_COLUMNS or len(table.rows) > MAX_ROWS:
        refuse(
            table.file,
            text(
                f"{len(table.rows)} Zeilen, {len(table.headings)} Spalten: zu groß",
                f"{len(table.rows)} rows, {len(table.headings)} columns: too large",
            ),
            text("nur die verlangte Tabelle senden", "send only the table that is asked for"),
        )
    seen: set[str] = set()
    for place, heading in enumerate(table.headings, 1):
        if not heading or heading in seen:
            found.append(
                Fault(
                    file=table.file,
                    row=heading_row,
                    column=heading or letter(place),
                    problem=text(
                        "Überschrift doppelt" if heading else "Spalte ohne Überschrift",
                        "heading appears twice" if heading else "column without a heading",
                    ),
                    todo=text("jeder Spalte eine eigene Überschrift geben", "give each column its own heading"),
                )
            )
        seen.add(heading)
    if not table.rows and not found:
        found.append(
            Fault(
                file=table.file,
                row=None,
                column=None,
                problem=text("nur Überschriften, keine Zeile mit Werten", "headings only, no row of values"),
                todo=text("vollständige Tabelle senden", "send the complete table"),
            )
        )
    if found:
        raise RefusedError(found)
    return table


def letter(place: int) -> str:
    """Spreadsheet letter of a column, 1 = A."""
    name = ""
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


# --- XLSX -------------------------------------------------------------------------------------------------------


def _read_xlsx(content: bytes, file: str, options: ReadOptions) -> Table:
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
    faults = [
        Fault(
            file=file,
            row=area.min_row,
            column=letter(area.min_col),
            problem=text(f"verbundene Zellen {area.coord}", f"merged cells {area.coord}"),
            todo=text("Verbund aufheben, jede Zelle füllen", "unmerge, fill every cell"),
        )
        for area in sheet.merged_cells.ranges
        if area.max_row >= options.heading_row
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
        if dimension.hidden and options.heading_row <= number <= sheet.max_row
    ]
    rows = [
        Row(number, tuple(_cell(cell) for cell in cells))
        for number, cells in enumerate(sheet.iter_rows(min_row=options.heading_row), options.heading_row)
    ]
    rows = [row for row in rows if any(cell != "" for cell in row.cells)]
    if not rows:
        refuse(
            file,
            text("keine Überschriften gefunden", "no headings found"),
            text(f"Überschriften in Zeile {options.heading_row} setzen", f"put headings in row {options.heading_row}"),
        )
    headings = [str(cell) if isinstance(cell, str | Decimal) else cell.shown for cell in rows[0].cells]
    keep = [place for place in range(len(headings)) if headings[place] or any(r.cells[place] != "" for r in rows[1:])]
    body = tuple(Row(row.number, tuple(row.cells[place] for place in keep)) for row in rows[1:])
    named = tuple(headings[place] for place in keep)
    return _checked(Table(file=file, kind="xlsx", headings=named, rows=body), faults, rows[0].number)


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


# --- JSON -------------------------------------------------------------------------------------------------------


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


def _read_json(content: bytes, file: str) -> Table:
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
    return _checked(Table(file=file, kind="json", headings=headings, rows=rows, encoding=encoding), faults)


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
