"""Devices, sites and installations from CSV and XLSX: every row gets its line, every fault its row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.atlas.errors import RefusedError
from gateway.atlas.numbers import DecimalMark
from gateway.atlas.reading import ReadOptions, Row, Table, read_table
from gateway.registry.columns import (
    SHEETS,
    TABLES,
    Column,
    Context,
    KindOfTable,
    by_heading,
    habit,
    plain,
    recognise,
)
from gateway.registry.errors import RegistryError
from gateway.registry.model import Device, Fact, Identifier, Installation, Owner, Site, Source
from gateway.registry.service import Edit, Registry
from gateway.registry.taking import TAKE, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """What is wrong in a row; `column` is the file's own heading, "" for the row as a whole."""

    column: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """The line of one row. `row` counts as a spreadsheet does, the heading is row 1."""

    row: int
    key: str
    outcome: Outcome
    faults: tuple[RowFault, ...] = ()

    def __str__(self) -> str:
        said = "; ".join(
            f"{f'Spalte/column {fault.column!r}: ' if fault.column else ''}{fault.words}" for fault in self.faults
        )
        return f"Zeile/row {self.row}: {self.key or '?'}: {self.outcome}{f': {said}' if said else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a table. `written`: whether anything was."""

    kind: KindOfTable
    rows: tuple[RowResult, ...]
    written: bool

    def counts(self) -> Mapping[Outcome, int]:
        """Rows by outcome."""
        return Counter(row.outcome for row in self.rows)


def import_table(
    registry: Registry,
    content: bytes,
    file: str,
    *,
    who: str,
    reason: str = "",
    kind: KindOfTable | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> Imported:
    """Take over a CSV or XLSX table.

    Args:
        registry: where to.
        content: the file.
        file: its name, for messages.
        who: for the audit log.
        reason: for the audit log, behind the file's name.
        kind: what it is about; None: found out from its headings.
        sheet: of an XLSX file with several.
        dry_run: say what would happen, write nothing.
        all_or_nothing: one faulty row, and nothing is written; else the right rows are.

    Raises:
        RegistryError: the file as a whole cannot be used; the message names every fault of its form.
    """  # fmt: skip
    try:
        table = read_table(content, file, ReadOptions(sheet=sheet))
    except RefusedError as error:
        raise RegistryError(f"{file} ist nicht lesbar", str(error)) from error
    found, columns = _columns(table, kind)
    rows: tuple[RowResult, ...] = ()
    written = False
    with registry.change(who, f"import {file}{f': {reason}' if reason else ''}") as edit:
        rows = _rows(edit, table, found, columns)
        refused = any(row.outcome is Outcome.REFUSED for row in rows)
        written = not dry_run and not (all_or_nothing and refused)
        if not written:
            edit.dry_run()
    return Imported(
        kind=found, rows=rows, written=written and any(r.outcome in {Outcome.ADDED, Outcome.CHANGED} for r in rows)
    )


def import_workbook(
    registry: Registry,
    content: bytes,
    file: str,
    *,
    who: str,
    reason: str = "",
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> list[Imported]:
    """Take over a workbook with the sheets of an export, in the order in which they build on each other."""
    return [
        import_table(registry, content, file, who=who, reason=reason, kind=kind, sheet=SHEETS[kind],
                     dry_run=dry_run, all_or_nothing=all_or_nothing)
        for kind in sheets_of(content)
    ]  # fmt: skip


def sheets_of(content: bytes) -> list[KindOfTable]:
    """Which of the export's sheets an XLSX file has with rows; none when it is another file."""
    if not content.startswith(b"PK"):
        return []
    import io  # noqa: PLC0415 - beside its only user

    from openpyxl import load_workbook  # noqa: PLC0415 - only workbooks pay for it

    try:
        book = load_workbook(io.BytesIO(content), read_only=True)
    except Exception as error:  # openpyxl raises whatever its XML parser meets
        raise RegistryError("die Datei ist keine lesbare XLSX-Tabelle", f"no readable workbook: {error}") from error
    try:
        return [kind for kind, name in SHEETS.items() if name in book.sheetnames and (book[name].max_row or 2) > 1]
    finally:
        book.close()


def _columns(table: Table, kind: KindOfTable | None) -> tuple[KindOfTable, dict[int, Column]]:
    found = kind or recognise(table.headings)
    if found is None:
        known = "; ".join(f"{SHEETS[each]}: {', '.join(c.de for c in TABLES[each])}" for each in TABLES)
        raise RegistryError(
            f"{table.file}: die Überschriften passen zu keiner Tabelle ({known})",
            f"{table.file}: the headings {', '.join(table.headings)} fit no table",
        )
    names = by_heading(found)
    columns: dict[int, Column] = {}
    faults = []
    for place, heading in enumerate(table.headings):
        column = names.get(plain(heading))
        if column is None:
            faults.append(f"Spalte unbekannt / unknown column: {heading!r}")
        elif column.field in {each.field for each in columns.values()}:
            faults.append(f"Spalte doppelt / column twice: {heading!r}")
        else:
            columns[place] = column
    there = {column.field for column in columns.values()}
    faults += [f"Spalte fehlt / column missing: {c.de!r}" for c in TABLES[found] if c.required and c.field not in there]
    if faults:
        raise RegistryError(f"{table.file}: {'; '.join(faults)}", f"nothing was taken from {table.file}")
    return found, columns


def _rows(edit: Edit, table: Table, kind: KindOfTable, columns: Mapping[int, Column]) -> tuple[RowResult, ...]:
    fallback: DecimalMark | None = "," if table.delimiter == ";" else "." if table.delimiter == "," else None
    contexts = {
        place: Context(mark=habit(table.column(place), fallback) if column.numeric else None)
        for place, column in columns.items()
    }
    headings = {column.field: table.headings[place] for place, column in columns.items()}
    edit.change.preload(Owner, Site)
    if kind != "sites":
        edit.change.preload(Source, Device, Identifier, Installation, Fact)
    seen: dict[str, int] = {}
    return tuple([_row(edit, row, kind, columns, contexts, headings, seen) for row in table.rows])


def _row(
    edit: Edit, row: Row, kind: KindOfTable, columns: Mapping[int, Column], contexts: Mapping[int, Context],
    headings: Mapping[str, str], seen: dict[str, int],
) -> RowResult:  # fmt: skip
    values: dict[str, Any] = {}
    faults: list[RowFault] = []
    for place, column in columns.items():
        cell = row.cells[place]
        try:
            if cell != "":
                values[column.field] = column.read(cell, contexts[place])
            elif column.required:
                faults.append(RowFault(column=headings[column.field], words="fehlt / is missing"))
        except RegistryError as error:
            faults.append(RowFault(column=headings[column.field], words=str(error)))
    key = str(values.get("id", values.get("device", "")))
    if not faults and kind != "installations":
        if key in seen:
            words = f"{key} steht schon in Zeile {seen[key]} / is in row {seen[key]} already"
            faults.append(RowFault(column=headings["id"], words=words))
        seen.setdefault(key, row.number)
    if not faults:
        try:
            with edit.change.attempt():
                return RowResult(row=row.number, key=key, outcome=TAKE[kind](edit, values))
        except RegistryError as error:
            faults.append(RowFault(column=headings.get(error.field, ""), words=str(error)))
    return RowResult(row=row.number, key=key, outcome=Outcome.REFUSED, faults=tuple(faults))
