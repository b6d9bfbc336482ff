"""Boundaries checked: overlaps, gaps, invalid rings, parents, validity. `repair` mends on request what is found.

Shapes are compared in degrees, as they are kept: in another system long straight edges would bend away from
neighbours that have a corner on them. Only the ground found to be shared or missing is measured in metres.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from gateway.areas.model import Area, Fault, Problem, metric, overlap_in_time, polygons

TOLERANCE = 1.0
"""m2 below which shared or missing ground is the rounding of coordinates."""
SLIVER = 0.05
"""m of mean width below which a strip between two levels is the rounding of coordinates."""


def check(areas: Sequence[Area], *, tolerance: float = TOLERANCE) -> list[Fault]:
    """Everything that is wrong with these areas of any levels, worst first within each kind of problem.

    Args:
        areas: all versions of all areas.
        tolerance: m2 of overlap or gap that is not worth a word.
    """
    faults = [*_versions(areas), *_rings(areas)]
    for group in snapshots(areas):
        shapes = clean(group)
        faults.extend(_overlaps(group, shapes, tolerance))
        faults.extend(_gaps(group, shapes, tolerance))
    for day in days_of(areas):
        faults.extend(_families(areas, day, tolerance))
    distinct = {(fault.problem, fault.areas): fault for fault in faults}
    return sorted(distinct.values(), key=lambda fault: (fault.problem, -fault.square_metres, fault.areas))


def _versions(areas: Sequence[Area]) -> Iterable[Fault]:
    by_id: dict[str, list[Area]] = defaultdict(list)
    for area in areas:
        by_id[area.id].append(area)
        if area.start and area.stop and area.start >= area.stop:
            yield _fault(
                Problem.UPSIDE_DOWN, [area], 0, "Gültigkeit endet vor ihrem Beginn", "validity ends before it begins"
            )
    for versions in by_id.values():
        versions.sort(key=lambda area: (area.start is not None, area.start or 0))
        for one, other in pairwise(versions):
            if overlap_in_time(one, other):
                yield _fault(Problem.TWICE, [one], 0, "gibt es zur selben Zeit zweimal", "is there twice at one time")
    for area in areas:
        if area.parent and not any(overlap_in_time(area, parent) for parent in by_id.get(area.parent, ())):
            yield _fault(
                Problem.PARENT,
                [area],
                0,
                f"übergeordnetes Gebiet {area.parent} fehlt",
                f"parent {area.parent} is missing",
            )


def _rings(areas: Iterable[Area]) -> Iterable[Fault]:
    for area in areas:
        if area.geometry.is_empty:
            yield _fault(Problem.EMPTY, [area], 0, "hat keine Fläche", "has no polygon")
        elif not area.geometry.is_valid:
            reason = shapely.is_valid_reason(area.geometry)
            yield _fault(Problem.RING, [area], 0, f"ungültiger Ring: {reason}", f"invalid ring: {reason}")


def snapshots(areas: Sequence[Area]) -> Iterable[list[Area]]:
    """For each level the sets of areas that hold together at some time."""
    by_level: dict[str, list[Area]] = defaultdict(list)
    for area in areas:
        if not area.geometry.is_empty:
            by_level[area.level].append(area)
    for members in by_level.values():
        days = sorted({area.start for area in members if area.start is not None})
        moments = [None, *days]
        seen: set[frozenset[int]] = set()
        for day in moments:
            group = [area for area in members if (area.start is None if day is None else area.holds(day))]
            fingerprint = frozenset(id(area) for area in group)
            if group and fingerprint not in seen:
                seen.add(fingerprint)
                yield group


def clean(group: Iterable[Area]) -> list[BaseGeometry]:
    """Their shapes with rings made valid."""
    return [valid(area.geometry) for area in group]


def valid(geometry: BaseGeometry) -> BaseGeometry:
    """The shape with rings made valid."""
    return geometry if geometry.is_valid else polygons(shapely.make_valid(geometry))


def neighbours(group: Sequence[Area], shapes: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    """Neighbours: pairs of indices whose interiors may meet, in order."""
    tree = shapely.STRtree(shapes)
    low, high = tree.query(shapes, predicate="intersects")
    return sorted((int(a), int(b)) for a, b in zip(low, high, strict=True) if a < b and group[a].id != group[b].id)


def _overlaps(group: Sequence[Area], shapes: Sequence[BaseGeometry], tolerance: float) -> Iterable[Fault]:
    for low, high in neighbours(group, shapes):
        shared = square_metres(shapes[low].intersection(shapes[high]))
        if shared > tolerance:
            yield _fault(
                Problem.OVERLAP, [group[low], group[high]], shared, f"überlappen sich um {shared:.0f} m²",
                f"overlap by {shared:.0f} m2",
            )  # fmt: skip


def holes(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Ground that a level encloses and none of its areas has."""
    union = shapely.union_all(list(shapes))
    own = shapely.union_all([shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors])
    return [hole for hole in shapely.get_parts(own) if hole.area > 0]


