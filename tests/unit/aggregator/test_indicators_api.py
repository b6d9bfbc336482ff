"""Indicators over HTTP: what is asked, by which rule and law, and what of it is not known."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, Facts, S, town

from gateway.aggregator.indicators import catalogue
from gateway.aggregator.query import Figures
from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.routes.aggregates import aggregates_router

DAYS = 4
NOW = START + 10 * 24 * HOUR
VALUES = {
    "air_temperature": (20.0, 26.0, 31.0), "no2": (30.0, 70.0, 110.0), "o3": (20.0, 20.0, 20.0),
    "pm10": (8.0, 8.0, 8.0), "pm2_5": (4.0, 4.0, 4.0), "so2": (3.0, 3.0, 3.0), "sound_level_a_eq": (50.0, 60.0, 70.0),
    "vehicle_count": (1.0, 2.0, 3.0), "water_level": (0.5, 1.5, 2.5), "parking_occupied": (50.0, 90.0, 10.0),
}  # fmt: skip


@pytest.fixture(scope="module")
def client_app(tmp_path_factory):
    facts = Facts()
    facts.facts = [{"device": f"d{n}", "capacity": 100.0} for n in range(3)]
    made = town(tmp_path_factory.mktemp("api"), facts)
    made.now = START + 6 * 24 * HOUR
    made.write(*[
        (f"d{n}", quantity, START - 24 * HOUR + m * 600 * S, value[n])
        for m in range((DAYS + 2) * 144) for n in range(3) for quantity, value in VALUES.items()
    ])  # fmt: skip
    made.engine.work()
    first = made.now
    made.now = NOW - HOUR
    made.write(*[("d0", "air_temperature", START + 12 * HOUR + m * 600 * S, 30.5) for m in range(6)])
    made.engine.work()
    figures = Figures(
        made.engine, made.engine._reading, lateness=24 * HOUR, clock=lambda: NOW,
        gauges={"s0": (1.0, 2.0), "s1": (1.0, 2.0), "s2": (2.0,)},
    )  # fmt: skip
    router = aggregates_router(figures, Blocking(), lambda: NOW)
    yield create_app(checks={}, registry=CollectorRegistry(), routers=[router], clock=lambda: NOW), first
    made.results.close()
    made.store.close()


@pytest.fixture
async def client(client_app):
    transport = httpx.ASGITransport(app=client_app[0], raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


RANGE = {"level": "quartier", "from": "2026-06-01", "to": "2026-06-05", "day_basis": "berlin"}


async def ask(client, name, **more):
    asked = RANGE | {"indicator": name} | more
    answer = await client.get("/v1/indicators", params={key: value for key, value in asked.items() if value})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rows(client, name, **more):
    return {row["area_id"][-1]: row for row in (await ask(client, name, **more))["data"]}


async def test_the_list_says_what_each_is_made_of_and_since_when_it_holds(client):
    listed = (await client.get("/v1/indicators")).json()["data"]
    assert {row["indicator"] for row in listed} == set(catalogue())
    row = next(row for row in listed if row["indicator"] == "no2_alert_2010")
    assert (row["limit"], row["consecutive"], row["valid_to"]) == (400, 3, "2026-12-12")
    index = next(row for row in listed if row["indicator"] == "lqi_uba_2025")
    assert set(index["quantities"]) == {"pm10", "pm2_5", "o3", "no2", "so2"}
    assert "assumed" in index["assumption"]


async def test_answers_name_rule_source_and_law(client):
    body = await ask(client, "no2_hour_2010,no2_hour,no2_hour_2030", area="quartier:02", level=None, capture="eu_2024")
    found = {row["indicator"]: row for row in body["data"]}
    assert {name: row["in_force"] for name, row in found.items()} == {
        "no2_hour_2010": True, "no2_hour": False, "no2_hour_2030": False,
    }  # fmt: skip
    assert "39. BImSchV" in found["no2_hour_2010"]["source"]
    assert "2024/2881" in found["no2_hour"]["source"]
    row = found["no2_hour_2010"]
    assert (row["capture"], row["capture_in_force"], row["capture_met"]) == ("eu_2024", False, None)
    # Four days without a single hour over 200 do not say that the year will keep the limit.
    assert (row["answer"], row["count"], row["bound"], row["value"], row["status"]) == ("unknown", 0, None, 110, "ok")
    assert body["meta"]["data_versions"]["limits"] >= "2026-11-22"


async def test_indices_and_shares_and_gauges_and_traffic(client):
    index = await rows(client, "lqi_uba_2025")
    assert {area: row["value"] for area, row in index.items()} == {"0": 2, "1": 4, "2": 5}
    assert index["2"]["detail"]["latest"]["hour"].endswith("Z")
    assert (index["0"]["answer"], index["1"]["answer"], index["1"]["count"]) == ("no", "yes", 96)
    full = await rows(client, "parking_full")
    assert {area: row["value"] for area, row in full.items()} == {"0": 0, "1": 1, "2": 0}
    gauge = await rows(client, "gauge_class")
    assert {area: (row["value"], row["answer"]) for area, row in gauge.items()} == {
        "0": (0, "no"), "1": (1, "yes"), "2": (1, "yes"),
    }  # fmt: skip
    worst = (await client.get("/v1/aggregates", params=RANGE | {
        "quantity": "water_level", "stat": "worst_class", "period": "day", "level": "stadtbezirk",
    })).json()["data"]  # fmt: skip
    assert {row["value"] for row in worst} == {1}
    traffic = await rows(client, "dtv_vehicles", level="stadtbezirk")
    assert (traffic["0"]["value"], traffic["0"]["combine"], traffic["0"]["n_sites_met"]) == (864, "sum_of_sites", 3)
    assert traffic["0"]["answer"] is None


async def test_noise_of_an_area_is_an_energy_mean(client):
    (row,) = (await rows(client, "lnight", level="stadtbezirk")).values()
    assert row["value"] == pytest.approx(65.68, abs=0.005)
    assert (row["lowest"], row["median"], row["highest"]) == (50, pytest.approx(60), pytest.approx(70))
    assert (row["combine"], row["answers"]) == ("energy_mean_of_sites", {"yes": 3, "no": 0, "unknown": 0})


async def test_a_table_for_a_spreadsheet(client):
    asked = RANGE | {"indicator": "hot_day,lnight", "format": "csv", "capture": "dwd"}
    content = (await client.get("/v1/indicators", params=asked)).content.decode("utf-8-sig")
    table = {(r["area_id"][-1], r["indicator"]): r for r in csv.DictReader(io.StringIO(content), delimiter=";")}
    assert len(table) == 6
    row = table["2", "lnight"]
    assert (row["answer"], row["value"], row["capture"], row["from"]) == ("yes", "70", "dwd", "2026-05-31T22:00:00Z")
    assert json.loads(row["detail"]) == {"band": ">= 70"}
    assert table["0", "hot_day"]["value"] == "30,5"
    listed = (await client.get("/v1/indicators", params={"format": "csv", "dialect": "rfc"})).content.decode()
    assert {r["indicator"] for r in csv.DictReader(io.StringIO(listed))} == set(catalogue())


async def test_an_earlier_state_can_be_asked_for(client, client_app):
    assert (await rows(client, "hot_day"))["0"]["answer"] == "yes"
    text = datetime.fromtimestamp(client_app[1] // S, UTC).isoformat()
    earlier = await rows(client, "hot_day", as_of=text)
    assert (earlier["0"]["answer"], earlier["0"]["count"], earlier["2"]["answer"]) == ("no", 0, "yes")


async def test_faults_are_named(client):
    answer = await client.get("/v1/indicators", params=RANGE | {"indicator": "summer", "capture": "law"})
    assert answer.status_code == 422
    assert {fault["where"] for fault in answer.json()["errors"]} == {"query.indicator", "query.capture"}
