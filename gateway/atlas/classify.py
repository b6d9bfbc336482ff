"""Classify any table by a method, without a database: what `gateway atlas classify` does.

table.csv --columns named by the method--> inputs --classification--> area, z_<variable>…, sum, index, class, excluded
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.atlas.classification import AreaResult, Result, matrix, run, run_dynamic
from gateway.atlas.errors import AtlasError, Fault, RefusedError, text
from gateway.atlas.methods import Method, parse_method, shipped
from gateway.atlas.numbers import AmbiguousNumberError, DecimalMark, NumberError, Symbol, detect_mark, parse_number
from gateway.atlas.reading import Cell, Special, Table

Inputs = dict[str, dict[str, Decimal | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which heading holds the area and each input, where the caller overrides the method. `mark` fixes the decimal."""

    area: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    mark: DecimalMark | None = None


def _place(table: Table, wanted: Sequence[str], what: str) -> int | None:
    """Column of the first wanted heading; equal but for case and blanks is accepted when only one column is."""
    for heading in wanted:
        if heading in table.headings:
            return table.headings.index(heading)
    folded = [heading.casefold().strip() for heading in table.headings]
    found = {place for heading in wanted for place, own in enumerate(folded) if own == heading.casefold().strip()}
    if len(found) > 1:
        fitting = ", ".join(table.headings[p] for p in sorted(found))
        raise AtlasError(
            text(f"{table.file}: zu {what} passen mehrere Spalten", f"several columns fit {what}") + f": {fitting}"
        )
    return found.pop() if found else None


def read_inputs(table: Table, method: Method, columns: Columns) -> Inputs:
    """Area → input → value for the inputs the method knows; raises RefusedError with every faulty cell."""
    unknown = set(columns.inputs) - {entry.name for entry in method.input}
    if unknown:
        named, known = ", ".join(sorted(unknown)), ", ".join(entry.name for entry in method.input)
        raise AtlasError(text(f"{method.id} kennt {named} nicht", f"{method.id} has no input {named}") + f": {known}")
    own = (method.area_column,) if isinstance(method.area_column, str) else method.area_column
    wanted_area = (columns.area,) if columns.area else own
    area_place = _place(table, wanted_area, "area")
    faults: list[Fault] = []
    if area_place is None:
        faults.append(_missing(table, "--area-column", wanted_area))
    places: dict[str, int] = {}
    for entry in method.input:
        wanted = (columns.inputs[entry.name],) if entry.name in columns.inputs else method.headings(entry.name)
        place = _place(table, wanted, entry.name)
        if place is not None:
            places[entry.name] = place
        elif entry.name in method.needed or entry.name in columns.inputs:
            faults.append(_missing(table, f"--column {entry.name}=", wanted))
    if faults or area_place is None:
        raise RefusedError([*faults, *_fitting(table, method)])
    mark = columns.mark or _mark(table, places)
    found: Inputs = {}
    for row in table.rows:
        area = row.cells[area_place]
        if not isinstance(area, str) or not area or area in found:
            problem = (
                text(f"Gebiet {area!r} steht doppelt", f"area {area!r} appears twice")
                if isinstance(area, str) and area
                else text("das Gebiet ist kein Text (führende Nullen?)", "the area is no text (leading zeros?)")
            )
            faults.append(_fault(table, row.number, area_place, problem))
            continue
        values: dict[str, Decimal | None] = {entry.name: None for entry in method.input}
        for name, place in places.items():
            try:
                values[name] = _value(row.cells[place], mark)
            except NumberError as error:
                faults.append(_fault(table, row.number, place, str(error)))
        found[area] = values
    if faults:
        raise RefusedError(faults)
    return found


def _fitting(table: Table, refused: Method) -> list[Fault]:
    """Shipped methods whose columns are all in the table, as a hint."""
    names = []
    for name, content in shipped().items():
        other = parse_method(content, name)
        own = (other.area_column,) if isinstance(other.area_column, str) else other.area_column
        columns = [own, *(other.headings(needed) for needed in other.needed)]
        if other.id != refused.id and all(set(wanted) & set(table.headings) for wanted in columns):
            names.append(name)
    if not names:
        return []
    fitting = ", ".join(names)
    problem = text(f"die Spalten passen zu {fitting}", f"the columns fit {fitting}")
    return [Fault(file=table.file, row=1, column=None, problem=problem, todo=f"--method {names[0]} ?")]


