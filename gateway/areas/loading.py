"""From a boundary file to areas: which attribute is the number, which the name, and in which system it was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import shapely

from gateway.areas.model import Area, AreaError, Feature, Layer, transform

KNOWN_SYSTEMS = (4326, 4258, 25832, 25833, 31466, 31467, 3857)
"""WGS 84, ETRS 89, UTM 32N and 33N, Gauss-Krüger zones 2 and 3, web Mercator."""

GEOGRAPHIC = (4326, 4258)
LONGEST_EDGE = 100.0
"""m. A straight edge of the map grid is none in degrees: over 100 m it bends by 0.2 mm, over 3 km by 0.2 m."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the attributes of a boundary file are read.

    Attributes:
        level: what its features are ("quartier"); also the prefix of their ids.
        number: attribute with the authority's key.
        name: attribute with the name.
        parent: attribute with the parent's number; None: there is no parent, or `parent_number` says it.
        parent_level: level of the parents.
        parent_number: one parent for all features.
        digits: a key of fewer digits gets leading zeros (files that keep keys as numbers have lost them).
        epsg: coordinate system, when the file does not say it or says it wrongly.
        start: first day of these boundaries.
        stop: first day after them.
    """

    level: str
    number: str
    name: str
    parent: str | None = None
    parent_level: str = ""
    parent_number: str | None = None
    digits: int = 0
    epsg: int | None = None
    start: date | None = None
    stop: date | None = None


def to_areas(layer: Layer, mapping: Mapping) -> list[Area]:
    """Areas in EPSG:4326, in order of their number.

    Raises:
        AreaError: an attribute is missing, a key is no key, or the coordinate system is unknown.
    """
    epsg = mapping.epsg or layer.epsg
    if epsg is None:
        raise AreaError(f"{layer.name}: the file names no coordinate system; say which (epsg)")
    if epsg not in KNOWN_SYSTEMS:
        raise AreaError(f"{layer.name}: EPSG:{epsg} is not one of {', '.join(map(str, KNOWN_SYSTEMS))}")
    areas = [
        _area(feature, f"{layer.name}: feature {index + 1}", mapping, epsg)
        for index, feature in enumerate(layer.features)
    ]
    return sorted(areas, key=lambda area: area.number)


def key(value: object, digits: int, where: str) -> str:
    """An authority's key as text. 5 and 5.0 become "05" when two digits are asked for; text stays as it is."""
    if isinstance(value, bool) or value is None:
        raise AreaError(f"{where}: {value!r} is no key")
    if isinstance(value, float):
        if not value.is_integer():
            raise AreaError(f"{where}: {value!r} is no key")
        value = int(value)
    text = str(value).strip()
    if not text:
        raise AreaError(f"{where}: the key is empty")
    return text.zfill(digits) if text.isdigit() else text


def _area(feature: Feature, where: str, mapping: Mapping, epsg: int) -> Area:
    number = key(_attribute(feature, mapping.number, where), mapping.digits, where)
    where = f"{where} ({mapping.level} {number})"
    parent = mapping.parent_number
    if mapping.parent is not None:
        parent = key(_attribute(feature, mapping.parent, where), 0, where)
    geometry = feature.geometry
    if geometry is None:
        geometry = shapely.Polygon()
    elif geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        raise AreaError(f"{where}: is a {geometry.geom_type}, a polygon is expected")
    geometry = shapely.force_2d(geometry)
    if epsg not in GEOGRAPHIC:
        geometry = shapely.segmentize(geometry, LONGEST_EDGE)
    geometry = transform(geometry, epsg, 4326)
    west, south, east, north = geometry.bounds if not geometry.is_empty else (0.0, 0.0, 0.0, 0.0)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise AreaError(f"{where}: coordinates do not fit EPSG:{epsg} (they would lie at {west}, {south})")
    return Area(
        id=f"{mapping.level}:{number}", level=mapping.level, number=number,
        name=str(_attribute(feature, mapping.name, where) or "").strip() or number, geometry=geometry,
        parent=f"{mapping.parent_level}:{parent}" if parent else "", start=mapping.start, stop=mapping.stop,
        schematic=feature.properties.get("schematic") is True,
        number_confirmed=feature.properties.get("number_confirmed") is not False,
    )  # fmt: skip


def _attribute(feature: Feature, name: str, where: str) -> object:
    if name not in feature.properties:
        there = ", ".join(sorted(feature.properties)[:20])
        raise AreaError(f"{where}: has no attribute {name!r}; it has {there}")
    return feature.properties[name]
