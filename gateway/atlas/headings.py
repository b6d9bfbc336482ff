"""Headings: which column is meant, and which row holds them when titles stand above the table.

A wanted heading is taken as it stands, then without regard to case and blanks; `s1_*` means the one heading that
begins so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

FIRST_ROWS = 40
"""Rows among which the headings are looked for."""
LEAST_COLUMNS = 3
"""Columns that a table below titles has at least."""


def folded(heading: str) -> str:
    """A heading without what people write differently: case, blanks at the ends and doubled ones, line breaks."""
    return " ".join(heading.casefold().split())


def fits(heading: str, wanted: str) -> bool:
    """Whether a heading is the wanted one."""
    own, other = folded(heading), folded(wanted)
    return own.startswith(other[:-1]) if other.endswith("*") else own == other


def places(headings: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Columns that a list of wanted headings may mean; the first of the list that fits any decides.

    More than one place means that nobody can tell which is meant.
    """
    for name in wanted:
        if name in headings:
            return [headings.index(name)]
    for name in wanted:
        found = [place for place, heading in enumerate(headings) if fits(heading, name)]
        if found:
            return found
    return []


def fitting(cells: Iterable[str], wanted: Iterable[str]) -> int:
    """How many of the wanted headings a row holds."""
    row = [cell for cell in cells if cell]
    return sum(any(fits(cell, name) for cell in row) for name in wanted)


def heading_row(rows: Iterable[Sequence[str]], wanted: Sequence[str]) -> int | None:
    """Number from 1 of the row of headings, None when it cannot be told.

    It is the first row that holds most of the wanted headings, two at least; else, below titles in a single cell, the
    first row that is as full as most rows are.
    """
    head = [list(cells) for _, cells in zip(range(FIRST_ROWS), rows, strict=False)]
    counts = [fitting(cells, wanted) for cells in head]
    if max(counts, default=0) > 1:
        return counts.index(max(counts)) + 1
    filled = [sum(1 for cell in cells if cell) for cells in head]
    usual = max(set(filled), key=lambda width: (filled.count(width), width), default=0)
    if usual < LEAST_COLUMNS or not filled or filled[0] > 1:
        return None
    return next(number for number, width in enumerate(filled, 1) if width >= usual)
