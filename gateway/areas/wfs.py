"""Boundaries from a Web Feature Service: OGC WFS 2.0 GetFeature with GeoJSON as output, page by page."""

from __future__ import annotations

import httpx

from gateway.areas.files import MAX_BYTES, MAX_FEATURES, parse_geojson
from gateway.areas.model import AreaError, Feature, Layer

PAGE = 1000


def read_wfs(
    url: str, type_name: str, *, epsg: int = 4326, timeout: float = 60, client: httpx.Client | None = None
) -> Layer:
    """All features of `type_name` of the service at `url` (its own query parameters are kept).

    Args:
        url: base address of the service.
        type_name: feature type, with its prefix.
        epsg: coordinate system asked for: 4326 or 25832.
        timeout: seconds for each request.
        client: for tests and proxies.

    Raises:
        AreaError: the service cannot be reached, answers with an exception report or with something else than GeoJSON.
    """
    features: list[Feature] = []
    owned = client is None
    session = client or httpx.Client(timeout=timeout, follow_redirects=True)
    try:
        while True:
            layer = _page(session, url, type_name, epsg, len(features))
            features.extend(layer.features)
            if len(layer.features) < PAGE:
                return Layer(features=tuple(features), epsg=layer.epsg, name=type_name)
            if len(features) > MAX_FEATURES:
                raise AreaError(f"WFS {type_name}: more than {MAX_FEATURES} features")
    finally:
        if owned:
            session.close()


def _page(session: httpx.Client, url: str, type_name: str, epsg: int, start: int) -> Layer:
    asked = {
        "SERVICE": "WFS", "VERSION": "2.0.0", "REQUEST": "GetFeature", "TYPENAMES": type_name,
        "SRSNAME": "urn:ogc:def:crs:OGC:1.3:CRS84" if epsg == 4326 else f"EPSG:{epsg}",
        "OUTPUTFORMAT": "application/json", "COUNT": str(PAGE), "STARTINDEX": str(start),
    }  # fmt: skip
    try:
        with session.stream("GET", httpx.URL(url).copy_merge_params(asked)) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise AreaError(f"WFS {type_name}: answer is larger than {MAX_BYTES} bytes")
            status = answer.status_code
    except httpx.HTTPError as error:
        raise AreaError(f"WFS {type_name}: service cannot be reached: {error}") from error
    if status != httpx.codes.OK:
        raise AreaError(f"WFS {type_name}: service answered with status {status}")
    if body.lstrip()[:1] == b"<":
        said = " ".join(body.decode("utf-8", "replace").split())[:300]
        raise AreaError(f"WFS {type_name}: service did not answer in GeoJSON but: {said}")
    layer = parse_geojson(bytes(body), f"WFS {type_name}")
    # GeoJSON without a crs member is RFC 7946; a service asked for metres may leave the member out.
    plain = b'"crs"' not in body
    return Layer(features=layer.features, epsg=epsg if plain else layer.epsg, name=type_name)
