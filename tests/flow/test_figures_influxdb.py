"""The whole service over InfluxDB beside one over DuckDB: the same uplinks, the same registry, the same figures.

Devices send over MQTT and over HTTP; sites, devices and boundaries come into the registry by its commands; figures are
read over HTTP and, from the bucket `quartier`, by Flux.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import paho.mqtt.client as mqtt
import pytest
import shapely
from influxdb_client import InfluxDBClient
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP
from tests.servers.influxd import ORG, TOKEN, Influxd
from tests.servers.mosquitto import Mosquitto

pytestmark = [pytest.mark.influxd, pytest.mark.mosquitto]
ROOT = Path(__file__).resolve().parents[2]
HOUR, DAY = 3600, 86_400
NOW = int(time.time())
BEGIN = NOW - NOW % DAY - 2 * DAY
SECOND = 10**9

CONFIG = """
[registry]
url = "sqlite:///{registry}"
refresh = 0.2
[aggregation]
enabled = true
bucket = "{figures}"
[pipeline]
linger = 0
[sources.sensors]
type = "mqtt5"
format = "plain"
host = "127.0.0.1"
port = {broker}
topics = ["sensors/#"]
client_id = "{name}"
mapping.device = "topic:1"
mapping.time = "time"
"""


@dataclass
class Pair:
    """Two services that hear the same."""

    duck: GatewayProcess
    influx: GatewayProcess
    server: Influxd
    raw: str
    figures: str

    def flux(self, text: str, bucket: str | None = None) -> list[dict[str, Any]]:
        query = f'from(bucket: "{bucket or self.figures}") |> range(start: 2000-01-01T00:00:00Z) {text}'
        with InfluxDBClient(self.server.url, TOKEN, org=ORG) as client:
            return [record.values for table in client.query_api().query(query) for record in table.records]


def geojson(path: Path, *rows: tuple[str, str, float, float]) -> str:
    features = [
        {"type": "Feature", "properties": {"NR": number, "NAME": name, "IN": "0"},
         "geometry": shapely.geometry.mapping(shapely.box(west, 51.2, east, 51.3))}
        for number, name, west, east in rows
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def register(gateway: GatewayProcess, folder: Path) -> None:
    """Two Quartiere of one town; t1 and t2 in the west, t3 and the rain gauge in the east."""
    names = ("--number", "NR", "--name", "NAME", "--always")
    town = geojson(folder / "town.geojson", ("0", "Stadt", 7.0, 7.4))
    parts = geojson(folder / "parts.geojson", ("1", "West", 7.0, 7.2), ("2", "Ost", 7.2, 7.4))
    gateway.run("registry", "areas", "load", town, "--level", "stadt", *names)
    above = ("--parent", "IN", "--parent-level", "stadt", "--digits", "2")
    gateway.run("registry", "areas", "load", parts, "--level", "quartier", *above, *names)
    (folder / "sites.csv").write_text(
        "Standort;Längengrad;Breitengrad\nA;7,05;51,25\nB;7,15;51,25\nC;7,25;51,25\n", encoding="utf-8"
    )
    (folder / "devices.csv").write_text(
        "Gerät;Intervall;Standort\nt1;10 min;A\nt2;10 min;B\nt3;10 min;C\nrain;10 min;C\n", encoding="utf-8"
    )
    gateway.run("registry", "import", str(folder / "sites.csv"))
    gateway.run("registry", "import", str(folder / "devices.csv"))


@pytest.fixture(scope="module")
def pair(influxd: Influxd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    raw, figures = influxd.bucket(), influxd.bucket()
    store = f"""
