"""Boundary files as authorities deliver them: GeoJSON, GeoPackage, Shapefile."""

from __future__ import annotations

import json
import sqlite3
import struct
from datetime import date

import pyproj
import pytest
import shapefile
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateway.areas.files import parse_geojson, read_layer
from gateway.areas.loading import Mapping, key, to_areas
from gateway.areas.model import AreaError, transform

SQUARE = shapely.box(7.14, 51.25, 7.16, 51.26)
METRES = transform(SQUARE, 4326, 25832)
MAPPING = Mapping(level="quartier", number="QNR", name="NAME", digits=2)


def alike(geometry):
    # The square has long edges: in the map grid they are straight, in degrees they bend by centimetres.
    return geometry.is_valid and geometry.hausdorff_distance(SQUARE) < 1e-6


def collection(*rows, crs=None):
    features = [
        {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(geometry)}
        for properties, geometry in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features} | ({"crs": crs} if crs else {}))


def crs(name):
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize(
    ("geometry", "system"),
    [
        (SQUARE, None), (SQUARE, "urn:ogc:def:crs:OGC:1.3:CRS84"), (SQUARE, "urn:ogc:def:crs:EPSG::4326"),
        (METRES, "urn:ogc:def:crs:EPSG::25832"), (METRES, "EPSG:25832"),
    ],
)  # fmt: skip
def test_geojson_in_degrees_or_metres(tmp_path, geometry, system):
    path = tmp_path / "quartiere.geojson"
    path.write_text(
        collection(({"QNR": "05", "NAME": "Friedrichsberg"}, geometry), crs=crs(system) if system else None),
        encoding="utf-8",
    )
    (area,) = to_areas(read_layer(path), MAPPING)
    assert (area.id, area.number, area.name) == ("quartier:05", "05", "Friedrichsberg")
    assert alike(area.geometry)


def geopackage(path, rows, srs=25832, tables=("quartiere",)):
    with sqlite3.connect(path) as db:
        db.execute(
            "create table gpkg_spatial_ref_sys (srs_id integer, organization text, organization_coordsys_id integer)"
        )
        db.execute("insert into gpkg_spatial_ref_sys values (?, 'EPSG', ?)", (srs, srs))
        db.execute("create table gpkg_geometry_columns (table_name text, column_name text, srs_id integer)")
        for table in tables:
            db.execute("insert into gpkg_geometry_columns values (?, 'geom', ?)", (table, srs))
            db.execute(f'create table "{table}" (fid integer primary key, QNR integer, NAME text, geom blob)')
            for number, name, geometry in rows:
                west, south, east, north = geometry.bounds
                header = struct.pack("<2sBBi4d", b"GP", 0, 0b0000_0011, srs, west, east, south, north)
                db.execute(
                    f'insert into "{table}" (QNR, NAME, geom) values (?, ?, ?)', (number, name, header + geometry.wkb)
                )
    db.close()


def test_geopackage_with_numeric_keys_gets_its_leading_zeros_back(tmp_path):
    path = tmp_path / "quartiere.gpkg"
    geopackage(path, [(5, "Friedrichsberg", METRES)])
    (area,) = to_areas(read_layer(path), MAPPING)
    assert (area.number, area.name) == ("05", "Friedrichsberg")
    assert alike(area.geometry)


def test_a_geopackage_with_several_layers_is_asked_for_one(tmp_path):
    path = tmp_path / "stadt.gpkg"
    geopackage(path, [(5, "x", METRES)], tables=("quartiere", "stadtbezirke"))
    with pytest.raises(AreaError, match="holds the layers quartiere, stadtbezirke; name one"):
        read_layer(path)
    assert len(read_layer(path, "quartiere").features) == 1
    with pytest.raises(AreaError, match="has no layer 'wald'"):
        read_layer(path, "wald")


def test_shapefile_with_umlauts_and_projection(tmp_path):
    path = tmp_path / "quartiere.shp"
    with shapefile.Writer(str(path), encoding="latin-1") as writer:
        writer.field("QNR", "C", size=2)
        writer.field("NAME", "C", size=40)
        writer.shape(shapely.geometry.mapping(METRES))
        writer.record("03", "Südstadt")
    path.with_suffix(".prj").write_text(pyproj.CRS.from_epsg(25832).to_wkt("WKT1_ESRI"), encoding="utf-8")
    (area,) = to_areas(read_layer(path), MAPPING)
    assert (area.number, area.name) == ("03", "Südstadt")
    assert alike(area.geometry)
    path.with_suffix(".prj").unlink()
    with pytest.raises(AreaError, match="names no coordinate system"):
        to_areas(read_layer(path), MAPPING)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("[]", "FeatureCollection is expected"),
        ('{"type": "FeatureCollection", "features": [{"properties": {}}]}', "feature 0 cannot be read"),
        (collection(({"QNR": "1"}, SQUARE)), "has no attribute 'NAME'; it has QNR"),
        (collection(({"QNR": 1.5, "NAME": ""}, SQUARE)), "1.5 is no key"),
        (collection(({"QNR": None, "NAME": ""}, SQUARE)), "None is no key"),
        (collection(({"QNR": "1", "NAME": ""}, shapely.Point(7, 51))), "is a Point, a polygon is expected"),
        (collection(({"QNR": "1", "NAME": ""}, METRES)), "coordinates do not fit EPSG:4326"),
        (collection(({"QNR": "1", "NAME": ""}, SQUARE), crs=crs("EPSG:2056")), "EPSG:2056 is not one of"),
        (collection(({"QNR": "1", "NAME": ""}, SQUARE), crs=crs("here")), "'here' is not understood"),
    ],
)  # fmt: skip
def test_bad_boundaries_are_refused_with_their_cause(document, message):
    with pytest.raises(AreaError, match=message):
        to_areas(parse_geojson(document, "file"), MAPPING)


def test_files_that_are_no_boundaries_are_refused(tmp_path):
    for name, content in (
        ("a.gpkg", b"no database at all, but long enough"),
        ("b.shp", b"short"),
        ("c.geojson", b"\xff\xfe"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AreaError, match=name.split(".")[0]):
            read_layer(tmp_path / name)
    with pytest.raises(AreaError, match="cannot be read"):
        read_layer(tmp_path / "missing.geojson")
    with pytest.raises(AreaError, match="is not one of"):
        read_layer(tmp_path / "plan.dwg")


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80)))
def test_no_bytes_make_the_reader_fail_otherwise(data):
    with pytest.raises(AreaError):
        parse_geojson(data, "x")


@given(st.integers(0, 99))
def test_keys_are_text_with_leading_zeros(number):
    assert key(number, 2, "x") == key(float(number), 2, "x") == key(f" {number} ", 2, "x") == f"{number:02d}"
    assert key(f"{number:04d}", 2, "x") == f"{number:04d}"


def test_validity_is_taken_from_the_mapping():
    text = collection(({"QNR": "1", "NAME": "a", "SB": 7}, SQUARE))
    mapping = Mapping(
        level="quartier", number="QNR", name="NAME", digits=2, parent="SB", parent_level="stadtbezirk", start=date(2020, 1, 1), stop=date(2027, 1, 1)
    )  # fmt: skip
    (area,) = to_areas(parse_geojson(text, "x"), mapping)
    assert (area.parent, area.holds(date(2026, 12, 31)), area.holds(date(2027, 1, 1))) == ("stadtbezirk:7", True, False)
