"""`make demo`: a city goes through everything and can be asked; its storm, its faults and its gaps are to be seen."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.city import City, SimulatedDevice
from gateway.demo.faults import Fault, Faults
from gateway.demo.state import load
from gateway.demo.weather import BERLIN, HOUR
from tests.flow.gateway_process import wait_for
from tests.servers.mosquitto import free_port

DAYS = 3
NAMED = {Fault.SILENT, Fault.NEVER, Fault.FLAT, Fault.DRIFT, Fault.BATTERY, Fault.CLOCK, Fault.GARBAGE}
"""Faults that monitoring calls by these names; the others are late, and that is all."""


@dataclass
class Demo:
    """A demo that runs, its past being there."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    out: Path

    def ask(self, path: str) -> Any:
        """The answer as JSON, or as text; None while the server does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as response:
                text = response.read().decode("utf-8-sig")
                return json.loads(text) if "json" in response.headers["Content-Type"] else text
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{path}: {error.read()!r}") from error
        except OSError:
            return None

    def said(self) -> str:
        """What it told the person in front of it."""
        return self.out.read_text(encoding="utf-8")

    def command(self, *words: str) -> str:
        """What `gateway` answers."""
        run = subprocess.run(
            [sys.executable, "-m", "gateway", *words, "--config", str(self.data / "gateway.toml")],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return run.stdout

    def city(self) -> City:
        """The city it simulates."""
        state = load(self.data)
        assert state is not None
        return City(state.begun, state.days)


def start(data: Path, out: Path, port: int) -> subprocess.Popen[bytes]:
    words = ["demo", "--data", str(data), "--port", str(port), "--days", str(DAYS)]
    with out.open("wb") as file:
        return subprocess.Popen([sys.executable, "-m", "gateway", *words], stdout=file, stderr=file)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    data, out = folder / "data", folder / "out"
    found = Demo(start(data, out, port), port, data, out)
    wait_for(lambda: found.ask("/healthz") is not None or found.process.poll() is not None, 60, "the server answers")
    wait_for(lambda: "Fertig nach" in found.said() or found.process.poll() is not None, 300, "the past is there")
    assert found.process.poll() is None, found.said()
    yield found
    if found.process.poll() is None:
        found.process.kill()
        found.process.wait()


def ask_figures(demo: Demo, question: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = demo.ask(f"/v1/aggregates?{question}&limit=5000")["data"]
    return found


def utc(t: float) -> str:
    return datetime.fromtimestamp(t, UTC).isoformat().replace("+00:00", "Z")


def whole_day(city: City) -> str:
    """The last day of which everything is there."""
    today = datetime.fromtimestamp(city.begun, BERLIN).date()
    return f"from={today - timedelta(days=1)}&to={today}"


def test_it_says_where_to_look_and_that_all_is_invented(demo: Demo) -> None:
    said = demo.said()
    assert "ALLE WERTE SIND ERFUNDEN / ALL VALUES ARE INVENTED" in said
    addresses = re.findall(r"http://127\.0\.0\.1:\d+(/\S+)", said)
    assert len(addresses) > 12
    for address in addresses:
        assert demo.ask(address) is not None, address


def test_every_quartier_has_figures(demo: Demo) -> None:
    rows = ask_figures(demo, f"quantity=air_temperature&level=quartier&period=day&{whole_day(demo.city())}")
    assert len(rows) == 69
    assert [row["area_name"] for row in rows if row["status"] != "ok"] == []
    assert len({round(row["value"], 1) for row in rows}) > 10  # places differ
    assert all(-25 < row["value"] < 42 for row in rows)


@pytest.mark.parametrize(
    ("quantity", "low", "high"),
    [
        ("pm10", 1, 80), ("no2", 1, 120), ("o3", 1, 240), ("sound_level_a_eq", 40, 80), ("soil_moisture", 5, 60),
        ("relative_humidity", 20, 100), ("people_count", 1000, 100_000), ("bicycle_count", 100, 40_000),
        ("vehicle_count", 10_000, 400_000), ("occupancy", 0.1, 0.95), ("parking_occupied", 0.05, 1),
        ("bin_fill_level", 10, 95), ("co2", 400, 1200), ("water_volume", 1, 60), ("wind_speed", 0.2, 20),
    ],
)  # fmt: skip
def test_every_category_has_plausible_figures(demo: Demo, quantity: str, low: float, high: float) -> None:
    (row,) = ask_figures(demo, f"quantity={quantity}&level=stadt&period=day&{whole_day(demo.city())}")
    assert row["status"] == "ok"
    assert low < row["value"] < high


def test_the_storm_shows_in_gusts_and_in_the_river(demo: Demo) -> None:
    city = demo.city()
    around = f"from={utc(city.storm - 12 * HOUR)}&to={utc(city.storm + 12 * HOUR)}"
    rows = ask_figures(demo, f"quantity=wind_gust&stat=max&level=stadt&period=hour&{around}")
    gusts = {row["period_start"]: row["value"] for row in rows if row["value"] is not None}
    at, worst = max(gusts.items(), key=lambda gust: gust[1])
    assert worst > 25
    assert utc(city.storm - 2 * HOUR) < at < utc(city.storm + 2 * HOUR)
    assert max(value for start, value in gusts.items() if start < utc(city.storm - 5 * HOUR)) < 20

    brook = next(device for device in city.devices if device.kind.decoder == "milesight-em500-swl")
    depths = demo.ask(f"/v1/observations?device={brook.id}&quantity=liquid_depth&{around}")["data"]
    before = max(row["value"] for row in depths if row["time"] < utc(city.storm - HOUR))
    crest = max(row["value"] for row in depths if row["time"] > utc(city.storm))
    assert crest > before + 0.5
    classes = ask_figures(demo, f"quantity=liquid_depth&stat=worst_class&level=stadt&period=hour&{around}")
    assert max(row["value"] for row in classes if row["value"] is not None) >= 2
    assert min(row["value"] for row in classes if row["value"] is not None) == 0


def test_monitoring_names_what_is_wrong_and_nobody_else(demo: Demo) -> None:
    sick = Faults(demo.city()).sick
    expected = {(id_, str(each.fault)) for id_, each in sick.items() if each.fault in NAMED}

    def named(report: dict[str, Any]) -> set[tuple[str, str]]:
        return {
            (device["device"], fault["condition"])
            for device in report["devices"]
            for fault in device["faults"]
            if fault["condition"] != "late"
        }

    wait_for(lambda: named(demo.ask("/v1/devices/status")) >= expected, 180, f"{expected} are named")
    report = json.loads(demo.command("devices", "status", "--faulty", "--json"))
    assert named(report) == expected
    assert report["sources"] == []


def device_of(city: City, use: str, *, well: bool = True) -> SimulatedDevice:
    sick = Faults(city).sick
    return next(each for each in city.devices if each.kind.use == use and (each.id in sick) is not well)


def test_twice_is_once_and_late_is_not_lost(demo: Demo) -> None:
    """Each value once, at its own time, whatever came twice or hours later."""
    city = demo.city()
    faults = Faults(city)
    logger = next(sick.device for sick in faults.sick.values() if sick.fault is Fault.LOGGER)
    abroad = next(sick.device for sick in faults.sick.values() if sick.fault is Fault.ABROAD)
    for device, quantity in (
        (device_of(city, "climate"), "air_temperature"), (logger, "o3"), (abroad, "bicycle_count"),
    ):  # fmt: skip
        start, stop = city.ago(0.95), city.ago(0.05)
        rows = demo.ask(
            f"/v1/observations?device={device.id}&quantity={quantity}&from={utc(start)}&to={utc(stop)}&limit=10000"
        )["data"]
        channels = 2 if quantity == "bicycle_count" else 1
        expected = sum(1 for _ in device.times(start, stop))
        assert len(rows) == channels * expected
        assert len({(row["time"], row["channel"]) for row in rows}) == len(rows)


def test_duplicates_do_not_double_what_is_counted(demo: Demo) -> None:
    city = demo.city()
    counter = device_of(city, "people")
    day = whole_day(city)
    (row,) = ask_figures(
        demo, f"quantity=people_count&area=quartier:{counter.place.number}&period=day&{day}"
    )  # fmt: skip
    today = datetime.fromtimestamp(city.begun, BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
    half = counter.kind.interval / 2
    low, high = ((today - timedelta(days=days)).timestamp() + half for days in (1, 0))
    counted = sum(sum(city.values(counter, t)[f"people_count@{way}"] for way in ("in", "out"))
                  for _, t in counter.times(low, high))  # fmt: skip
    assert row["value"] == counted


@pytest.mark.parametrize(("use", "quantity"), [("water", "water_volume"), ("energy", "energy")])
def test_counters_that_begin_anew_count_on(demo: Demo, use: str, quantity: str) -> None:
    """Water meters roll over, an electricity meter lost its count in the storm: what was used stays right."""
    city = demo.city()
    faults = Faults(city)
    today = datetime.fromtimestamp(city.begun, BERLIN).replace(hour=0, minute=0, second=0, microsecond=0)
    low, high = ((today - timedelta(days=days)).timestamp() for days in (1, 0))
    used = 0.0
    for meter in city.devices:
        if meter.kind.use == use:
            times = [t for _, t in meter.times(low - meter.kind.interval, high)]
            readings = [faults.values(meter, t)[quantity] for t in times]
            for before, after in pairwise(readings):
                step = after - before
                used += step if step >= 0 else step + meter.kind.modulus * 1000 if meter.kind.modulus else after
    (row,) = ask_figures(demo, f"quantity={quantity}&level=stadt&period=day&{whole_day(city)}")
    assert row["value"] == pytest.approx(used / 1000, rel=1e-9)


def test_a_source_that_is_not_approved_stays_unpublished(demo: Demo) -> None:
    city = demo.city()
    counter = device_of(city, "phones")
    assert demo.ask(f"/v1/observations?device={counter.id}&quantity=device_count")["data"] == []
    rows = ask_figures(demo, f"quantity=device_count&level=stadt&period=day&{whole_day(city)}")
    assert all(row["value"] is None for row in rows)
    assert counter.id in demo.command("devices", "list")  # it was heard all the same


def test_what_cannot_be_read_is_kept_with_its_reason(demo: Demo) -> None:
    broken = next(sick.device for sick in Faults(demo.city()).sick.values() if sick.fault is Fault.GARBAGE)
    letters = demo.command("deadletters", "list", "--limit", "500")
    for part in (broken.id, "0badc0de00000001", "envelope"):
        assert part in letters


def test_registers_are_there_and_stand_beside_the_sensors(demo: Demo) -> None:
    editions = demo.ask("/v1/registers")["editions"]
    assert {edition["stichtag"] for edition in editions} == {"2021-12-31", "2022-12-31", "2023-12-31"}
    assert {edition["product"] for edition in editions} == {"sozialdatenatlas", "bewohnerparken"}
    joint = demo.ask(
        "/v1/joint?register=bewohnerparken:permits_per_space@2023-12-31&quantity=occupancy"
        f"&period=day&{whole_day(demo.city())}"
    )
    assert len(joint["data"]) == 69


def test_real_payloads_of_the_makers_are_in_the_stream(demo: Demo) -> None:
    wait_for(lambda: "5eed000000000001" in demo.command("devices", "list"), 60, "the first published payload")


def test_a_second_start_goes_on_and_does_not_redo_the_past(demo: Demo) -> None:
    head = demo.ask("/readyz")["checks"]
    journalled = next(check["value"] for check in head if check["name"] == "journal")
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0, demo.said()
    assert "Traceback" not in demo.said()
    assert "nichts verloren" in demo.said()

    demo.process = start(demo.data, demo.out, demo.port)
    wait_for(lambda: "Fertig nach" in demo.said() or demo.process.poll() is not None, 120, "it goes on")
    assert demo.process.poll() is None, demo.said()
    assert "geht weiter" in demo.said()
    again = next(check["value"] for check in demo.ask("/readyz")["checks"] if check["name"] == "journal")
    assert journalled <= again < journalled + 1000
    test_every_quartier_has_figures(demo)
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0, demo.said()
