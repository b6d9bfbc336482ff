"""GML 3.1 and 3.2 (ISO 19136) as services of German authorities answer: features, their attributes, their polygons.

    wfs:FeatureCollection > wfs:member | gml:featureMember(s) > a feature > its properties
    gml:Polygon, gml:Surface, gml:MultiSurface, gml:CompositeSurface, gml:MultiPolygon
        > exterior, interior > gml:LinearRing, or gml:Ring of gml:Curve with lines and arcs

Coordinates come out as x, y whatever the order of the system they are named in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import shapely

from gateway.areas.crs import Named, named
from gateway.areas.gml_curves import arc
from gateway.areas.model import AreaError, Feature, Layer, polygons

MAX_FEATURES = 100_000
_POLYGONAL = {"Polygon", "PolygonPatch", "Surface", "PolyhedralSurface", "MultiSurface", "CompositeSurface",
              "MultiPolygon"}  # fmt: skip
_OTHER = {"Point", "MultiPoint", "LineString", "Curve", "MultiCurve", "CompositeCurve", "MultiLineString"}
_MEMBERS = {"member", "featureMember", "featureMembers"}
_DEEPEST = 40
"""Levels of XML below a property; what authorities publish has at most a dozen."""
_NUMBERS = re.compile(r"[\s,]+")
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """A collection with what its head says: how many features match in all (None: unknown), whether more follow."""

    layer: Layer
    matched: int | None
    more: bool


@dataclass(slots=True)
class _Reader:
    name: str
    by_id: dict[str, ET.Element]
    parents: dict[ET.Element, ET.Element]
    asked: int | None
    systems: set[Named] = field(default_factory=set)

    def wrong(self, where: str, what: str) -> AreaError:
        return AreaError(f"{self.name}: {where}: {what}")


def parse_gml(body: bytes, name: str, epsg: int | None = None) -> Answer:
    """Features of a GML document.

    Args:
        body: the document; it may not declare a document type (what entities need).
        name: of the file or feature type, for messages.
        epsg: system of coordinates whose own is not named anywhere.

    Raises:
        AreaError: names the feature and what is wrong; an exception report of a service is said in its own words.
    """
    root = parse_xml(body, name)
    if (report := exception_text(root)) is not None:
        raise AreaError(f"{name}: service did not answer with features but: {report}")
    if local(root) not in {"FeatureCollection", "SpatialDataSet"}:
        raise AreaError(f"{name}: a feature collection is expected, not {local(root)!r}")
    reader = _Reader(
        name=name,
        by_id={id_: each for each in root.iter() if (id_ := _attribute(each, "id"))},
        parents={child: each for each in root.iter() for child in each},
        asked=epsg,
    )
    features = []
    for number, element in enumerate(_features(root)):
        if number >= MAX_FEATURES:
            raise AreaError(f"{name}: more than {MAX_FEATURES} features")
        features.append(_feature(reader, element, f"feature {number + 1} {_attribute(element, 'id') or ''}".rstrip()))
    systems = {each.epsg for each in reader.systems}
    if len(systems) > 1:
        raise AreaError(f"{name}: coordinates in several systems: EPSG {', '.join(map(str, sorted(systems)))}")
    matched = root.get("numberMatched") or root.get("numberOfFeatures") or ""
    return Answer(
        layer=Layer(features=tuple(features), epsg=systems.pop() if systems else epsg, name=name),
        matched=int(matched) if matched.isdigit() else None,
        more=root.get("next") is not None,
    )


def parse_xml(body: bytes, name: str) -> ET.Element:
    """The root of a document without a document type, whose entities could grow without bound or name files."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\0" in body[:1000]:
        raise AreaError(f"{name}: documents with a document type, or in UTF-16, are not read")
    try:
        return ET.fromstring(body)  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, ValueError, LookupError) as error:
        raise AreaError(f"{name}: is no XML that can be read: {error}") from error


