"""Figures for areas and periods: `[aggregation]`."""

from __future__ import annotations

from datetime import date
from math import isfinite
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from gateway.config.section import Section


class AreaFile(Section):
    """A boundary file of one level (GeoJSON, GeoPackage, Shapefile) and how its attributes are read.

    Attributes:
        file: where it is.
        level: what its features are: "quartier", "stadtbezirk", "stadt" or another name.
        number: attribute with the authority's key.
        name: attribute with the name.
        parent: attribute with the key of the area above; `parent_level` is that one's level.
        digits: keys of fewer digits get leading zeros.
        epsg: coordinate system, when the file does not say it.
        start: first day of these boundaries, absent: always before.
        stop: first day after them, absent: they still hold.
    """

    file: Path
    level: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    number: str = "number"
    name: str = "name"
    parent: str | None = None
    parent_level: str = ""
    digits: int = Field(0, ge=0, le=20)
    epsg: int | None = None
    start: date | None = None
    stop: date | None = None


class AggregationSettings(Section):
    """Figures for each area and period. Off by default: an installation that only receives loads nothing of it.

    Attributes:
        enabled: whether figures are made.
        places: TOML file of sites and what hangs there; absent: the registry.
        areas: boundary files; absent: the registry's.
        schematic: use the tile map of Wuppertal's Quartiere that comes with the product instead.
        day_basis: whose midnights begin the days that are written out ("berlin", "mez", "utc"); a query may ask for
            any.
        keep_days: for so long an earlier state can be asked for (`as_of`).
        lateness: seconds after which a window's figures are called final.
        bucket: InfluxDB bucket for the figures, with store.kind = influxdb.
        gauges: for each site with a gauge the thresholds (m, of its own datum) of warning classes 1, 2, ..., rising.
    """

    enabled: bool = False
    places: Path | None = None
    areas: tuple[AreaFile, ...] = ()
    schematic: bool = False
    day_basis: Literal["berlin", "mez", "utc"] = "berlin"
    keep_days: float = Field(90, gt=0)
    lateness: float = Field(2 * 86400, ge=0)
    bucket: str = "quartier"
    gauges: dict[str, tuple[float, ...]] = {}

    @field_validator("gauges")
    @classmethod
    def _rising(cls, gauges: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
        for site, thresholds in gauges.items():
            if list(thresholds) != sorted(set(thresholds)) or not all(map(isfinite, thresholds)):
                raise ValueError(f"{site}: thresholds {list(thresholds)} do not rise")
        return gauges