[store]
kind = "influxdb"
[store.influxdb]
url = "{influxd.url}"
org = "{ORG}"
bucket = "{raw}"
token.value = "{TOKEN}"
"""
    with Mosquitto(folder / "broker") as broker:
        common = {"registry": folder / "registry.sqlite", "broker": broker.port, "figures": figures}
        duck = GatewayProcess(folder / "duck", CONFIG.format(name="duck", **common) + HTTP)
        influx = GatewayProcess(folder / "influx", CONFIG.format(name="influx", **common) + HTTP + store)
        duck.configure()
        register(duck, folder)
        with duck, influx:
            made = Pair(duck, influx, influxd, raw, figures)
            wait_for(lambda: all(g.metric("gateway_connected") == 1 for g in (duck, influx)), 20, "the broker")
            send(broker, made)
            yield made
            assert influx.stop() == 0
            assert duck.stop() == 0


def send(broker: Mosquitto, pair: Pair) -> None:
    """Two days: temperatures over MQTT, rain over HTTP, late and twice here and there."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="sender", protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(500)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    steps = list(range(BEGIN, BEGIN + 2 * DAY, 600))
    ordered = steps[::2] + steps[1::2]  # half of it late
    infos = []
    for number, device in enumerate(("t1", "t2", "t3")):
        for at in ordered:
            if device == "t3" and BEGIN + 5 * HOUR <= at < BEGIN + 9 * HOUR:
                continue
            value = round(15 + 5 * number + 5 * math.sin(at / 13_751), 2)
            body = json.dumps({"time": at, "air_temperature": value})
            infos.append(client.publish(f"sensors/{device}", body, qos=1))
            if at % 7200 == 0:
                infos.append(client.publish(f"sensors/{device}", body, qos=1))
    for info in infos:
        info.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()
    rain = [{"device": "rain", "time": at, "precipitation": 0.1 * (at % 11)} for at in steps[::6]]
    for gateway in (pair.duck, pair.influx):
        gateway.take(*rain)


def ask(gateway: GatewayProcess, **parameters: object) -> list[dict[str, Any]]:
    given = {"level": "quartier", "from": iso(BEGIN - DAY), "to": iso(BEGIN + 3 * DAY), "limit": 10_000} | parameters
    status, body = gateway.get(f"/v1/aggregates?{urlencode(given)}")
    assert status == 200, body
    assert body["next"] is None
    return body["data"]


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


