"""A schematic tile map: one square for each Quartier, its Stadtbezirk's squares together. No real boundaries.

    python -m gateway.areas.tilemap quartiere.csv tilemap.geojson

The list has the columns number, name, stadtbezirk, number_confirmed (yes, no). The squares stand where the Bezirke
lie to each other from west to east along the valley; they are drawn over the city's middle so that a map shows them,
and every feature says `schematic: true`. Real boundaries are loaded at deployment.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from gateway.areas.files import parse_geojson
from gateway.areas.loading import Mapping, to_areas
from gateway.areas.model import Area

CENTRE = (7.1500, 51.2560)
"""Longitude, latitude of the city's middle."""
STEP = (0.0140, 0.0088)
"""Degrees between squares: about 975 m each way at this latitude."""
SIDE = 0.94
"""Side of a square by the step: squares do not touch, so that nobody takes them for boundaries."""

# Upper left square (column, row from north) and squares in each row, as the ten Bezirke lie to each other.
LAYOUT = {
    "Vohwinkel": (0, 3, 3),
    "Elberfeld-West": (3, 3, 2),
    "Uellendahl-Katernberg": (3, 0, 4),
    "Elberfeld": (5, 2, 2),
    "Cronenberg": (4, 7, 3),
    "Barmen": (7, 2, 3),
    "Oberbarmen": (10, 0, 2),
    "Heckinghausen": (10, 3, 1),
    "Langerfeld-Beyenburg": (11, 3, 3),
    "Ronsdorf": (8, 6, 3),
}
"""Name of the Bezirk: column, row, squares in a row."""


def build(rows: Iterable[dict[str, str]]) -> dict[str, object]:
    """The tile map as a GeoJSON FeatureCollection with levels quartier, stadtbezirk and stadt.

    Raises:
        ValueError: a Bezirk that the layout does not know, or two squares at one place.
    """
    members: dict[str, list[dict[str, str]]] = {}
    for row in sorted(rows, key=lambda row: row["number"]):
        members.setdefault(row["stadtbezirk"], []).append(row)
    taken: dict[tuple[int, int], str] = {}
    features: list[dict[str, object]] = []
    bezirke: list[dict[str, object]] = []
    everything: list[list[list[list[float]]]] = []
    for bezirk, quartiere in members.items():
        if bezirk not in LAYOUT:
            raise ValueError(f"Stadtbezirk {bezirk!r} has no place in the layout")
        column, row_, width = LAYOUT[bezirk]
        squares = []
        for index, quartier in enumerate(quartiere):
            place = (column + index % width, row_ + index // width)
            if place in taken:
                raise ValueError(f"{quartier['name']} and {taken[place]} share the square {place}")
            taken[place] = quartier["name"]
            squares.append(_square(*place))
            features.append(
                _feature("quartier", quartier["number"], quartier["name"], [squares[-1]], bezirk,
                         confirmed=quartier["number_confirmed"] == "yes")
            )  # fmt: skip
        everything.extend(squares)
        # A Bezirk's key is the first digit of its Quartiere.
        number = quartiere[0]["number"][:1]
        bezirke.append(_feature("stadtbezirk", number, bezirk, squares, "Wuppertal"))
    city = _feature("stadt", "05124000", "Wuppertal", everything, "")
    return {
        "type": "FeatureCollection",
        "name": "Wuppertal, schematisch: Kacheln statt Grenzen",
        "features": [*features, *bezirke, city],
    }


def demo_areas() -> list[Area]:
    """The areas of the tile map that comes with the package: 69 Quartiere, 10 Stadtbezirke, 1 Stadt."""
    text = files(__package__).joinpath("data", "wuppertal_tilemap.geojson").read_bytes()
    layer = parse_geojson(text, "wuppertal_tilemap.geojson")
    areas: list[Area] = []
    for level, above in (("quartier", "stadtbezirk"), ("stadtbezirk", "stadt"), ("stadt", "")):
        chosen = tuple(each for each in layer.features if each.properties["level"] == level)
        part = type(layer)(features=chosen, epsg=layer.epsg, name=layer.name)
        parent = "parent" if above else None
        areas.extend(
            to_areas(part, Mapping(level=level, number="number", name="name", parent=parent, parent_level=above))
        )
    return areas


def _square(column: int, row: int) -> list[list[list[float]]]:
    west = CENTRE[0] + (column - 7) * STEP[0]
    north = CENTRE[1] - (row - 4) * STEP[1]
    east, south = west + STEP[0] * SIDE, north - STEP[1] * SIDE
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[[round(x, 6), round(y, 6)] for x, y in corners]]


def _feature(
    level: str,
    number: str,
    name: str,
    squares: Sequence[list[list[list[float]]]],
    parent: str,
    *,
    confirmed: bool = True,
) -> dict[str, object]:
    key = {"quartier": number[:1], "stadtbezirk": "05124000", "stadt": ""}[level] if parent else ""
    return {
        "type": "Feature",
        "properties": {
            "level": level, "number": number, "name": name, "parent": key, "number_confirmed": confirmed,
            "schematic": True,
        },
        "geometry": {"type": "MultiPolygon", "coordinates": list(squares)}
        if len(squares) > 1 else {"type": "Polygon", "coordinates": squares[0]},
    }  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Write the tile map of a list."""
    source, target = (Path(argument) for argument in arguments)
    with source.open(encoding="utf-8", newline="") as file:
        document = build(csv.DictReader(file))
    features = document.pop("features")
    assert isinstance(features, list)
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    head = json.dumps(document, ensure_ascii=False)[:-1]
    target.write_text(f'{head}, "features": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
