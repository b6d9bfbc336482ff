"""With InfluxDB, too: what was held back comes in by itself after approval, and figures go with it from the bucket."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from influxdb_client import InfluxDBClient

from gateway.areas.tilemap import demo_areas
from gateway.registry.model import Device, Installation, Site, Source
from gateway.registry.service import Registry
from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP
from tests.servers.influxd import ORG, TOKEN, Influxd

pytestmark = pytest.mark.influxd
NOW = int(time.time())
HOUR = NOW - NOW % 3600 - 2 * 3600
CONFIG = """
[aggregation]
enabled = true
schematic = true
bucket = "{figures}"
[registry]
gate = true
refresh = 0.2
[pipeline]
linger = 0
[store]
kind = "influxdb"
[store.influxdb]
url = "{url}"
org = "{org}"
bucket = "{raw}"
token.value = "{token}"
"""
AIR = Source(id="nbiot", title="Luft", purpose="Luft", legal_basis="§ 3", controller="Umweltamt",
             publication=(("*", "quartier"),))  # fmt: skip


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def held(gateway: GatewayProcess) -> bool:
    text = gateway.get("/metrics")[1]
    return any('"held"' in line and float(line.rpartition(" ")[2]) >= 6 for line in str(text).splitlines())


def test_the_bucket_of_figures_follows_the_approval(influxd: Influxd, tmp_path: Path) -> None:
    raw, figures = influxd.bucket(), influxd.bucket()

    def values(bucket: str, field: str = "value") -> set[object]:
        flux = f'from(bucket: "{bucket}") |> range(start: {iso(HOUR)}, stop: {iso(HOUR + 3600)})'
        flux += f' |> filter(fn: (r) => r._field == "{field}")'
        with InfluxDBClient(influxd.url, TOKEN, org=ORG) as client:
            return {record.get_value() for table in client.query_api().query(flux) for record in table.records}

    config = CONFIG.format(url=influxd.url, org=ORG, token=TOKEN, raw=raw, figures=figures) + HTTP
    tile = next(area for area in demo_areas() if area.level == "quartier").geometry.centroid
    with GatewayProcess(tmp_path, config) as gateway:
        registry = Registry(f"sqlite:///{gateway.data}/registry.sqlite")
        with registry.change("petra") as edit:
            edit.propose(AIR)
            edit.save_site(Site(id="A", longitude=tile.x, latitude=tile.y))
            edit.save_device(Device(id="d", source="nbiot"))
            edit.install(Installation(device="d", site="A"))
        for minutes in range(0, 60, 10):
            gateway.take({"device": "d", "time": HOUR + 60 * minutes, "air_temperature": 20.0})
        wait_for(lambda: held(gateway), 20, "messages are processed and held back")
        assert values(raw) == set()
        with registry.change("andrea") as edit:
            edit.approve("nbiot")
        wait_for(lambda: values(figures) == {20.0}, 60, "figures in the bucket")
        assert len(values(raw)) == 1
        with registry.change("andrea") as edit:
            edit.retire_source("nbiot")
        registry.close()
        wait_for(lambda: values(figures) == set(), 30, "figures gone from the bucket")
        assert values(figures, "status") <= {"no_data"}
        assert gateway.stop() == 0
