"""Numbers and symbols as German and English offices print them.

    1 127    1.127    1,127    1'127    44,54    44.54    *  .  •  x  -  …  (empty)

A symbol is never a number: `*` `.` `•` say that the sender withholds the value, `-` says that there is nothing (exactly
zero), `x` `/` `…` `NA` and an empty cell say that the value is not known. (Zeichenerklärung of the statistical
offices; NA is R's.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Literal

DecimalMark = Literal[",", "."]

MAX_DIGITS = 30


class Symbol(StrEnum):
    """Why a cell holds no number."""

    WITHHELD = "withheld"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


SYMBOLS: dict[str, Symbol] = {
    "*": Symbol.WITHHELD,
    ".": Symbol.WITHHELD,
    "•": Symbol.WITHHELD,
    "·": Symbol.WITHHELD,
    "-": Symbol.NOTHING,
    "\u2013": Symbol.NOTHING,
    "\u2014": Symbol.NOTHING,
    "\u2212": Symbol.NOTHING,
    "x": Symbol.UNKNOWN,
    "NA": Symbol.UNKNOWN,
    "X": Symbol.UNKNOWN,
    "/": Symbol.UNKNOWN,
    "…": Symbol.UNKNOWN,
    "...": Symbol.UNKNOWN,
    "": Symbol.UNKNOWN,
}

BLANKS = "\u0020\u00a0\u2007\u2009\u202f'\u2019"
_BLANK_GROUPS = re.compile(rf"^[+-]?\d{{1,3}}(?:[{BLANKS}]\d{{3}})+(?:[.,]\d+)?$")
_BLANK = re.compile(f"[{BLANKS}]")
_PLAIN = re.compile(r"^[+-]?\d+$")
_ONE_MARK = re.compile(r"^[+-]?(\d+)([.,])(\d+)$")
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,](\d+))?$")


class NumberError(ValueError):
    """The text is neither a number nor a known symbol."""


class AmbiguousNumberError(NumberError):
    """A mark in the text may be the decimal mark or a thousands separator."""


def _mark(text: str) -> DecimalMark | None:
    """The decimal mark that `text` proves, None when it proves none (also when it is no number)."""
    one = _ONE_MARK.match(text)
    if one:
        whole, mark, fraction = one.groups()
        ambiguous = len(fraction) == 3 and len(whole) <= 3 and whole != "0"
        return None if ambiguous else ("," if mark == "," else ".")
    grouped = _GROUPED.match(text)
    if grouped:
        return "," if grouped[1] == "." else "."
    return None


def detect_mark(texts: Iterable[str]) -> DecimalMark | None:
    """The decimal mark that the numbers of a file agree on; None when none of them proves one.

    Raises:
        AmbiguousNumberError: some numbers prove the comma and others the dot.
    """
    proofs: dict[DecimalMark, str] = {}
    for raw in texts:
        stripped = raw.strip(BLANKS)
        mark = _mark(_BLANK.sub("", stripped) if _BLANK_GROUPS.match(stripped) else stripped)
        if mark is not None:
            proofs.setdefault(mark, raw)
    if len(proofs) > 1:
        raise AmbiguousNumberError(f"{proofs[',']!r} has a decimal comma, {proofs['.']!r} a decimal point")
    return next(iter(proofs), None)


def parse_number(raw: str, mark: DecimalMark | None) -> Decimal | Symbol:
    """Read one cell. `mark` None accepts whole numbers only, and numbers that prove their own mark.

    Raises:
        NumberError: neither number nor symbol; AmbiguousNumberError: readable in two ways.
    """
    stripped = raw.strip(BLANKS + "\t")
    symbol = SYMBOLS.get(stripped)
    if symbol is not None:
        return symbol
    if len(stripped) > MAX_DIGITS:
        raise NumberError(f"{stripped[:MAX_DIGITS]!r}… is too long for a number")
    if _BLANK.search(stripped):
        if not _BLANK_GROUPS.match(stripped):
            raise NumberError(f"{stripped!r} is no number: blanks may stand between groups of three digits only")
        stripped = _BLANK.sub("", stripped)
    if not stripped.isascii():
        raise NumberError(f"{stripped!r} is neither a number nor a known symbol")
    if _PLAIN.match(stripped):
        return Decimal(stripped)
    if mark is None:
        mark = _mark(stripped)
        if mark is None and _ONE_MARK.match(stripped):
            raise AmbiguousNumberError(f"{stripped!r} may mean a fraction or thousands")
    one = _ONE_MARK.match(stripped)
    if one and one[2] == mark:
        return Decimal(stripped.replace(",", "."))
    grouped = _GROUPED.match(stripped)
    if grouped and grouped[1] != mark:
        return Decimal(stripped.replace(grouped[1], "").replace(",", "."))
    raise NumberError(f"{stripped!r} is neither a number nor a known symbol")
