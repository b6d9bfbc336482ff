"""What can be wrong with definitions, files and requests of the atlas, said in German first, then in English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def text(de: str, en: str) -> str:
    """A sentence for people: German, then English."""
    return f"{de} / {en}"


class AtlasError(Exception):
    """Something a person has to change; the message names what, where and why."""


class DefinitionError(AtlasError):
    """A dataset, product or method file is wrong; the message begins with the file's name."""


class NotAllowedError(AtlasError):
    """The person's role does not permit the step."""


class AuditFailedError(AtlasError):
    """A release was refused because an outsider could narrow a suppressed cell.

    The message counts the cells and is safe for every reader; `cells` names them and is for internal eyes only.
    """

    def __init__(self, message: str, cells: Sequence[str]) -> None:
        super().__init__(message)
        self.cells = tuple(cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a delivered file.

    Attributes:
        file: name of the file as delivered.
        row: row as a spreadsheet counts it (the heading is usually row 1), None when the file as a whole is meant.
        column: heading or spreadsheet letter, None when the row or file as a whole is meant.
        problem: what is wrong; `todo`: what the sender should do. Both German and English.
    """

    file: str
    row: int | None
    column: str | None
    problem: str
    todo: str

    def __str__(self) -> str:
        return self.told("" if self.row is None else str(self.row))

    def told(self, rows: str) -> str:
        """The fault in words, for these rows."""
        place = [self.file]
        if rows:
            place.append(f"Zeile/row {rows}")
        if self.column is not None:
            place.append(f"Spalte/column {self.column!r}")
        return f"{', '.join(place)}: {self.problem} → {self.todo}"


class RefusedError(AtlasError):
    """A file is refused as a whole; every fault found is in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(_grouped(self.faults)))


def _grouped(faults: Sequence[Fault]) -> list[str]:
    """One line for each fault; the same fault of the same column in many rows is one line that names every row."""
    groups: dict[tuple[str, str | None, str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.file, fault.column, fault.problem, fault.todo), []).append(fault)
    return [str(group[0]) if len(group) == 1 else group[0].told(_ranges(group)) for group in groups.values()]


def _ranges(group: Sequence[Fault]) -> str:
    """Rows as 4, 7-9."""
    rows = sorted({fault.row for fault in group if fault.row is not None})
    found: list[list[int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)
