"""The second dataset in the whole service: permits arrive, parking sensors report, both stand side by side."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.areas.tilemap import demo_areas
from gateway.atlas.definitions import load_definitions
from gateway.atlas.demo.generator import samples
from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP
from tests.unit.monitoring.receiver import Receiver

HOUR = 3600
NOW = int(time.time())
BEGIN = NOW - NOW % HOUR - 6 * HOUR
PERMITS = "bewohnerparken:permits_per_space@2023-12-31"
SAMPLES = {(s.dataset, s.stichtag.year): s for s in samples(load_definitions().areas["wuppertal"])}
CONFIG = """
[aggregation]
enabled = true
places = "{folder}/places.toml"
schematic = true
[pipeline]
linger = 0
[atlas]
enabled = true
inbox = "{folder}/inbox"
people = "{folder}/people.toml"
[atlas.notify]
digest = 0
[atlas.notify.webhook]
url.value = "{url}"
"""
PEOPLE = '[people]\n"Prüferin" = ["check"]\nLeitung = ["release"]\n'


def with_spaces() -> list[str]:
    """Quartiere where parking is managed, by the invented register."""
    lines = SAMPLES["bewohnerparken", 2023].content.decode("utf-8-sig").splitlines()[1:]
    rows = [line.split(";") for line in lines]
    return [row[0] for row in rows if row[3] != "-" and int(row[3]) >= 100 and row[2] != "-"][:16]


def places(codes: list[str]) -> str:
    tiles = {area.number: area.geometry.centroid for area in demo_areas() if area.level == "quartier"}
    sites = [f'[sites."p{c}"]\nlongitude = {tiles[c].x}\nlatitude = {tiles[c].y}\n' for c in codes]
    return "".join([*sites, *(f'[[installations]]\ndevice = "p{c}"\nsite = "p{c}"\n' for c in codes)])


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[tuple[GatewayProcess, Receiver]]:
    folder = tmp_path / "gateway"
    folder.mkdir()
    (folder / "places.toml").write_text(places(with_spaces()), encoding="utf-8")
    (folder / "people.toml").write_text(PEOPLE, encoding="utf-8")
    with Receiver() as receiver:
        config = CONFIG.format(folder=folder, url=receiver.url)
        with GatewayProcess(folder, config + HTTP) as running:
            yield running, receiver
            running.stop()


def test_permits_stand_beside_occupied_spaces(gateway: tuple[GatewayProcess, Receiver]):
    process, receiver = gateway
    codes = with_spaces()
    assert len(codes) == 16
    process.take(*[
        {"device": f"p{code}", "time": BEGIN + minute * 60, "occupancy": (3 * n % 10) / 10}
        for n, code in enumerate(codes) for minute in range(0, 60, 10)
    ])  # fmt: skip
    sample = SAMPLES["bewohnerparken", 2023]
    inbox = process.folder / "inbox"
    wait_for(inbox.is_dir, 10, "the inbox")
    (inbox / ".coming").write_bytes(sample.content)
    (inbox / ".coming").rename(inbox / sample.name)
    arrived = time.monotonic()
    wait_for(lambda: bool(receiver.requests), 15, "the notice that the edition is computed")
    took = time.monotonic() - arrived
    told = json.loads(receiver.requests[0].body)
    assert ("computed", "bewohnerparken 2023-12-31 #1") in {(row["kind"], row["subject"]) for row in told["data"]}
    assert took < 8  # computed within two seconds, told with the next look for notices
    process.run("atlas", "check", "1", "--person", "Prüferin")
    assert "suppressed" in process.run("atlas", "release", "1", "--person", "Leitung").stdout
    asked = [f"register={PERMITS}", "quantity=occupancy", f"from={iso(BEGIN)}", f"to={iso(BEGIN + HOUR)}",
             "period=hour"]  # fmt: skip

    def joined() -> list[dict[str, object]]:
        return json.loads(process.run("query", "joint", *asked).stdout)["data"]

    def measured(row: dict[str, object]) -> object:
        return next(value for key, value in row.items() if key.startswith("occupancy") and key.endswith(":00"))

    wait_for(lambda: sum(measured(row) is not None for row in joined()) == 16, 20, "figures of all sensors")
    rows = {row["area"]: row for row in joined()}
    assert len(rows) == 69
    register = "bewohnerparken:all.permits_per_space@2023-12-31"
    for n, code in enumerate(codes):
        assert measured(rows[code]) == pytest.approx((3 * n % 10) / 10)
    both = [row for row in rows.values() if row[register] is not None and measured(row) is not None]
    assert len(both) >= 10
    said = json.loads(process.run("query", "correlation", f"x={PERMITS}", "y=occupancy", *asked[2:]).stdout)
    assert said["data"][0]["n"] == len(both)
    assert {"ecological_fallacy", "different_times", "few_sites"} <= {each["id"] for each in said["meta"]["warnings"]}
    table = process.run("query", "joint", *asked, "format=csv", "shape=long").stdout
    assert len(list(csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))) == 1 + 69 * 2
    wrong = process.run("query", "joint", "register=bewohnerparken:permits@2022-12-31", check=False)
    assert wrong.returncode == 1
    assert "2023-12-31" in wrong.stderr
