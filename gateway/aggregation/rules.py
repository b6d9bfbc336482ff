"""Capture rules and estimators: versioned data of this package, read once.

A capture rule says which share of its parts makes a window valid; an estimator how sites become an area.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any

from gateway.quantities import QUANTITIES

BOUNDS: Mapping[str, str] = {
    "extreme_max": ">=", "extreme_min": "<=", "increment": ">=", "count": ">=", "accumulator": ">=",
}  # fmt: skip
"""What a partial value of a kind still says about the true one."""


class RuleError(Exception):
    """A rule is asked for that the data do not know; the message names the known ones."""


@cache
def read(name: str) -> Mapping[str, Any]:
    """The table `data/{name}.toml`."""
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Daytime:
    """Hours `first` to before `last` (constant MEZ) of these calendar months, of which `share` must be valid."""

    first: int
    last: int
    share: Fraction
    months: tuple[int, ...] = tuple(range(1, 13))


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What makes windows of one length valid; see `data/capture.toml`."""

    share: Fraction = Fraction(0)
    missing: int | None = None
    gap: int | None = None
    sums: Fraction | None = None
    evenly: tuple[str, ...] = ()
    seasons: tuple[tuple[int, ...], ...] = ()
    hours: bool = False
    daytime: Daytime | None = None
    months: tuple[int, ...] = ()
    months_needed: int = 0

    def needed(self, parts: int, *, sums: bool = False) -> int:
        """How many of `parts` must be valid; of a sum of them when `sums`."""
        if sums and self.sums is not None:
            return ceil(self.sums * parts)
        if self.missing is not None:
            return max(1, parts - self.missing)
        # Counted in hours, or month by month: what days alone say is not asked.
        return 0 if self.hours else ceil(self.share * parts)

    @property
    def simple(self) -> bool:
        """Whether the number of valid parts decides alone."""
        return not (self.gap is not None or self.evenly or self.seasons or self.hours or self.daytime or self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A rule by its name, with its source and the dates from and before which that holds."""

    name: str
    source: str
    valid_from: date
    valid_to: date | None
    needs: Mapping[str, Need]

    def need(self, period: str) -> Need:
        """What windows of `period` need."""
        return self.needs[period]

    def needed(self, period: str, parts: int, *, sums: bool = False) -> int:
        """How many of `parts` must be valid: ceil(share x parts), so 18 of 23, 18 of 24, 19 of 25 hours."""
        return self.needs[period].needed(parts, sums=sums)

    def in_force(self, day: date) -> bool:
        """Whether its source holds on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@cache
def capture(name: str = "default") -> Capture:
    """The capture rule of that name; what it leaves unsaid comes from "default".

    Raises:
        RuleError: no such rule.
    """
    table = read("capture")
    if name not in capture_names():
        raise RuleError(f"capture rule {name!r} is not known; known are {', '.join(sorted(capture_names()))}")
    own = table[name]
    merged = {key: value for key, value in (table["default"] | own).items() if key not in _ABOUT}
    return Capture(
        name=name, source=own["source"], valid_from=own["valid_from"], valid_to=own.get("valid_to"),
        needs={key: _need(value) for key, value in merged.items()},
    )  # fmt: skip


_ABOUT = ("source", "valid_from", "valid_to")


@cache
def capture_names() -> tuple[str, ...]:
    """Every capture rule there is, the default one first."""
    return tuple(key for key, row in read("capture").items() if isinstance(row, dict))


def _need(row: Any) -> Need:
    if not isinstance(row, dict):
        return Need(share=Fraction(str(row)))
    day, months = row.get("daytime"), row.get("months", {})
    return Need(
        share=Fraction(str(row.get("share", 0))), missing=row.get("missing"), gap=row.get("gap"),
        sums=Fraction(str(row["sums"])) if "sums" in row else None, evenly=tuple(row.get("evenly", ())),
        seasons=tuple(tuple(each) for each in row.get("seasons", ())), hours=bool(row.get("hours")),
        daytime=None if day is None else Daytime(
            first=day["from"], last=day["to"], share=Fraction(str(day["share"])),
            months=tuple(day.get("of", range(1, 13))),
        ),
        months=tuple(months.get("of", ())), months_needed=months.get("needed", 0),
    )  # fmt: skip


@cache
def estimator(quantity: str) -> str:
    """How the sites of an area make its value, e.g. "energy_mean_of_sites"."""
    table = read("estimators")
    found = table["quantity"].get(quantity) or table["kind"][QUANTITIES[quantity].kind.value]
    return str(found)