def days_of(areas: Iterable[Area]) -> list[date | None]:
    """The days on which boundaries change, and None for the time before all of them."""
    return [None, *sorted({day for area in areas for day in (area.start, area.stop) if day is not None})]


def holding(areas: Iterable[Area], day: date | None) -> list[Area]:
    """The versions of a day; None: before every change."""
    return [area for area in areas if (area.start is None if day is None else area.holds(day))]


def children(areas: Sequence[Area]) -> dict[str, list[Area]]:
    """Areas that hold together and have ground, by their parent's id."""
    found: dict[str, list[Area]] = defaultdict(list)
    for area in areas:
        if area.parent and not area.geometry.is_empty:
            found[area.parent].append(area)
    return found


def _families(areas: Sequence[Area], day: date | None, tolerance: float) -> Iterable[Fault]:
    """Areas against the ones above them. Schematic shapes show no ground, so nothing is measured on them."""
    here = [area for area in holding(areas, day) if not area.schematic]
    by_id = {area.id: area for area in here if not area.geometry.is_empty}
    for id_, members in children(here).items():
        parent = by_id.get(id_)
        if parent is None:
            continue
        whole, shapes = valid(parent.geometry), clean(members)
        for area, shape in zip(members, shapes, strict=True):
            size = _real(shape.difference(whole))
            if size > tolerance:
                yield _fault(
                    Problem.OUTSIDE, [area, parent], size, f"{size:.0f} m² liegen außerhalb des übergeordneten Gebiets",
                    f"{size:.0f} m2 lie outside the area above",
                )  # fmt: skip
        size = _real(whole.difference(shapely.union_all(shapes)))
        if size > tolerance:
            yield _fault(
                Problem.UNCOVERED, [parent], size, f"{size:.0f} m² gehören zu keinem seiner Teile",
                f"{size:.0f} m2 belong to none of its parts",
            )  # fmt: skip


def _real(geometry: BaseGeometry) -> float:
    """m2 without slivers: two levels are seldom drawn with the same corners, and are rounded apart from each other."""
    parts = metric(part for part in shapely.get_parts(geometry) if part.geom_type in {"Polygon", "MultiPolygon"})
    return float(sum(part.area for part in parts if part.length and 2 * part.area / part.length > SLIVER))


def _gaps(group: Sequence[Area], shapes: Sequence[BaseGeometry], tolerance: float) -> Iterable[Fault]:
    found = [hole for hole in holes(shapes) if square_metres(hole) > tolerance]
    tree = shapely.STRtree(shapes) if found else None
    for hole in found:
        assert tree is not None
        around = sorted(
            (group[index] for index in tree.query(hole, predicate="intersects")), key=lambda area: area.number
        )
        size = square_metres(hole)
        yield _fault(Problem.GAP, around, size, f"lassen eine Lücke von {size:.0f} m²", f"leave a gap of {size:.0f} m2")


def square_metres(geometry: BaseGeometry) -> float:
    """Ground in m2."""
    return float(metric([geometry])[0].area)


def _fault(problem: Problem, areas: Sequence[Area], size: float, de: str, en: str) -> Fault:
    named = ", ".join(f"{area.id} {area.name}" for area in areas)
    ids = tuple(area.id for area in areas)
    return Fault(problem=problem, areas=ids, square_metres=size, de=f"{named}: {de}", en=f"{named}: {en}")
