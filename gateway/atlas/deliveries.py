"""A delivered table against its dataset: the values in it, or every fault with row and column. Pure.

    Table --layout--> cells --numbers--> values --plausibility--> Values | RefusedError

A file is taken whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.atlas.areas import Areas
from gateway.atlas.datasets import Column, Dataset, Layout, Variable
from gateway.atlas.errors import Fault, RefusedError, text
from gateway.atlas.numbers import AmbiguousNumberError, DecimalMark, NumberError, Symbol, detect_mark, parse_number
from gateway.atlas.reading import Cell, ReadOptions, Special, Table, letter, read_table

MAX_FAULTS = 500

ValueKey = tuple[str, str, str]
"""(area, variable, group) within one dataset and Stichtag."""

Values = dict[ValueKey, Decimal | Symbol]

_TOTAL_WORDS = re.compile(r"^(summe|gesamt|insgesamt|total|stadt|zusammen|alle)\b", re.IGNORECASE)
_DATE = re.compile(r"^\d{4}-\d\d-\d\d|^\d{1,2}\.\s?(?:\d{1,2}\.|[A-Za-zäÄ]{3})|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$")
_FOOTNOTE = re.compile(r"^(quelle|©|\(c\)|stand|hinweis|anmerkung|source|\*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a delivery is compared with: the areas, the date, the values of the previous Stichtag.

    `confirmed` says that a person has looked at the jumps and takes them as they are.
    """

    dataset: Dataset
    areas: Areas
    stichtag: date
    previous: Mapping[ValueKey, Decimal | Symbol]
    confirmed: bool = False


class _Faults:
    """Collects faults of one file, up to a limit that keeps a wrong file from filling the log."""

    def __init__(self, file: str) -> None:
        self.file, self.found = file, list[Fault]()

    def add(self, row: int | None, column: str | None, problem: str, todo: str) -> None:
        if len(self.found) < MAX_FAULTS:
            self.found.append(Fault(file=self.file, row=row, column=column, problem=problem, todo=todo))

    def stop_if_any(self) -> None:
        if self.found:
            raise RefusedError(self.found)


def read_delivery(content: bytes, file: str, expected: Expectation) -> Values:
    """Values of a delivered file.

    Every layout of the dataset is tried; the faults reported are those of the layout whose headings fit best.

    Raises:
        RefusedError: the file is refused whole; each fault names file, row, column and what to do.
    """
    refused: RefusedError | None = None
    best = -1
    for layout in expected.dataset.layout:
        options = ReadOptions(
            encoding=layout.encoding,
            delimiter=layout.delimiter,
            sheet=layout.sheet,
            heading_row=layout.heading_row,
        )
        try:
            table = read_table(content, file, options)
        except RefusedError as error:
            refused = refused or error
            continue
        fit = len(_known_headings(layout) & set(table.headings))
        try:
            return _Delivery(table, layout, expected).values()
        except RefusedError as error:
            if fit > best:
                refused, best = error, fit
    if refused is None:
        raise AssertionError("a dataset has at least one layout")
    raise refused


def _known_headings(layout: Layout) -> set[str]:
    named = {heading for column in layout.column for heading in column.headings}
    return named | {*layout.area_headings, *layout.name_headings, *layout.stichtag_headings}


