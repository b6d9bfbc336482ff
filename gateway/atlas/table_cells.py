"""Cells of any table that is classified: numbers with or without percent signs, keys that are not as the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from gateway.atlas.errors import AtlasError, text
from gateway.atlas.numbers import (
    BLANKS,
    AmbiguousNumberError,
    DecimalMark,
    NumberError,
    Symbol,
    detect_mark,
    parse_number,
)
from gateway.atlas.reading import Cell, Special, Table

MOST = 10
"""Area keys that must be alike, for each that is not, before that one is questioned."""


def strangers(found: Mapping[str, Mapping[str, Decimal | None]]) -> list[str]:
    """Rows with values whose key is a word, or the beginning of other keys, where the keys are numbers of one length.

    The name of the city or the numbers of its districts stand so below and between the areas, as totals.
    """
    lengths = Counter(len(area) for area in found if area.isdigit())
    usual, number = lengths.most_common(1)[0] if lengths else (0, 0)
    if number < MOST * (len(found) - number):
        return []
    beginnings = {area[:n] for area in found if area.isdigit() and len(area) == usual for n in range(1, usual)}
    return [
        area
        for area, values in found.items()
        if (area in beginnings or not any(sign.isdigit() for sign in area))
        and any(value is not None for value in values.values())
    ]


def decimal_mark(table: Table, places: Mapping[str, int]) -> DecimalMark | None:
    """The decimal mark of the file; in a comma-separated file a lone dot is decimal."""
    texts = [_bare(cell) for place in places.values() for cell in table.column(place) if isinstance(cell, str)]
    try:
        return detect_mark(texts) or ("." if table.delimiter == "," else None)
    except AmbiguousNumberError as error:
        raise AtlasError(f"{table.file}: {error}: --decimal , / --decimal .") from error


_PERCENT = re.compile(rf"(?<=\d)[{BLANKS}]*%\s*$")


def _bare(cell: str) -> str:
    """A number without the percent sign behind it."""
    return _PERCENT.sub("", cell)


def input_value(cell: Cell, mark: DecimalMark | None, *, percent: bool) -> Decimal | None:
    """The value of an input, None when missing; `percent`: a percent sign may follow. Raises NumberError."""
    if isinstance(cell, Special):
        raise NumberError(f"{cell.kind} {cell.shown!r}")
    if isinstance(cell, Decimal):
        return cell
    bare = _bare(cell)
    if bare != cell and not percent:
        raise NumberError(
            text(
                f"{cell!r}: Prozentzeichen, die Methode erwartet kein %",
                f"{cell!r}: a percent sign, but no % is expected",
            )
        )
    try:
        value = parse_number(bare, mark)
    except AmbiguousNumberError as error:
        raise NumberError(f"{error} (--decimal)") from error
    if isinstance(value, Symbol):
        return Decimal(0) if value is Symbol.NOTHING else None
    return value
