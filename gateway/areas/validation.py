"""Boundaries checked: overlaps, gaps, invalid rings, parents, validity. Faults are named, or repaired on request.

Shapes are compared in degrees, as they are kept: in another system long straight edges would bend away from
neighbours that have a corner on them. Only the ground found to be shared or missing is measured in metres.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from gateway.areas.model import Area, Fault, Problem, metric, overlap_in_time, polygons

TOLERANCE = 1.0
"""m2 below which shared or missing ground is the rounding of coordinates."""


def check(areas: Sequence[Area], *, tolerance: float = TOLERANCE) -> list[Fault]:
    """Everything that is wrong with these areas of any levels, worst first within each kind of problem.

    Args:
        areas: all versions of all areas.
        tolerance: m2 of overlap or gap that is not worth a word.
    """
    faults = [*_versions(areas), *_rings(areas)]
    for group in _snapshots(areas):
        shapes = _clean(group)
        faults.extend(_overlaps(group, shapes, tolerance))
        faults.extend(_gaps(group, shapes, tolerance))
    distinct = {(fault.problem, fault.areas): fault for fault in faults}
    return sorted(distinct.values(), key=lambda fault: (fault.problem, -fault.square_metres, fault.areas))


def repair(areas: Sequence[Area]) -> list[Area]:
    """The areas with rings made valid, shared ground given to the smaller number, gaps to the longest neighbour.

    What only people can decide stays as it is: duplicates, unknown parents, upside-down validity, empty areas.
    """
    ringed = [replace(area, geometry=_valid(area.geometry)) for area in areas]
    repaired: dict[int, Area] = {id(area): area for area in ringed}
    for group in _snapshots(ringed):
        shapes = _clean([repaired[id(area)] for area in group])
        changed: set[int] = set()
        for low, high in _pairs(group, shapes):
            shared = polygons(shapes[low].intersection(shapes[high]))
            if shared.area > 0:
                loser = high if group[low].number <= group[high].number else low
                shapes[loser] = polygons(shapes[loser].difference(shared))
                changed.add(loser)
        for hole in _holes(shapes):
            taker = max(range(len(shapes)), key=lambda index: _border(shapes[index], hole))
            shapes[taker] = polygons(shapely.union_all([shapes[taker], hole]))
            changed.add(taker)
        for index in changed:
            area = repaired[id(group[index])]
            repaired[id(group[index])] = replace(area, geometry=shapes[index])
    return [repaired[id(area)] for area in ringed]


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


def _snapshots(areas: Sequence[Area]) -> Iterable[list[Area]]:
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


def _clean(group: Iterable[Area]) -> list[BaseGeometry]:
    return [_valid(area.geometry) for area in group]


def _valid(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.is_valid else polygons(shapely.make_valid(geometry))


def _pairs(group: Sequence[Area], shapes: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    """Neighbours: pairs of indices whose interiors may meet, in order."""
    tree = shapely.STRtree(shapes)
    low, high = tree.query(shapes, predicate="intersects")
    return sorted((int(a), int(b)) for a, b in zip(low, high, strict=True) if a < b and group[a].id != group[b].id)


def _overlaps(group: Sequence[Area], shapes: Sequence[BaseGeometry], tolerance: float) -> Iterable[Fault]:
    for low, high in _pairs(group, shapes):
        shared = _square_metres(shapes[low].intersection(shapes[high]))
        if shared > tolerance:
            yield _fault(
                Problem.OVERLAP, [group[low], group[high]], shared, f"überlappen sich um {shared:.0f} m²",
                f"overlap by {shared:.0f} m2",
            )  # fmt: skip


def _holes(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Ground that a level encloses and none of its areas has."""
    union = shapely.union_all(list(shapes))
    own = shapely.union_all([shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors])
    return [hole for hole in shapely.get_parts(own) if hole.area > 0]


def _gaps(group: Sequence[Area], shapes: Sequence[BaseGeometry], tolerance: float) -> Iterable[Fault]:
    holes = [hole for hole in _holes(shapes) if _square_metres(hole) > tolerance]
    tree = shapely.STRtree(shapes) if holes else None
    for hole in holes:
        assert tree is not None
        around = sorted(
            (group[index] for index in tree.query(hole, predicate="intersects")), key=lambda area: area.number
        )
        size = _square_metres(hole)
        yield _fault(Problem.GAP, around, size, f"lassen eine Lücke von {size:.0f} m²", f"leave a gap of {size:.0f} m2")


def _square_metres(geometry: BaseGeometry) -> float:
    return float(metric([geometry])[0].area)


def _border(area: BaseGeometry, hole: BaseGeometry) -> float:
    return float(area.boundary.intersection(hole.boundary).length)


def _fault(problem: Problem, areas: Sequence[Area], size: float, de: str, en: str) -> Fault:
    named = ", ".join(f"{area.id} {area.name}" for area in areas)
    ids = tuple(area.id for area in areas)
    return Fault(problem=problem, areas=ids, square_metres=size, de=f"{named}: {de}", en=f"{named}: {en}")
