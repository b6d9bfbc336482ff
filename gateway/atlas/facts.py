"""What is published about counts, and what is true: the values the confidentiality rules work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Key = str
"""Names one count: "stichtag|dataset|variable|group|area"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count.

    Attributes:
        value: the number, None when the sender withheld it or did not know it.
        min_cell: 1 … min_cell - 1 is confidential.
        zero_published: whether 0 may be shown; otherwise it is as confidential as a small count.
        listed: whether a published table has a place for it; a complement (inhabitants without benefits) has none.
        dominated: one contributor stands behind too much of it (C4).
        dominance: whether it could be: then a suppressed count need not be small, and outsiders know that.
        round_to: the count is printed as a multiple of this (C8), rounded half up; totals then no longer add up.
        complement: what remains of a whole without one of its parts; small ones make the part confidential.
    """

    value: int | None
    min_cell: int
    zero_published: bool = True
    listed: bool = True
    dominated: bool = False
    dominance: bool = False
    complement: bool = False
    round_to: int = 1

    @property
    def printed(self) -> int | None:
        """The number as tables print it."""
        return None if self.value is None else self.round_to * ((2 * self.value + self.round_to) // (2 * self.round_to))

    def between(self, printed: int) -> tuple[int, int]:
        """Least and greatest count that is printed like this."""
        return max(0, printed - self.round_to // 2), printed + (self.round_to - 1) // 2

    @property
    def small(self) -> bool:
        """Whether the number itself must not be shown."""
        return self.value is not None and self.is_small(self.value)

    def is_small(self, value: int) -> bool:
        """Whether `value` in this place would be confidential for its own sake."""
        return (0 < value < self.min_cell) or (value == 0 and not self.zero_published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """`whole` is the sum of `parts`; at least their sum when not `exact`. A `split` only divides one area's count."""

    whole: Key
    parts: tuple[Key, ...]
    exact: bool = True
    split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio that tables may print: 100 * numerator / denominator with `digits` decimals, rounded half up."""

    name: str
    numerator: Key
    denominator: Key
    population: Key
    digits: int = 1

    def scaled(self, numerator: int, denominator: int) -> int:
        """The printed ratio times 10**digits."""
        scale: int = 10**self.digits
        return (200 * scale * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One publication: what stands in its tables, what is hidden there, and how its numbers belong together.

    Attributes:
        cells: every count of the register, with its true value (never published itself).
        shown: listed counts that are printed.
        hidden: listed counts that stand as • .
        ratios: printed ratios with their value times 10**digits.
    """

    cells: Mapping[Key, Cell]
    shown: Mapping[Key, int]
    hidden: frozenset[Key]
    sums: tuple[Sum, ...]
    ratios: tuple[tuple[Ratio, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A suppressed count that is not protected: the interval an outsider derives, None when nothing could be proved."""

    key: Key
    needed: int
    lower: int | None
    upper: int | None


MIN_DENOMINATOR = 100
MIN_POPULATION = 300


def facts_json(facts: Facts) -> dict[str, Any]:
    """A publication's facts as they are kept for later audits (internal: true values are in it)."""
    return {
        "cells": {key: asdict(cell) for key, cell in facts.cells.items()},
        "shown": dict(facts.shown),
        "hidden": sorted(facts.hidden),
        "sums": [asdict(s) | {"parts": list(s.parts)} for s in facts.sums],
        "ratios": [[asdict(ratio), scaled] for ratio, scaled in facts.ratios],
    }


def facts_from_json(data: Mapping[str, Any]) -> Facts:
    """The reverse of `facts_json`."""
    return Facts(
        cells={key: Cell(**cell) for key, cell in data["cells"].items()},
        shown=data["shown"],
        hidden=frozenset(data["hidden"]),
        sums=tuple(Sum(**(s | {"parts": tuple(s["parts"])})) for s in data["sums"]),
        ratios=tuple((Ratio(**ratio), scaled) for ratio, scaled in data["ratios"]),
    )
