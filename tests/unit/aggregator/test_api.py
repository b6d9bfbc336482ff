"""Figures over HTTP: any parameters get an answer or a problem that names them; pages join to the whole."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, Facts, S, town

from gateway.aggregator.indicators import catalogue
from gateway.aggregator.places import Site
from gateway.aggregator.query import Figures
from gateway.aggregator.question import known_periods
from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.questions import PARAMETERS
from gateway.api.routes.aggregates import aggregates_router

MINUTE = 60 * S
NOW = START + 5 * 24 * HOUR


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    facts = Facts()
    facts.sites[2] = Site(id="s2", name="Garten", longitude=9.5, latitude=51.5, height=150.0, private=True)
    made = town(tmp_path_factory.mktemp("api"), facts)
    made.now = NOW
    for day in range(4):
        made.write(*[
            (f"d{n}", quantity, START + day * 24 * HOUR + m * MINUTE, value)
            for m in range(0, 1440, 10) for n in range(3)
            for quantity, value in (("air_temperature", 15.0 + n + m / 144), ("people_count", float(n + 1)))
        ])  # fmt: skip
    made.engine.work()
    figures = Figures(made.engine, made.engine._reading, lateness=24 * HOUR, clock=lambda: NOW)
    router = aggregates_router(figures, Blocking(), lambda: NOW)
    yield create_app(checks={}, registry=CollectorRegistry(), routers=[router], clock=lambda: NOW)
    made.results.close()
    made.store.close()


@pytest.fixture
async def client(app):
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


BASE = {"quantity": "air_temperature", "level": "quartier", "from": "2026-06-01T00:00Z", "to": "2026-06-05T00:00Z"}


async def test_a_row_says_everything_that_belongs_to_a_figure(client):
    body = (await client.get("/v1/aggregates", params=BASE | {"period": "day", "day_basis": "utc"})).json()
    row = next(r for r in body["data"] if r["area_id"] == "quartier:00")
    assert row["value"] == pytest.approx(15 + sum(range(0, 1440, 10)) / 144 / 144)
    assert {k: row[k] for k in ("area_name", "unit", "stat", "status", "bound", "coverage", "n_sites", "n_sites_valid", "n_obs", "qc_excluded", "estimator", "finality")} == {
        "area_name": "Viertel 0", "unit": "Cel", "stat": "value", "status": "ok", "bound": None, "coverage": 1.0,
        "n_sites": 1, "n_sites_valid": 1, "n_obs": 144, "qc_excluded": 0, "estimator": "mean_of_sites", "finality": "final",
    }  # fmt: skip
    assert row["period_start_local"] == "2026-06-01T00:00:00+00:00"
    assert "nicht repräsentativ" in row["note"]


async def test_a_single_private_host_is_confidential_in_every_format(client):
    body = (
        await client.get(
            "/v1/aggregates", params=BASE | {"stat": "value,mean,max,lowest,highest", "include_invalid": "true"}
        )
    ).json()
    rows = [r for r in body["data"] if r["area_id"] == "quartier:02"]
    assert rows
    assert {r["status"] for r in rows if r["status"] != "no_data"} == {"confidential"}
    assert {r["value"] for r in rows} == {None}
    text = (await client.get("/v1/aggregates", params=BASE | {"format": "csv"})).content.decode("utf-8-sig")
    found = [r for r in csv.DictReader(io.StringIO(text), delimiter=";") if r["gebiet_id"] == "quartier:02"]
    assert {r["wert"] for r in found} == {""}
    assert "geheim" in {r["status"] for r in found}
    sites = {r["site_id"]: r for r in (await client.get("/v1/sites")).json()["data"]}
    assert (sites["s2"]["longitude"], sites["s2"]["name"]) == (None, None)
    assert sites["s0"]["longitude"] == 7.5


@pytest.mark.parametrize("period", known_periods())
@pytest.mark.parametrize("limit", [17])
async def test_pages_join_to_the_whole(client, period, limit):
    asked = BASE | {
        "period": period,
        "quantity": "air_temperature,people_count",
        "stat": "value,max",
        "from": "2026-05-25",
    }
    del asked["level"]
    asked["area"] = "quartier:00,quartier:01,stadtbezirk:0"
    if period == "hour":
        asked["from"] = "2026-06-04T20:00Z"
    text = (await client.get("/v1/aggregates", params=asked | {"format": "csv", "dialect": "rfc"})).content.decode()
    whole = [
        (r["period_start"], r["key"], r["area_id"], r["quantity"], r["stat"], r["value"])
        for r in csv.DictReader(io.StringIO(text))
    ]
    found = []
    url = str(httpx.URL("/v1/aggregates", params=asked | {"limit": str(limit)}))
    while url and len(found) < 5000:
        body = (await client.get(url)).json()
        found += body["data"]
        assert len(body["data"]) <= limit
        url = body["next"]
    assert len(found) == len(whole)
    assert [
        (r["period_start"], "" if r["key"] is None else str(r["key"]), r["area_id"], r["quantity"], r["stat"])
        for r in found
    ] == [w[:5] for w in whole]
    for row, (*_, value) in zip(found, whole, strict=True):
        assert (row["value"] is None) == (value == "")
        assert value == "" or float(value) == row["value"]


async def test_min_coverage_and_invalid_values(client):
    asked = BASE | {"period": "month", "area": "quartier:00", "from": "2026-06-01"}
    del asked["level"]
    (row,) = (await client.get("/v1/aggregates", params=asked)).json()["data"]
    assert (row["value"], row["status"], row["finality"]) == (None, "insufficient_coverage", "provisional")
    (row,) = (await client.get("/v1/aggregates", params=asked | {"include_invalid": "true"})).json()["data"]
    assert (row["status"], round(row["value"], 3)) == ("insufficient_coverage", pytest.approx(19.97, abs=0.2))
    asked |= {"period": "day", "min_coverage": "1", "to": "2026-06-02"}
    (row,) = (await client.get("/v1/aggregates", params=asked)).json()["data"]
    assert (row["value"], row["status"]) == (None, "insufficient_coverage")


async def test_other_quality_flags_are_computed_from_the_observations(client):
    usual = (await client.get("/v1/aggregates", params=BASE | {"period": "day"})).json()["data"]
    other = (await client.get("/v1/aggregates", params=BASE | {"period": "day", "qc": "1,2,3"})).json()["data"]
    assert [r["value"] for r in usual] == [r["value"] for r in other]


async def test_indicators_answer_yes_no_or_unknown(client):
    listed = (await client.get("/v1/indicators")).json()["data"]
    assert {row["indicator"] for row in listed} == set(catalogue())
    asked = {
        "indicator": "summer_day,frost_day,tropical_night",
        "level": "quartier",
        "from": "2026-06-01",
        "to": "2026-06-03",
    }
    rows = (await client.get("/v1/indicators", params=asked)).json()["data"]
    found = {(r["area_id"], r["indicator"]): r for r in rows}
    assert (found["quartier:01", "summer_day"]["answer"], found["quartier:01", "summer_day"]["count"]) == ("yes", 2)
    assert found["quartier:00", "summer_day"]["answer"] == "no"
    assert found["quartier:00", "frost_day"]["answer"] == "no"
    assert found["quartier:02", "summer_day"]["status"] == "confidential"
    assert found["quartier:02", "summer_day"]["answer"] is None


async def test_areas_quantities_and_geojson(client):
    body = (await client.get("/v1/areas", params={"level": "quartier", "format": "geojson"})).json()
    assert [f["properties"]["area_name"] for f in body["features"]] == ["Viertel 0", "Viertel 1", "Viertel 2"]
    assert body["features"][0]["geometry"]["type"] == "Polygon"
    assert {r["quantity"] for r in (await client.get("/v1/quantities")).json()["data"]} >= {"air_temperature", "pm2_5"}
    map_ = (await client.get("/v1/aggregates", params=BASE | {"period": "day", "format": "geojson"})).json()
    assert map_["features"][0]["geometry"]["type"] == "Polygon"


async def test_faults_are_all_named(client):
    answer = await client.get(
        "/v1/aggregates", params={"quantity": "temp", "level": "kiez", "perod": "day", "qc": "4", "min_coverage": "2"}
    )
    assert answer.status_code == 422
    assert {e["where"] for e in answer.json()["errors"]} == {
        "query.quantity",
        "query.perod",
        "query.qc",
        "query.min_coverage",
    }
    answer = await client.get(
        "/v1/aggregates", params={"quantity": "no2", "level": "kiez", "from": "2027", "as_of": "2036-01-01"}
    )
    assert {e["where"] for e in answer.json()["errors"]} == {"query.level", "query.from", "query.as_of"}


WORDS = st.one_of(
    st.sampled_from(["air_temperature", "people_count,air_temperature", "quartier", "quartier:00", "hour", "day", "year", "hour_of_week",
                     "2026-06-01", "2026-06-02T03:00Z", "1", "3", "0.5", "true", "csv", "geojson", "berlin", "dwd", "mez"]),
    st.text(max_size=30),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([p.name for p in PARAMETERS] + ["x"]), WORDS, max_size=8))
async def test_any_parameters_get_an_answer_or_a_problem(app, parameters):
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        for path in ("/v1/aggregates", "/v1/indicators", "/v1/areas"):
            answer = await client.get(
                path,
                params={"quantity": "air_temperature", "level": "quartier"} | parameters
                if path == "/v1/aggregates"
                else parameters,
            )
            assert answer.status_code in {200, 422}, answer.text
            if answer.status_code == 422:
                assert answer.headers["content-type"].startswith("application/problem+json")
