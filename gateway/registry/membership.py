"""Areas as the registry keeps them, and back. Where sites lie in them: `gateway.areas.membership`."""

from __future__ import annotations

from datetime import date

import shapely

from gateway.areas.model import Area
from gateway.registry.model import AreaVersion


def kept(area: Area) -> AreaVersion:
    """An area as the registry keeps it."""
    return AreaVersion(
        id=area.id, start=str(area.start or ""), stop=str(area.stop or ""), level=area.level, number=area.number,
        name=area.name, parent=area.parent, schematic=area.schematic, number_confirmed=area.number_confirmed,
        geometry=shapely.to_wkb(area.geometry),
    )  # fmt: skip


def as_area(version: AreaVersion) -> Area:
    """What is kept as an area."""
    return Area(
        id=version.id, level=version.level, number=version.number, name=version.name, parent=version.parent,
        start=date.fromisoformat(version.start) if version.start else None,
        stop=date.fromisoformat(version.stop) if version.stop else None, schematic=version.schematic,
        number_confirmed=version.number_confirmed, geometry=shapely.from_wkb(version.geometry),
    )  # fmt: skip
