"""The running service beside its registry: held back until approved, then replayed; figures of the sites it names."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from gateway.areas.tilemap import demo_areas
from gateway.registry.model import Source
from gateway.registry.service import Registry
from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP

NOW = int(time.time())
HOUR = NOW - NOW % 3600 - 2 * 3600
CONFIG = """
[aggregation]
enabled = true
schematic = true
[registry]
gate = true
refresh = 0.2
[pipeline]
linger = 0
"""
AIR = Source(id="air", title="Luft", purpose="Luft", legal_basis="§ 3", controller="Umweltamt")


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def post(gateway: GatewayProcess, device: str, minutes: int) -> None:
    gateway.take({"device": device, "time": HOUR + 60 * minutes, "air_temperature": 20.0})


def stored(gateway: GatewayProcess, device: str) -> int:
    status, body = gateway.get(f"/v1/observations?device={device}&from={iso(HOUR)}&to={iso(NOW)}")
    return len(body["data"]) if status == 200 else 0


def figures(gateway: GatewayProcess) -> dict[str, float]:
    status, body = gateway.get(
        f"/v1/aggregates?quantity=air_temperature&level=quartier&period=hour&from={iso(HOUR)}&to={iso(HOUR + 3600)}"
    )
    assert status == 200, body
    return {row["area_id"]: row["value"] for row in body["data"] if row["value"] is not None}


def test_what_is_held_back_comes_in_after_approval_and_counts_where_the_device_hangs(tmp_path: Path):
    tile = next(area for area in demo_areas() if area.level == "quartier")
    centre = tile.geometry.centroid
    with GatewayProcess(tmp_path, CONFIG + HTTP) as gateway:
        registry = Registry(f"sqlite:///{gateway.data}/registry.sqlite")
        with registry.change("petra") as edit:
            edit.propose(AIR)
            edit.propose(Source(id="nbiot", title="NB-IoT", purpose="x", legal_basis="x", controller="x"))
        with registry.change("andrea") as edit:
            edit.approve("nbiot")
        sites, devices = tmp_path / "sites.csv", tmp_path / "devices.csv"
        sites.write_text(f"site,latitude,longitude\nA,{centre.y},{centre.x}\n")
        devices.write_text("device,source,expected interval,site\nd,air,600,A\n")
        gateway.run("registry", "import", str(sites))
        gateway.run("registry", "import", str(devices))
        # A stranger's data comes by the approved source: once it passes, the pipeline knows of the approval.
        post(gateway, "stranger", 0)
        wait_until_passes(gateway, "stranger")
        for minutes in range(0, 60, 10):
            post(gateway, "d", minutes)
        post(gateway, "stranger", 1)
        wait_for(lambda: stored(gateway, "stranger") >= 2, 10, "messages behind those that are held")
        assert stored(gateway, "d") == 0
        assert figures(gateway) == {}
        with registry.change("andrea") as edit:
            edit.approve("air")
        registry.close()
        gateway.run("replay", "--from", iso(NOW - 3600), "--device", "d")
        assert stored(gateway, "d") == 6
        wait_for(lambda: figures(gateway) == {tile.id: 20.0}, 20, "figures of the site's Quartier")
        assert gateway.stop() == 0


def wait_until_passes(gateway: GatewayProcess, device: str) -> None:
    def passes() -> bool:
        post(gateway, device, 0)
        return stored(gateway, device) > 0

    wait_for(passes, 20, "the approval is known")
