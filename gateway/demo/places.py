"""The 69 Quartiere as the demo sees them: where, how high, how densely built, how hard it is to park."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import lru_cache

from gateway.areas.tilemap import demo_areas
from gateway.atlas.definitions import load_definitions
from gateway.atlas.demo.generator import samples
from gateway.demo.chance import noise

_DENSITY = {"0": 0.9, "1": 0.6, "2": 0.35, "3": 0.5, "4": 0.3, "5": 0.85, "6": 0.6, "7": 0.65, "8": 0.4, "9": 0.35}
"""By Stadtbezirk: how much stone and traffic there is; the Quartiere differ from it."""
_VALLEY = frozenset("0157")
"""Stadtbezirke along the river."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One Quartier.

    Attributes:
        number, name: as the tile map has them.
        longitude, latitude: of the tile's middle, degrees.
        height: m above sea level.
        density: 0 (meadows) to 1 (stone).
        pressure: resident permits for each managed parking space, of the invented register; 0 where there are none.
    """

    number: str
    name: str
    longitude: float
    latitude: float
    height: float
    density: float
    pressure: float


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """All 69, by number."""
    tiles = sorted((area for area in demo_areas() if area.level == "quartier"), key=lambda area: area.number)
    pressure = _parking_pressure()
    found = []
    for tile in tiles:
        centre, number = tile.geometry.centroid, tile.number
        density = _DENSITY[number[0]] + 0.15 * noise(f"{number} density") + (0.1 if "Mitte" in tile.name else 0.0)
        base = 155 if number[0] in _VALLEY else 240
        found.append(
            Place(
                number=number, name=tile.name, longitude=round(centre.x, 6), latitude=round(centre.y, 6),
                height=round(base + 45 * noise(f"{number} height")), density=min(1.0, max(0.05, density)),
                pressure=pressure.get(number, 0.0),
            )
        )  # fmt: skip
    return tuple(found)


def _parking_pressure() -> dict[str, float]:
    """Permits for each space, from the newest invented delivery, so that streets are as full as the register says."""
    newest = max(
        (sample for sample in samples(load_definitions().areas["wuppertal"]) if sample.dataset == "bewohnerparken"),
        key=lambda sample: sample.stichtag,
    )
    found = {}
    for row in csv.DictReader(io.StringIO(newest.content.decode("utf-8-sig")), delimiter=";"):
        permits, spaces = (0 if row[name] == "-" else int(row[name]) for name in ("Ausweise", "Stellplätze"))
        found[row["Quartier"]] = min(2.0, permits / spaces) if spaces else 0.0
    return found