class _Delivery:
    """One table under one layout."""

    def __init__(self, table: Table, layout: Layout, expected: Expectation) -> None:
        self.table, self.layout, self.expected = table, layout, expected
        self.dataset, self.areas = expected.dataset, expected.areas
        self.faults = _Faults(table.file)
        self.rows: dict[str, int] = {}

    def values(self) -> Values:
        area_place = self._area_place()
        places = self._places()
        self._check_extra(area_place, places)
        self.faults.stop_if_any()
        if area_place is None:
            raise AssertionError("a missing area column is a fault")
        mark = self._mark(places)
        self._check_dates()
        found: Values = {}
        for row in self.table.rows:
            area = self._area(row.cells[area_place], row.number, area_place)
            if area is None:
                continue
            self._check_name(area, row.cells, row.number)
            for column, place in places:
                value = self._value(row.cells[place], column, row.number, place, mark)
                if value is not None:
                    found[area, column.variable, column.group] = value
        self._check_complete()
        self.faults.stop_if_any()
        for number, column_name, problem, todo in plausibility(found, self.expected):
            self.faults.add(self.rows.get(number), column_name, problem, todo)
        self.faults.stop_if_any()
        return found

    def _heading(self, wanted: tuple[str, ...]) -> int | None:
        folded = [heading.casefold() for heading in self.table.headings]
        return next((folded.index(h.casefold()) for h in wanted if h.casefold() in folded), None)

    def _area_place(self) -> int | None:
        place = self._heading(self.layout.area_headings)
        if place is None:
            self._missing(self.layout.area_headings)
        return place

    def _places(self) -> list[tuple[Column, int]]:
        found = []
        for column in self.layout.column:
            place = self._heading(column.headings)
            if place is None:
                self._missing(column.headings)
            else:
                found.append((column, place))
        return found

    def _missing(self, headings: tuple[str, ...]) -> None:
        shown = ", ".join(self.table.headings[:30])
        self.faults.add(
            self.layout.heading_row,
            headings[0],
            text(f"Spalte fehlt; gefunden: {shown}", f"column is missing; found: {shown}"),
            text(
                f"Spalte „{headings[0]}“ liefern, Überschriften in Zeile {self.layout.heading_row}",
                f"deliver the column '{headings[0]}', headings in row {self.layout.heading_row}",
            ),
        )

    def _check_extra(self, area_place: int | None, places: list[tuple[Column, int]]) -> None:
        if self.layout.extra == "ignore":
            return
        optional = {self._heading((h,)) for h in (*self.layout.name_headings, *self.layout.stichtag_headings)}
        known = {area_place, *(place for _, place in places), *optional}
        for place, heading in enumerate(self.table.headings):
            if place not in known:
                self.faults.add(
                    self.layout.heading_row,
                    heading,
                    text("unbekannte Spalte", "unknown column"),
                    text("Spalte weglassen oder die Überschrift berichtigen", "leave it out, or correct the heading"),
                )

    def _mark(self, places: list[tuple[Column, int]]) -> DecimalMark | None:
        if self.layout.decimal:
            return self.layout.decimal
        texts = [cell for _, place in places for cell in self.table.column(place) if isinstance(cell, str)]
        try:
            return detect_mark(texts) or ("." if self.table.delimiter == "," else None)
        except AmbiguousNumberError as error:
            self.faults.add(
                None,
                None,
                text(f"Dezimalkomma und Dezimalpunkt gemischt: {error}", f"decimal comma and point are mixed: {error}"),
                text("alle Zahlen in derselben Schreibweise liefern", "deliver all numbers in one notation"),
            )
            self.faults.stop_if_any()
            return None

    def _check_dates(self) -> None:
        place = self._heading(self.layout.stichtag_headings)
        wanted = self.expected.stichtag
        accepted = {wanted.isoformat(), f"{wanted:%d.%m.%Y}", f"{wanted:%Y%m}", f"{wanted:%m/%Y}", f"{wanted:%m.%Y}"}
        for row in self.table.rows if place is not None else ():
            cell = row.cells[place or 0]
            shown = cell.shown[:10] if isinstance(cell, Special) else str(cell)
            if shown not in accepted:
                self.faults.add(
                    row.number,
                    self.table.headings[place or 0],
                    text(f"Stichtag {shown!r} statt {wanted}", f"reference date {shown!r} instead of {wanted}"),
                    text("die Datei des verlangten Stichtags liefern", "deliver the file of the date asked for"),
                )

    def _area(self, cell: Cell, number: int, place: int) -> str | None:
        """The area of a row, None when it is faulty."""
        heading = self.table.headings[place] or letter(place + 1)
        known = self.areas.names
        code = self.layout.aliases.get(cell, cell) if isinstance(cell, str) else None
        if code in known and self.areas.level(code) in self.dataset.levels:
            if code in self.rows:
                self.faults.add(
                    number,
                    heading,
                    text(
                        f"Gebiet {code} steht schon in Zeile {self.rows[code]}",
                        f"area {code} is in row {self.rows[code]}",
                    ),
                    text("jedes Gebiet genau einmal liefern", "deliver each area exactly once"),
                )
                return None
            self.rows[code] = number
            return code
        self.faults.add(number, heading, *self._area_problem(cell))
        return None

    def _area_problem(self, cell: Cell) -> tuple[str, str]:
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
        if f"0{cell}" in self.areas.names:
            return text(
                f"{cell!r}: führende Null verloren (0{cell}?)", f"{cell!r}: leading zero lost (0{cell}?)"
            ), as_text
        if _DATE.match(cell):
            return text(
                f"{cell!r} ist ein Datum (von Excel verändert?)", f"{cell!r} is a date (made by Excel?)"
            ), as_text
        if _TOTAL_WORDS.match(cell):
            return text(f"{cell!r}: Summenzeile", f"{cell!r}: row of totals"), text(
                "Summenzeile weglassen", "leave the row of totals out"
            )
        if _FOOTNOTE.match(cell):
            return text(f"{cell[:40]!r}: Fußnote in der Tabelle", f"{cell[:40]!r}: footnote inside the table"), text(
                "Fußnoten weglassen", "leave footnotes out"
            )
        return text(f"unbekanntes Gebiet {cell[:40]!r}", f"unknown area {cell[:40]!r}"), text(
            f"Gebietsnummer aus der Liste {self.areas.id} verwenden", f"use a number of the list {self.areas.id}"
        )

    def _check_name(self, area: str, cells: tuple[Cell, ...], number: int) -> None:
        place = self._heading(self.layout.name_headings)
        known = self.areas.names[area]
        if place is not None and cells[place] not in {"", known} and self.areas.level(area) == "quartier":
            self.faults.add(
                number,
                self.table.headings[place],
                text(f"Gebiet {area} heißt {known!r}, nicht {cells[place]!r}", f"area {area} is {known!r}"),
                text("prüfen, ob Nummer und Name zusammengehören", "check whether number and name belong together"),
            )

    def _value(
        self, cell: Cell, column: Column, number: int, place: int, mark: DecimalMark | None
    ) -> Decimal | Symbol | None:
        """The value of a cell, None when it is faulty."""
        variable = self.dataset.variables[column.variable]
        try:
            value = self._number(cell, mark)
            self._check_value(value, variable)
        except NumberError as error:
            heading = self.table.headings[place]
            whole = variable.kind == "count"
            todo = text(
                f"{'ganze Zahl' if whole else 'Zahl'} oder eines der Zeichen * . - x eintragen",
                f"fill in a {'whole number' if whole else 'number'} or one of the symbols * . - x",
            )
            self.faults.add(number, heading, str(error), todo)
            return None
        return value

    def _number(self, cell: Cell, mark: DecimalMark | None) -> Decimal | Symbol:
        if isinstance(cell, Special):
            raise NumberError(text(f"{cell.kind}: {cell.shown[:60]!r}", "only plain values are taken"))
        if isinstance(cell, Decimal):
            return cell
        value = parse_number(cell, mark)
        if isinstance(value, Decimal) and self.table.kind != "csv" and not self.layout.text_numbers:
            raise NumberError(text(f"{cell!r} ist als Text gespeichert", f"{cell!r} is a number stored as text"))
        return value

    def _check_value(self, value: Decimal | Symbol, variable: Variable) -> None:
        if isinstance(value, Symbol):
            return
        if not value.is_finite() or value < 0 or value > 10**12:
            raise NumberError(text(f"{value} ist unmöglich", f"{value} is impossible"))
        if variable.kind == "count" and value != value.to_integral_value():
            raise NumberError(text(f"{value} ist keine ganze Zahl", f"{value} is not a whole number"))
        if variable.kind == "measure" and value == 0:
            raise NumberError(text("0 ist hier unmöglich", "0 is impossible here"))
        if variable.kind == "count" and self.dataset.refuse_small and 0 < value < variable.min_cell:
            raise NumberError(
                text(
                    f"Zahl unter der Mindestfallzahl {variable.min_cell}: darf nicht übermittelt werden",
                    f"number below the minimum cell {variable.min_cell}: must not be transmitted",
                )
            )

    def _check_complete(self) -> None:
        for level in self.dataset.required_levels:
            missing = [code for code in self.areas.of_level(level) if code not in self.rows]
            if missing:
                shown = ", ".join(missing[:20]) + (" …" if len(missing) > 20 else "")
                self.faults.add(
                    None,
                    None,
                    text(f"{len(missing)} Gebiete fehlen: {shown}", f"{len(missing)} areas are missing: {shown}"),
                    text(
                        "alle Gebiete liefern, notfalls mit *, - oder x", "deliver all areas, with *, - or x if need be"
                    ),
                )


