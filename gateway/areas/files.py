"""Boundary files: GeoJSON, GeoPackage, Shapefile and GML, without GDAL. Each reader returns a Layer as it stands."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import pyproj
import shapefile  # type: ignore[import-untyped]  # pyshp has no stubs
import shapely
from shapely import wkb
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gateway.areas.crs import named
from gateway.areas.gml import Answer, parse_gml
from gateway.areas.model import AreaError, Feature, Layer
from gateway.databases import connect

MAX_BYTES = 256 << 20
MAX_FEATURES = 100_000


def read_layer(path: Path, layer: str | None = None) -> Layer:
    """Read a boundary file by its ending: .geojson, .json, .gpkg, .shp, .gml, .xml, or .zip with one shapefile.

    Args:
        path: the file.
        layer: which table of a GeoPackage; needed only when it has several.

    Raises:
        AreaError: names the file and what is wrong with it.
    """
    readers = {".geojson": _geojson, ".json": _geojson, ".gpkg": _geopackage, ".shp": _shapefile, ".zip": _shapefile,
               ".gml": _gml, ".xml": _gml}  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise AreaError(f"{path.name}: ending {path.suffix!r} is not one of {', '.join(readers)}")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise AreaError(f"{path.name}: cannot be read: {error.strerror}") from error
    if size > MAX_BYTES:
        raise AreaError(f"{path.name}: {size} bytes, more than {MAX_BYTES} are not read")
    return reader(path, layer)


def parse_geojson(text: str | bytes, name: str) -> Layer:
    """A GeoJSON FeatureCollection (RFC 7946; the older `crs` member is understood)."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AreaError(f"{name}: not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise AreaError(f"{name}: a GeoJSON FeatureCollection is expected")
    rows = document.get("features")
    if not isinstance(rows, list) or len(rows) > MAX_FEATURES:
        raise AreaError(f"{name}: 'features' must be a list of at most {MAX_FEATURES}")
    features = []
    for index, row in enumerate(rows):
        try:
            geometry = shape(row["geometry"]) if row["geometry"] is not None else None
            features.append(Feature(properties=dict(row["properties"] or {}), geometry=geometry))
        except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
            raise AreaError(f"{name}: feature {index} cannot be read: {error}") from error
    return Layer(features=tuple(features), epsg=_geojson_epsg(document.get("crs"), name), name=name)


def parse_geojson_answer(body: bytes, name: str, epsg: int) -> Answer:
    """What a service answered when asked for features in EPSG `epsg`, with how many match in all.

    GeoJSON without a `crs` member is in degrees by RFC 7946; a service asked for metres may leave the member out.
    """
    layer = parse_geojson(body, name)
    head = json.loads(body)
    matched = head.get("numberMatched", head.get("totalFeatures"))
    features = [
        Feature(properties={**each.properties, "gml_id": row["id"]} if "id" in row else each.properties,
                geometry=each.geometry)
        for each, row in zip(layer.features, head["features"], strict=True)
    ]  # fmt: skip
    found = Layer(features=tuple(features), epsg=layer.epsg if "crs" in head else epsg, name=name)
    links = head.get("links")
    return Answer(
        layer=found, matched=matched if isinstance(matched, int) else None,
        more=any(isinstance(link, dict) and link.get("rel") == "next" for link in links or ())
        if isinstance(links, list) else False,
    )  # fmt: skip


def _gml(path: Path, _layer: str | None) -> Layer:
    return parse_gml(path.read_bytes(), path.name).layer


def _geojson(path: Path, _layer: str | None) -> Layer:
    return parse_geojson(path.read_bytes(), path.name)


def _geojson_epsg(member: Any, name: str) -> int:
    if member is None:
        return 4326
    try:
        text = str(member["properties"]["name"])
    except (KeyError, TypeError) as error:
        raise AreaError(f"{name}: its 'crs' member names no coordinate system") from error
    found = named(text)
    if found is None:
        raise AreaError(f"{name}: coordinate system {text!r} is not understood")
    return found.epsg  # in GeoJSON x comes first, whatever the system's name says


