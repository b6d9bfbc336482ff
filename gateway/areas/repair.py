"""Boundaries mended on request. Every change of a shape is said; what only people can decide stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from gateway.areas.model import Area, Mended, polygons
from gateway.areas.validation import (
    TOLERANCE,
    children,
    clean,
    days_of,
    holding,
    holes,
    neighbours,
    snapshots,
    square_metres,
    valid,
)


def repair(areas: Sequence[Area]) -> list[Area]:
    """See `mend`; only the areas."""
    return mend(areas)[0]


def mend(areas: Sequence[Area]) -> tuple[list[Area], list[Mended]]:
    """The areas with rings made valid, shared ground given to the smaller number, gaps to the longest neighbour.

    Then every area that has areas below it gets their common outline, so that no ground lies outside or between.
    Duplicates, unknown parents, upside-down validity and empty areas stay: only people can decide on them.

    Returns:
        The areas in their order, and what was done, in the order in which it was.
    """
    done: list[Mended] = []
    shapes = dict(enumerate(_rings(areas, done)))
    numbers = {id(area): at for at, area in enumerate(areas)}
    for group in snapshots(areas):
        members = [numbers[id(area)] for area in group]
        mended = _level(group, [shapes[at] for at in members], done)
        shapes.update(zip(members, mended, strict=True))
    found = [replace(area, geometry=shapes[at]) for at, area in enumerate(areas)]
    return _outlines(found, done), done


def _rings(areas: Iterable[Area], done: list[Mended]) -> Iterator[BaseGeometry]:
    for area in areas:
        shape = valid(area.geometry)
        if shape is not area.geometry:
            size = square_metres(shape)
            done.append(_said(area, size, f"Ring berichtigt, jetzt {size:.0f} m²", f"ring mended, {size:.0f} m2 now"))
        yield shape


def _level(group: Sequence[Area], shapes: list[BaseGeometry], done: list[Mended]) -> list[BaseGeometry]:
    """Areas of one level that hold together, without overlaps and gaps."""
    shapes = clean(replace(area, geometry=shape) for area, shape in zip(group, shapes, strict=True))
    for low, high in neighbours(group, shapes):
        shared = polygons(shapes[low].intersection(shapes[high]))
        if shared.area > 0:
            winner, loser = (low, high) if group[low].number <= group[high].number else (high, low)
            shapes[loser] = polygons(shapes[loser].difference(shared))
            size, other = square_metres(shared), group[winner].id
            if size > TOLERANCE:
                done.append(
                    _said(group[loser], size, f"{size:.0f} m² an {other} gegeben", f"{size:.0f} m2 given to {other}")
                )
    for hole in holes(shapes):
        taker = max(range(len(shapes)), key=lambda index: _border(shapes[index], hole))
        shapes[taker] = polygons(shapely.union_all([shapes[taker], hole]))
        size = square_metres(hole)
        if size > TOLERANCE:
            done.append(
                _said(group[taker], size, f"Lücke von {size:.0f} m² geschlossen", f"gap of {size:.0f} m2 closed")
            )
    return shapes


def _outlines(areas: list[Area], done: list[Mended]) -> list[Area]:
    """Areas that have areas below them with the outline of those, finest level first."""
    found = list(areas)
    for day in days_of(areas):
        for _ in range(len({area.level for area in areas})):  # what is above follows once what is below is right
            here = [area for area in holding(found, day) if not area.schematic]
            families = children(here)
            for at, area in enumerate(found):
                members = families.get(area.id) if area in here else None
                if not members:
                    continue
                outline = polygons(shapely.union_all([member.geometry for member in members]))
                size = square_metres(outline.symmetric_difference(valid(area.geometry)))
                if size > TOLERANCE:
                    found[at] = replace(area, geometry=outline)
                    done.append(
                        _said(area, size, f"Umriss seiner Teile übernommen, {size:.0f} m² anders",
                              f"has the outline of its parts now, {size:.0f} m2 differ")
                    )  # fmt: skip
    return found


def _border(area: BaseGeometry, hole: BaseGeometry) -> float:
    return float(area.boundary.intersection(hole.boundary).length)


def _said(area: Area, size: float, de: str, en: str) -> Mended:
    named = f"{area.id} {area.name}"
    return Mended(area=area.id, square_metres=size, de=f"{named}: {de}", en=f"{named}: {en}")
