"""A delivered table against its dataset: the values in it, or every fault with row and column. Pure.

    Table --layout--> cells --numbers--> values --plausibility--> Values | RefusedError

A file is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gateway.atlas.area_cells import area_problem
from gateway.atlas.datasets import Column, Layout, Variable
from gateway.atlas.errors import RefusedError, text
from gateway.atlas.layouts import Faults, Long, Wide, known_headings
from gateway.atlas.numbers import AmbiguousNumberError, DecimalMark, NumberError, Symbol, detect_mark, parse_number
from gateway.atlas.plausibility import plausibility, title
from gateway.atlas.reading import read_table
from gateway.atlas.table import Cell, ReadOptions, Row, Special, Table, letter
from gateway.atlas.values import Expectation, ValueKey, Values


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
        fit = len(known_headings(layout) & set(table.headings))
        try:
            return _Delivery(table, layout, expected).values()
        except RefusedError as error:
            if fit > best:
                refused, best = error, fit
    if refused is None:
        raise AssertionError("a dataset has at least one layout")
    raise refused


class _Delivery:
    """One table under one layout."""

    def __init__(self, table: Table, layout: Layout, expected: Expectation) -> None:
        self.table, self.layout, self.expected = table, layout, expected
        self.dataset, self.areas = expected.dataset, expected.areas
        self.faults = Faults(table.file)
        self.rows: dict[str, int] = {}
        self.found: Values = {}
        self.at: dict[ValueKey, int] = {}

    def values(self) -> Values:
        """Every value; raises RefusedError."""
        area_place = self._needed(self.layout.area_headings)
        entries = self._long() if self.layout.shape == "long" else self._wide()
        self._check_extra()
        self.faults.stop_if_any()
        if area_place is None:
            raise AssertionError("a missing area column is a fault")
        self._check_dates()
        self._check_filled(entries.places)
        mark = self._mark(entries.places)
        for row in self.table.rows:
            area = self._area(row.cells[area_place], row.number, area_place)
            if area is None:
                continue
            self._check_name(area, row.cells, row.number)
            for column, place in entries.of(row.cells, row.number, self.faults):
                self._take(area, column, row, place, mark)
        self._check_complete()
        self.faults.stop_if_any()
        for key, problem, todo in plausibility(self.found, self.expected):
            self.faults.add(self.at.get(key, self.rows.get(key[0])), title(key[1], key[2]), problem, todo)
        self.faults.stop_if_any()
        return self.found

    def _take(self, area: str, column: Column, row: Row, place: int, mark: DecimalMark | None) -> None:
        key = (area, column.stored, column.group)
        value = self._value(row.cells[place], column, row.number, place, mark)
        if key in self.at:
            self.faults.add(
                row.number,
                self.table.headings[place],
                text(
                    f"{title(key[1], key[2])} von {area} steht schon in Zeile {self.at[key]}",
                    f"{title(key[1], key[2])} of {area} is in row {self.at[key]}",
                ),
                text("jeden Wert genau einmal liefern", "deliver each value exactly once"),
            )
            return
        self.at[key] = row.number
        if value is not None:
            self.found[key] = value

    def _wide(self) -> Wide:
        found = [(column, self._needed(column.headings)) for column in self.layout.column]
        return Wide([(column, place) for column, place in found if place is not None])

    def _long(self) -> Long:
        layout = self.layout
        variable, value = self._needed(layout.variable_headings), self._needed(layout.value_headings)
        return Long(layout, variable or 0, self._heading(layout.group_headings), value or 0, self.table.headings)

    def _heading(self, wanted: tuple[str, ...]) -> int | None:
        folded = [heading.casefold() for heading in self.table.headings]
        return next((folded.index(h.casefold()) for h in wanted if h.casefold() in folded), None)

    def _needed(self, headings: tuple[str, ...]) -> int | None:
        """Column of one of the headings; a fault where there is none."""
        place = self._heading(headings)
        if place is None:
            self._missing(headings)
        return place

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

    def _check_extra(self) -> None:
        if self.layout.extra == "ignore":
            return
        known = {self._heading((heading,)) for heading in known_headings(self.layout)}
        for place, heading in enumerate(self.table.headings):
            if place not in known:
                self.faults.add(
                    self.layout.heading_row,
                    heading,
                    text("unbekannte Spalte", "unknown column"),
                    text("Spalte weglassen oder die Überschrift berichtigen", "leave it out, or correct the heading"),
                )

    def _mark(self, places: Sequence[int]) -> DecimalMark | None:
        if self.layout.decimal:
            return self.layout.decimal
        texts = [cell for place in places for cell in self.table.column(place) if isinstance(cell, str)]
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

    def _check_filled(self, places: Sequence[int]) -> None:
        """An empty cell is an unknown value, a whole column of them a failed export."""
        for place in places:
            if all(cell == "" for cell in self.table.column(place)):
                self.faults.add(
                    self.layout.heading_row,
                    self.table.headings[place],
                    text("die Spalte ist leer", "the column is empty"),
                    text("Werte liefern, x wo sie unbekannt sind", "deliver values, x where they are unknown"),
                )

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
            if code in self.rows and self.layout.shape == "wide":
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
            self.rows.setdefault(code, number)
            return code
        self.faults.add(number, heading, *area_problem(cell, self.areas))
        return None

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
            self._check_value(value, variable, column)
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

    def _check_value(self, value: Decimal | Symbol, variable: Variable, column: Column) -> None:
        if isinstance(value, Symbol):
            return
        if not value.is_finite() or value < 0 or value > 10**12:
            raise NumberError(text(f"{value} ist unmöglich", f"{value} is impossible"))
        if variable.kind == "count" and value != value.to_integral_value():
            raise NumberError(text(f"{value} ist keine ganze Zahl", f"{value} is not a whole number"))
        if variable.kind == "measure" and value == 0:
            raise NumberError(text("0 ist hier unmöglich", "0 is impossible here"))
        own = variable.kind == "count" and column.holds == "value"
        if own and self.dataset.refuse_small and 0 < value < variable.min_cell:
            raise NumberError(
                text(
                    f"Zahl unter der Mindestfallzahl {variable.min_cell}: darf nicht übermittelt werden",
                    f"number below the minimum cell {variable.min_cell}: must not be transmitted",
                )
            )

    def _check_complete(self) -> None:
        wanted = [(column.stored, column.group) for column in self.layout.column]
        for area in self.rows:
            gone = [title(name, group) for name, group in wanted if (area, name, group) not in self.at]
            if gone:
                self.faults.add(
                    self.rows[area],
                    None,
                    text(f"Gebiet {area}: {', '.join(gone)} fehlt", f"area {area}: {', '.join(gone)} missing"),
                    text("jede Größe für jedes Gebiet liefern", "deliver every variable for every area"),
                )
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
