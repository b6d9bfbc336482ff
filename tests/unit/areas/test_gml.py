"""GML as authorities write it: surfaces of patches, rings of curves with arcs, references, orders of coordinates."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateway.areas.crs import Named, named
from gateway.areas.files import read_layer
from gateway.areas.gml import parse_gml
from gateway.areas.gml_curves import arc
from gateway.areas.model import AreaError

UTM = "urn:ogc:def:crs:EPSG::25832"


def document(geometry: str, more: str = "") -> bytes:
    return f"""<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" {more}
 xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:au="http://inspire.ec.europa.eu/schemas/au/4.0"><wfs:member><au:AdministrativeUnit gml:id="u">
 <au:nationalCode>05124000</au:nationalCode>
 <au:name><gn:GeographicalName xmlns:gn="urn:x-gn"><gn:spelling><gn:text>Wuppertal</gn:text></gn:spelling>
 </gn:GeographicalName></au:name><au:upperLevelUnit xlink:href="#DENW"/>
 <au:geometry>{geometry}</au:geometry></au:AdministrativeUnit></wfs:member></wfs:FeatureCollection>""".encode()


def polygon(ring: str, srs: str = UTM) -> str:
    return f'<gml:Polygon srsName="{srs}"><gml:exterior>{ring}</gml:exterior></gml:Polygon>'


def line(text: str) -> str:
    return f"<gml:LinearRing><gml:posList>{text}</gml:posList></gml:LinearRing>"


def shape(geometry: str):
    (feature,) = parse_gml(document(geometry), "x.gml").layer.features
    return feature.geometry


SQUARE = "0 0 10 0 10 10 0 10 0 0"


@pytest.mark.parametrize(
    "geometry",
    [
        polygon(line(SQUARE)),
        polygon(line(SQUARE.replace(" 0 ", " 0.0 ")).replace("<gml:posList>", "<gml:posList srsDimension='2'>")),
        polygon('<gml:LinearRing><gml:posList srsDimension="3">0 0 5 10 0 5 10 10 5 0 10 5 0 0 5</gml:posList>'
                "</gml:LinearRing>"),
        polygon("<gml:LinearRing>" + "".join(f"<gml:pos>{p}</gml:pos>" for p in ("0 0", "10 0", "10 10", "0 10", "0 0"))
                + "</gml:LinearRing>"),
        polygon("<gml:LinearRing><gml:coordinates>0,0 10,0 10,10 0,10 0,0</gml:coordinates></gml:LinearRing>"),
        (f'<gml:Surface srsName="{UTM}"><gml:patches><gml:PolygonPatch><gml:exterior>{line("0 0 5 0 5 10 0 10 0 0")}'
        f"</gml:exterior></gml:PolygonPatch><gml:PolygonPatch><gml:exterior>{line('5 0 10 0 10 10 5 10 5 0')}"
        "</gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>"),
        polygon("<gml:Ring><gml:curveMember><gml:Curve><gml:segments><gml:LineStringSegment><gml:posList>0 0 10 0 10 10"
                "</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve></gml:curveMember><gml:curveMember>"
                "<gml:OrientableCurve orientation='-'><gml:baseCurve><gml:LineString><gml:posList>0 0 0 10 10 10"
                "</gml:posList></gml:LineString></gml:baseCurve></gml:OrientableCurve></gml:curveMember></gml:Ring>"),
    ],
)  # fmt: skip
def test_ways_to_write_a_square(geometry):
    found = shape(geometry)
    assert found.is_valid
    assert found.normalize().equals(shapely.box(0, 0, 10, 10))


def test_attributes_of_an_inspire_feature():
    (feature,) = parse_gml(document(polygon(line(SQUARE))), "x").layer.features
    assert feature.properties["nationalCode"] == "05124000"
    assert feature.properties["name.GeographicalName.spelling.text"] == "Wuppertal"
    assert feature.properties["upperLevelUnit"] == "#DENW"


def test_arcs_become_lines_that_stay_close():
    half = polygon("<gml:Ring><gml:curveMember><gml:Curve><gml:segments><gml:Arc><gml:posList>0 0 50 50 100 0"
                   "</gml:posList></gml:Arc><gml:LineStringSegment><gml:posList>100 0 0 0</gml:posList>"
                   "</gml:LineStringSegment></gml:segments></gml:Curve></gml:curveMember></gml:Ring>")  # fmt: skip
    assert shape(half).area == pytest.approx(math.pi * 50**2 / 2, rel=0.005)
    circle = arc([(1, 0), (0, 1), (-1, 0)], closed=True)
    assert shapely.Polygon(circle).area == pytest.approx(math.pi, rel=0.005)
    assert arc([(0, 0), (1, 0), (2, 0)]) == [(0, 0), (1, 0), (2, 0)]


@given(st.floats(0.1, 6.2), st.floats(0.05, 0.95), st.booleans(), st.floats(1, 1e4))
def test_an_arc_ends_where_it_should_and_passes_its_middle(sweep, share, clockwise, radius):
    sign = -1 if clockwise else 1
    points = [(radius * math.cos(a), radius * math.sin(a)) for a in (0, sign * sweep * share, sign * sweep)]
    found = arc(points)
    assert found[0] == points[0]
    assert found[-1] == points[2]
    assert shapely.LineString(found).distance(shapely.Point(points[1])) < 0.002 * radius
    assert shapely.LineString(found).length == pytest.approx(radius * sweep, rel=0.01)


def test_references_within_the_document_are_followed():
    first = f'<gml:Polygon gml:id="a" srsName="{UTM}"><gml:exterior>{line(SQUARE)}</gml:exterior></gml:Polygon>'
    both = document(f'<gml:MultiSurface srsName="{UTM}"><gml:surfaceMember xlink:href="#a"/></gml:MultiSurface>')
    with pytest.raises(AreaError, match="refers to '#a', which is not in the document"):
        parse_gml(both, "x")
    with_target = both.replace(b"<wfs:member>", f"<wfs:additional>{first}</wfs:additional><wfs:member>".encode())
    assert parse_gml(with_target, "x").layer.features[0].geometry.area == 100
    loop = f'<gml:MultiSurface gml:id="m" srsName="{UTM}"><gml:surfaceMember xlink:href="#m"/></gml:MultiSurface>'
    with pytest.raises(AreaError, match="refers to itself"):
        parse_gml(document(loop), "x")


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("urn:ogc:def:crs:EPSG::25832", Named(25832, northing_first=False)),
        ("urn:ogc:def:crs:EPSG:9.6:25832", Named(25832, northing_first=False)),
        ("http://www.opengis.net/def/crs/EPSG/0/25832", Named(25832, northing_first=False)),
        ("EPSG:25832", Named(25832, northing_first=False)),
        ("urn:ogc:def:crs:EPSG::4326", Named(4326, northing_first=True)),
        ("urn:x-ogc:def:crs:EPSG:4258", Named(4258, northing_first=True)),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", Named(4326, northing_first=False)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Named(4326, northing_first=False)),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Named(4326, northing_first=False)),
        ("urn:ogc:def:crs:EPSG::31467", Named(31467, northing_first=True)),
        ("urn:adv:crs:ETRS89_UTM32", Named(25832, northing_first=False)),
        ("urn:adv:crs:ETRS89_Lat-Lon", Named(4258, northing_first=True)),
        ("urn:ogc:def:crs:EPSG::999999", None), ("here", None), ("", None),
    ],
)  # fmt: skip
def test_names_of_coordinate_systems(name, system):
    assert named(name) == system


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (polygon(line("0 0 1")), "3 numbers do not make positions of 2"),
        (polygon(line("0 0 a 1")), "a coordinate is no number"),
        (polygon(line(SQUARE), "urn:here"), "'urn:here' is not understood"),
        (polygon(line(SQUARE)).replace(f' srsName="{UTM}"', ""), "names no system"),
        (f'<gml:Polygon srsName="{UTM}"/>', "without one exterior ring"),
        ("<gml:Point><gml:pos>1 1</gml:pos></gml:Point>", "is a Point, a polygon is expected"),
        (polygon("<gml:Ring><gml:curveMember><gml:Clothoid/></gml:curveMember></gml:Ring>"), "Clothoid"),
        (f'<a>{polygon(line(SQUARE))}{polygon(line(SQUARE), "EPSG:4326")}</a>', "several systems"),
        ("<a>" * 60 + "</a>" * 60, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(geometry, words):
    with pytest.raises(AreaError, match=words):
        parse_gml(document(geometry), "x")


@given(st.binary(max_size=200))
def test_no_bytes_fail_otherwise(body):
    with suppress(AreaError):
        parse_gml(body, "x")


def test_a_file_is_read_by_its_ending(tmp_path):
    path = tmp_path / "q.gml"
    path.write_bytes(document(polygon(line(SQUARE))))
    layer = read_layer(path)
    assert (layer.epsg, len(layer.features)) == (25832, 1)