QUESTIONS = [
    {"quantity": quantity, "period": period, "stat": "value,median,min,max", "include_invalid": invalid, "level": level}
    for level in ("quartier", "stadt")
    for quantity in ("air_temperature", "precipitation")
    for period in ("hour", "day", "month")
    for invalid in ("false", "true")
]


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what says when and in which order something was computed."""
    return [{k: v for k, v in row.items() if k not in {"revision", "computed_at"}} for row in rows]


def settled(gateway: GatewayProcess) -> bool:
    names = ("gateway_lag_offsets", "gateway_aggregation_dirty_windows", "gateway_aggregation_results_waiting")
    return gateway.metric("gateway_aggregation_up") == 1 and not any(gateway.metric(name) for name in names)


def test_both_answer_the_same(pair: Pair) -> None:
    for gateway in (pair.duck, pair.influx):
        wait_for(lambda g=gateway: settled(g) and g.metric("gateway_observations_total") >= 888, 60, "everything is in")
    for question in QUESTIONS:
        one, other = bare(ask(pair.duck, **question)), bare(ask(pair.influx, **question))
        assert [{k: v for k, v in row.items() if k != "value"} for row in one] == [
            {k: v for k, v in row.items() if k != "value"} for row in other
        ]
        for mine, theirs in zip(one, other, strict=True):
            assert (mine["value"] is None) == (theirs["value"] is None)
            assert mine["value"] is None or mine["value"] == pytest.approx(theirs["value"], rel=1e-12, abs=1e-12)
    whole = ask(pair.influx, quantity="air_temperature", period="day", level="stadt")
    assert {row["n_sites"] for row in whole} == {3}


def test_figures_are_read_by_flux(pair: Pair) -> None:
    wait_for(lambda: settled(pair.influx), 60, "everything is written out")
    rows = pair.flux(
        '|> filter(fn: (r) => r._measurement == "day" and r.quantity == "air_temperature" and r._field == "value")'
    )
    assert {key for row in rows for key in row} >= {"area", "quantity", "statistic", "estimator", "day_basis"}
    shown = {(row["area"], int(row["_time"].timestamp())): row["_value"] for row in rows if row["statistic"] == "value"}
    asked = {
        (row["area_id"], int(datetime.fromisoformat(row["period_start"]).timestamp())): row["value"]
        for level in ("quartier", "stadt")
        for row in ask(pair.influx, quantity="air_temperature", period="day", level=level)
        if row["value"] is not None
    }
    assert asked
    assert shown == pytest.approx(asked)
    assert {row["estimator"] for row in rows} == {"mean_of_sites"}
    rain = pair.flux('|> filter(fn: (r) => r.quantity == "precipitation" and r._field == "value") |> last()')
    assert {row["estimator"] for row in rain} == {"mean_of_sites"}


def test_the_shipped_dashboard_finds_its_figures(pair: Pair) -> None:
    wait_for(lambda: settled(pair.influx), 60, "everything is written out")
    board = json.loads((ROOT / "deploy" / "grafana" / "quartiere.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        text = panel["targets"][0]["query"]
        for name, value in {
            '"quartier"': f'"{pair.figures}"', "v.timeRangeStart": iso(BEGIN - DAY), "v.timeRangeStop": iso(NOW),
            "${quantity}": "air_temperature", "${level}": "quartier",
        }.items():  # fmt: skip
            text = text.replace(name, value)
        with InfluxDBClient(pair.server.url, TOKEN, org=ORG) as client:
            rows = [record.values for table in client.query_api().query(text) for record in table.records]
        assert {row["area"] for row in rows} == {"quartier:01", "quartier:02"}, panel["title"]


def test_a_rebuild_brings_in_what_was_changed_past_the_gateway_and_removes_what_is_stale(pair: Pair) -> None:
    wait_for(lambda: settled(pair.influx), 60, "everything is written out")
    hour = BEGIN + 30 * HOUR
    pair.server.write(
        pair.figures, f"hour,area=quartier:77,quantity=air_temperature,statistic=value value=99 {hour * SECOND}"
    )
    pair.server.request(
        "POST",
        f"/api/v2/delete?org={ORG}&bucket={pair.raw}",
        {"start": iso(hour), "stop": iso(hour + HOUR - 1), "predicate": 'device="t3"'},
    )

    def of_the_hour() -> dict[str, dict[str, Any]]:
        asked = {"quantity": "air_temperature", "period": "hour", "from": iso(hour), "to": iso(hour + HOUR)}
        return {
            row["area_id"]: row for level in ("quartier", "stadt") for row in ask(pair.influx, level=level, **asked)
        }

    before = of_the_hour()
    said = pair.influx.run("aggregates", "rebuild", "--from", iso(BEGIN), "--to", iso(BEGIN + 2 * DAY)).stdout
    assert "hours that changed" in said
    after = of_the_hour()
    assert after["quartier:01"] == before["quartier:01"]  # its revision, too
    assert before["quartier:02"]["status"] == "ok"
    assert after["quartier:02"]["value"] is None
    assert after["stadt:0"]["n_sites_valid"] == 2
    stale = pair.flux('|> filter(fn: (r) => r.area == "quartier:77")')
    assert stale == []
    east = pair.flux(
        f'|> filter(fn: (r) => r._measurement == "hour" and r.area == "quartier:02" and r._field == "value" '
        f'and r.quantity == "air_temperature" and r.statistic == "value" and r._time == {iso(hour)})'
    )
    assert east == []


def test_lost_figures_come_back_from_the_store(pair: Pair) -> None:
    before = bare(ask(pair.influx, quantity="air_temperature", period="day"))
    assert pair.influx.stop() == 0
    for path in pair.influx.data.glob("aggregates.duckdb*"):
        path.unlink()
    said = pair.influx.run("aggregates", "rebuild", "--from", iso(BEGIN), "--to", iso(BEGIN + 2 * DAY)).stdout
    assert "figures removed:            0" in said
    pair.influx.start()
    wait_for(lambda: settled(pair.influx), 60, "the service follows again")
    assert bare(ask(pair.influx, quantity="air_temperature", period="day")) == before