def _missing(table: Table, option: str, wanted: Sequence[str]) -> Fault:
    return Fault(
        file=table.file,
        row=1,
        column=None,
        problem=text(
            f"keine Spalte {' / '.join(map(repr, wanted))}; vorhanden: {', '.join(table.headings)}",
            f"no column {' / '.join(map(repr, wanted))}",
        ),
        todo=text(f"Überschrift mit {option}… nennen", f"name the heading with {option}…")
        + text("; andere Indikatoren sind eine andere Methode", "; another indicator set is another method"),
    )


def _fault(table: Table, number: int, place: int, problem: str) -> Fault:
    return Fault(
        file=table.file,
        row=number,
        column=table.headings[place],
        problem=problem,
        todo=text("Zelle berichtigen", "correct the cell"),
    )


def _mark(table: Table, places: Mapping[str, int]) -> DecimalMark | None:
    """The decimal mark of the file; in a comma-separated file a lone dot is decimal."""
    texts = [cell for place in places.values() for cell in table.column(place) if isinstance(cell, str)]
    try:
        return detect_mark(texts) or ("." if table.delimiter == "," else None)
    except AmbiguousNumberError as error:
        raise AtlasError(f"{table.file}: {error}: --decimal , / --decimal .") from error


def _value(cell: Cell, mark: DecimalMark | None) -> Decimal | None:
    if isinstance(cell, Special):
        raise NumberError(f"{cell.kind} {cell.shown!r}")
    if isinstance(cell, Decimal):
        return cell
    try:
        value = parse_number(cell, mark)
    except AmbiguousNumberError as error:
        raise NumberError(f"{error} (--decimal)") from error
    if isinstance(value, Symbol):
        return Decimal(0) if value is Symbol.NOTHING else None
    return value


PREFIX = {"z": "z_", "rank": "rank_", "quantile": "quantile_", "deviation": "deviation_", "minmax": "minmax_",
          "points": "points_", "none": "value_"}  # fmt: skip


def printed(value: Decimal | None) -> str:
    """A number of a result: 12 decimals at most, no exponent, "" for none."""
    if value is None:
        return ""
    shown = f"{value:.12f}".rstrip("0").rstrip(".")
    return "0" if shown in {"-0", ""} else shown


def guarded(cell: str) -> str:
    """Text that a spreadsheet would take for a formula, made harmless."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def result_rows(result: Result, dynamic: Result | None = None) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a result; with `dynamic` its index and class and the status and dynamic field as well."""
    names = [indicator.name for indicator in result.method.indicator]
    prefix = PREFIX[result.method.transform.kind]
    headings = ["area", *(prefix + name for name in names), "sum", "index", "class", "excluded"]
    combined = matrix(result, dynamic) if dynamic else {}
    rows = []
    for area, row in result.areas.items():
        cells = [guarded(area), *(printed(row.transformed.get(name)) for name in names)]
        cells += [printed(row.sum), printed(row.index), guarded(row.label), guarded(row.excluded)]
        if dynamic:
            change: AreaResult = dynamic.areas[area]
            cells += [printed(change.index), guarded(change.label), guarded(combined.get(area, ""))]
        rows.append(cells)
    return [*headings, *(["dynamic_index", "dynamic_class", "status_dynamic"] if dynamic else [])], rows


def to_csv(headings: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[str], *, german: bool) -> bytes:
    """CSV of a result: RFC 4180 with dots, or German with semicolons, decimal commas and BOM."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if german else ",", lineterminator="\r\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(
            cell.replace(".", ",") if german and heading in numeric else cell
            for heading, cell in zip(headings, row, strict=True)
        )
    return out.getvalue().encode("utf-8-sig" if german else "utf-8")


def classify(
    table: Table, method: Method, columns: Columns, *, previous: Table | None = None, dynamic: bool = False
) -> tuple[Result, Result | None]:
    """Status result, and the dynamic one where asked for."""
    inputs = read_inputs(table, method, columns)
    earlier = read_inputs(previous, method, columns) if previous else None
    return run(method, inputs), run_dynamic(method, inputs, earlier) if dynamic or earlier else None
