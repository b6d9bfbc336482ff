"""Capture rules and estimators: versioned data of this package, read once.

A capture rule says which share of its parts makes a window valid; an estimator how sites become an area.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any

from gateway.quantities import QUANTITIES


class RuleError(Exception):
    """A rule is asked for that the data do not know; the message names the known ones."""


@cache
def read(name: str) -> Mapping[str, Any]:
    """The table `data/{name}.toml`."""
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Shares (0 to 1) of valid parts that make a window valid, exact, by period name."""

    name: str
    shares: Mapping[str, Fraction]

    def needed(self, period: str, parts: int) -> int:
        """How many of `parts` must be valid: ceil(share x parts), so 18 of 23, 18 of 24, 19 of 25 hours."""
        return ceil(self.shares[period] * parts)


@cache
def capture(name: str = "default") -> Capture:
    """The capture rule of that name; what it leaves unsaid comes from "default".

    Raises:
        RuleError: no such rule.
    """
    table = read("capture")
    known = sorted(key for key, row in table.items() if isinstance(row, dict))
    if name not in known:
        raise RuleError(f"capture rule {name!r} is not known; known are {', '.join(known)}")
    merged = {key: value for key, value in (table["default"] | table[name]).items() if key != "source"}
    return Capture(name=name, shares={key: Fraction(str(value)) for key, value in merged.items()})


@cache
def estimator(quantity: str) -> str:
    """How the sites of an area make its value, e.g. "energy_mean_of_sites"."""
    table = read("estimators")
    found = table["quantity"].get(quantity) or table["kind"][QUANTITIES[quantity].kind.value]
    return str(found)
