"""Classify any table by a method, without a database: what `gateway atlas classify` does.

table.csv --columns named by the method--> inputs --classification--> area, z_<variable>…, sum, index, class, excluded
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from gateway.atlas.classification import AreaResult, Result, matrix, run, run_dynamic
from gateway.atlas.errors import AtlasError, Fault, RefusedError, text
from gateway.atlas.headings import places
from gateway.atlas.methods import Method, parse_method, shipped
from gateway.atlas.numbers import DecimalMark, NumberError
from gateway.atlas.reading import Cell, Special, Table
from gateway.atlas.table_cells import decimal_mark, input_value, strangers
from gateway.spreadsheets import csv_lines, safe_text

Inputs = dict[str, dict[str, Decimal | None]]
WITHOUT = "left out on demand (--without)"
"""Reason printed for areas that the caller leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which heading holds the area and each input, where the caller overrides the method.

    Attributes:
        mark: the decimal mark, None: found out from the file.
        digits: area keys are filled up with leading zeros to so many digits; a spreadsheet that made numbers of them
            lost these.
        without: areas that are not counted.
    """

    area: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    mark: DecimalMark | None = None
    digits: int = 0
    without: tuple[str, ...] = ()

    def headings(self, method: Method, name: str) -> tuple[str, ...]:
        """Headings under which an input may stand."""
        return (self.inputs[name],) if name in self.inputs else method.headings(name)

    def area_headings(self, method: Method) -> tuple[str, ...]:
        """Headings under which the area may stand."""
        own = (method.area_column,) if isinstance(method.area_column, str) else method.area_column
        return (self.area,) if self.area else own

    def wanted(self, method: Method) -> tuple[str, ...]:
        """Everything that tells the row of headings from titles above it."""
        inputs = (name for entry in method.input for name in self.headings(method, entry.name))
        return tuple(dict.fromkeys([*self.area_headings(method), *inputs]))


_TOTAL = re.compile(r"^(summe|gesamt|insgesamt|zusammen|total)\b", re.IGNORECASE)


class _Places:
    """Where the area and each input stand in one table."""

    def __init__(self, table: Table, method: Method, columns: Columns) -> None:
        self.table, self.faults = table, list[Fault]()
        self.inputs: dict[str, int] = {}
        wanted = columns.area_headings(method)
        self.area = self._place(wanted, "--area-column")
        for entry in method.input:
            wanted = columns.headings(method, entry.name)
            needed = entry.name in method.needed or entry.name in columns.inputs
            place = self._place(wanted, f"--column {entry.name}=", needed=needed)
            if place is not None:
                self.inputs[entry.name] = place

    def _place(self, wanted: Sequence[str], option: str, *, needed: bool = True) -> int | None:
        found = places(self.table.headings, wanted)
        if len(found) > 1:
            fitting = ", ".join(self.table.headings[place] for place in found)
            self._fault(
                text(f"mehrere Spalten passen: {fitting}", f"several columns fit: {fitting}"),
                text(f"eine mit {option}… nennen", f"name one with {option}…"),
            )
        elif not found and needed:
            quoted = " / ".join(map(repr, wanted))
            there = ", ".join(self.table.headings)
            self._fault(
                text(f"keine Spalte {quoted}; vorhanden: {there}", f"no column {quoted}"),
                text(f"Überschrift mit {option}… nennen", f"name the heading with {option}…")
                + text("; andere Indikatoren sind eine andere Methode", "; another indicator set is another method"),
            )
        return found[0] if len(found) == 1 else None

    def _fault(self, problem: str, todo: str) -> None:
        self.faults.append(
            Fault(file=self.table.file, row=self.table.heading_row, column=None, problem=problem, todo=todo)
        )


def read_inputs(table: Table, method: Method, columns: Columns) -> Inputs:
    """Area → input → value for the inputs the method knows; raises RefusedError with every faulty cell."""
    unknown = set(columns.inputs) - {entry.name for entry in method.input}
    if unknown:
        named, known = ", ".join(sorted(unknown)), ", ".join(entry.name for entry in method.input)
        raise AtlasError(text(f"{method.id} kennt {named} nicht", f"{method.id} has no input {named}") + f": {known}")
    there = _Places(table, method, columns)
    if there.faults or there.area is None:
        raise RefusedError([*there.faults, *_fitting(table, method)])
    faults: list[Fault] = []
    _check_keys(table, there.area, columns)
    percents = {entry.name for entry in method.input if entry.unit == "%"}
    mark = columns.mark or decimal_mark(table, there.inputs)
    found: Inputs = {}
    rows: dict[str, int] = {}
    for row in table.rows:
        area, problem, todo = _area(row.cells[there.area], columns, rows)
        if area is None:
            faults.append(_fault(table, row.number, there.area, problem, todo))
            continue
        rows[area] = row.number
        values: dict[str, Decimal | None] = {entry.name: None for entry in method.input}
        for name, place in there.inputs.items():
            try:
                values[name] = input_value(row.cells[place], mark, percent=name in percents)
            except NumberError as error:
                faults.append(_fault(table, row.number, place, str(error)))
        found[area] = values
    if gone := [area for area in columns.without if area not in found]:
        raise AtlasError(text(f"--without: {', '.join(gone)} gibt es nicht", f"--without: no area {', '.join(gone)}"))
    faults += [
        _fault(
            table,
            rows[area],
            there.area,
            text(
                f"{area!r} ist keine Gebietsnummer wie die anderen: Summenzeile?",
                f"{area!r} is no area key as the others are: a row of totals?",
            ),
            text(f"Zeile löschen oder --without {area!r}", f"delete the row, or --without {area!r}"),
        )
        for area in strangers(found)
        if area not in columns.without
    ]
    if faults:
        raise RefusedError(faults)
    return found


def _check_keys(table: Table, place: int, columns: Columns) -> None:
    """One fault in place of one for each row, where a spreadsheet made numbers of all area keys."""
    keys = table.column(place)
    if columns.digits or not all(isinstance(key, Decimal) for key in keys):
        return
    digits = max(len(f"{key:f}") for key in keys)
    raise RefusedError(
        [
            _fault(
                table,
                table.rows[0].number,
                place,
                text("alle Gebiete sind Zahlen: führende Nullen?", "every area is a number: leading zeros?"),
                text(
                    f"Spalte als Text liefern oder Stellenzahl nennen: --area-digits {digits}",
                    f"deliver text, or give the number of digits: --area-digits {digits}",
                ),
            )
        ]
    )


def _area(cell: Cell, columns: Columns, rows: Mapping[str, int]) -> tuple[str | None, str, str]:
    """The key of a row, or None with what is wrong and what to do."""
    if isinstance(cell, Special):
        said = text(f"{cell.shown!r} ist kein Gebiet ({cell.kind})", f"{cell.shown!r} is no area ({cell.kind})")
        return None, said, text("Spalte als Text formatieren und neu füllen", "format the column as text")
    if isinstance(cell, Decimal):
        if not columns.digits:
            return (
                None,
                text(f"Gebiet {cell} ist eine Zahl: führende Nullen?", f"area {cell} is a number: leading zeros?"),
                text("Spalte als Text liefern oder --area-digits nennen", "deliver text, or give --area-digits"),
            )
        cell = f"{cell:f}"
    area = cell.zfill(columns.digits) if cell.isdigit() else cell
    if not area:
        return None, text("die Zeile hat kein Gebiet", "the row has no area"), text("Zeile löschen", "delete the row")
    if area in rows:
        said = text(f"Gebiet {area!r} steht schon in Zeile {rows[area]}", f"area {area!r} appears twice")
        return None, said, text("jedes Gebiet genau einmal", "each area exactly once")
    if _TOTAL.match(area) and area not in columns.without:
        said = text(f"{area!r}: Summenzeile zwischen den Gebieten", f"{area!r}: row of totals among the areas")
        return None, said, text(f"Zeile löschen oder --without {area!r}", f"delete the row, or --without {area!r}")
    return area, "", ""


def _fitting(table: Table, refused: Method) -> list[Fault]:
    """Shipped methods whose columns are all in the table, as a hint."""
    names = []
    for name, content in shipped().items():
        other = parse_method(content, name)
        if other.id != refused.id and not _Places(table, other, Columns()).faults:
            names.append(name)
    if not names:
        return []
    fitting = ", ".join(names)
    problem = text(f"die Spalten passen zu {fitting}", f"the columns fit {fitting}")
    todo = f"--method {names[0]} ?"
    return [Fault(file=table.file, row=table.heading_row, column=None, problem=problem, todo=todo)]


def _fault(table: Table, number: int, place: int, problem: str, todo: str = "") -> Fault:
    return Fault(
        file=table.file,
        row=number,
        column=table.headings[place],
        problem=problem,
        todo=todo or text("Zelle berichtigen", "correct the cell"),
    )


PREFIX = {"z": "z_", "rank": "rank_", "quantile": "quantile_", "deviation": "deviation_", "minmax": "minmax_",
          "points": "points_", "none": "value_"}  # fmt: skip


def printed(value: Decimal | None) -> str:
    """A number of a result: 12 decimals at most, no exponent, "" for none."""
    if value is None:
        return ""
    shown = f"{value:.12f}".rstrip("0").rstrip(".")
    return "0" if shown in {"-0", ""} else shown


def result_rows(
    result: Result, dynamic: Result | None = None, *, indicators: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a result.

    With `dynamic` its index and class and the status and dynamic field as well; with `indicators` what the formulas
    gave, in the units the method prints, also of excluded areas.
    """
    names = [indicator.name for indicator in result.method.indicator]
    prefix = PREFIX[result.method.transform.kind]
    headings = ["area", *(prefix + name for name in names), "sum", "index", "class", "excluded"]
    combined = matrix(result, dynamic) if dynamic else {}
    rows = []
    for area, row in result.areas.items():
        cells = [safe_text(area), *(printed(row.transformed.get(name)) for name in names)]
        cells += [printed(row.sum), printed(row.index), safe_text(row.label), safe_text(row.excluded)]
        if dynamic:
            change: AreaResult = dynamic.areas[area]
            cells += [printed(change.index), safe_text(change.label), safe_text(combined.get(area, ""))]
        if indicators:
            cells += [printed(row.indicators.get(name)) for name in names]
        rows.append(cells)
    headings += ["dynamic_index", "dynamic_class", "status_dynamic"] if dynamic else []
    return headings + ([f"indicator_{name}" for name in names] if indicators else []), rows


def to_csv(headings: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[str], *, german: bool) -> bytes:
    """CSV of a result: RFC 4180 with dots, or German with semicolons, decimal commas and BOM."""
    shown = (
        [cell.replace(".", ",") if german and heading in numeric else cell
         for heading, cell in zip(headings, row, strict=True)]
        for row in rows
    )  # fmt: skip
    return csv_lines(chain([headings], shown), "de" if german else "rfc", first=True)


def classify(
    table: Table, method: Method, columns: Columns, *, previous: Table | None = None, dynamic: bool = False
) -> tuple[Result, Result | None]:
    """Status result, and the dynamic one where asked for."""
    inputs = read_inputs(table, method, columns)
    earlier = read_inputs(previous, method, columns) if previous else None
    withheld = dict.fromkeys(columns.without, WITHOUT)
    result = run(method, inputs, withheld)
    return result, run_dynamic(method, inputs, earlier, withheld) if dynamic or earlier else None