def plausibility(values: Values, expected: Expectation) -> Iterator[tuple[str, str, str, str]]:
    """(area, column, problem, what to do) for sums, parts and jumps that cannot be or are not likely."""
    dataset, areas = expected.dataset, expected.areas
    for variable in dataset.variable:
        for group in variable.groups:
            if variable.kind == "count":
                yield from _sums(values, areas, variable.name, group)
                yield from _parts(values, variable, group)
            if not expected.confirmed:
                yield from _jumps(values, expected.previous, variable, group)


def _title(name: str, group: str) -> str:
    return name if group == "all" else f"{name}@{group}"


def _sums(values: Values, areas: Areas, name: str, group: str) -> Iterator[tuple[str, str, str, str]]:
    for whole in (*areas.of_level("bezirk"), areas.city.code):
        total = values.get((whole, name, group))
        if not isinstance(total, Decimal):
            continue
        for parts, must_equal in _partitions(values, areas, whole, name, group):
            known = sum((value for value in parts if isinstance(value, Decimal)), Decimal(0))
            complete = all(isinstance(value, Decimal) or value is Symbol.NOTHING for value in parts)
            if known > total or (complete and must_equal and known != total):
                yield (
                    whole,
                    _title(name, group),
                    text(
                        f"Summe der Teile {known}, gelieferte Summe {total}",
                        f"parts add up to {known}, total is {total}",
                    ),
                    text("Summe oder Teile berichtigen", "correct the total or the parts"),
                )


