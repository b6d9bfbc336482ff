"""Edition against edition, method against method: which areas changed their class, and whether that means anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.atlas.classification import Table, run
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.methods import Method
from gateway.atlas.products import Break

Moves = dict[str, dict[str, list[str]]]
"""Variant → area → [class before, class after]; "" where the area was not counted."""


def moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Moves:
    """Areas whose class differs between two editions' results."""
    found: Moves = {}
    for variant, result in after.items():
        old = before.get(variant, {}).get("areas", {})
        pairs = {area: [old.get(area, {}).get("class", ""), row["class"]] for area, row in result["areas"].items()}
        found[variant] = {area: pair for area, pair in pairs.items() if pair[0] != pair[1]}
    return found


def series_break(
    before: Mapping[str, Any], after: Mapping[str, Any], breaks: Mapping[str, Break], first: date, second: date
) -> list[str]:
    """Why two editions must not be read as a series: a declared break, another method, version or parameter.

    Their order does not matter.
    """
    earlier, later = sorted((first, second))
    warnings = [
        text(f"Reihenbruch {year}", f"series break {year}") + f": {each.reason}"
        for year, each in breaks.items()
        if earlier.year < int(year) <= later.year
    ]
    for variant, result in after.items():
        old = before.get(variant, {}).get("method")
        new = result.get("method")
        if old is None or new is None or old == new:
            continue
        if (old["id"], old["version"]) != (new["id"], new["version"]):
            what = f"{old['id']} {old['version']} → {new['id']} {new['version']}"
        else:
            what = ", ".join(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))
        warnings.append(
            text(f"Reihenbruch ({variant}): Methode geändert", "series break: method changed") + f": {what}"
        )
    return warnings


def compare_methods(first: Method, second: Method, table: Table) -> dict[str, tuple[str, str]]:
    """Class of each area by two methods on the same data; "" where a method does not count the area.

    Raises:
        AtlasError: a method needs inputs that the data do not have.
    """
    there = next(iter(table.values()), {}).keys()
    for method in (first, second):
        if gone := sorted(set(method.needed) - there):
            names = ", ".join(gone)
            raise AtlasError(
                text(f"{method.id} braucht {names}", f"{method.id} needs {names}") + f": {', '.join(sorted(there))}"
            )
    left, right = run(first, table), run(second, table)
    return {area: (row.label, right.areas[area].label) for area, row in left.areas.items()}
