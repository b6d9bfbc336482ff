"""In which area a point lies, on a given day, with a defined result outside and on a border."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import shapely

from gateway.areas.model import Area


class Where(StrEnum):
    """How a point lies to the areas of a level."""

    INSIDE = "inside"
    BORDER = "border"
    """On the border of one or more areas: it is given to the one with the smallest number."""
    OUTSIDE = "outside"
    """In none: it counts for the whole of the sources, but for no area of this level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a point lies; `area` is None outside."""

    area: Area | None
    where: Where


class AreaIndex:
    """Point-in-area for the areas of all levels and versions."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = sorted((area for area in areas if not area.geometry.is_empty), key=lambda area: area.number)
        self._tree = shapely.STRtree([area.geometry for area in self._areas])
        shapely.prepare([area.geometry for area in self._areas])
        self._by_id: dict[str, list[Area]] = defaultdict(list)
        for area in self._areas:
            self._by_id[area.id].append(area)

    def locate(self, longitude: float, latitude: float, level: str, day: date) -> Located:
        """The area of `level` that holds the point (degrees WGS 84) on `day`."""
        return self.locate_all([(longitude, latitude)], level, day)[0]

    def locate_all(self, points: Sequence[tuple[float, float]], level: str, day: date) -> list[Located]:
        """The same for many points."""
        outside = Located(area=None, where=Where.OUTSIDE)
        found = [outside] * len(points)
        if not points or not self._areas:
            return found
        places = np.asarray(shapely.points(np.asarray(points, dtype=np.float64)), dtype=object)
        hits: dict[int, list[Area]] = defaultdict(list)
        for point, number in zip(*self._tree.query(places, predicate="intersects"), strict=True):
            area = self._areas[int(number)]
            if area.level == level and area.holds(day):
                hits[int(point)].append(area)
        for point, areas in hits.items():
            first = min(areas, key=lambda area: area.number)
            alone = len(areas) == 1 and bool(shapely.contains(first.geometry, places[point]))
            found[point] = Located(area=first, where=Where.INSIDE if alone else Where.BORDER)
        return found

    def ancestors(self, area: Area, day: date) -> list[Area]:
        """The areas above it on `day`, next level first."""
        chain: list[Area] = []
        while area.parent and len(chain) < 20:
            above = next((each for each in self._by_id.get(area.parent, ()) if each.holds(day)), None)
            if above is None:
                break
            chain.append(above)
            area = above
        return chain
