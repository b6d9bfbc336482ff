"""Boundaries from a Web Feature Service: OGC WFS 2.0 and 1.1 GetFeature, GeoJSON or GML, page by page.

What the service offers is asked first (GetCapabilities): its version, and in which formats it answers. GeoJSON is
taken where it is offered; deegree and many MapServers have GML 3.1 or 3.2 only. The first page is asked for without a
start, because some services can number features only of tables with a key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from gateway.areas.files import MAX_BYTES, MAX_FEATURES, parse_geojson_answer
from gateway.areas.gml import Answer, exception_text, local, parse_gml, parse_xml
from gateway.areas.model import AreaError, Feature, Layer

PAGE = 1000
JSON = "application/json"
_GML = ("application/gml+xml; version=3.2", "text/xml; subtype=gml/3.2.1", "text/xml; subtype=gml/3.2",
        "text/xml; subtype=gml/3.1.1", 'text/xml; subtype="gml/3.1.1"', "GML3")  # fmt: skip
"""Names of GML as an output format, the best first; a service that has none of them answers as it likes."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service offers: its version, the output format to ask for ("": its own choice)."""

    version: str
    format: str
    types: tuple[str, ...]


def read_wfs(
    url: str, type_name: str, *, epsg: int = 25832, timeout: float = 60, client: httpx.Client | None = None
) -> Layer:
    """All features of `type_name` of the service at `url` (its own query parameters are kept).

    Args:
        url: base address of the service, http or https.
        type_name: feature type, with its prefix.
        epsg: coordinate system asked for: 25832 or 4326.
        timeout: seconds for each request.
        client: for tests and proxies.

    Raises:
        AreaError: the service cannot be reached, answers with an exception report or with something that is neither
            GeoJSON nor GML.
    """
    if httpx.URL(url).scheme not in {"http", "https"}:
        raise AreaError(f"WFS {url[:100]!r}: an address with http or https is expected")
    with _session(client, timeout) as session:
        service = _Service(session, url, type_name, epsg)
        return service.read(service.offer())


def list_types(url: str, *, timeout: float = 60, client: httpx.Client | None = None) -> tuple[str, ...]:
    """Names of the feature types of a service."""
    with _session(client, timeout) as session:
        return _Service(session, url, "", 25832).offer().types


@contextmanager
def _session(client: httpx.Client | None, timeout: float) -> Iterator[httpx.Client]:
    if client is not None:
        yield client
        return
    with httpx.Client(timeout=timeout, follow_redirects=True, max_redirects=5) as own:
        yield own


class _Service:
    """One feature type of one service."""

    def __init__(self, session: httpx.Client, url: str, type_name: str, epsg: int) -> None:
        self._session, self._url, self._type, self._epsg = session, url, type_name, epsg
        self._name = f"WFS {type_name}" if type_name else "WFS"
        self._bytes = 0

    def offer(self) -> Offer:
        body = self._get({"SERVICE": "WFS", "REQUEST": "GetCapabilities", "ACCEPTVERSIONS": "2.0.0,1.1.0"})
        root = parse_xml(body, f"{self._name}: GetCapabilities")
        if (report := exception_text(root)) is not None:
            raise AreaError(f"{self._name}: service answered to GetCapabilities: {report}")
        if local(root) != "WFS_Capabilities":
            raise AreaError(f"{self._name}: {self._url[:100]} is no WFS (it answered with {local(root)!r})")
        version = root.get("version", "2.0.0")
        if not version.startswith(("2.", "1.1")):
            raise AreaError(f"{self._name}: the service speaks version {version}, needed are 2.0 or 1.1")
        types = tuple(
            (name.text or "").strip() for each in root.iter() if local(each) == "FeatureType"
            for name in each if local(name) == "Name"
        )  # fmt: skip
        bare = self._type.rpartition(":")[2]
        if self._type and types and bare not in {each.rpartition(":")[2] for each in types}:
            raise AreaError(f"{self._name}: the service has no such feature type, but {', '.join(types)[:500]}")
        formats = {(each.text or "").strip() for each in root.iter() if local(each) in {"Value", "Format"}}
        json = next((each for each in sorted(formats) if "json" in each.lower() and "jsonp" not in each.lower()), "")
        return Offer(version, json or next((each for each in _GML if each in formats), ""), types)

    def read(self, offer: Offer) -> Layer:
        features: list[Feature] = []
        epsg: int | None = None
        seen: set[str] = set()
        while True:
            page = self._page(offer, len(features))
            found = page.layer.features
            if found and epsg not in {None, page.layer.epsg}:
                raise AreaError(f"{self._name}: pages in different coordinate systems")
            epsg = page.layer.epsg if found else epsg
            again = seen.intersection(ids := {str(each.properties.get("gml_id") or id(each)) for each in found})
            if again:
                raise AreaError(f"{self._name}: service sends features twice when asked for the next page")
            seen |= ids
            features += found
            if len(features) > MAX_FEATURES:
                raise AreaError(f"{self._name}: more than {MAX_FEATURES} features")
            complete = len(found) < PAGE if page.matched is None else len(features) >= page.matched
            if not found or (complete and not page.more) or offer.version.startswith("1."):
                break
        if page.matched is not None and len(features) < page.matched:
            raise AreaError(f"{self._name}: service says {page.matched} features and sent {len(features)}")
        return Layer(features=tuple(features), epsg=epsg, name=self._type)

    def _page(self, offer: Offer, start: int) -> Answer:
        old = offer.version.startswith("1.")
        json = "json" in offer.format.lower()
        asked = {
            "SERVICE": "WFS", "VERSION": offer.version, "REQUEST": "GetFeature",
            "TYPENAME" if old else "TYPENAMES": self._type,
            # In GeoJSON the order is always x, y; in GML the long name says which order is meant.
            "SRSNAME": f"EPSG:{self._epsg}" if json else f"urn:ogc:def:crs:EPSG::{self._epsg}",
            ("MAXFEATURES" if old else "COUNT"): str(MAX_FEATURES if old else PAGE),
        }  # fmt: skip
        if self._epsg == 4326 and json:
            asked["SRSNAME"] = "urn:ogc:def:crs:OGC:1.3:CRS84"
        if offer.format:
            asked["OUTPUTFORMAT"] = offer.format
        if start:
            asked["STARTINDEX"] = str(start)
        body = self._get(asked)
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return parse_gml(body, self._name, self._epsg)
        return parse_geojson_answer(body, self._name, self._epsg)

    def _get(self, asked: dict[str, str]) -> bytes:
        try:
            with self._session.stream("GET", httpx.URL(self._url).copy_merge_params(asked)) as answer:
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    self._bytes += len(chunk)
                    if self._bytes > MAX_BYTES:
                        raise AreaError(f"{self._name}: answers are larger than {MAX_BYTES} bytes")
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AreaError(f"{self._name}: service cannot be reached: {error}") from error
        report = None
        if b"ExceptionReport" in body[:2000]:
            report = exception_text(parse_xml(bytes(body), self._name))
        if report is not None:
            raise AreaError(f"{self._name}: service refuses: {report}")
        if status != httpx.codes.OK:
            raise AreaError(f"{self._name}: service answered with status {status}")
        return bytes(body)
