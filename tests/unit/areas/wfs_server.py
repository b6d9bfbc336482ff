"""A Web Feature Service on a real socket that answers as deegree, GeoServer and MapServer do. It notes what was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import shapely

from gateway.areas.model import transform

GML = {"2.0.0": "http://www.opengis.net/gml/3.2", "1.1.0": "http://www.opengis.net/gml"}
DEEGREE = ("application/gml+xml; version=3.2", "text/xml; subtype=gml/3.2.1")
GEOSERVER = ("application/gml+xml; version=3.2", "application/json", "csv", "text/javascript")
MAPSERVER = ('text/xml; subtype="gml/3.1.1"',)


@dataclass
class Wfs:
    """What it holds and how it behaves: rows of (number, name, Bezirk, polygon in degrees)."""

    rows: Sequence[tuple[str, str, str, shapely.Polygon]]
    formats: Sequence[str] = DEEGREE
    version: str = "2.0.0"
    most: int = 10_000
    """Features in one answer at most, whatever is asked for."""
    says_matched: bool = True
    ignores_start: bool = False
    body: bytes | None = None
    """Answer to GetFeature in place of all this."""
    asked: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> str:
        """Serve; returns the base address."""
        wfs = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {k.upper(): v for k, v in parse_qsl(urlsplit(self.path).query)}
                wfs.asked.append(query)
                status, kind, body = wfs.answer(query)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}/services/wfs?map=areas"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, query: dict[str, str]) -> tuple[int, str, bytes]:
        if query.get("REQUEST") == "GetCapabilities":
            return 200, "text/xml", self.capabilities().encode()
        asked = query.get("OUTPUTFORMAT", self.formats[0])
        if asked not in self.formats:
            return 400, "application/xml", report("InvalidParameterValue", "outputFormat", f"{asked} is unknown")
        if query.get("TYPENAMES", query.get("TYPENAME")) != "app:Quartier":
            return 400, "application/xml", report("InvalidParameterValue", "typeName", "Unknown feature type")
        if self.body is not None:
            return 200, "text/xml", self.body
        start = 0 if self.ignores_start else int(query.get("STARTINDEX", 0))
        count = min(int(query.get("COUNT", query.get("MAXFEATURES", 10_000))), self.most)
        page = self.rows[start : start + count]
        if "json" in asked:
            return 200, asked, self.json(page, query["SRSNAME"])
        return 200, asked, self.gml(page, query["SRSNAME"], more=start + count < len(self.rows)).encode()

    def capabilities(self) -> str:
        values = "".join(
            f"<ows:AllowedValues><ows:Value>{each}</ows:Value></ows:AllowedValues>" for each in self.formats
        )
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<wfs:WFS_Capabilities version="{self.version}" xmlns:wfs="http://www.opengis.net/wfs/2.0"
  xmlns:ows="http://www.opengis.net/ows/1.1">
 <ows:ServiceIdentification><ows:Title>Kommunale Gebietsgliederung</ows:Title></ows:ServiceIdentification>
 <ows:OperationsMetadata><ows:Operation name="GetFeature">
  <ows:Parameter name="outputFormat">{values}</ows:Parameter></ows:Operation></ows:OperationsMetadata>
 <wfs:FeatureTypeList><wfs:FeatureType><wfs:Name>app:Quartier</wfs:Name>
  <wfs:DefaultCRS>urn:ogc:def:crs:EPSG::25832</wfs:DefaultCRS></wfs:FeatureType></wfs:FeatureTypeList>
</wfs:WFS_Capabilities>"""

    def json(self, page: Sequence[tuple[str, str, str, shapely.Polygon]], srs: str) -> bytes:
        epsg = 4326 if "84" in srs else int(srs.rpartition(":")[2])
        features = [
            {"type": "Feature", "id": f"Quartier.{number}",
             "properties": {"QNR": number, "NAME": name, "BEZ": bezirk},
             "geometry": shapely.geometry.mapping(transform(shape, 4326, epsg))}
            for number, name, bezirk, shape in page
        ]  # fmt: skip
        head = {"type": "FeatureCollection", "features": features, "numberReturned": len(page)}
        head |= {"numberMatched": len(self.rows)} if self.says_matched else {}
        return json.dumps(
            head | {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}}
        ).encode()

    def gml(self, page: Sequence[tuple[str, str, str, shapely.Polygon]], srs: str, *, more: bool) -> str:
        matched = len(self.rows) if self.says_matched else "unknown"
        head = f'numberMatched="{matched}" numberReturned="{len(page)}"'
        if self.version == "1.1.0":
            head = f'numberOfFeatures="{len(page)}"'
        elif more:
            head += ' next="http://127.0.0.1/services/wfs?STARTINDEX=next"'
        member = "gml:featureMember" if self.version == "1.1.0" else "wfs:member"
        members = "".join(f"<{member}>{feature(*row, srs)}</{member}>" for row in page)
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<wfs:FeatureCollection {head} timeStamp="2026-03-01T12:00:00Z" xmlns:wfs="http://www.opengis.net/wfs/2.0"
  xmlns:gml="{GML[self.version]}" xmlns:app="http://www.deegree.org/app" xmlns:xlink="http://www.w3.org/1999/xlink">
{members}</wfs:FeatureCollection>"""


def feature(number: str, name: str, bezirk: str, shape: shapely.Polygon, srs: str) -> str:
    """A feature with a MultiSurface, as deegree writes it; EPSG:4326 and 4258 by their long name are lat, lon."""
    epsg = int(srs.rpartition(":")[2])
    swapped = epsg in {4326, 4258}
    placed = transform(shape, 4326, epsg)

    def ring(points: Any) -> str:
        text = " ".join(f"{y!r} {x!r}" if swapped else f"{x!r} {y!r}" for x, y in points)
        return f"<gml:LinearRing><gml:posList>{text}</gml:posList></gml:LinearRing>"

    inner = "".join(f"<gml:interior>{ring(each.coords)}</gml:interior>" for each in placed.interiors)
    return f"""<app:Quartier gml:id="QUARTIER_{number}">
 <gml:boundedBy><gml:Envelope srsName="{srs}"><gml:lowerCorner>0 0</gml:lowerCorner></gml:Envelope></gml:boundedBy>
 <app:QNR>{number}</app:QNR><app:NAME>{name}</app:NAME><app:BEZ>{bezirk}</app:BEZ><app:STAND/>
 <app:geometrie><gml:MultiSurface gml:id="G_{number}" srsName="{srs}"><gml:surfaceMember>
  <gml:Polygon gml:id="P_{number}" srsName="{srs}"><gml:exterior>{ring(placed.exterior.coords)}</gml:exterior>{inner}
  </gml:Polygon></gml:surfaceMember></gml:MultiSurface></app:geometrie>
</app:Quartier>"""


def report(code: str, locator: str, text: str) -> bytes:
    """An exception report of OWS 1.1."""
    return f"""<?xml version="1.0"?><ows:ExceptionReport version="2.0.0" xmlns:ows="http://www.opengis.net/ows/1.1">
<ows:Exception exceptionCode="{code}" locator="{locator}"><ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception>
</ows:ExceptionReport>""".encode()
