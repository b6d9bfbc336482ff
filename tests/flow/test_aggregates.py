"""Figures of areas from the running service: live, late, replayed; over HTTP and on the command line."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gateway.areas.tilemap import demo_areas
from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP

HOUR = 3600
NOW = int(time.time())
BEGIN = NOW - NOW % HOUR - 30 * HOUR

CONFIG = """
fleet = "{folder}/fleet.toml"
[aggregation]
enabled = true
places = "{folder}/places.toml"
schematic = true
[pipeline]
linger = 0
"""


def places(folder: Path, devices: dict[str, str]) -> None:
    tiles = {area.name: area for area in demo_areas() if area.level == "quartier"}
    text = ""
    for device, quartier in devices.items():
        centre = tiles[quartier].geometry.centroid
        text += f'[sites."{device}"]\nlongitude = {centre.x}\nlatitude = {centre.y}\n'
    for device in devices:
        text += f'[[installations]]\ndevice = "{device}"\nsite = "{device}"\n'
    (folder / "places.toml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    (folder / "fleet.toml").write_text("", encoding="utf-8")
    places(folder, {"n1": "Nordstadt", "n2": "Nordstadt", "s1": "Südstadt"})
    with GatewayProcess(folder, CONFIG.format(folder=folder) + HTTP) as running:
        yield running
        running.stop()


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ask(gateway: GatewayProcess, **parameters: object) -> list[dict[str, object]]:
    given = {"quantity": "air_temperature", "level": "quartier", "period": "hour", "from": iso(BEGIN),
             "to": iso(NOW + 2 * HOUR), "limit": 10_000} | parameters  # fmt: skip
    status, body = gateway.get(f"/v1/aggregates?{urlencode(given)}")
    assert status == 200, body
    return body["data"]


def values(rows: list[dict[str, object]]) -> dict[tuple[object, object], object]:
    return {(row["area_name"], row["period_start"]): row["value"] for row in rows}


def test_an_observation_shows_within_five_seconds(gateway):
    for hour in range(3):
        gateway.take(*[
            {"device": device, "time": BEGIN + hour * HOUR + m * 60, "air_temperature": t}
            for device, t in (("n1", 10.0), ("n2", 20.0), ("s1", 5.0)) for m in range(0, 60, 10)
        ])  # fmt: skip
    wait_for(lambda: values(ask(gateway)).get(("Südstadt", iso(BEGIN + 2 * HOUR))) is not None, 20, "the past")
    assert values(ask(gateway))["Nordstadt", iso(BEGIN)] == 15.0
    now = int(time.time())
    gateway.take({"device": "s1", "time": now, "air_temperature": 7.5})
    sent = time.monotonic()

    def shown() -> bool:
        rows = ask(gateway, include_invalid="true")
        return values(rows).get(("Südstadt", iso(now - now % HOUR))) == 7.5

    wait_for(shown, 5, "the value of now")
    assert time.monotonic() - sent <= 5


def test_a_late_observation_changes_exactly_the_windows_that_contain_it(gateway):
    before = {(r["area_name"], r["period_start"]): r for r in ask(gateway)}
    whole = {"period": "day", "include_invalid": "true", "from": iso(BEGIN - 48 * HOUR)}
    days = {(r["area_name"], r["period_start"]): r for r in ask(gateway, **whole)}
    at = BEGIN + HOUR + 5 * 60
    gateway.take({"device": "n1", "time": at, "air_temperature": 40.0})
    key = ("Nordstadt", iso(BEGIN + HOUR))
    wait_for(lambda: values(ask(gateway))[key] != before[key]["value"], 10, "the late value")
    after = {(r["area_name"], r["period_start"]): r for r in ask(gateway)}
    assert {k for k in before if before[k] != {**after[k], "finality": before[k]["finality"]}} == {key}
    assert after[key]["revision"] > before[key]["revision"]
    changed = {k for k, r in days.items()
               if r["value"] != values(ask(gateway, **whole))[k]}  # fmt: skip
    assert {name for name, _ in changed} == {"Nordstadt"}
    assert len(changed) == 1
    earlier = ask(gateway, as_of=before[key]["computed_at"])
    assert values(earlier)[key] == before[key]["value"]


def test_a_replay_with_other_facts_about_decoding_leaves_figures_that_do_not_change(gateway):
    before = ask(gateway)
    gateway.run("replay", "--from", iso(NOW - 3600))
    wait_for(lambda: "aggregation" in json.dumps(gateway.get("/readyz")[1]), 5, "readyz")
    after = ask(gateway)
    assert values(after) == values(before)
    assert [row["revision"] for row in after] == [row["revision"] for row in before]


def test_changed_facts_move_a_site_and_its_figures(gateway):
    places(gateway.folder, {"n1": "Nordstadt", "n2": "Ostersbaum", "s1": "Südstadt"})
    wait_for(lambda: values(ask(gateway)).get(("Ostersbaum", iso(BEGIN))) == 20.0, 15, "Ostersbaum")
    assert values(ask(gateway))["Nordstadt", iso(BEGIN)] == 10.0
    sites = {row["site_id"]: row for row in gateway.get("/v1/sites")[1]["data"]}
    assert "quartier:02" in sites["n2"]["areas"]


def test_the_command_line_answers_the_same(gateway):
    arguments = ["quantity=air_temperature", "level=quartier", "period=hour", f"from={iso(BEGIN)}", f"to={iso(NOW)}"]
    said = json.loads(gateway.run("query", "aggregates", *arguments).stdout)
    assert said["data"] == ask(gateway, to=iso(NOW))
    csv = gateway.run("query", "aggregates", *arguments, "format=csv").stdout
    assert csv.count("\n") == len(said["data"]) + 1
    wrong = gateway.run("query", "aggregates", "quantity=temprature", "level=quartier", check=False)
    assert wrong.returncode == 1
    assert "temprature" in wrong.stderr


def test_the_command_line_judges_indicators(gateway):
    arguments = ["level=quartier", f"from={iso(BEGIN - 24 * HOUR)}", f"to={iso(NOW)}"]
    listed = json.loads(gateway.run("query", "indicators").stdout)["data"]
    assert {"hot_day", "no2_year_2030", "lqi_uba_2025"} <= {row["indicator"] for row in listed}
    said = json.loads(gateway.run("query", "indicators", "indicator=hot_day", "capture=dwd", *arguments).stdout)
    found = {row["area_name"]: row for row in said["data"]}
    # The late value of 40 degrees proves a hot day; what is missing leaves the others unknown.
    assert (found["Nordstadt"]["answer"], found["Nordstadt"]["value"]) == ("yes", 40.0)
    assert found["Südstadt"]["answer"] == "unknown"
    assert {row["capture"] for row in said["data"]} == {"dwd"}


def test_figures_are_the_same_after_a_restart(gateway):
    before = ask(gateway)
    gateway.kill()
    gateway.start()
    wait_for(lambda: gateway.get("/v1/aggregates?quantity=air_temperature&level=quartier")[0] == 200, 10, "again")
    assert ask(gateway) == [{**row, "finality": now["finality"]} for row, now in zip(before, ask(gateway), strict=True)]


def test_what_is_written_out_follows(gateway):
    import duckdb

    def written() -> list[tuple[object, ...]]:
        gateway.stop()
        with duckdb.connect(str(gateway.data / "aggregates.duckdb"), read_only=True) as db:
            rows = db.execute("select period, area, value from area_values where quantity = 'air_temperature' "
                              "and area = 'quartier:02' and status = 'ok' order by 1, 2").fetchall()  # fmt: skip
        gateway.start()
        return rows

    wait_for(lambda: any(row[0] == "hour" and row[2] == 20.0 for row in written()), 30, "area_values")
