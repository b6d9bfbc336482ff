"""Registers beside sensors: released editions and figures of a real aggregation, joined over HTTP."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from prometheus_client import CollectorRegistry
from scipy.stats import spearmanr

from gateway.aggregation.plan import FACTS, INSTALLATIONS
from gateway.aggregator.engine import Engine
from gateway.aggregator.marking import marking
from gateway.aggregator.places import Places, Site
from gateway.aggregator.query import Figures
from gateway.aggregator.reading import NumberedReading
from gateway.aggregator.results import Results
from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.routes.joint import joint_router
from gateway.areas.tilemap import demo_areas
from gateway.atlas.definitions import load_definitions
from gateway.atlas.demo.generator import samples
from gateway.atlas.opening import open_engine
from gateway.atlas.registers import Registers
from gateway.model import Observation
from gateway.store.duckdb import DuckStore
from tests.unit.atlas.support import CHECKER, RELEASER, deliver, released

HOUR = 3_600_000_000_000
START = 1_703_980_800 * 10**9  # 2023-12-31T00:00:00Z
NOW = START + 10 * 24 * HOUR
PERIOD = "from=2023-12-31&to=2024-01-01&period=day&day_basis=utc"
SGB2 = "sozialdatenatlas:sgb2_rate@2023-12-31"
AREAS = [area for area in demo_areas() if area.level == "quartier"]
EQUIPPED = AREAS[:60]


class Facts:
    """A site in each of 60 Quartiere; Nordstadt has three. Quartier 02 is at a private host."""

    def revision(self) -> int:
        return 1

    def places(self) -> Places:
        sites, rows = [], []
        for area in EQUIPPED:
            centre = area.geometry.centroid
            for copy in range(3 if area.number == "01" else 1):
                name = f"{area.number}-{copy}"
                sites.append(Site(id=name, longitude=centre.x, latitude=centre.y, private=area.number == "02"))
                rows.append((name, None, name, False, 0, None))
        return Places(
            revision=1, sites=sites, installations=pl.DataFrame(rows, schema=INSTALLATIONS, orient="row"),
            facts=pl.DataFrame([], schema=FACTS), areas=demo_areas(),
        )  # fmt: skip


def readings() -> Iterator[Observation]:
    for place in Facts().places().sites:
        number = int(place.id[:2])
        for quarter in range(96):
            time = START + quarter * HOUR // 4
            if place.id.startswith("05") and quarter > 8:  # too little of the day
                continue
            for quantity, value in (
                ("air_temperature", 5 + number / 50),
                ("sound_level_a_eq", 50 + number % 13),
                ("pm2_5", 8 + (number * 7) % 11),
                ("parking_occupied", float(number % 9)),
                ("parking_capacity", 10.0),
                ("occupancy", (number % 9) / 10),
            ):
                yield Observation(place.id, "", quantity, time, value, 1, 1)  # type: ignore[arg-type] # a plain flag


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registers]:
    definitions = load_definitions()
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('atlas') / 'a.sqlite'}")
    found = Registers(engine, definitions)
    found.create_tables()
    demo = {(s.dataset, s.stichtag.year): s for s in samples(definitions.areas["wuppertal"])}
    for year in (2022, 2023):
        released(found, demo, year)
    deliver(found, demo["bewohnerparken", 2023])
    identity = found.find("bewohnerparken", date(2023, 12, 31))["id"]
    found.check(identity, CHECKER)
    found.release(identity, RELEASER)
    yield found
    engine.dispose()


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    folder: Path = tmp_path_factory.mktemp("figures")
    store = marking(DuckStore(folder / "o.duckdb"), folder)
    results = Results(folder / "aggregates.duckdb")
    reading = NumberedReading(store.inner)  # type: ignore[arg-type] # DuckStore numbers its series
    engine = Engine(results, reading, Facts(), store.dirty, clock=lambda: NOW)
    store.write(list(readings()), 1)
    engine.work()
    yield Figures(engine, reading, lateness=24 * HOUR, clock=lambda: NOW)
    results.close()
    store.close()


class Client:
    def __init__(self, registers: Registers, figures: Figures | None) -> None:
        routers = [joint_router(registers, figures, Blocking(), lambda: NOW)]
        self.app = create_app(checks={}, registry=CollectorRegistry(), routers=routers)

    def get(self, path: str) -> httpx.Response:
        async def main() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                return await client.get(path)

        return asyncio.run(main())

    def rows(self, path: str) -> list[dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture(scope="module")
def client(registers: Registers, figures: Figures) -> Client:
    return Client(registers, figures)


def test_one_row_for_each_quartier_with_what_each_value_is_worth(client: Client):
    body = client.get(f"/v1/joint?register={SGB2}&quantity=air_temperature&{PERIOD}").json()
    rows = {row["area"]: row for row in body["data"]}
    assert len(rows) == 69
    sensor = "air_temperature.value@2023-12-31"
    register = "sozialdatenatlas:all.sgb2_rate@2023-12-31"
    nordstadt = rows["01"]
    assert (nordstadt["area_id"], nordstadt["area_name"]) == ("quartier:01", "Nordstadt")
    assert nordstadt[sensor] == pytest.approx(5.02)
    assert (nordstadt[f"{sensor}.n_sites"], nordstadt[f"{sensor}.coverage"]) == (3, 1.0)
    assert nordstadt[f"{register}.edition"] == 2
    assert nordstadt[f"{register}.method"] == "sozialdatenatlas-standardised 1"
    assert nordstadt[f"{sensor}.method"].startswith("aggregation ")
    assert round(nordstadt[register], 1) == nordstadt[register]
    assert (rows["02"][sensor], rows["02"][f"{sensor}.status"]) == (None, "confidential")
    assert (rows["02"][f"{sensor}.conf_status"], rows["02"][f"{sensor}.obs_status"]) == ("C", "M")
    assert (rows["05"][sensor], rows["05"][f"{sensor}.status"]) == (None, "insufficient_coverage")
    assert rows[AREAS[-1].number][f"{sensor}.status"] == "no_data"
    hidden = [area for area, row in rows.items() if row[f"{register}.status"] == "confidential"]
    assert hidden
    assert all(rows[a][register] is None and rows[a][f"{register}.rank"] is None for a in hidden)
    about = {column["id"]: column for column in body["meta"]["columns"]}
    assert about[register]["stichtag"] == "2023-12-31"
    assert about[sensor]["period_start"] == "2023-12-31T00:00:00Z"
    shown = [row[register] for row in rows.values() if row[register] is not None]
    assert (about[register]["legend"][0], about[register]["legend"][-1]) == (min(shown), max(shown))


def test_the_warnings_of_joins_are_data_german_first(client: Client):
    register = f"{SGB2},sozialdatenatlas:sgb2_rate@2022-12-31"
    found = client.get(f"/v1/joint?register={register}&quantity=air_temperature&{PERIOD}").json()["meta"]["warnings"]
    ids = [warning["id"] for warning in found]
    assert ids[:3] == ["ecological_fallacy", "maup", "not_causal"]
    assert {"different_times", "different_register_dates", "few_sites", "low_cost_sensors", "series_break_2023"} <= set(
        ids
    )
    assert all(warning["de"] and warning["en"] and warning["columns"] for warning in found)
    few = next(warning for warning in found if warning["id"] == "few_sites")
    assert "quartier:01" not in few["areas"]
    assert "quartier:00" in few["areas"]
    times = [warning["de"] for warning in found if warning["id"] == "different_times"]
    assert any("liegt im Messzeitraum" in words for words in times)
    assert any("liegt außerhalb des Messzeitraums" in words for words in times)
    broken = next(warning for warning in found if warning["id"] == "series_break_2023")
    assert "nebeneinander" in broken["de"]
    density = client.get("/v1/joint?register=sozialdatenatlas:density@2023-12-31").json()["meta"]["warnings"]
    assert not [warning for warning in density if warning["id"].startswith("series_break")]


def test_a_date_that_is_not_released_is_an_error_that_names_those_that_are(client: Client):
    answer = client.get("/v1/joint?register=sozialdatenatlas:sgb2_rate@2023-06-30")
    assert answer.status_code == 422
    assert "2022-12-31, 2023-12-31" in answer.json()["detail"]
    assert "interpoliert" in answer.json()["detail"]
    for wrong, words in (
        ("sozialdatenatlas:sgb2_rate", "Stichtag"),
        ("sozialatlas:sgb2_rate@2023-12-31", "ba-sgb2"),
        ("sozialdatenatlas:armut@2023-12-31", "migration_rate"),
        ("sozialdatenatlas:erwachsene.index@2023-12-31", "u18"),
        ("ba-sgb2:kinder@2023-12-31", "sgb2.u18"),
    ):
        answer = client.get(f"/v1/joint?register={wrong}")
        assert answer.status_code == 422
        assert words in answer.text, wrong


def test_sensors_need_an_explicit_period(client: Client, registers: Registers):
    answer = client.get("/v1/joint?quantity=air_temperature")
    assert {fault["where"] for fault in answer.json()["errors"]} == {"query.from", "query.to", "query.period"}
    assert client.get("/v1/joint").status_code == 422
    none = client.get("/v1/joint?quantity=air_temperature&from=2023-12-31T05:00&to=2023-12-31T06:00&period=year")
    assert "kein Fenster" in none.json()["detail"]
    many = client.get("/v1/joint?quantity=air_temperature&from=2023-12-01&to=2024-03-01&period=day")
    assert "columns at most" in many.json()["detail_en"]
    assert Client(registers, None).get(f"/v1/joint?quantity=air_temperature&{PERIOD}").status_code == 503


def test_long_and_wide_say_the_same_in_both_dialects(client: Client):
    asked = f"/v1/joint?register={SGB2},ba-sgb2:sgb2.u18@2023-12-31&quantity=air_temperature&stat=value,max&{PERIOD}"
    long = client.rows(f"{asked}&shape=long")
    wide = {row["area"]: row for row in client.rows(asked)}
    assert len(long) == 69 * 4
    for row in long:
        assert wide[row["area"]][row["column"]] == row["value"]
        assert wide[row["area"]][f"{row['column']}.status"] == row["status"]
        assert (row["stichtag"] is None) == (row["kind"] == "sensor")
    german = client.get(f"{asked}&shape=long&format=csv")
    assert german.content.startswith(b"\xef\xbb\xbf")
    assert "series_break_2023" in german.headers["x-warnings"]
    read = list(csv.DictReader(io.StringIO(german.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["value"] for row in read] == [
        "" if row["value"] is None else repr(row["value"]).removesuffix(".0").replace(".", ",") for row in long
    ]
    assert read[0]["area"] == "00"
    rfc = csv.DictReader(io.StringIO(client.get(f"{asked}&format=csv&dialect=rfc").text))
    for row in rfc:
        for column in {each["column"] for each in long}:
            value = wide[row["area"]][column]
            assert row[column] == ("" if value is None else repr(value).removesuffix(".0"))


def test_districts_and_the_city_join_on_their_numbers(client: Client):
    for level, count in (("stadtbezirk", 10), ("stadt", 1)):
        asked = f"/v1/joint?register={SGB2},ba-sgb2:sgb2@2023-12-31&quantity=air_temperature&{PERIOD}&level={level}"
        rows = client.rows(asked)
        assert len(rows) == count
        assert all(row["ba-sgb2:sgb2@2023-12-31"] for row in rows)
        assert all(row["sozialdatenatlas:all.sgb2_rate@2023-12-31"] for row in rows)
        assert rows[0]["air_temperature.value@2023-12-31"] is not None
    assert client.get(f"/v1/joint?register={SGB2}&level=block").status_code == 422


def test_correlation_of_a_register_with_a_sensor_uses_publishable_cells_only(client: Client):
    row = client.rows(f"/v1/correlation?x={SGB2}&y=air_temperature&{PERIOD}")[0]
    joint = client.rows(f"/v1/joint?register={SGB2}&quantity=air_temperature&{PERIOD}")
    pairs = [(r[row["x"]], r[row["y"]]) for r in joint if r[row["x"]] is not None and r[row["y"]] is not None]
    assert (row["n"], row["left_out"]) == (len(pairs), 69 - len(pairs))
    assert row["spearman"] == pytest.approx(spearmanr(*zip(*pairs, strict=True)).statistic)
    assert row["spearman_low"] <= row["spearman"] <= row["spearman_high"]
    assert row["resamples"] >= 1000
    few = client.get(f"/v1/correlation?x={SGB2}&y=air_temperature&{PERIOD}&level=stadtbezirk")
    assert few.status_code in {200, 422}
    assert "10" in client.get(f"/v1/correlation?x={SGB2}&y=air_temperature&{PERIOD}&level=stadt").json()["detail"]
    assert client.get(f"/v1/correlation?x={SGB2}&y=temperature&{PERIOD}").status_code == 422
    assert client.get("/v1/correlation?x=sozialdatenatlas:class@2023-12-31&y=" + SGB2).status_code == 422
    two = PERIOD.replace("2024-01-01", "2024-01-02")
    assert "genau ein Fenster" in client.get(f"/v1/correlation?x={SGB2}&y=air_temperature&{two}").json()["detail"]
    one = client.rows(f"/v1/correlation?x={SGB2}&y=air_temperature@2023-12-31&{two}")[0]
    assert one["spearman"] == row["spearman"]


def test_permits_beside_occupied_parking_spaces(client: Client):
    """The second dataset: registers of the traffic office beside the sensors on its parking spaces."""
    permits = "bewohnerparken:permits_per_space@2023-12-31"
    joint = client.rows(f"/v1/joint?register={permits}&quantity=occupancy&{PERIOD}")
    sensor, register = "occupancy.value@2023-12-31", "bewohnerparken:all.permits_per_space@2023-12-31"
    both = [row for row in joint if row[sensor] is not None and row[register] is not None]
    assert len(both) >= 10
    row = client.rows(f"/v1/correlation?x={permits}&y=occupancy&{PERIOD}")[0]
    assert row["n"] == len(both)


def test_the_burden_index_names_where_both_coincide(client: Client):
    body = client.get(f"/v1/burden?method=mehrfachbelastung&stichtag=2023-12-31&{PERIOD}").json()
    rows = {row["area"]: row for row in body["data"]}
    counted = {area: row for area, row in rows.items() if row["status"] == "ok"}
    assert len(counted) == body["meta"]["n"] > 40
    assert {row["class"] for row in counted.values()} == {"1", "2", "3", "4"}
    high = body["meta"]["high_above"]
    for row in counted.values():
        assert row["sum"] == pytest.approx(row["environment"] + row["social"])
        both = (row["environment"] > high["environment"], row["social"] > high["social"])
        assert row["coincidence"] == {
            (True, True): "double", (True, False): "environment", (False, True): "social", (False, False): "none",
        }[both]  # fmt: skip
    assert (rows["05"]["status"], rows["05"]["sum"]) == ("excluded", None)
    assert rows["05"]["excluded"].startswith("missing: air_temperature")
    assert rows["02"]["status"] == "confidential"
    assert body["meta"]["method"]["version"] == "1"
    assert any(warning["id"] == "ecological_fallacy" for warning in body["meta"]["warnings"])
    german = client.get(f"/v1/burden?method=mehrfachbelastung&stichtag=2023-12-31&{PERIOD}&format=csv")
    assert german.content.decode("utf-8-sig").count("\r\n") == 70
    unknown = client.get(f"/v1/burden?method=nichts&stichtag=2023-12-31&{PERIOD}")
    assert "waerme-und-armut" in unknown.json()["detail_en"]


def test_the_burden_index_follows_from_the_cells_that_are_shown(client: Client):
    """Its z values, sums and classes are those that anybody computes from /v1/joint, so they give nothing away."""
    names = ["air_temperature.value@2023-12-31", "sound_level_a_eq.value@2023-12-31", "pm2_5.value@2023-12-31",
             "sozialdatenatlas:all.sgb2_rate@2023-12-31"]  # fmt: skip
    quantities = ",".join(name.partition(".")[0] for name in names[:3])
    joint = client.rows(f"/v1/joint?register={names[3]}&quantity={quantities}&{PERIOD}")
    frame = pl.DataFrame([{"area": row["area"], **{n: row[n] for n in names}} for row in joint]).drop_nulls()
    z = frame.select("area", *((pl.col(n) - pl.col(n).mean()) / pl.col(n).std(ddof=0) for n in names))
    expected = {row["area"]: row for row in z.iter_rows(named=True)}
    burden = client.rows(f"/v1/burden?method=mehrfachbelastung&stichtag=2023-12-31&{PERIOD}")
    assert {row["area"] for row in burden if row["status"] == "ok"} == expected.keys()
    for row in burden:
        if row["area"] in expected:
            own = expected[row["area"]]
            assert [row[f"z_{n}"] for n in names] == pytest.approx([own[n] for n in names])
            assert row["environment"] == pytest.approx(sum(own[n] for n in names[:3]) / 3)
        else:
            assert {row[key] for key in ("sum", "environment", "social", "class")} == {None}


def test_each_query_is_logged_with_its_suppressed_cells(client: Client, registers: Registers):
    client.get(f"/v1/joint?register={SGB2}&quantity=air_temperature&{PERIOD}")
    entry = registers.log()[-1]
    assert (entry["person"], entry["action"]) == ("public", "query")
    assert entry["subject"].startswith("/v1/joint?register=")
    hidden = [
        row for row in client.rows(f"/v1/joint?register={SGB2}&quantity=air_temperature&{PERIOD}&shape=long")
        if row["conf_status"] == "C"
    ]  # fmt: skip
    assert entry["detail"]["suppressed"] == len(hidden) > 1