def local(element: ET.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def exception_text(root: ET.Element) -> str | None:
    """What an exception report (OWS) says, None for another document."""
    if local(root) not in {"ExceptionReport", "ServiceExceptionReport"}:
        return None
    said = [part.strip() for part in root.itertext() if part.strip()]
    codes = [code for each in root.iter() if (code := each.get("exceptionCode") or each.get("code"))]
    return " ".join([*codes, *said])[:300] or "exception without words"


def _features(root: ET.Element) -> Iterator[ET.Element]:
    for child in root:
        if local(child) not in _MEMBERS:
            continue
        for feature in child:
            if local(feature) == "FeatureCollection":  # a collection in a collection: several feature types
                yield from _features(feature)
            else:
                yield feature


def _feature(reader: _Reader, element: ET.Element, where: str) -> Feature:
    properties: dict[str, object] = {}
    shapes: list[shapely.Polygon | shapely.MultiPolygon] = []
    others: list[str] = []
    for child in element:
        if local(child) == "boundedBy":
            continue
        _property(reader, child, local(child), where, properties, shapes, others, 0)
    if not shapes and others:
        raise reader.wrong(where, f"is a {others[0]}, a polygon is expected")
    if id_ := _attribute(element, "id"):
        properties.setdefault("gml_id", id_)
    return Feature(properties=properties, geometry=shapes[0] if shapes else None)


def _property(
    reader: _Reader, element: ET.Element, path: str, where: str, properties: dict[str, object],
    shapes: list[shapely.Polygon | shapely.MultiPolygon], others: list[str], depth: int,
) -> None:  # fmt: skip
    """A property: geometry, text, or parts with a path of names ("name.GeographicalName.text")."""
    if depth > _DEEPEST:
        raise reader.wrong(where, f"{path} is nested too deeply")
    for child in element:
        if local(child) in _POLYGONAL:
            shapes.append(_shape(reader, child, where))
        elif local(child) in _OTHER:
            others.append(local(child))
        else:
            _property(reader, child, f"{path}.{local(child)}", where, properties, shapes, others, depth + 1)
    if not len(element):
        text = (element.text or "").strip()
        properties.setdefault(path, text or _attribute(element, "href"))


def _shape(reader: _Reader, element: ET.Element, where: str) -> shapely.Polygon | shapely.MultiPolygon:
    parts: list[shapely.Polygon] = []
    for polygon in _polygons(reader, element, where, 0):
        rings = {"exterior": [], "interior": []}  # type: dict[str, list[list[Point]]]
        for side in polygon:
            kind = {"outerBoundaryIs": "exterior", "innerBoundaryIs": "interior"}.get(local(side), local(side))
            if kind in rings:
                rings[kind] += [_ring(reader, ring, where) for ring in side]
        if len(rings["exterior"]) != 1:
            raise reader.wrong(where, f"a {local(polygon)} without one exterior ring")
        try:
            parts.append(shapely.Polygon(rings["exterior"][0], rings["interior"]))
        except (ValueError, shapely.errors.ShapelyError) as error:
            raise reader.wrong(where, f"a ring cannot be read: {error}") from error
    if len(parts) == 1:
        return parts[0]
    # Patches of one surface share their inner edges; parts of a multi-surface stay apart.
    if local(element) in {"Surface", "PolyhedralSurface", "CompositeSurface"} and all(part.is_valid for part in parts):
        joined = polygons(shapely.union_all(parts))
        assert isinstance(joined, shapely.Polygon | shapely.MultiPolygon)
        return joined
    return shapely.MultiPolygon(parts)


def _polygons(reader: _Reader, element: ET.Element, where: str, depth: int) -> Iterator[ET.Element]:
    if depth > _DEEPEST:
        raise reader.wrong(where, "geometry is nested too deeply, or refers to itself")
    if local(element) in {"Polygon", "PolygonPatch"}:
        yield element
        return
    for member in element:
        target = _target(reader, member, where)
        for each in [target] if target is not None else member:
            if local(each) in _POLYGONAL:
                yield from _polygons(reader, each, where, depth + 1)
            elif local(member) in {"surfaceMember", "polygonMember", "baseSurface"} or local(each) in _OTHER:
                raise reader.wrong(where, f"{local(each)} is no polygon that can be read")


def _target(reader: _Reader, element: ET.Element, where: str) -> ET.Element | None:
    """What a reference within the document points to; None: the element holds its content itself."""
    reference = _attribute(element, "href")
    if reference is None or len(element):
        return None
    found = reader.by_id.get(reference.removeprefix("#"))
    if found is None:
        raise reader.wrong(where, f"refers to {reference!r}, which is not in the document")
    return found


def _ring(reader: _Reader, ring: ET.Element, where: str) -> list[Point]:
    if local(ring) == "LinearRing":
        return _points(reader, ring, where)
    points: list[Point] = []
    for member in ring:
        target = _target(reader, member, where)
        for curve in [target] if target is not None else member:
            points += _curve(reader, curve, where, 0)
    return points


def _curve(reader: _Reader, curve: ET.Element, where: str, depth: int) -> list[Point]:
    kind = local(curve)
    if depth > _DEEPEST:
        raise reader.wrong(where, "a curve is nested too deeply, or refers to itself")
    if kind in {"LineString", "LineStringSegment", "GeodesicString", "Geodesic"}:
        return _points(reader, curve, where)
    if kind in {"Arc", "ArcString", "Circle"}:
        return arc(_points(reader, curve, where), closed=kind == "Circle")
    if kind not in {"Curve", "CompositeCurve", "OrientableCurve", "segments", "curveMember", "baseCurve"}:
        raise reader.wrong(where, f"a ring of {kind} cannot be read")
    target = _target(reader, curve, where)
    points = [
        point for part in ([target] if target is not None else curve)
        if local(part) not in {"metaDataProperty", "description", "name", "identifier"}
        for point in _curve(reader, part, where, depth + 1)
    ]  # fmt: skip
    return points[::-1] if curve.get("orientation") == "-" else points


def _points(reader: _Reader, element: ET.Element, where: str) -> list[Point]:
    """Positions in the order x, y, from posList, pos, or the coordinates of GML 2."""
    texts = [each.text or "" for each in element if local(each) in {"posList", "pos", "coordinates"}]
    texts += [position.text or "" for each in element if local(each) == "pointProperty" for position in each.iter()]
    dimension, system = _reference(reader, element, where)
    tuples = next((each for each in element if local(each) == "coordinates"), None)
    if tuples is not None:  # x,y x,y
        dimension = len((tuples.text or "").split()[0].split(",")) if (tuples.text or "").split() else 2
    try:
        numbers = [float(part) for text in texts for part in _NUMBERS.split(text.strip()) if part]
    except ValueError as error:
        raise reader.wrong(where, f"a coordinate is no number: {error}") from error
    if len(numbers) % dimension or len(numbers) < 2 * dimension:
        raise reader.wrong(where, f"{len(numbers)} numbers do not make positions of {dimension}")
    first, second = numbers[0::dimension], numbers[1::dimension]
    return list(zip(second, first, strict=True) if system.northing_first else zip(first, second, strict=True))


def _reference(reader: _Reader, element: ET.Element, where: str) -> tuple[int, Named]:
    """Dimension and coordinate system: the nearest that is named on the way up, as the standard has it."""
    dimension, name = "", ""
    own = next((each for each in element if local(each) in {"posList", "pos"}), element)
    at: ET.Element | None = own
    while at is not None and not (dimension and name):
        dimension = dimension or at.get("srsDimension", "") or at.get("dimension", "")
        name = name or at.get("srsName", "")
        if not name and (box := next((each for each in at if local(each) == "boundedBy"), None)) is not None:
            name = next((found for each in box.iter() if (found := each.get("srsName"))), "")
        at = reader.parents.get(at)
    if dimension not in {"", "2", "3"}:
        raise reader.wrong(where, f"positions of {dimension} numbers are not read")
    system = named(name) if name else Named(reader.asked, northing_first=False) if reader.asked else None
    if system is None:
        raise reader.wrong(where, f"coordinate system {name!r} is not understood" if name else "names no system")
    reader.systems.add(system)
    return int(dimension or 2), system


def _attribute(element: ET.Element, name: str) -> str | None:
    """An attribute whatever its namespace (gml:id, xlink:href)."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)
