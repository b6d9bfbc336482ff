"""Where the demo's devices are said to hang: in the middle of their Quartier's tile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gateway.areas.tilemap import demo_areas
from gateway.demo.city import SimulatedDevice

QUARTIERE = {"Königshöhe": "Nützenberg"}
"""Places that are no Quartier → the one they are counted to."""


def write_places(path: Path, devices: Iterable[SimulatedDevice]) -> None:
    """Write sites and installations as `gateway.aggregator.places` reads them."""
    tiles = {area.name: area for area in demo_areas() if area.level == "quartier"}
    lines: list[str] = []
    known: dict[str, str] = {}
    for device in devices:
        if device.place not in known:
            tile = tiles[QUARTIERE.get(device.place, device.place)]
            site = known[device.place] = f"demo-{tile.number}"
            centre = tile.geometry.centroid
            lines += [
                f"[sites.{site}]", f'name = "{device.place}"', f"longitude = {centre.x:.6f}",
                f"latitude = {centre.y:.6f}", "height = 160", 'siting = "background"', "",
            ]  # fmt: skip
        lines += ["[[installations]]", f'device = "{device.id}"', f'site = "{known[device.place]}"', ""]
        lines += [f'[devices."{device.id}"]', f"expected_interval = {device.interval}", ""]
    path.write_text("\n".join(lines), encoding="utf-8")
