"""What the public role gets over HTTP, and what an outsider makes of all of it together."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
import polars as pl
import pytest
from fastapi import FastAPI
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array
from starlette.requests import Request

from gateway.api.blocking import Blocking
from gateway.api.errors import install
from gateway.api.routes.registers import registers_router
from gateway.atlas.classification import run, run_dynamic
from gateway.atlas.frames import register_frame
from gateway.atlas.people import Person
from gateway.atlas.publication import result_json
from gateway.atlas.registers import Registers
from tests.unit.atlas.support import SENDER, deliver, released

BASE = "/v1/registers/sozialdatenatlas/2023-12-31"


def sender(request: Request) -> Person | None:
    return {"Bearer lieferung": SENDER, "Bearer lesen": Person("Leser", frozenset())}.get(
        request.headers.get("Authorization", "")
    )


class Client:
    """Asks the routes, each time in an event loop of its own."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers

    def ask(self, verb: str, path: str, **more: Any) -> httpx.Response:
        async def main() -> httpx.Response:
            app = FastAPI()
            install(app)
            app.include_router(registers_router(self.registers, Blocking(), sender))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
                return await client.request(verb, path, **more)

        return asyncio.run(main())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)


@pytest.fixture
def client(registers: Registers) -> Client:
    return Client(registers)