def _geopackage(path: Path, layer: str | None) -> Layer:
    """OGC 12-128: SQLite with tables of features; geometry is a header of its own before WKB."""
    try:
        with closing(connect(path, "ro")) as database:
            tables = {
                row[0]: row[1:]
                for row in database.execute(
                    "select g.table_name, g.column_name, s.organization, s.organization_coordsys_id "
                    "from gpkg_geometry_columns g join gpkg_spatial_ref_sys s using (srs_id)"
                )
            }
            if layer is None and len(tables) != 1:
                raise AreaError(f"{path.name}: holds the layers {', '.join(sorted(tables)) or '(none)'}; name one")
            table = layer or next(iter(tables))
            if table not in tables:
                raise AreaError(f"{path.name}: has no layer {table!r}, but {', '.join(sorted(tables))}")
            column, organisation, number = tables[table]
            quoted = table.replace('"', '""')
            cursor = database.execute(f'select * from "{quoted}" limit {MAX_FEATURES + 1}')  # noqa: S608 - the name was looked up in the file's own list
            names = [each[0] for each in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor]
    except sqlite3.Error as error:
        raise AreaError(f"{path.name}: is no readable GeoPackage: {error}") from error
    if len(rows) > MAX_FEATURES:
        raise AreaError(f"{path.name}: more than {MAX_FEATURES} features")
    features = [
        Feature(geometry=_geopackage_geometry(row.pop(column), f"{path.name}: row {index + 1}"), properties=row)
        for index, row in enumerate(rows)
    ]
    epsg = int(number) if str(organisation).upper() == "EPSG" else None
    return Layer(features=tuple(features), epsg=epsg, name=table)


def _geopackage_geometry(blob: bytes | None, where: str) -> BaseGeometry | None:
    """Header: "GP", version, flags (bit 0 byte order, bits 1-3 envelope, bit 4 empty), SRS id, envelope; then WKB."""
    if blob is None:
        return None
    envelopes = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
    try:
        magic, _version, flags = struct.unpack_from("2sBB", blob)
        start = 8 + envelopes[flags >> 1 & 7]
        if magic != b"GP":
            raise AreaError(f"{where}: geometry is no GeoPackage binary")
        return None if flags >> 4 & 1 else wkb.loads(blob[start:])
    except (struct.error, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise AreaError(f"{where}: geometry cannot be read: {error}") from error


def _shapefile(path: Path, _layer: str | None) -> Layer:
    """ESRI Shapefile (white paper of July 1998) with .dbf, .prj and .cpg beside it."""
    try:
        with shapefile.Reader(str(path), encoding=_encoding(path), encodingErrors="strict") as reader:
            if len(reader) > MAX_FEATURES:
                raise AreaError(f"{path.name}: more than {MAX_FEATURES} features")
            features = tuple(
                Feature(
                    properties=dict(row.record.as_dict()),
                    geometry=shape(row.shape.__geo_interface__) if row.shape.shapeType else None,
                )
                for row in reader.iterShapeRecords()
            )
    except (shapefile.ShapefileException, OSError, ValueError, KeyError, struct.error) as error:
        raise AreaError(f"{path.name}: is no readable shapefile: {error}") from error
    return Layer(features=features, epsg=_prj(path), name=path.stem)


def _encoding(path: Path) -> str:
    """What the .cpg file says, else Latin-1, the habit of German authorities."""
    try:
        said = path.with_suffix(".cpg").read_text(encoding="ascii", errors="replace").strip()
        return "latin-1" if said in {"", "1252", "88591", "ISO-8859-1", "ISO 8859-1"} else said.replace("UTF8", "UTF-8")
    except OSError:
        return "latin-1"


def _prj(path: Path) -> int | None:
    try:
        text = path.with_suffix(".prj").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    try:
        found = pyproj.CRS.from_wkt(text).to_epsg(min_confidence=25)
    except pyproj.exceptions.CRSError as error:
        raise AreaError(f"{path.stem}.prj: coordinate system is not understood: {error}") from error
    return None if found is None else int(found)
