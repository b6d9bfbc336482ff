"""Layouts of delivered files: which column of a row holds which value, in wide and in long (tidy) files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.atlas.datasets import Column, Layout
from gateway.atlas.errors import Fault, RefusedError, text
from gateway.atlas.headings import folded
from gateway.atlas.table import Cell

MAX_FAULTS = 500


class Faults:
    """Collects faults of one file, up to a limit that keeps a wrong file from filling the log."""

    def __init__(self, file: str) -> None:
        """`file`: its name as delivered."""
        self.file, self.found = file, list[Fault]()

    def add(self, row: int | None, column: str | None, problem: str, todo: str) -> None:
        """One more."""
        if len(self.found) < MAX_FAULTS:
            self.found.append(Fault(file=self.file, row=row, column=column, problem=problem, todo=todo))

    def stop_if_any(self) -> None:
        """Raise RefusedError with all of them."""
        if self.found:
            raise RefusedError(self.found)


def known_headings(layout: Layout) -> set[str]:
    """Every heading a file of this layout may have."""
    if layout.shape == "long":
        named = {*layout.variable_headings, *layout.group_headings, *layout.value_headings}
    else:
        named = {heading for column in layout.column for heading in column.headings}
    return named | {*layout.area_headings, *layout.name_headings, *layout.stichtag_headings}


@dataclass(frozen=True, slots=True)
class Wide:
    """Every row holds every column."""

    columns: Sequence[tuple[Column, int]]

    @property
    def places(self) -> list[int]:
        """Where numbers stand."""
        return [place for _, place in self.columns]

    def of(self, cells: Sequence[Cell], number: int, faults: Faults) -> Sequence[tuple[Column, int]]:  # noqa: ARG002 - the signature is that of Long
        """Columns of a row and where their values stand."""
        return self.columns


@dataclass(frozen=True, slots=True)
class Long:
    """Every row holds the value of one column, which the row names."""

    layout: Layout
    variable: int
    group: int | None
    value: int
    headings: Sequence[str]

    @property
    def places(self) -> list[int]:
        """Where numbers stand."""
        return [self.value]

    def of(self, cells: Sequence[Cell], number: int, faults: Faults) -> Sequence[tuple[Column, int]]:
        """The column that a row names; a fault where it names none."""
        name = str(cells[self.variable])
        printed = None if self.group is None else str(cells[self.group])
        group = None if printed is None else self.layout.groups.get(printed, printed)
        for column in self.layout.column:
            if folded(name) in map(folded, column.headings) and group in {None, column.group}:
                return [(column, self.value)]
        known = ", ".join(dict.fromkeys(column.headings[0] for column in self.layout.column))
        shown = name if printed is None else f"{name} / {printed}"
        faults.add(
            number,
            self.headings[self.variable],
            text(f"unbekannte Größe {shown[:60]!r}", f"unknown variable {shown[:60]!r}"),
            text(f"eine von: {known}", f"one of: {known}"),
        )
        return []
