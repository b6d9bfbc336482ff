"""`gateway devices status` and what is watched: the registry, the fleet file, what was heard."""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from gateway.app.watched import Place, targets
from gateway.cli.devices import devices
from gateway.config import Settings
from gateway.monitoring.ledger import Changes
from gateway.monitoring.model import Condition, Finding, Key
from gateway.monitoring.storage import DeviceState, MonitoringStore
from gateway.registry.fleet import Device
from gateway.registry.seen import Heard, SeenDevices
from tests.unit.monitoring.facts import MINUTE, NOW

FLEET = """
[devices.aa]
name = "Döppersberg"
[devices.bb]
name = "Laurentiusplatz"
[devices.cc]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "fleet.toml").write_text(FLEET, encoding="utf-8")
    (tmp_path / "gateway.toml").write_text(f'data_dir = "{tmp_path}/data"\nfleet = "{tmp_path}/fleet.toml"\n')
    heard = [Heard(device=name, source="tts", last_seen=NOW, count=1) for name in ("aa", "bb", "zz")]
    SeenDevices(tmp_path / "data" / "devices.sqlite").update(heard)
    return tmp_path


def remember(folder, at, *findings, **states):
    rows = [DeviceState(device=name, state=state, since=NOW, known=NOW) for name, state in states.items()]
    store = MonitoringStore(folder / "data")
    store.save(devices=rows, gone=(), changes=Changes(began=findings), lapses=(), meta={"round": at}, at=at)


def run(folder, *arguments):
    return CliRunner().invoke(devices, ["status", "--config", str(folder / "gateway.toml"), *arguments])


FAULTS = (
    Finding(Key("aa", Condition.SILENT), NOW, None, 1860),
    Finding(Key("aa", Condition.LOW_BATTERY, "battery_level"), NOW, 9.0, 15.0),
)
STATES = {"aa": "silent", "bb": "ok", "cc": "awaited"}


def test_the_worst_come_first_in_two_languages(folder):
    remember(folder, time.time_ns(), *FAULTS, **STATES)
    result = run(folder)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["aa", "cc", "bb"]
    assert "stumm / silent" in lines[1]
    assert "Batterie schwach: Batteriestand 9 % (Grenze 15 %)" in lines[1]
    assert "1 stumm / silent, 1 erwartet / awaited, 1 ok, 1 nicht eingetragen / not registered" in result.stderr


def test_json_and_exit_codes_for_programs(folder):
    remember(folder, time.time_ns(), *FAULTS, **STATES)
    result = run(folder, "--json", "--check")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["counts"] == {"silent": 1, "awaited": 1, "ok": 1, "unregistered": 1}
    first = report["devices"][0]
    assert (first["device"], first["name"], first["state"]) == ("aa", "Döppersberg", "silent")
    assert [fault["condition"] for fault in first["faults"]] == ["silent", "low_battery"]
    assert first["last_seen"] == "2026-11-22T17:53:20Z"
    assert run(folder, "--check", "--state", "ok").exit_code == 0
    assert run(folder, "--check", "--state", "low_battery").exit_code == 1
    assert len(json.loads(run(folder, "--json", "--faulty").stdout)["devices"]) == 1


def test_monitoring_that_stopped_is_no_good_news(folder):
    assert "monitoring has not run yet" in run(folder).stderr
    remember(folder, time.time_ns() - 10 * MINUTE, **STATES)
    result = run(folder, "--check")
    assert result.exit_code == 3
    assert "monitoring has stopped" in result.stderr


def test_unknown_states_are_refused(folder):
    assert run(folder, "--state", "sleepy").exit_code == 2


def heard(device, last_seen=NOW, **changes):
    return device, Heard(device=device, source="tts", last_seen=last_seen, count=1, **changes)


def test_a_device_with_two_ids_is_watched_once_under_the_one_it_is_heard_by():
    row, other = Device(name="Zähler", expected_interval=3600), Device(name="Zähler", expected_interval=3600)
    known = {"meter-1": row, "meter-2": other, "a840": row}
    found = targets(known, {}, dict([heard("a840")]), frozenset({"tts"}), None)
    assert {name: (t.last_seen, t.interval, t.timed) for name, t in found.items()} == {
        "a840": (NOW, 3600, True),
        "meter-2": (None, 3600, False),
    }


def test_unregistered_devices_are_watched_only_with_an_interval():
    assert targets({}, {}, dict([heard("x")]), frozenset(), None) == {}
    assert targets({}, {}, dict([heard("x")]), frozenset(), 900)["x"].interval == 900


def test_positions_come_from_the_site_first_and_mobile_devices_have_none():
    known = {"a": Device(tags={"siting": "traffic"}), "b": Device(), "c": Device(), "old": Device()}
    places = {
        "b": Place("background", (51.0, 7.0)),
        "c": Place("", None, mobile=True),
        "old": Place(watched=False),
    }
    told = dict(heard(name, latitude=51.2, longitude=7.1) for name in known)
    found = targets(known, places, told, frozenset(), None)
    assert {name: (t.siting, t.position) for name, t in found.items()} == {
        "a": ("traffic", (51.2, 7.1)),
        "b": ("background", (51.0, 7.0)),
        "c": ("", None),
    }


def test_the_registry_says_where_a_device_hangs_now(tmp_path):
    from gateway.app.watched import Watched
    from gateway.registry import tables
    from gateway.registry.opening import create_file, open_engine, upgrade

    settings = Settings(data_dir=tmp_path)
    engine = open_engine(create_file(settings))
    upgrade(engine)
    nothing = {column.name: "" for column in tables.device.c} | {"mobile": False, "retired_at": None}
    site = {column.name: "" for column in tables.site.c} | {
        "height": None, "above_ground": None, "private": False, "siting": "background",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(tables.site), [
            {**site, "id": "before", "latitude": 50.0, "longitude": 6.0},
            {**site, "id": "now", "latitude": 51.25, "longitude": 7.15},
        ])  # fmt: skip
        connection.execute(insert(tables.device), [
            {**nothing, "id": "aa", "name": "Mast 7"}, {**nothing, "id": "old", "retired_at": 5},
        ])  # fmt: skip
        connection.execute(insert(tables.installation), [
            {"device": "aa", "channel": "*", "start": 0, "stop": 9, "site": "before", "special": False},
            {"device": "aa", "channel": "*", "start": 9, "stop": None, "site": "now", "special": False},
        ])  # fmt: skip
        connection.execute(tables.state.update().values(version=tables.state.c.version + 1))
    engine.dispose()
    watched = Watched(settings, frozenset())
    found, unregistered = watched.targets([heard("aa")[1], heard("zz")[1]])
    watched.close()
    assert unregistered == 1
    assert {name: (t.name, t.siting, t.position) for name, t in found.items()} == {
        "aa": ("Mast 7", "background", (51.25, 7.15))
    }
