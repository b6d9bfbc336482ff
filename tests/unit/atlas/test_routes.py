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
import pytest
from fastapi import FastAPI
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array
from starlette.requests import Request

from gateway.api.blocking import Blocking
from gateway.api.errors import install
from gateway.api.routes.joint import joint_router
from gateway.api.routes.registers import registers_router
from gateway.atlas.classification import run, run_dynamic
from gateway.atlas.definitions import Definitions
from gateway.atlas.people import Person
from gateway.atlas.publication import result_json
from gateway.atlas.registers import Registers
from tests.unit.atlas.support import CHECKER, RELEASER, SENDER, changed_csv, deliver, released

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
            app.include_router(joint_router(self.registers, None, Blocking()))
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
    query = "x=sozialdatenatlas:sgb2_rate@2023-12-31&y=sozialdatenatlas:all.migration_rate@2023-12-31"
    row = client.get(f"/v1/correlation?{query}").json()["data"][0]
    assert row["n"] >= 50
    assert row["left_out"] > 0
    assert -1 <= row["spearman_low"] <= row["spearman"] <= row["spearman_high"] <= 1
    assert client.get(f"/v1/correlation?{query}").json()["data"][0] == row
    assert client.get(f"/v1/correlation?{query.replace('sgb2_rate', 'x')}").status_code == 422


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
            table[area] = {n: None if v is None else Decimal(str(v)) for n, v in found.items()}
        return table

    edition = registers.find("sozialdatenatlas", date(2023, 12, 31), public=True)
    for variant in definitions.products["sozialdatenatlas"].variant:
        method = definitions.methods[variant.method]
        table = inputs(2023, variant)
        public = edition["public"]["variants"][variant.id]
        withheld = {a: "confidential" for a, r in public["areas"].items() if r["excluded"] == "confidential"}
        result = run(method, table, withheld)
        guarded = {r.indicator for r in definitions.products["sozialdatenatlas"].ratio if r.variant == variant.id}

        def printable(found: dict[str, Any], printed: dict[str, str] = public["ratios"], names: set[str] = guarded):
            """C3: a ratio below its thresholds stands nowhere, though both counts may be shown."""
            for area, row in found["areas"].items():
                row["indicators"] |= {n: None for n in names if f"{area}|{n}" not in printed}
            return found

        expected = printable(result_json(result))
        assert {k: v for k, v in expected.items() if k != "method"} == {
            k: public[k] for k in ("borders", "statistics", "areas")
        }
        change = run_dynamic(method, table, inputs(2021, variant), withheld)
        assert printable(result_json(change))["areas"] == public["dynamic"]["areas"]
        for name, printed in public["ratios"].items():
            area, _, indicator = name.partition("|")
            if area in result.areas:
                exact = result.areas[area].indicators[indicator]
                assert exact is not None, name
                assert abs(exact - Decimal(printed)) <= Decimal("0.05")
        names = [f"sozialdatenatlas:{variant.id}.{name}@2023-12-31" for name in ("index", "class", "sgb2_rate")]
        joint = client.get(f"/v1/joint?register={','.join(names)}").json()["data"]
        for row in joint:
            if row["area"] in withheld:
                assert row[names[0]] is None
                assert row[names[1]] is None
            if table[row["area"]]["sgb2"] is None:
                assert row[names[2]] is None
                assert row[f"{names[2]}.status"] == "confidential"
                assert row[f"{names[2]}.rank"] is None


Name = tuple[str, str, str]


