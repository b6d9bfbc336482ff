"""A delivered file as a table, whatever its format: headings, rows with their numbers, cells as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NoReturn

from gateway.atlas.errors import Fault, RefusedError, text

MAX_BYTES = 20 << 20
MAX_ROWS = 100_000
MAX_COLUMNS = 500


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
    """A file as rows.

    Attributes:
        delimiter: "" for XLSX and JSON.
        encoding: how the text was read.
        heading_row: where the headings stand.
        remarks: rows of a single text after the last row of values, which are no part of the table.
    """

    file: str
    kind: Literal["csv", "xlsx", "json"]
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str = ""
    encoding: str = ""
    heading_row: int = 1
    remarks: tuple[Row, ...] = ()

    def column(self, place: int) -> list[Cell]:
        """All cells of a column."""
        return [row.cells[place] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a layout fixes; None and "" are found out from the file.

    Attributes:
        heading_row: counts from 1.
        wanted: with these the heading row is looked for instead, below titles, and remarks after the table are let go.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    heading_row: int = 1
    wanted: tuple[str, ...] = ()


def refuse(file: str, problem: str, todo: str, row: int | None = None, column: str | None = None) -> NoReturn:
    """Refuse a file for one reason."""
    raise RefusedError([Fault(file=file, row=row, column=column, problem=problem, todo=todo)])


def without_remarks(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The table's rows, and the rows after them in which nothing but the first cell is filled."""
    end = len(rows)
    while end > 1 and not any(cell != "" for cell in rows[end - 1].cells[1:]):
        end -= 1
    return tuple(rows[:end]), tuple(rows[end:])


def checked(table: Table, faults: Sequence[Fault] = ()) -> Table:
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
                    row=table.heading_row,
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
