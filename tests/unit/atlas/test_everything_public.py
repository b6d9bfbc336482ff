"""An outsider who fetched everything that any route ever gave, over random registers and two revisions.

Whatever is not a count (z values, sums, indices, classes, statistics, explanations, ranks, legends, correlations,
moves) is shown to follow from the counts shown, so it adds nothing; the counts and printed ratios of both revisions
then go into one integer program.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from gateway.atlas.classification import run
from gateway.atlas.definitions import Definitions
from gateway.atlas.errors import AtlasError
from gateway.atlas.explain import explain
from gateway.atlas.opening import open_registers
from gateway.atlas.publication import result_json
from gateway.atlas.registers import Registers
from tests.unit.atlas.attacker import Name, Printed, attack
from tests.unit.atlas.client import Client
from tests.unit.atlas.support import CHECKER, RELEASER, SENDER

DAY = date(2023, 12, 31)
BASE = "/v1/registers/sozialdatenatlas/2023-12-31"
DISTRICTS = {"0": ["00", "01", "02", "03"], "1": ["10", "11", "12", "13"], "2": ["20", "21", "22", "23", "24"]}
QUARTIERE = [code for codes in DISTRICTS.values() for code in codes]
AREAS = """
id = "wuppertal"
version = "test"
city = { code = "wuppertal", name = "Wuppertal" }
unassigned = { code = "keine-angabe", name = "keine Angabe" }
""" + "".join(
    f'[[district]]\ncode = "bezirk-{d}"\nname = "Bezirk {d}"\n'
    f"quartiere = [{', '.join(f'[{c!r}, {c!r}]' for c in codes)}]\n"
    for d, codes in DISTRICTS.items()
)
COUNTS = ("EW", "EW U18", "Migration", "Migration U18", "SGB II", "SGB II U18")
NEEDED = {"population": 3, "migrants": 3, "sgb2": 10}
COLUMNS: dict[str, tuple[str, str]] = {
    "EW": ("population", "all"), "EW U18": ("population", "u18"), "Migration": ("migrants", "all"),
    "Migration U18": ("migrants", "u18"), "SGB II": ("sgb2", "all"), "SGB II U18": ("sgb2", "u18"),
}  # fmt: skip
Counts = dict[str, dict[str, int]]


@st.composite
def quartiere(draw: st.DrawFn) -> Counts:
    """True counts of every Quartier and of the cases without one: some tiny, some empty, most of usual size."""
    found: Counts = {}
    for area in (*QUARTIERE, "keine Angabe"):
        population = draw(st.one_of(st.integers(800, 6000), st.integers(800, 6000), st.integers(0, 400)))
        young = draw(st.integers(0, population // 4))
        migrants = draw(st.one_of(st.integers(0, population // 2), st.integers(0, min(9, population))))
        benefits = draw(st.one_of(st.integers(0, population // 3), st.integers(0, min(30, population))))
        found[area] = {
            "EW": population, "EW U18": young, "Migration": migrants,
            "Migration U18": draw(st.integers(0, min(young, migrants))), "SGB II": benefits,
            "SGB II U18": draw(st.integers(0, min(young, benefits))),
        }  # fmt: skip
    return found


def with_totals(counts: Counts) -> Counts:
    found = dict(counts)
    for district, codes in DISTRICTS.items():
        found[f"bezirk-{district}"] = {c: sum(counts[code][c] for code in codes) for c in COUNTS}
    found["Wuppertal"] = {c: sum(row[c] for row in counts.values()) for c in COUNTS}
    return found


def true_counts(counts: Counts) -> dict[Name, int]:
    """By the names under which they are published."""
    codes = {"keine Angabe": "keine-angabe", "Wuppertal": "wuppertal"}
    return {
        (*COLUMNS[column], codes.get(area, area)): value
        for area, row in with_totals(counts).items()
        for column, value in row.items()
    }


def delivery(counts: Counts, columns: tuple[str, ...], least: int, more: dict[str, list[str]] | None = None) -> bytes:
    """A file of the sender: * below its minimum cell."""
    lines = [";".join(["Quartier", *columns, *(more or {})])]
    for area, row in counts.items():
        shown = ["*" if 0 < row[c] < least else str(row[c]) for c in columns]
        lines.append(";".join([area, *shown, *(["x" if len(area) > 2 else "25,5"] if more else [])]))
    return "\n".join(lines).encode()


def publish(registers: Registers, counts: Counts, *, replace: str = "") -> None:
    """Deliver, check and release; raises AtlasError where that is refused."""
    totals = with_totals(counts)
    people = delivery(totals, COUNTS[:4], 3, {"Fläche ha": []})
    benefits = delivery(totals, COUNTS[4:], 10)
    for content, dataset in ((people, "melderegister"), (benefits, "ba-sgb2")):
        if replace and registers.deliveries(dataset)[-1].sha256 == _sha(content):
            continue
        registers.import_delivery(content, f"{dataset}.csv", dataset, DAY, SENDER, replace=replace, confirm_jumps=True)
    identity = registers.find("sozialdatenatlas", DAY)["id"]
    registers.check(identity, CHECKER)
    registers.release(identity, RELEASER)


def _sha(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


@contextmanager
def atlas() -> Iterator[Registers]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "areas").mkdir()
        (Path(folder) / "areas" / "wuppertal.toml").write_text(AREAS, encoding="utf-8")
        registers = open_registers(None, Path(folder))
        try:
            yield registers
        finally:
            registers.engine.dispose()


@dataclass
class Fetched:
    """Everything of one revision: counts, ratios, and what was shown to follow from them."""

    values: list[dict[str, Any]]
    ratios: list[tuple[Name, Name, float]]
    classes: dict[str, Any]


def fetch(client: Client, definitions: Definitions) -> Fetched:
    values = client.get(f"{BASE}/values").json()["data"]
    _same_counts_in_every_format(client, values)
    results = {}
    for variant in definitions.products["sozialdatenatlas"].variant:
        results[variant.id] = _classes_follow(client, definitions, variant, values)
    ratios = _joint_follows(client, values)
    return Fetched(values=values, ratios=ratios, classes=results)


def _same_counts_in_every_format(client: Client, values: list[dict[str, Any]]) -> None:
    """CSV in both dialects, long and wide, hold the same numbers and the same gaps."""
    expected = {(r["area"], f"{r['dataset']}.{r['variable']}", r["group"]): r["value"] for r in values}
    text = client.get(f"{BASE}/values?format=csv").content.decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text), delimiter=";"):
        value = expected[row["area"], f"{row['dataset']}.{row['variable']}", row["group"]]
        assert row["value"] == ("" if value is None else str(value).replace(".", ","))
        assert (row["conf_status"] == "C") == (value is None)
    for row in client.get(f"{BASE}/values?shape=wide").json()["data"]:
        for name, value in row.items():
            column, _, group = name.partition("@")
            if (row["area"], column, group or "all") in expected:
                assert value == expected[row["area"], column, group or "all"]


def _table(variant: Any, values: list[dict[str, Any]], areas: Any) -> dict[str, dict[str, Decimal | None]]:
    shown = {(r["dataset"], r["variable"], r["group"], r["area"]): r["value"] for r in values}
    found = {}
    for area in areas.quartiere:
        row = {n: shown.get((s.dataset, s.variable, s.group, area)) for n, s in variant.sources.items()}
        found[area] = {n: None if v is None else Decimal(str(v)) for n, v in row.items()}
    return found


def _classes_follow(
    client: Client, definitions: Definitions, variant: Any, values: list[dict[str, Any]]
) -> dict[str, Any]:
    """Classes, z, sums, indices and explanations are those that anybody computes from the counts shown."""
    rows = {r["area"]: r for r in client.get(f"{BASE}/classes?variant={variant.id}").json()["data"]}
    areas = definitions.areas["wuppertal"]
    table = _table(variant, values, areas)
    withheld = {area: "confidential" for area, row in rows.items() if row["status"] == "confidential"}
    try:
        result = result_json(run(definitions.methods[variant.method], table, withheld))
    except AtlasError:
        assert not rows
        return {"areas": {}}
    guarded = [r.indicator for r in definitions.products["sozialdatenatlas"].ratio if r.variant == variant.id]
    for area, row in rows.items():
        own = result["areas"][area]
        assert row["class"] == (own["class"] or None)
        assert row["index"] == (None if own["index"] is None else float(own["index"]))
        for name, value in own["transformed"].items():
            assert row[f"z_{name}"] == float(value)
        steps = client.get(f"{BASE}/explain?variant={variant.id}&area={area}").json()["steps"]
        told = [asdict(step) for step in explain(result, area)]
        hidden = [step for step in told if step["step"] == "indicator" and step["what"].partition(" ")[0] in guarded]
        for step, mine in zip(steps, told, strict=True):
            assert step == mine or (mine in hidden and step == mine | {"value": "•"})
    return result


def _joint_follows(client: Client, values: list[dict[str, Any]]) -> list[tuple[Name, Name, float]]:
    """Printed ratios are the rounded quotients of shown counts; ranks, legends and correlations follow from cells."""
    ratios: list[tuple[Name, Name, float]] = []
    shown = {(r["variable"], r["group"], r["area"]): r["value"] for r in values}
    for group in ("all", "u18"):
        names = [f"sozialdatenatlas:{group}.{n}@{DAY}" for n in ("sgb2_rate", "migration_rate", "density", "index")]
        for level in ("quartier", "stadtbezirk", "stadt"):
            body = client.get(f"/v1/joint?register={','.join(names)}&level={level}&shape=long").json()
            for row in body["data"]:
                code = {"quartier": row["area"], "stadtbezirk": f"bezirk-{row['area']}", "stadt": "wuppertal"}[level]
                variable = {names[0]: "sgb2", names[1]: "migrants"}.get(row["column"])
                if variable is None or row["value"] is None:
                    continue
                a, b = shown[variable, group, code], shown["population", group, code]
                assert a is not None
                assert b is not None
                assert abs(row["value"] - 100 * a / b) <= 0.05 + 1e-9
                ratios.append(((variable, group, code), ("population", group, code), row["value"]))
            for column in body["meta"]["columns"]:
                cells = [r["value"] for r in body["data"] if r["column"] == column["id"] and r["value"] is not None]
                quantiles = [pl.Series(cells).quantile(n / 5, "linear") for n in range(6)] if cells else []
                assert column["legend"] == pytest.approx(quantiles)
                for row in body["data"]:
                    if row["column"] == column["id"]:
                        rank = None if row["value"] is None else 1 + sum(other > row["value"] for other in cells)
                        assert row["rank"] == rank
        _correlation_follows(client, names)
    return ratios


def _correlation_follows(client: Client, names: list[str]) -> None:
    rows = client.get(f"/v1/joint?register={names[0]},{names[1]}").json()["data"]
    pairs = [(r[names[0]], r[names[1]]) for r in rows if r[names[0]] is not None and r[names[1]] is not None]
    answer = client.get(f"/v1/correlation?x={names[0]}&y={names[1]}")
    assert (answer.status_code == 200) == (len(pairs) >= 10)
    if answer.status_code == 200:
        found = answer.json()["data"][0]
        assert found["n"] == len(pairs)
        if found["spearman"] is not None:
            assert found["spearman"] == pytest.approx(spearmanr(*zip(*pairs, strict=True)).statistic)


def narrows_nothing(counts: Counts, corrected: Callable[[list[str]], str]) -> None:
    """Publish, correct one Quartier by a few persons, publish again; attack with all of both."""
    with atlas() as registers:
        client = Client(registers)
        try:
            publish(registers, counts)
        except AtlasError:  # refused by the audit, or the method cannot be applied to such a register
            return
        fetched, truth = [fetch(client, registers.definitions)], [true_counts(counts)]
        hidden = {(r["variable"], r["group"], r["area"]) for r in fetched[0].values if r["value"] is None}
        areas = [a for a in QUARTIERE if ("sgb2", "all", a) not in hidden and counts[a]["SGB II"] > 20]
        if areas:
            area = corrected(areas)
            more = min(4, counts[area]["EW"] - counts[area]["SGB II"])
            later = counts | {area: counts[area] | {"SGB II": counts[area]["SGB II"] + more}}
            with suppress(AtlasError):
                publish(registers, later, replace="Nachmeldung")
                fetched.append(fetch(client, registers.definitions))
                truth.append(true_counts(later))
        assert client.get(f"{BASE}/compare?with={DAY}").json()["moves"] == {"all": {}, "u18": {}}
        ratios: list[Printed] = [(n, *ratio) for n, each in enumerate(fetched) for ratio in each.ratios]
        found = attack([each.values for each in fetched], registers.definitions.areas["wuppertal"], ratios, truth)
    for (variable, group, area), (lower, upper) in found.items():
        assert upper - lower >= NEEDED[variable] <= upper, (variable, group, area, lower, upper)


@settings(max_examples=3, phases=(Phase.generate,))
@given(quartiere(), st.data())
def test_everything_the_public_ever_got_narrows_no_suppressed_count(counts: Counts, data: st.DataObject):
    narrows_nothing(counts, lambda areas: data.draw(st.sampled_from(areas)))


def test_where_nobody_lives_the_zeros_are_no_secret_and_hinder_no_release():
    """The benefits' zeros are confidential elsewhere, but where 0 inhabitants stand they hide nothing."""
    usual = {"EW": 4000, "EW U18": 700, "Migration": 1100, "Migration U18": 400, "SGB II": 500, "SGB II U18": 150}
    counts: Counts = {area: {k: v + 7 * n for k, v in usual.items()} for n, area in enumerate(QUARTIERE)}
    counts["keine Angabe"] = dict.fromkeys(COUNTS, 0) | {"EW": 500, "SGB II": 40, "SGB II U18": 12, "EW U18": 60}
    counts[QUARTIERE[0]] = dict.fromkeys(COUNTS, 0)
    with atlas() as registers:
        publish(registers, counts)
        rows = Client(registers).get(f"{BASE}/values?variable=sgb2").json()["data"]
    assert {r["value"] for r in rows if r["area"] == QUARTIERE[0]} == {0}
    assert all(r["status"] == "ok" for r in rows)


def test_a_correction_does_not_give_away_a_total_that_was_suppressed_before():
    """Quartiere that stay hidden add up to the corrected total; the first total must not follow from it."""
    rows = [line.split() for line in CORRECTED.strip().splitlines()]
    counts = {row[0].replace("_", " "): dict(zip(COUNTS, map(int, row[1:]), strict=True)) for row in rows}
    narrows_nothing(counts, lambda _: "03")


CORRECTED = """
    00 3015 435 0 0 0 0
    01 254 48 2 2 30 2
    02 142 34 30 21 21 18
    03 243 27 3 1 56 26
    10 3923 881 1 0 177 68
    11 400 70 9 6 78 55
    12 5108 29 212 4 104 5
    13 2657 253 4 4 316 42
    20 315 74 80 55 30 29
    21 5221 401 480 158 8 6
    22 1924 288 442 19 19 4
    23 196 42 90 13 15 15
    24 82 20 3 1 0 0
    keine_Angabe 1583 11 496 10 6 1
"""
