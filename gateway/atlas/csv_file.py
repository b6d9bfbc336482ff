"""CSV in German and English dialects: encoding, delimiter and heading row are found out where nothing fixes them."""

from __future__ import annotations

import csv
import io
import re

from gateway.atlas.errors import Fault, RefusedError, text
from gateway.atlas.headings import FIRST_ROWS, fitting, heading_row
from gateway.atlas.table import ReadOptions, Row, Table, checked, refuse, without_remarks

DELIMITERS = ";,\t|"

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
    fault = Fault(
        file=file,
        row=content.count(b"\n", 0, position) + 1,
        column=None,
        problem=text(
            f"Byte {content[position]:#04x} passt nicht zur Zeichenkodierung {' / '.join(candidates)}",
            f"byte {content[position]:#04x} does not fit the character encoding {' / '.join(candidates)}",
        ),
        todo=text("als UTF-8 oder Windows-1252 speichern", "save as UTF-8 or Windows-1252"),
    )
    raise RefusedError([fault])


def _records(content: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Rows with at least one filled cell, with the number of their first line."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    found, line = [], 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            found.append((line, [cell.strip() for cell in cells]))
        line = reader.line_num + 1
    return found


def _find_headings(content: str, options: ReadOptions) -> tuple[int, str] | None:
    """Row and delimiter by which most of the wanted headings are found."""
    lines = content.splitlines()[:FIRST_ROWS]
    found = [
        (fitting(cells := _cells(lines[row - 1], delimiter), options.wanted), len(cells), -row, delimiter)
        for delimiter in ([options.delimiter] if options.delimiter else DELIMITERS)
        if (row := heading_row((_cells(line, delimiter) for line in lines), options.wanted)) is not None
    ]
    if not found:
        return None
    *_, row, delimiter = max(found)
    return -row, delimiter


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _find_delimiter(content: str, heading_row: int) -> str:
    """The delimiter that cuts the heading into most columns."""
    lines = content.splitlines()
    heading = lines[heading_row - 1] if len(lines) >= heading_row else ""
    unquoted = re.sub(r'"[^"]*"', "", heading)
    return max(DELIMITERS, key=unquoted.count)


def read_csv(content: bytes, file: str, options: ReadOptions) -> Table:
    """The table in a CSV file; raises RefusedError."""
    decoded, encoding = decode(content, file, options.encoding)
    row = options.heading_row
    delimiter = options.delimiter
    if decoded[:4].lower() == "sep=" and len(decoded) > 4:
        delimiter, row = delimiter or decoded[4], row + 1
    if options.wanted and (place := _find_headings(decoded, options)) is not None:
        row, delimiter = place
    delimiter = delimiter or _find_delimiter(decoded, row)
    try:
        records = [(line, cells) for line, cells in _records(decoded, delimiter) if line >= row]
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
    faults, rows = list[Fault](), list[Row]()
    remarks: tuple[Row, ...] = ()
    body = records[1:]
    if options.wanted:
        padded = [Row(line, tuple(c + [""] * (2 - len(c)))) for line, c in body]
        kept, remarks = without_remarks(padded)
        body = body[: len(kept)]
    for line, cells in body:
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
    return checked(
        Table(
            file=file,
            kind="csv",
            headings=tuple(headings),
            rows=tuple(rows),
            delimiter=delimiter,
            encoding=encoding,
            heading_row=records[0][0],
            remarks=remarks,
        ),
        faults,
    )
