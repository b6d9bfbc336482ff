"""Boundaries of areas: a new edition from a day on, or in place of all that were; checked before anything is written.

before            ──────── Quartiere of 2019 ───────────────────►
edition of 2026   ──────── Quartiere of 2019 ──┤── of 2026 ─────►
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gateway.areas.model import Area, Fault, Mended, Problem
from gateway.areas.repair import mend
from gateway.areas.validation import TOLERANCE, check
from gateway.registry.change import Change
from gateway.registry.errors import RegistryError
from gateway.registry.membership import as_area, kept
from gateway.registry.model import AreaVersion

SHOWN = 20
"""Faults that are named in a message; a report names all."""
_KEY = tuple[str, date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was loaded: the areas as they are kept, faults that were accepted, and what was repaired."""

    areas: tuple[Area, ...]
    accepted: tuple[Fault, ...] = ()
    mended: tuple[Mended, ...] = ()


class BoundariesError(RegistryError):
    """Boundaries were refused; `faults` has every reason."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        named = "; ".join(str(fault) for fault in faults[:SHOWN])
        more = f"; … {len(faults) - SHOWN} weitere / more" if len(faults) > SHOWN else ""
        super().__init__(f"Gebiete abgelehnt: {named}{more}", "boundaries refused; nothing was written", "geometry")
        self.faults = tuple(faults)


def load(
    change: Change,
    areas: Sequence[Area],
    *,
    edition: date | None = None,
    accept: Collection[Problem] = (),
    repair: bool = False,
    tolerance: float = TOLERANCE,
) -> Loaded:
    """Put boundaries of one level or several into the registry.

    Args:
        change: under way.
        areas: of these levels all that there are; of other levels nothing changes.
        edition: they hold from this day on, and what held before ends then; None: they replace all versions.
        accept: kinds of problems that are taken as they are.
        repair: mend what can be mended, the outline of areas above included.
        tolerance: m2 of overlap or gap that is not worth a word.

    Raises:
        BoundariesError: names every fault that is neither accepted nor mended.
    """
    if not areas:
        raise RegistryError("keine Gebiete", "there are no areas", "level")
    levels = {area.level for area in areas}
    before = [as_area(version) for version in change.all(AreaVersion)]
    new = [replace(area, start=area.start or edition) for area in areas] if edition else list(areas)
    if edition is not None and (late := [area for area in new if area.start != edition]):
        raise RegistryError(
            f"{late[0].id} gilt ab {late[0].start}, die Ausgabe ab {edition}",
            f"{late[0].id} begins on another day than the edition", "start",
        )  # fmt: skip
    others = [area for area in before if area.level not in levels]
    own = [] if edition is None else list(_until(edition, (area for area in before if area.level in levels)))
    mended: list[Mended] = []
    if repair:
        new, others, mended = _repaired(new, others, edition)
    after = [*others, *own, *new]
    known = {_signature(fault) for fault in check(before, tolerance=tolerance)}  # was accepted when it came
    faults = [
        fault for fault in check(after, tolerance=tolerance) if _about(fault, new) and _signature(fault) not in known
    ]
    if refused := [fault for fault in faults if fault.problem not in accept]:
        raise BoundariesError(refused)
    _put(change, before, after)
    return Loaded(areas=tuple(new), accepted=tuple(faults), mended=tuple(mended))


def _until(day: date, versions: Iterable[Area]) -> Iterable[Area]:
    """Versions as they are when another edition begins on `day`."""
    for area in versions:
        if area.start is not None and area.start >= day:
            continue
        yield replace(area, stop=day) if area.stop is None or area.stop > day else area


def _about(fault: Fault, new: Sequence[Area]) -> bool:
    ids = {area.id for area in new} | {area.parent for area in new if fault.problem is Problem.UNCOVERED}
    return any(area in ids for area in fault.areas)


def _signature(fault: Fault) -> tuple[Problem, tuple[str, ...], int]:
    return fault.problem, fault.areas, round(fault.square_metres)


def _repaired(new: list[Area], others: list[Area], edition: date | None) -> tuple[list[Area], list[Area], list[Mended]]:
    """The new areas mended, and those above them with an outline that fits, from the edition's day on."""
    above = _ancestors(new, others)
    split = {
        id(area): area for area in others
        if area.id in above and edition is not None and area.holds(edition) and area.start != edition
    }  # fmt: skip
    parents = [
        replace(area, start=edition) if id(area) in split else area
        for area in others
        if area.id in above and (edition is None or area.holds(edition))
    ]
    found, done = mend([*new, *parents])
    shapes: dict[_KEY, Area] = {(area.id, area.start): area for area in found[len(new) :]}
    touched = {each.area for each in done}
    kept_on: list[Area] = []
    for area in others:
        if area.id not in above or area.id not in touched:
            kept_on.append(area)
        elif id(area) in split:
            kept_on += [replace(area, stop=edition), shapes[area.id, edition]]
        else:
            kept_on.append(shapes.get((area.id, area.start), area))
    return found[: len(new)], kept_on, done


def _ancestors(new: Iterable[Area], others: Sequence[Area]) -> set[str]:
    above, following = set[str](), {area.parent for area in new if area.parent}
    while following - above:
        above |= following
        following = {area.parent for area in others if area.id in above and area.parent}
    return above


def _put(change: Change, before: Sequence[Area], after: Sequence[Area]) -> None:
    versions = {(version.id, version.start): version for version in map(kept, after)}
    for old in map(kept, before):
        if (old.id, old.start) not in versions:
            known = change.get(AreaVersion, old.id, old.start)
            assert known is not None
            change.take(known)
    for version in versions.values():
        if change.get(AreaVersion, version.id, version.start) != version:
            change.put(version)