def test_nothing_is_seen_before_the_release(client: Client, registers: Registers, demo):
    for dataset in ("melderegister", "ba-sgb2"):
        deliver(registers, demo[dataset, 2023])
    for path in ("values", "classes", "explain?area=62"):
        answer = client.get(f"{BASE}/{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert client.get("/v1/registers").json()["editions"] == []


def test_overview_names_datasets_products_and_released_editions(client: Client, registers: Registers, demo):
    released(registers, demo, 2023)
    found = client.get("/v1/registers").json()
    assert {dataset["id"] for dataset in found["datasets"]} == {"melderegister", "ba-sgb2", "bewohnerparken"}
    assert [(e["product"], e["stichtag"], e["revision"]) for e in found["editions"]] == [
        ("sozialdatenatlas", "2023-12-31", 1)
    ]
    assert "min_cell" in found["datasets"][0]["variables"][0]


def test_values_classes_and_explanations(client: Client, registers: Registers, demo):
    released(registers, demo, 2023)
    rows = client.get(f"{BASE}/values?variable=sgb2&group=all").json()["data"]
    hidden = [row["area"] for row in rows if row["status"] == "confidential"]
    assert hidden
    assert all(row["value"] is None and row["conf_status"] == "C" for row in rows if row["area"] in hidden)
    classes = {row["area"]: row for row in client.get(f"{BASE}/classes").json()["data"]}
    assert len(classes) == 69
    assert {row["class"] for row in classes.values()} >= {"1", "2", "3", "4"}
    assert classes["62"]["letter"] in "ABCD"
    assert classes["00"]["area_name"] == "Elberfeld-Mitte"
    quartier = next(area for area in hidden if area in classes)
    assert classes[quartier]["status"] == "confidential"
    assert classes[quartier]["index"] is None
    steps = client.get(f"{BASE}/explain?area={quartier}").json()["steps"]
    assert [s["value"] for s in steps if s["what"] == "sgb2"] == ["•"]
    assert steps[-1]["step"] == "excluded"
    log = [entry for entry in registers.log() if entry["action"] == "query"]
    assert log[0]["person"] == "public"
    assert log[0]["detail"]["suppressed"] == len(hidden)


def test_csv_in_both_dialects_keeps_leading_zeros_and_hides_the_same(client: Client, registers: Registers, demo):
    released(registers, demo, 2023)
    german = client.get(f"{BASE}/classes?format=csv")
    assert german.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(german.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0]["area"] == "00"
    assert "," in rows[0]["index"]
    rfc = list(csv.DictReader(io.StringIO(client.get(f"{BASE}/classes?format=csv&dialect=rfc").text)))
    data = client.get(f"{BASE}/classes").json()["data"]
    assert [float(r["index"]) if r["index"] else None for r in rfc] == [r["index"] for r in data]
    assert all(r["index"] == "" for r in rfc if r["status"] == "confidential")


def test_comparison_and_correlation(client: Client, registers: Registers, demo):
    for year in (2022, 2023):
        released(registers, demo, year)
    found = client.get(f"{BASE}/compare?with=2022-12-31").json()
    assert set(found["moves"]) == {"all", "u18"}
    assert any("2023" in warning for warning in found["warnings"])
    query = "product=sozialdatenatlas&stichtag=2023-12-31&x=all.sgb2_rate&y=all.migration_rate"
    row = client.get(f"/v1/correlation?{query}").json()["data"][0]
    assert row["n"] >= 50
    assert row["left_out"] > 0
    assert -1 <= row["spearman_low"] <= row["spearman"] <= row["spearman_high"] <= 1
    assert client.get(f"/v1/correlation?{query}").json()["data"][0] == row
    assert client.get(f"/v1/correlation?{query.replace('all.sgb2_rate', 'x')}").status_code == 422


def test_unknown_names_and_parameters_are_problems(client: Client, registers: Registers, demo):
    released(registers, demo, 2023)
    for path, status in (
        (f"{BASE}/classes?variant=adults", 404),
        (f"{BASE}/classes?varient=u18", 422),
        (f"{BASE}/explain", 422),
        (f"{BASE}/explain?area=99", 404),
        ("/v1/registers/sozialdatenatlas/2022-12-31/values", 404),
        ("/v1/registers/sozialdatenatlas/gestern/values", 404),
        ("/v1/registers/nichts/2023-12-31/values", 404),
    ):
        answer = client.get(path)
        assert answer.status_code == status, path
        assert answer.json()["detail"]
        assert answer.json()["detail_en"]


def test_deliveries_are_uploaded_by_people_with_the_role(client: Client, registers: Registers, demo):
    sample = demo["bewohnerparken", 2023]
    path = f"/v1/registers/deliveries/bewohnerparken/2023-12-31?file={sample.name}"
    assert client.post(path, content=sample.content).status_code == 401
    assert client.post(path, content=sample.content, headers={"Authorization": "Bearer lesen"}).status_code == 401
    headers = {"Authorization": "Bearer lieferung"}
    refused = client.post(path, content=b"Quartier;Ausweise\n62;1\n", headers=headers)
    assert refused.status_code == 422
    assert any("missing" in fault["why"] for fault in refused.json()["errors"])
    taken = client.post(path, content=sample.content, headers=headers).json()
    assert taken["computed"][0]["product"] == "bewohnerparken"
    assert registers.deliveries()[0].person == SENDER.name


def test_no_answer_holds_a_confidential_number(client: Client, registers: Registers, demo):
    """Everything the public role can fetch, against the numbers that were delivered but not shown."""
    released(registers, demo, 2023)
    edition = registers.find("sozialdatenatlas", date(2023, 12, 31), public=True)
    hidden = set(edition["facts"]["hidden"])
    secret = {k: edition["facts"]["cells"][k]["value"] for k in hidden if edition["facts"]["cells"][k]["value"]}
    assert secret
    for row in client.get(f"{BASE}/values").json()["data"]:
        key = f"2023-12-31|{row['dataset']}|{row['variable']}|{row['group']}|{row['area']}"
        assert (row["value"] is None) == (key in hidden)
    for variant, group in (("all", "all"), ("u18", "u18")):
        for row in client.get(f"{BASE}/classes?variant={variant}").json()["data"]:
            inputs = [k for k in hidden if k.endswith(f"|{group}|{row['area']}")]
            if inputs:
                assert row["class"] is None
                assert row["index"] is None
                assert not [k for k in row if k.startswith("z_")]
    text = client.get(f"{BASE}/classes").text + client.get(f"{BASE}/values").text
    assert "primary" not in text
    assert "secondary" not in text


def test_everything_derived_can_be_derived_from_the_shown_counts(
    client: Client, registers: Registers, demo, definitions
):
    """Mean, deviation, z, sum, index, class and ratios follow from the values route alone, so they add no knowledge."""
    for year in (2021, 2023):
        released(registers, demo, year)

    def inputs(year: int, variant) -> dict[str, dict[str, Decimal | None]]:
        rows = client.get(f"/v1/registers/sozialdatenatlas/{year}-12-31/values").json()["data"]
        shown = {(r["dataset"], r["variable"], r["group"], r["area"]): r["value"] for r in rows}
        table: dict[str, dict[str, Decimal | None]] = {}
        for area in definitions.areas["wuppertal"].quartiere:
            found = {n: shown.get((s.dataset, s.variable, s.group, area)) for n, s in variant.sources.items()}
            table[area] = {n: None if v is None else Decimal(v) for n, v in found.items()}
        return table

    edition = registers.find("sozialdatenatlas", date(2023, 12, 31), public=True)
    for variant in definitions.products["sozialdatenatlas"].variant:
        method = definitions.methods[variant.method]
        table = inputs(2023, variant)
        public = edition["public"]["variants"][variant.id]
        withheld = {a: "confidential" for a, r in public["areas"].items() if r["excluded"] == "confidential"}
        result = run(method, table, withheld)
        assert {k: v for k, v in result_json(result).items() if k != "method"} == {
            k: public[k] for k in ("borders", "statistics", "areas")
        }
        change = run_dynamic(method, table, inputs(2021, variant), withheld)
        assert result_json(change)["areas"] == public["dynamic"]["areas"]
        for name, printed in public["ratios"].items():
            area, _, indicator = name.partition("|")
            if area in result.areas:
                exact = result.areas[area].indicators[indicator]
                assert exact is not None
                assert abs(exact - Decimal(printed)) <= Decimal("0.05")
        frame = register_frame(edition)
        for area in withheld:
            row = frame.row(by_predicate=pl.col("area") == area, named=True)
            assert row[f"{variant.id}.index"] is None
            assert row[f"{variant.id}.class"] is None
            if table[area]["sgb2"] is None:
                assert row[f"{variant.id}.sgb2"] is None
                assert row[f"{variant.id}.sgb2_rate"] is None


def test_integer_programming_over_all_routes_narrows_nothing(client: Client, registers: Registers, demo, definitions):
    """The outsider of the released demo editions: counts of the values route, the hierarchy, and common sense."""
    released(registers, demo, 2023)
    areas = definitions.areas["wuppertal"]
    rows = client.get(f"{BASE}/values").json()["data"]
    counts = [r for r in rows if r["unit"] == "person"]
    shown = {(r["variable"], r["group"], r["area"]): int(r["value"]) for r in counts if r["value"] is not None}
    hidden = [(r["variable"], r["group"], r["area"]) for r in counts if r["value"] is None]
    assert len(hidden) > 10
    needed = {"population": 3, "migrants": 3, "sgb2": 10}
    names = sorted({*shown, *hidden})
    place = {name: n for n, name in enumerate(names)}
    matrix, low, high = [], [], []

    def add(terms: dict[tuple[str, str, str], int], least: float, most: float) -> None:
        line = np.zeros(len(names))
        for name, factor in terms.items():
            line[place[name]] += factor
        matrix.append(line)
        low.append(least)
        high.append(most)

    for variable, group in sorted({name[:2] for name in names}):
        for district in areas.district:
            parts = {(variable, group, code): -1 for code, _ in district.quartiere}
            add({(variable, group, district.code): 1, **parts}, 0, 0)
        parts = {(variable, group, a): -1 for a in (*areas.of_level("bezirk"), "keine-angabe")}
        add({(variable, group, "wuppertal"): 1, **parts}, 0, 0)
        for area in areas.names:
            if group == "u18":
                add({(variable, "all", area): 1, (variable, group, area): -1}, 0, np.inf)
            if variable != "population":
                add({("population", group, area): 1, (variable, group, area): -1}, 0, np.inf)
    bounds = (
        np.array([shown.get(n, 0) for n in names], float),
        np.array([shown.get(n, 10**6) for n in names], float),
    )
    constraints = LinearConstraint(csr_array(np.array(matrix)), low, high)
    for target in hidden:
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(names))
            goal[place[target]] = sign
            found = milp(goal, integrality=np.ones(len(names)), bounds=bounds, constraints=constraints)
            assert found.x is not None
            ends.append(round(found.x[place[target]]))
        assert ends[1] - ends[0] >= needed[target[0]], (target, ends)
        assert ends[1] >= needed[target[0]], (target, ends)
