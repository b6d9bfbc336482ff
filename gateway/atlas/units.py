"""Units of register values: enough algebra to refuse a formula that divides the wrong way.

A unit is written like UCUM: `person`, `person/ha`, `1`, `%`. Its dimension is what remains after prefixes are turned
into a factor, so that km2 and ha may be mixed and the result is printed in the unit the indicator declares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_BASE: dict[str, tuple[Decimal, tuple[tuple[str, int], ...]]] = {
    "1": (Decimal(1), ()),
    "%": (Decimal("0.01"), ()),
    "‰": (Decimal("0.001"), ()),
    "m": (Decimal(1), (("m", 1),)),
    "km": (Decimal(1000), (("m", 1),)),
    "m2": (Decimal(1), (("m", 2),)),
    "ha": (Decimal(10_000), (("m", 2),)),
    "km2": (Decimal(1_000_000), (("m", 2),)),
    "EUR": (Decimal(1), (("EUR", 1),)),
}
_TERM = re.compile(r"^[A-Za-z_][A-Za-z_0-9]*$|^[1%‰]$")


class UnitError(ValueError):
    """A unit is unknown, or two units do not fit each other."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` times a product of base units with exponents, in alphabetical order."""

    factor: Decimal
    dimension: tuple[tuple[str, int], ...]

    def times(self, other: Unit, sign: int = 1) -> Unit:
        """Product (`sign` 1) or quotient (-1) of two units."""
        exponents = dict(self.dimension)
        for base, exponent in other.dimension:
            exponents[base] = exponents.get(base, 0) + sign * exponent
        factor = self.factor * other.factor if sign > 0 else self.factor / other.factor
        return Unit(factor, tuple(sorted((b, e) for b, e in exponents.items() if e)))

    def __str__(self) -> str:
        over = ".".join(b if e == 1 else f"{b}{e}" for b, e in self.dimension if e > 0) or "1"
        under = ".".join(b if e == -1 else f"{b}{-e}" for b, e in self.dimension if e < 0)
        return f"{over}/{under}" if under else over


ONE = Unit(Decimal(1), ())


def parse_unit(code: str) -> Unit:
    """Read `person/ha` and the like. A word that is not a known unit counts things of its own kind (person, permit)."""
    unit = ONE
    for number, part in enumerate(code.split("/")):
        for term in part.split("."):
            if not _TERM.match(term):
                raise UnitError(f"unit {code!r}: {term!r} is no unit")
            factor, dimension = _BASE.get(term, (Decimal(1), ((term, 1),)))
            unit = unit.times(Unit(factor, dimension), -1 if number else 1)
    return unit
