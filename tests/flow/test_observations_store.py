"""Observations over HTTP out of a real store: the order, the paging and the numbers are those that were written."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from prometheus_client import CollectorRegistry

from gateway.api.app import create_app
from gateway.api.routes.health import store_check
from gateway.model import Flag, Observation
from gateway.store.duckdb import DuckStore

START = 1_780_272_000 * 10**9  # 2026-06-01T00:00:00Z
STEP = 600 * 10**9


@pytest.fixture
def store(tmp_path):
    store = DuckStore(tmp_path / "city.duckdb")
    rows = [
        Observation("pegel-7", channel, quantity, START + number * STEP, value, flag, number)
        for number in range(144)
        for channel, quantity, value, flag in (
            ("", "air_temperature", 20 + number / 7, Flag.GOOD),
            ("probe", "air_temperature", None, Flag.MISSING),
            ("", "relative_humidity", 55.5, Flag.SUSPECT),
        )
    ]
    store.write(rows, 144)
    yield store
    store.close()


@pytest.fixture
async def client(store):
    app = create_app(checks={"store": store_check(store)}, registry=CollectorRegistry(), store=store)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def test_pages_join_to_what_was_written(client):
    found, url = [], "/v1/observations?device=pegel-7&from=2026-06-01T00:00Z&to=2026-06-02T00:00Z&limit=50"
    while url:
        body = (await client.get(url)).json()
        found += body["data"]
        url = body["next"]
    assert len(found) == 432
    assert [(row["channel"], row["quantity"]) for row in found[:3]] == [
        ("", "air_temperature"),
        ("", "relative_humidity"),
        ("probe", "air_temperature"),
    ]
    assert [row["value"] for row in found[::3]] == [20 + number / 7 for number in range(144)]
    assert {row["value"] for row in found[2::3]} == {None}


async def test_csv_carries_every_digit(client):
    params = {
        "device": "pegel-7",
        "quantity": "air_temperature",
        "from": "2026-06-01T00:00Z",
        "to": "2026-06-02T00:00Z",
    }
    text = (await client.get("/v1/observations", params=params | {"format": "csv"})).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(rows) == 288
    assert [float(row["wert"].replace(",", ".")) for row in rows[::2]] == [20 + number / 7 for number in range(144)]
    assert rows[0]["zeit_iso"] == "2026-06-01T02:00:00+02:00"
    assert (rows[1]["wert"], rows[1]["status"]) == ("", "fehlend")


async def test_a_store_that_answers_makes_the_gateway_ready(client):
    answer = (await client.get("/readyz")).json()
    assert answer["status"] == "ok"
    assert answer["checks"][0]["detail"].startswith("DuckDB")