def _partitions(
    values: Values, areas: Areas, whole: str, name: str, group: str
) -> Iterator[tuple[list[Decimal | Symbol], bool]]:
    """Parts of an area that the delivery holds, and whether they must add up exactly.

    The city is checked against its districts and against its Quartiere; without a row "keine Angabe" the parts may
    fall short of it, because some cases cannot be assigned.
    """
    rest = values.get((areas.unassigned.code, name, group))
    if whole != areas.city.code:
        yield [values[k] for a, b in areas.parent.items() if b == whole and (k := (a, name, group)) in values], True
        return
    for level in ("bezirk", "quartier"):
        parts = [values[k] for a in areas.of_level(level) if (k := (a, name, group)) in values]
        if parts:
            yield [*parts, *([] if rest is None else [rest])], rest is not None


def _parts(values: Values, variable: Variable, group: str) -> Iterator[tuple[str, str, str, str]]:
    for (area, name, own), value in values.items():
        if name != variable.name or own != group or not isinstance(value, Decimal):
            continue
        wholes = [(variable.name, "all")] if group != "all" else []
        if variable.part_of and "." not in variable.part_of:
            wholes.append((variable.part_of, group))
        for whole_name, whole_group in wholes:
            whole = values.get((area, whole_name, whole_group))
            if isinstance(whole, Decimal) and value > whole:
                yield (
                    area,
                    _title(name, group),
                    text(f"{value} ist mehr als {_title(whole_name, whole_group)} = {whole}",
                         f"{value} is more than {_title(whole_name, whole_group)} = {whole}"),
                    text("verschobene Spalten? Werte prüfen", "shifted columns? check the values"),
                )  # fmt: skip


def _jumps(
    values: Values, previous: Mapping[ValueKey, Decimal | Symbol], variable: Variable, group: str
) -> Iterator[tuple[str, str, str, str]]:
    for (area, name, own), value in values.items():
        old = previous.get((area, name, own))
        if name != variable.name or own != group or not isinstance(value, Decimal) or not isinstance(old, Decimal):
            continue
        change = abs(value - old)
        if change > variable.jump_floor and change > variable.max_jump * old:
            yield (
                area,
                _title(name, group),
                text(f"Sprung von {old} auf {value} gegenüber dem vorigen Stichtag", f"jump from {old} to {value}"),
                text("prüfen; wenn richtig, mit --confirm-jumps bestätigen", "check; if right, use --confirm-jumps"),
            )
