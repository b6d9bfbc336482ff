"""What the public role gets over HTTP, and what an outsider makes of all of it together."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gateway.atlas.classification import run, run_dynamic
from gateway.atlas.publication import result_json
from gateway.atlas.registers import Registers
from tests.unit.atlas.attacker import attack
from tests.unit.atlas.client import Client
from tests.unit.atlas.support import CHECKER, RELEASER, SENDER, changed_csv, deliver, released

BASE = "/v1/registers/sozialdatenatlas/2023-12-31"


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
    earlier = client.get(f"{BASE.replace('2023', '2022')}/compare?with=2023-12-31").json()
    assert earlier["warnings"] == found["warnings"]
    assert client.get(f"{BASE}/compare?with=2023-12-31").json()["warnings"] == []
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


NEEDED = {"population": 3, "migrants": 3, "sgb2": 10}


def test_integer_programming_over_all_routes_narrows_nothing(client: Client, registers: Registers, demo, definitions):
    released(registers, demo, 2023)
    found = attack([client.get(f"{BASE}/values").json()["data"]], definitions.areas["wuppertal"])
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
    for (variable, _, _), (lower, upper) in attack([before, after], definitions.areas["wuppertal"]).items():
        assert upper - lower >= NEEDED[variable] <= upper
