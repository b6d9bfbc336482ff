"""What an area is. Geometry is WGS 84 (EPSG:4326), x = longitude, y = latitude; areas in m2 are taken in EPSG:25832."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


class AreaError(Exception):
    """A boundary file cannot be used; the message names the file, the feature and the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One row of a boundary file as it stands there: attributes and geometry in the file's own system."""

    properties: dict[str, object]
    geometry: BaseGeometry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A boundary file: its features and the EPSG number of their coordinates, None when the file does not say."""

    features: tuple[Feature, ...]
    epsg: int | None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One version of an area.

    Attributes:
        id: unique over all levels, e.g. "quartier:05"; the same in every version.
        level: "quartier", "stadtbezirk", "stadt", or any other name.
        number: the authority's key as text: leading zeros are part of it.
        name: as it is shown.
        parent: id of the area of the next level, "" at the top.
        geometry: polygon or multipolygon, EPSG:4326.
        start: first day on which this boundary holds (local midnight), None: always before.
        stop: first day on which it no longer holds, None: still holds.
        schematic: the shape stands for the area and does not show where it lies.
        number_confirmed: False when the number is not sure.
    """

    id: str
    level: str
    number: str
    name: str
    geometry: BaseGeometry
    parent: str = ""
    start: date | None = None
    stop: date | None = None
    schematic: bool = False
    number_confirmed: bool = True

    def holds(self, day: date) -> bool:
        """Whether this version is the one of `day`."""
        return (self.start is None or self.start <= day) and (self.stop is None or day < self.stop)


def overlap_in_time(one: Area, other: Area) -> bool:
    """Whether there is a day on which both versions hold."""
    return (one.stop is None or other.start is None or other.start < one.stop) and (
        other.stop is None or one.start is None or one.start < other.stop
    )


class Problem(StrEnum):
    """What may be wrong with boundaries: a closed set."""

    EMPTY = "empty"
    """No polygon at all."""
    RING = "invalid_ring"
    """A ring crosses itself, is not closed, or a hole lies outside."""
    TWICE = "duplicate"
    """The same id twice at one time."""
    PARENT = "unknown_parent"
    """The parent is not there, or not on that day."""
    UPSIDE_DOWN = "validity"
    """The version ends before it begins."""
    OVERLAP = "overlap"
    """Two areas of one level share ground."""
    GAP = "gap"
    """Ground enclosed by a level belongs to none of its areas."""
    OUTSIDE = "outside_parent"
    """Ground of an area lies outside the area above it."""
    UNCOVERED = "parent_not_covered"
    """Ground of an area belongs to none of those below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One finding: the areas it is about, how much ground (m2) and words for people, German first."""

    problem: Problem
    areas: tuple[str, ...]
    square_metres: float
    de: str
    en: str

    def __str__(self) -> str:
        return f"{self.problem}: {self.de} / {self.en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One repair: the area whose shape changed, by how much ground (m2), and words for people, German first."""

    area: str
    square_metres: float
    de: str
    en: str

    def __str__(self) -> str:
        return f"{self.de} / {self.en}"


@cache
def transformer(source: int, target: int) -> pyproj.Transformer:
    """Coordinates from one EPSG system to another, always in the order x (east), y (north)."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def transform(geometry: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """The geometry in another system; EPSG numbers."""
    if source == target:
        return geometry
    project = transformer(source, target)

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(project.transform(points[:, 0], points[:, 1]))

    return shapely.transform(geometry, move)


def metric(geometries: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """EPSG:4326 to metres (EPSG:25832, right to a few centimetres in western Germany)."""
    return [transform(geometry, 4326, 25832) for geometry in geometries]


def polygons(geometry: BaseGeometry) -> BaseGeometry:
    """Only the polygons of a geometry (repairing a ring may leave lines and points), as one geometry."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts) if parts else shapely.Polygon()
