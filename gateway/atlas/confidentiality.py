"""Rules C1 to C11: which counts and ratios of a publication are shown, and which stand as • .

    counts --C2, C3, C4--> small ones --C5--> those that would give them away --audit--> Facts, safe or refused

Everything else that is ever given to the public role (classes, z values, ranks, legends, correlations, CSV totals) is
computed from the facts shown here and from nothing else, so it cannot say more than they do (C7, C9). Whether a count
was suppressed for its own sake or to protect another stays inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.atlas.disclosure import audit, current_key
from gateway.atlas.facts import (
    MIN_DENOMINATOR,
    MIN_POPULATION,
    Cell,
    Exposure,
    Facts,
    Key,
    Ratio,
    Sum,
)

SYMBOL = "•"
MAX_ROUNDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All counts that belong to a publication, how they add up, and the ratios its tables may print."""

    cells: Mapping[Key, Cell]
    sums: tuple[Sum, ...]
    ratios: tuple[Ratio, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The publication, which of its hidden counts are small themselves (internal), and what stays exposed."""

    facts: Facts
    primary: frozenset[Key]
    exposures: tuple[Exposure, ...]


def dominated(largest: int, total: int, units: int, *, metered: bool = False) -> bool:
    """C4: one contributor above 85 %; for metered use any unit above 15 % or fewer than 15 units."""
    if metered:
        return units < 15 or 100 * largest > 15 * total
    return 100 * largest > 85 * total


def printable_ratio(cells: Mapping[Key, Cell], hidden: Iterable[Key], ratio: Ratio) -> bool:
    """C3: counts shown, numerator and its complement at least the minimum cell, denominator 100, population 300."""
    numerator, denominator = cells[ratio.numerator].value, cells[ratio.denominator].value
    population = cells[ratio.population].value
    least = cells[ratio.numerator].min_cell
    return (
        not {ratio.numerator, ratio.denominator, ratio.population} & set(hidden)
        and numerator is not None
        and denominator is not None
        and population is not None
        and numerator >= least
        and denominator - numerator >= least
        and denominator >= MIN_DENOMINATOR
        and population >= MIN_POPULATION
    )


def publication(register: Register, hidden: frozenset[Key], withdrawn: frozenset[Ratio] = frozenset()) -> Facts:
    """The facts of a publication that hides these counts."""
    shown = {
        key: cell.printed
        for key, cell in register.cells.items()
        if cell.listed and key not in hidden and cell.printed is not None
    }
    ratios = tuple(
        (ratio, ratio.scaled(register.cells[ratio.numerator].value or 0, register.cells[ratio.denominator].value or 0))
        for ratio in register.ratios
        if ratio not in withdrawn and printable_ratio(register.cells, hidden, ratio)
    )
    return Facts(cells=register.cells, shown=shown, hidden=hidden, sums=register.sums, ratios=ratios)


def primary(register: Register) -> frozenset[Key]:
    """C2 and C4: counts that must not be shown for their own sake, among them those with a small complement."""
    found = {
        key
        for key, cell in register.cells.items()
        if cell.listed and (cell.value is None or cell.small or cell.dominated)
    }
    for s in register.sums:
        if s.split and any(not register.cells[p].listed and register.cells[p].small for p in s.parts):
            found |= {part for part in s.parts if register.cells[part].listed}
    return frozenset(found)


def _published_before(register: Register, earlier: Sequence[Facts]) -> frozenset[Key]:
    """Counts that an earlier publication printed and that have not changed: nothing can hide them any more."""
    return frozenset(
        key
        for facts in earlier
        for key, value in facts.shown.items()
        if key in register.cells and register.cells[key].printed == value
    )


def _hidden_before(register: Register, earlier: Sequence[Facts]) -> frozenset[Key]:
    """Counts that an earlier publication hid and that have not changed: showing them now would undo it."""
    return frozenset(
        key
        for facts in earlier
        for key in facts.hidden
        if key in register.cells and register.cells[key].listed and register.cells[key].value == facts.cells[key].value
    )


def protect(register: Register, earlier: Sequence[Facts] = ()) -> Protection:
    """Choose what to suppress until an outsider can narrow nothing too far, or nothing is left to suppress.

    `earlier` are the publications over the same reference date; what they printed cannot be taken back, what they hid
    stays hidden. The result's `exposures` are empty when the publication is safe.
    """
    small = primary(register)
    known = _published_before(register, earlier)
    hidden = set((small | _hidden_before(register, earlier)) - known)
    withdrawn: set[Ratio] = set()
    _one_more(register, hidden, known)
    for _ in range(MAX_ROUNDS):
        facts = publication(register, frozenset(hidden), frozenset(withdrawn))
        exposures = audit(facts, earlier)
        if not exposures:
            break
        chosen = {_next(register, current_key(e.key), hidden, known) for e in exposures} - {None}
        hidden |= {choice for choice in chosen if choice is not None}
        if not chosen:
            ratio = next((r for r, _ in facts.ratios if not register.cells[r.numerator].listed), None)
            if ratio is None:
                break
            withdrawn.add(ratio)
    return Protection(facts=facts, primary=small, exposures=tuple(exposures))


def _candidates(register: Register, keys: Iterable[Key], hidden: set[Key], known: frozenset[Key]) -> list[Key]:
    """Counts that may still be suppressed, the smallest first; a printed zero protects nothing and stays."""
    usable = []
    for key in keys:
        cell = register.cells[key]
        if cell.listed and key not in hidden and key not in known and cell.value:
            usable.append((cell.value, key))
    return [key for _, key in sorted(usable)]


def _one_more(register: Register, hidden: set[Key], known: frozenset[Key]) -> None:
    """C5: where a group hides exactly one count, hide the next smallest, until no group does."""
    changed = True
    while changed:
        changed = False
        for s in register.sums:
            if s.split or len(hidden & {s.whole, *s.parts}) != 1 or s.whole in hidden:
                continue
            choices = _candidates(register, s.parts, hidden, known)
            if choices:
                hidden.add(choices[0])
                changed = True


def _next(register: Register, exposed: Key, hidden: set[Key], known: frozenset[Key]) -> Key | None:
    """What to suppress for an exposed count: the next smallest beside it, then totals above it, then further away.

    First of all a whole that is printed below the count's own minimum: as long as it stands, nothing else helps.
    """
    least = register.cells[exposed].min_cell
    tight = _candidates(register, (s.whole for s in register.sums if s.split and exposed in s.parts), hidden, known)
    if tight and (register.cells[tight[0]].value or 0) < least:
        return tight[0]
    seen: set[Key] = {exposed}
    frontier = {exposed}
    while frontier:
        touching = [s for s in register.sums if frontier & {s.whole, *s.parts}]
        for split in (False, True):
            for pick in ("parts", "whole"):
                group = [s for s in touching if s.split is split]
                keys = {k for s in group for k in (s.parts if pick == "parts" else (s.whole,))}
                choices = _candidates(register, keys, hidden, known)
                if choices:
                    return choices[0]
        frontier = {k for s in touching for k in (s.whole, *s.parts)} - seen
        seen |= frontier
    return None
