"""Rounds over a real store and a real file: what is found, remembered, and ends."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import msgspec
import pytest

from gateway.config import BatterySettings, Drift, DriftSettings, FlatLine, MonitoringSettings
from gateway.model import StoreUnavailableError
from gateway.monitoring.model import Condition, Tally
from gateway.monitoring.rounds import Facts, Rounds
from gateway.monitoring.storage import MonitoringStore
from gateway.store.duckdb import DuckStore
from tests.unit.monitoring.facts import DAY, HOUR, MINUTE, NOW, point, target

SETTINGS = MonitoringSettings(
    every=1200,
    flat_line={"air_temperature": FlatLine()},
    drift=DriftSettings(quantities={"air_temperature": Drift(floor=0.5)}, hours=12),
)


@pytest.fixture
def store(tmp_path):
    with closing(DuckStore(tmp_path / "observations.duckdb")) as store:
        yield store


class City:
    """Rounds; `targets` may be changed between them."""

    def __init__(self, store, folder, settings=SETTINGS):
        self.store, self.folder, self.settings = store, folder, settings
        self.now, self.targets = NOW, {}
        self.restart()

    def restart(self):
        self.kept = MonitoringStore(self.folder)
        self.rounds = Rounds(self.store, self.kept, self.settings)

    def add(self, *targets):
        self.targets |= {each.device: each for each in targets}

    def heard(self, device, **changes):
        self.targets[device] = msgspec.structs.replace(self.targets[device], last_seen=self.now, **changes)

    def round(self, later=MINUTE, **facts):
        self.now += later
        return self.rounds.round(Facts(targets=dict(self.targets), **{"as_of": self.now, **facts}), self.now)

    def state(self, device="d"):
        return self.kept.devices()[device].state

    def pass_time(self, duration, *heard, step=10 * MINUTE):
        for _ in range(duration // step):
            for device in heard:
                self.heard(device)
            summary = self.round(step)
        return summary


@pytest.fixture
def city(store, tmp_path):
    return City(store, tmp_path)


def test_a_device_falls_silent_and_comes_back(city):
    city.add(target())
    assert city.round().states == {"ok": 1}
    since = city.kept.devices()["d"].since
    summary = city.pass_time(40 * MINUTE)
    assert summary.states == {"silent": 1}
    assert city.kept.devices()["d"].since == NOW  # its last message
    assert since == NOW + MINUTE
    city.heard("d")
    (ended,) = city.round().changes.ended
    assert ended.key.condition is Condition.SILENT
    assert city.state() == "ok"
    history = [(began, finding.key.condition.value) for _, began, finding in city.kept.history()]
    assert history == [(False, "silent"), (True, "silent"), (False, "late"), (True, "late")]


def test_a_restart_forgets_nothing_and_our_downtime_makes_nobody_silent(city):
    city.add(target("gone", last_seen=NOW), target("well", last_seen=NOW))
    city.pass_time(60 * MINUTE, "well")
    assert (city.state("gone"), city.state("well")) == ("silent", "ok")
    city.restart()
    summary = city.round(later=10 * HOUR)
    assert (city.state("gone"), city.state("well")) == ("silent", "ok")
    assert not summary.changes
    assert city.pass_time(40 * MINUTE).states == {"silent": 2}


def test_a_backlog_makes_nobody_silent(city):
    city.add(target())
    city.round()
    for _ in range(60):
        summary = city.round(as_of=NOW)
    assert summary.states == {"ok": 1}


def test_a_source_that_is_gone_is_one_fault_and_its_devices_get_time_to_come_back(city):
    city.add(*(target(f"d{n}") for n in range(8)), target("slow", interval=3600, last_seen=NOW))
    city.pass_time(5 * HOUR)
    summary = city.round()
    assert summary.conditions[Condition.SOURCE_SILENT] == 1
    assert summary.states == {"silent": 9}
    for n in range(8):
        city.heard(f"d{n}")
    summary = city.round()
    assert summary.conditions.get(Condition.SOURCE_SILENT, 0) == 0
    city.round()
    assert city.state("slow") == "ok"  # it could not have been heard
    city.pass_time(4 * HOUR, *(f"d{n}" for n in range(8)))
    assert city.state("slow") == "silent"


def test_registered_and_never_heard(city):
    city.add(target(last_seen=None, source=""))
    assert city.round().states == {"awaited": 1}
    city.pass_time(DAY + HOUR, step=HOUR)
    assert city.state() == "never_heard"
    city.heard("d")
    assert city.round().states == {"ok": 1}


def test_a_device_that_is_no_longer_watched_is_forgotten(city):
    city.add(target())
    city.pass_time(HOUR)
    city.targets = {}
    summary = city.round()
    assert [f.key.condition.value for f in summary.changes.ended] == ["silent"]
    assert city.kept.devices() == {}


def test_low_batteries_and_flat_lines_come_from_the_store_and_stay_while_nothing_is_known(city, store):
    start = NOW - DAY
    still = [point(start + n * 10 * MINUTE, 21.5) for n in range(144)]
    store.write([*still, point(NOW, 2.4, "battery_voltage")], 1)
    city.add(target(interval=86400))
    city.round()
    assert {key.condition.value for key in city.kept.faults()} == {"low_battery", "flat_line"}
    assert city.state() == "flat_line"
    city.pass_time(5 * DAY, "d", step=HOUR)  # nothing new is stored: nothing is known of battery and values
    assert {key.condition.value for key in city.kept.faults()} == {"low_battery", "flat_line"}
    moved = [point(city.now - n * MINUTE, 20.0 + n) for n in range(3)]
    store.write([*moved, point(city.now, 3.0, "battery_voltage")], 2)
    city.pass_time(70 * MINUTE, "d")
    assert city.state() == "ok"


def test_a_chatty_device_is_read_page_by_page(city, store):
    store.write([point(NOW - DAY + n * 10**10 * 2, 21.5) for n in range(4321)], 1)
    city.add(target(interval=20))
    city.round()
    assert city.state() == "flat_line"


def test_work_on_stored_values_is_bounded_and_everyone_has_a_turn(store, tmp_path):
    city = City(store, tmp_path, SETTINGS.model_copy(update={"devices_per_round": 3}))
    looked = []

    class Counting:
        def latest(self, device, start, stop):
            looked.append(device)
            return store.latest(device, start, stop)

    city.rounds = Rounds(Counting(), city.kept, city.settings)
    city.add(*(target(f"d{n}") for n in range(10)))
    for expected in (3, 6, 9, 10, 10):
        city.round()
        assert len(looked) == expected
    assert sorted(looked) == sorted(city.targets)


def test_neighbours_are_compared_over_the_stored_values(city, store):
    rows = []
    for n in range(6):
        device = f"d{n}"
        city.add(target(device, position=(51.25 + n * 0.001, 7.1)))
        rows += [
            point(NOW - DAY + k * 10 * MINUTE, 10 + k % 7 + n * 0.1 + (6 if n == 2 else 0), device=device)
            for k in range(144)
        ]
    store.write(rows, 1)
    city.round()
    (fault,) = [finding for finding in city.kept.faults().values() if finding.key.condition is Condition.DRIFT]
    assert fault.key.device == "d2"
    assert fault.value == pytest.approx(6, abs=0.3)
    assert city.kept.meta()["drift:air_temperature"] == city.now


def test_counts_of_undecodable_messages_are_judged_from_the_first_round_on(city):
    city.add(target(tally=Tally(count=100, failures=100)))
    assert city.round().states == {"ok": 1}  # what was before is not counted
    city.heard("d", tally=Tally(count=110, failures=110))
    assert city.round().states == {"decode_failure": 1}
    city.heard("d", tally=Tally(count=200, failures=110))
    assert city.round().states == {"ok": 1}


def test_a_store_that_is_down_does_not_stop_the_rest(tmp_path):
    class Down:
        def latest(self, *_):
            raise StoreUnavailableError("down")

        frames = latest

    city = City(Down(), tmp_path)
    city.add(*(target(f"d{n}", position=(51.0, 7.0)) for n in range(5)))
    city.round()
    assert city.pass_time(40 * MINUTE).states == {"silent": 5}
    assert "drift:air_temperature" not in city.kept.meta()


def test_a_round_that_cannot_be_written_is_found_again(city):
    city.add(target())
    city.round()
    with closing(sqlite3.connect(city.kept.path)) as other:
        other.execute("alter table device rename to hidden")
        with pytest.raises(sqlite3.Error):
            city.round(later=HOUR)
        other.execute("alter table hidden rename to device")
    assert [f.key.condition.value for f in city.round(later=HOUR).changes.began] in ([], ["silent"])
    city.pass_time(HOUR)
    assert city.state() == "silent"
    assert sum(began for _, began, f in city.kept.history() if f.key.condition is Condition.SILENT) == 1


def test_batteries_are_not_looked_at_where_no_limit_is_set(store, tmp_path):
    none = SETTINGS.model_copy(update={"battery": BatterySettings(level=None, voltage=None)})
    city = City(store, tmp_path, none)
    store.write([point(NOW, 0.1, "battery_voltage")], 1)
    city.add(target())
    assert city.round().states == {"ok": 1}
