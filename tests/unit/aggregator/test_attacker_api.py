"""The attacker at the HTTP interface: every period, day basis, flag, rule, statistic and format of a random city."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import tempfile
from pathlib import Path

import httpx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, Facts, town

from gateway.aggregation.rules import capture_names
from gateway.aggregator.places import Site
from gateway.aggregator.query import Figures
from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.routes.aggregates import aggregates_router

BEGIN = START - 2 * HOUR  # midnight in Berlin
DAYS = 2
HOURS = DAYS * 24
QUARTIERE = 3
VARIANTS = [
    {"period": "hour"},
    {"period": "hour", "format": "csv", "dialect": "rfc"},
    {"period": "hour", "format": "geojson"},
    {"period": "hour", "qc": "1"},
    {"period": "hour", "include_invalid": "true"},
    {"period": "hour", "min_coverage": "0.5"},
    {"period": "day"},
    {"period": "day", "day_basis": "utc"},
    {"period": "day", "day_basis": "mez"},
    {"period": "day", "qc": "1,2,3"},
    {"period": "hour_of_day"},
    {"period": "hour_of_week", "include_invalid": "true"},
    {"period": "month", "include_invalid": "true"},
    *({"period": "day", "capture": name} for name in capture_names() if name != "default"),
]


def told(values: np.ndarray, sites: list[Site]) -> list[dict[str, str]]:
    """Every row with a value that the interface gives away; values by site and hour."""
    facts = Facts()
    facts.sites = sites
    facts.installations = [(f"d{n}", site.id) for n, site in enumerate(sites)]
    facts.facts = [{"device": f"d{n}", "expected": HOUR} for n in range(len(sites))]
    rows: list[dict[str, str]] = []

    async def ask(client: httpx.AsyncClient) -> None:
        for more in VARIANTS:
            given = {"quantity": "people_count", "stat": "value,mean,median,min,max,sd,lowest,highest", "limit": "10000",
                     "from": "2026-06-01", "to": "2026-06-03"} | more  # fmt: skip
            for level in ("quartier", "stadtbezirk"):
                answer = await client.get("/v1/aggregates", params=given | {"level": level})
                assert answer.status_code == 200, answer.text
                if more.get("format") == "csv":
                    found = list(csv.DictReader(io.StringIO(answer.text)))
                elif more.get("format") == "geojson":
                    found = [each["properties"] for each in answer.json()["features"]]
                else:
                    found = answer.json()["data"]
                rows.extend({**row, **more} for row in found if row["value"] not in {None, ""})

    with tempfile.TemporaryDirectory() as folder:
        made = town(Path(folder), facts)
        made.write(*[
            (f"d{n}", "people_count", BEGIN + (hour + 1) * HOUR, float(value))
            for n, mine in enumerate(values) for hour, value in enumerate(mine)
        ])  # fmt: skip
        made.engine.work()
        figures = Figures(made.engine, made.engine._reading, lateness=0, clock=lambda: made.now)
        router = aggregates_router(figures, Blocking(), lambda: made.now)
        app = create_app(checks={}, registry=CollectorRegistry(), routers=[router])

        async def run() -> None:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
                await ask(client)

        asyncio.run(run())
        made.store.close()
        made.results.close()
    return rows


@settings(max_examples=2)
@given(st.data())
def test_nothing_that_the_interface_tells_gives_few_people_away(data):
    counts = [data.draw(st.integers(1, 2)) for _ in range(QUARTIERE)]
    place = [quartier for quartier, count in enumerate(counts) for _ in range(count)]
    sites = [Site(id=f"s{n}", longitude=7.2 + at + 0.1 * n, latitude=51.5) for n, at in enumerate(place)]
    night = st.sampled_from([0, 0, 0, 1, 2, 4])
    hour = [night if at % 24 < 6 or at % 24 >= 22 else st.integers(0, 12) for at in range(HOURS)]
    values = np.array([[data.draw(each) for each in hour] for _ in sites], dtype=float)
    rows = told(values, sites)
    members = {f"quartier:0{quartier}": np.array(place) == quartier for quartier in range(QUARTIERE)}
    members["stadtbezirk:0"] = np.ones(len(sites), dtype=bool)
    equations, sums = [], []
    for row in rows:
        inside = members[row["area_id"]]
        at = (np.datetime64(row["period_start"][:19]).astype("datetime64[s]").astype(int) * 10**9 - BEGIN) // HOUR
        dark = at % 24 < 6 or at % 24 >= 22
        if row["stat"] not in {"value", "mean"}:
            # Extremes and deviations are those of single sites or readings.
            assert row["period"] != "hour" or not dark, row
            continue
        value = float(row["value"]) * (int(row["n_sites_valid"]) if row["stat"] == "mean" else 1)
        about = np.zeros(values.shape)
        if row["period"] == "hour":
            about[inside, at] = 1
        elif row["period"] == "day":
            about[inside, at : at + 24] = 1
        else:
            assert row["period"] in {"hour_of_day", "hour_of_week", "month"}
            if row["period"] != "month":
                assert 6 <= int(row["key"]) % 24 < 22, row  # the night has no profile
            continue
        equations.append(about.reshape(-1))
        sums.append(value)
        assert abs((about * values).sum() - value) < 1e-6, row  # what is told is true
    known, first = np.unique(np.array(equations), axis=0, return_index=True)
    right = np.array(sums)[first]
    assert len(known) > HOURS  # much is told all the same
    for name, inside in members.items():
        few = values[inside].sum(axis=0)
        for at in range(HOURS):
            if not (at % 24 < 6 or at % 24 >= 22) or not 0 < few[at] < 3:
                continue
            about = np.zeros(values.shape)
            about[inside, at] = 1
            ends = []
            for sign in (1.0, -1.0):
                found = linprog(sign * about.reshape(-1), A_eq=known, b_eq=right, bounds=(0, None), method="highs")
                ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
            assert ends[1] - ends[0] >= 0.99, (name, at)
