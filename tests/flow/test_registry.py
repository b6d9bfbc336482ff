"""The running service beside its registry: held back until approved, then replayed; figures of the sites it names."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import duckdb

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
AIR = Source(id="air", title="Luft", purpose="Luft", legal_basis="§ 3", controller="Umweltamt",
             publication=(("*", "quartier"),))  # fmt: skip


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


def aggregates(gateway: GatewayProcess, level: str, **more: str) -> list[dict[str, object]]:
    given = {"quantity": "air_temperature", "level": level, "period": "hour", "from": iso(HOUR), "to": iso(HOUR + 3600)}
    status, body = gateway.get(f"/v1/aggregates?{urlencode(given | more)}")
    assert status == 200, body
    rows: list[dict[str, object]] = body["data"]
    return rows


def approve(registry: Registry, source: Source) -> None:
    with registry.change("petra") as edit:
        edit.propose(source)
    with registry.change("andrea") as edit:
        edit.approve(source.id)


def test_what_is_held_back_comes_in_by_itself_after_approval_and_goes_with_it(tmp_path: Path):
    tile = next(area for area in demo_areas() if area.level == "quartier")
    centre = tile.geometry.centroid
    with GatewayProcess(tmp_path, CONFIG + HTTP) as gateway:
        registry = Registry(f"sqlite:///{gateway.data}/registry.sqlite")
        approve(registry, Source(id="nbiot", title="NB-IoT", purpose="x", legal_basis="x", controller="x",
                                 publication=(("*", "site"),)))  # fmt: skip
        with registry.change("petra") as edit:
            edit.propose(AIR)
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
        assert gateway.get("/v1/sites")[1]["data"] == []
        assert "air" not in json.dumps(gateway.get("/v1/catalogue")[1])

        with registry.change("andrea") as edit:
            edit.approve("air")
        wait_for(
            lambda: figures(gateway) == {tile.id: 20.0}, 30, "figures of the site's Quartier, brought in by itself"
        )
        assert "air" in gateway.run("jobs").stdout
        assert stored(gateway, "d") == 0  # single values are published by site only
        assert gateway.get("/v1/sites")[1]["data"] == []
        assert "air" in json.dumps(gateway.get("/v1/catalogue")[1])
        jobs = gateway.run("jobs").stdout

        # What may be told is told at once in every answer: coarser, by site, not at all.
        approve(registry, replace(AIR, publication=(("*", "stadtbezirk"),)))
        assert figures(gateway) == {}
        assert [row["value"] for row in aggregates(gateway, "stadtbezirk")] == [20.0]
        asked = ["quantity=air_temperature", "period=hour", f"from={iso(HOUR)}", f"to={iso(HOUR + 3600)}"]
        told = json.loads(gateway.run("query", "aggregates", *asked, "level=quartier").stdout)["data"]
        assert told == []
        approve(registry, replace(AIR, publication=(("*", "site"),)))
        assert stored(gateway, "d") == 6
        assert [site["site_id"] for site in gateway.get("/v1/sites")[1]["data"]] == ["A"]
        with registry.change("andrea") as edit:
            edit.retire_source("air")
        registry.close()
        assert stored(gateway, "d") == 0
        for level in ("quartier", "stadtbezirk", "stadt"):
            assert aggregates(gateway, level) == []
            assert aggregates(gateway, level, as_of=iso(int(time.time()) - 1)) == []
        assert gateway.get(f"/v1/indicators?indicator=summer_day&level=quartier&from={iso(HOUR)}")[1]["data"] == []
        assert gateway.get("/v1/sites")[1]["data"] == []
        assert gateway.run("jobs").stdout.count("\n") > jobs.count("\n")
        wait_for(lambda: written_out(gateway) == {"no_data"}, 30, "what was written out is taken back")


def written_out(gateway: GatewayProcess) -> set[str]:
    """Status of the rows that stand in the results' own table, read as a copy: the file belongs to the process."""
    copy = gateway.folder / "copy.duckdb"
    for suffix in ("", ".wal"):
        source = gateway.data / f"aggregates.duckdb{suffix}"
        target = Path(f"{copy}{suffix}")
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copy(source, target)
    try:
        with duckdb.connect(str(copy)) as found:
            return {row[0] for row in found.execute("select distinct status from area_result").fetchall()}
    except duckdb.Error:  # copied while it was written
        return set()


def wait_until_passes(gateway: GatewayProcess, device: str) -> None:
    def passes() -> bool:
        post(gateway, device, 0)
        return stored(gateway, device) > 0

    wait_for(passes, 20, "the approval is known")
