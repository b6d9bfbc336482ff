"""Coordinate systems as services and files name them, and the order in which each name means its two numbers.

EPSG:4326                              x y      what most programs mean by the short form
urn:ogc:def:crs:EPSG::4326             lat lon  the order the authority defines (OGC 09-048r5)
http://www.opengis.net/def/crs/EPSG/0/4326      the same
http://www.opengis.net/gml/srs/epsg.xml#4326    x y, as GML 2 had it
urn:adv:crs:ETRS89_UTM32               x y      the German surveying authorities' own names (GeoInfoDok)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pyproj

_AUTHORITY = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:EPSG:[\d.]*:?|https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/)(\d{4,6})", re.IGNORECASE
)
_SHORT = re.compile(r"(?:EPSG:|https?://www\.opengis\.net/gml/srs/epsg\.xml#)(\d{4,6})", re.IGNORECASE)
_CRS84 = re.compile(r".*\bCRS:?(?:[\d.]*[:/])?84", re.IGNORECASE)
_SURVEYORS = {
    "etrs89_utm32": (25832, False), "etrs89_utm33": (25833, False), "etrs89_lat-lon": (4258, True),
    "de_dhdn_3gk2": (31466, True), "de_dhdn_3gk3": (31467, True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A coordinate system as it was named. `northing_first`: the numbers come as (north, east)."""

    epsg: int
    northing_first: bool


@cache
def named(text: str) -> Named | None:
    """What a name of a coordinate system means; None when it is not understood."""
    bare = text.strip()
    if _CRS84.fullmatch(bare):
        return Named(4326, northing_first=False)
    if match := _AUTHORITY.fullmatch(bare):
        return _by_authority(int(match[1]))
    if match := _SHORT.fullmatch(bare):
        return Named(int(match[1]), northing_first=False)
    if bare.lower().startswith("urn:adv:crs:"):
        found = _SURVEYORS.get(bare[12:].lower())
        return None if found is None else Named(found[0], northing_first=found[1])
    return None


def _by_authority(epsg: int) -> Named | None:
    try:
        axes = pyproj.CRS.from_epsg(epsg).axis_info
    except pyproj.exceptions.CRSError:
        return None
    return Named(epsg, northing_first=bool(axes) and axes[0].direction.lower() == "north")
