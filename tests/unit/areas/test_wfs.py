"""Boundaries from Web Feature Services on a real socket, as the servers of German cities answer."""

from __future__ import annotations

import pytest
import shapely

from gateway.areas import wfs
from gateway.areas.loading import Mapping, to_areas
from gateway.areas.model import AreaError, Problem, transform
from gateway.areas.validation import check
from gateway.areas.wfs import list_types, read_wfs
from tests.unit.areas.wfs_server import DEEGREE, GEOSERVER, MAPSERVER, Wfs

MAPPING = Mapping(level="quartier", number="QNR", name="NAME", parent="BEZ", parent_level="stadtbezirk", digits=2)


def rows(count: int) -> list[tuple[str, str, str, shapely.Polygon]]:
    """Squares of 100 m side by side in the map grid; the first has a hole."""
    found = []
    for number in range(count):
        x, y = 370_000 + 100 * (number % 40), 5_680_000 + 100 * (number // 40)
        hole = [[(x + 40, y + 40), (x + 60, y + 40), (x + 60, y + 60)]] if number == 0 else []
        shape = transform(shapely.Polygon(shapely.box(x, y, x + 100, y + 100).exterior.coords, hole), 25832, 4326)
        found.append((str(number), f"Größe {number}", "1", shape))
    return found


@pytest.mark.parametrize(
    ("formats", "version"),
    [(DEEGREE, "2.0.0"), (GEOSERVER, "2.0.0"), (MAPSERVER, "1.1.0")],
    ids=["deegree", "geoserver", "mapserver"],
)
@pytest.mark.parametrize("epsg", [25832, 4326])
def test_every_server_gives_the_same_areas(formats, version, epsg):
    held = rows(5)
    service = Wfs(held, formats=formats, version=version)
    with service as url:
        assert list_types(url) == ("app:Quartier",)
        layer = read_wfs(url, "app:Quartier", epsg=epsg)
    areas = to_areas(layer, MAPPING)
    assert [(area.number, area.name, area.parent) for area in areas[:2]] == [
        ("00", "Größe 0", "stadtbezirk:1"), ("01", "Größe 1", "stadtbezirk:1"),
    ]  # fmt: skip
    for area, (_, _, _, shape) in zip(areas, held, strict=True):
        assert area.geometry.is_valid
        assert area.geometry.hausdorff_distance(shape) < 1e-8
    assert len(shapely.get_parts(areas[0].geometry)[0].interiors) == 1
    assert all(query["MAP"] == "areas" for query in service.asked)


# GeoJSON that names neither how many match nor a next page says nothing of having been cut short.
@pytest.mark.parametrize(
    ("formats", "most", "says_matched"),
    [(DEEGREE, most, said) for most in (10_000, 7) for said in (True, False)]
    + [(GEOSERVER, 10_000, True), (GEOSERVER, 10_000, False), (GEOSERVER, 7, True)],
)
def test_pages_are_followed_to_the_end(monkeypatch, formats, most, says_matched):
    monkeypatch.setattr(wfs, "PAGE", 10)
    service = Wfs(rows(33), formats=formats, most=most, says_matched=says_matched)
    with service as url:
        areas = to_areas(read_wfs(url, "app:Quartier"), MAPPING)
    assert len({area.number for area in areas}) == 33
    assert {fault.problem for fault in check(areas)} == {Problem.PARENT, Problem.GAP}  # the first has a hole
    starts = [query.get("STARTINDEX") for query in service.asked if query["REQUEST"] == "GetFeature"]
    assert starts[0] is None  # a table without a key cannot be asked for a start


@pytest.mark.parametrize(
    ("service", "type_name", "words"),
    [
        (Wfs(rows(3)), "app:Strasse", "no such feature type, but app:Quartier"),
        (Wfs(rows(3), version="1.0.0"), "app:Quartier", "speaks version 1.0.0"),
        (Wfs(rows(30), most=10, ignores_start=True), "app:Quartier", "features twice"),
        (Wfs(rows(3), body=b"<html>Wartung</html>"), "app:Quartier", "collection is expected, not 'html'"),
        (Wfs(rows(3), body=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "app:Quartier", "document type"),
        (Wfs(rows(3), body=b"{]"), "app:Quartier", "not JSON"),
        (Wfs(rows(3), body=b"<wfs"), "app:Quartier", "no XML that can be read"),
    ],
)
def test_what_is_wrong_is_said(service, type_name, words):
    with service as url, pytest.raises(AreaError, match=words):
        read_wfs(url, type_name)


def test_answers_have_a_largest_size(monkeypatch):
    monkeypatch.setattr(wfs, "MAX_BYTES", 5000)
    with Wfs(rows(20)) as url, pytest.raises(AreaError, match="larger than 5000 bytes"):
        read_wfs(url, "app:Quartier")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://geo.example/wfs", "geo.example/wfs"])
def test_only_http_is_spoken(url):
    with pytest.raises(AreaError, match="http or https"):
        read_wfs(url, "app:Quartier")


def test_a_service_that_is_away_is_said():
    with Wfs(rows(1)) as url:
        pass
    with pytest.raises(AreaError, match="cannot be reached"):
        read_wfs(url, "app:Quartier")