def attack(editions: list[list[dict[str, Any]]], definitions: Definitions) -> dict[Name, tuple[int, int]]:
    """Intervals of the suppressed counts from all value tables an outsider ever fetched, hierarchy and common sense.

    A count hidden in several editions is taken for the same; printed ones are what they are in each.
    """
    areas = definitions.areas["wuppertal"]
    columns: dict[object, int] = {}
    lines: list[tuple[dict[int, int], float, float]] = []
    known: dict[int, int] = {}
    for number, rows in enumerate(editions):
        counts = [r for r in rows if r["unit"] == "person"]
        place: dict[Name, int] = {}
        for row in counts:
            name = (row["variable"], row["group"], row["area"])
            identity = name if row["value"] is None else (name, number)
            place[name] = columns.setdefault(identity, len(columns))
            if row["value"] is not None:
                known[place[name]] = int(row["value"])
        for variable, group in sorted({name[:2] for name in place}):
            for district in areas.district:
                parts = {place[variable, group, code]: -1 for code, _ in district.quartiere}
                lines.append(({place[variable, group, district.code]: 1, **parts}, 0, 0))
            parts = {place[variable, group, a]: -1 for a in (*areas.of_level("bezirk"), "keine-angabe")}
            lines.append(({place[variable, group, "wuppertal"]: 1, **parts}, 0, 0))
            for area in areas.names:
                here = place[variable, group, area]
                if group == "u18":
                    lines.append(({place[variable, "all", area]: 1, here: -1}, 0, np.inf))
                if variable != "population":
                    lines.append(({place["population", group, area]: 1, here: -1}, 0, np.inf))
    matrix = np.zeros((len(lines), len(columns)))
    for number, (terms, _, _) in enumerate(lines):
        for column, factor in terms.items():
            matrix[number, column] = factor
    constraints = LinearConstraint(csr_array(matrix), [low for _, low, _ in lines], [high for _, _, high in lines])
    bounds = (
        np.array([known.get(n, 0) for n in range(len(columns))], float),
        np.array([known.get(n, 10**6) for n in range(len(columns))], float),
    )
    found: dict[Name, tuple[int, int]] = {}
    for target, column in columns.items():
        if column in known:
            continue
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(columns))
            goal[column] = sign
            solved = milp(goal, integrality=np.ones(len(columns)), bounds=bounds, constraints=constraints)
            assert solved.x is not None
            ends.append(round(solved.x[column]))
        found[target] = (ends[0], ends[1])  # type: ignore[index] # hidden counts go by their name alone
    return found


NEEDED = {"population": 3, "migrants": 3, "sgb2": 10}


def test_integer_programming_over_all_routes_narrows_nothing(client: Client, registers: Registers, demo, definitions):
    released(registers, demo, 2023)
    found = attack([client.get(f"{BASE}/values").json()["data"]], definitions)
    assert len(found) > 10
    for (variable, _, _), (lower, upper) in found.items():
        assert upper - lower >= NEEDED[variable] <= upper


def test_two_revisions_together_narrow_nothing(client: Client, registers: Registers, demo, definitions):
    """A correction of one Quartier by a few persons, totals with it: the classic way to subtract two tables."""
    released(registers, demo, 2023)
    before = client.get(f"{BASE}/values").json()["data"]
    hidden = {(r["variable"], r["group"], r["area"]) for r in before if r["value"] is None}
    shown = {r["area"] for r in before if (r["variable"], r["group"]) == ("sgb2", "all") and r["value"] is not None}
    district = next(a for v, g, a in sorted(hidden) if (v, g) == ("sgb2", "all") and len(a) == 2)[0]
    quartier = next(a for a in sorted(shown) if len(a) == 2 and a[0] == district)
    corrected = demo["ba-sgb2", 2023]
    for area in (quartier, f"bezirk-{district}", "Wuppertal"):
        row = next(c for line in corrected.content.decode("cp1252").split("\r\n") if (c := line.split(";"))[0] == area)
        corrected = changed_csv(corrected, area, 2, str(int(row[2].replace(" ", "")) + 4))
    deliver(registers, corrected, replace="Nachmeldung")
    edition = registers.find("sozialdatenatlas", date(2023, 12, 31))
    registers.check(edition["id"], CHECKER)
    registers.release(edition["id"], RELEASER)
    after = client.get(f"{BASE}/values").json()["data"]
    assert next(r for r in after if r["area"] == quartier and r["variable"] == "sgb2")["value"] is not None
    for (variable, _, _), (lower, upper) in attack([before, after], definitions).items():
        assert upper - lower >= NEEDED[variable] <= upper
