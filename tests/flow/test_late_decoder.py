"""A corrected decoder, replayed: exactly the figures that were wrong change, and `as_of` still gives the old ones."""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gateway.aggregation.calendar import DayBasis, to_datetime
from gateway.aggregator.dirty import DirtyWindows, touched_times
from gateway.aggregator.engine import Engine
from gateway.aggregator.question import Question
from gateway.aggregator.reading import FramesReading, Numbered, NumberedReading, Reading
from gateway.aggregator.results import Results
from gateway.app import parts
from gateway.app.aggregates import Aggregates, plan_source
from gateway.areas.tilemap import demo_areas
from gateway.config import Settings
from gateway.demo.wrap import chirpstack
from gateway.model import Received, Store
from tests.flow.test_replay import append, process, replay
from tests.servers.influxd import Influxd

Figured = dict[tuple[Any, ...], dict[str, Any]]
MINUTE, HOUR = 60 * 10**9, 3600 * 10**9
BROKEN, SOUND = "a840410000000001", "a840410000000002"
# Three whole days, far enough back that every hour of them is over.
START = int((time.time() // 86_400 - 5) * 86_400) * 10**9
STOP = START + 3 * 24 * HOUR
COLD = range(START + 26 * HOUR, START + 29 * HOUR, HOUR)
QUANTITIES = ("air_temperature", "relative_humidity", "wind_from_direction", "sound_level_a_eq", "energy")
CODEC = """
function decodeUplink(input) {
  var b = input.bytes, t = (b[0] << 8) | b[1];
  SIGN
  return {data: {t: t / 100, h: b[2], d: b[3], l: b[4], e: (b[5] << 8) | b[6]}};
}
"""
MAPPING = "".join(
    f'[[value]]\npath = "{path}"\nquantity = "{quantity}"\nunit = "{unit}"\n'
    for path, quantity, unit in (
        ("t", "air_temperature", "Cel"), ("h", "relative_humidity", "%"), ("d", "wind_from_direction", "deg"),
        ("l", "sound_level_a_eq", "dB(A)"), ("e", "energy", "kW.h"),
    )
)  # fmt: skip


@pytest.fixture(params=["duckdb", pytest.param("influxdb", marks=pytest.mark.influxd)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    store: dict[str, object] = {"kind": request.param}
    aggregation: dict[str, object] = {
        "enabled": True, "schematic": True, "places": tmp_path / "places.toml", "bucket": "",
    }  # fmt: skip
    if request.param == "influxdb":
        server: Influxd = request.getfixturevalue("influxd")
        store["influxdb"] = server.settings(server.bucket())
        aggregation["bucket"] = server.bucket()
    source = {"type": "http", "format": "chirpstack", "token": {"value": "x" * 32}}
    made = Settings(
        data_dir=tmp_path / "data", fleet=tmp_path / "fleet.toml", sources={"cs": source}, store=store,
        aggregation=aggregation,
    )  # fmt: skip
    made.data_dir.mkdir()
    tiles = [area for area in demo_areas() if area.level == "quartier"]
    rows = ""
    for device, area in zip((BROKEN, SOUND), tiles, strict=False):
        at = area.geometry.centroid
        rows += f'[sites."{device}"]\nlongitude = {at.x}\nlatitude = {at.y}\n'
    rows += "".join(f'[[installations]]\ndevice = "{device}"\nsite = "{device}"\n' for device in (BROKEN, SOUND))
    (tmp_path / "places.toml").write_text(rows, encoding="utf-8")
    (tmp_path / "own.toml").write_text(MAPPING, encoding="utf-8")
    for name, sign in (("wrong", ""), ("right", "if (t > 32767) t -= 65536;")):
        (tmp_path / f"{name}.js").write_text(CODEC.replace("SIGN", sign), encoding="utf-8")
    return made


def register(settings: Settings, codec: str) -> None:
    assert settings.fleet is not None
    settings.fleet.write_text(
        "".join(
            f'[devices.{device}]\ncodec = "{name}.js"\nmapping = "own.toml"\n'
            for device, name in ((BROKEN, codec), (SOUND, "right"))
        ),
        encoding="utf-8",
    )


def uplink(device: str, number: int) -> Received:
    """Every ten minutes; it freezes for three hours of the second day."""
    at = START + number * 10 * MINUTE
    wave = 10 * math.sin(number / 40) + 12
    temperature = -5.25 if at - at % HOUR in COLD else wave
    payload = struct.pack(
        ">hBBBH", round(temperature * 100), 40 + number % 50, number * 7 % 256, 40 + number % 40, number * 3 % 60_000
    )
    topic, body = chirpstack(device, "?", payload, 2, at / 1e9, number, {})
    return Received("cs", topic, body, at)


@dataclass
class Running:
    settings: Settings
    store: Store
    aggregates: Aggregates
    now: list[int] = field(default_factory=lambda: [time.time_ns()])

    def work(self) -> None:
        """A round at a later time than the last."""
        self.now[0] += HOUR
        self.aggregates.worker.once()

    def figures(self, period: str, as_of: int | None = None) -> Figured:
        asked = Question(
            quantities=QUANTITIES[:-1], stats=("value", "highest", "lowest"), level="quartier", start=START, stop=STOP,
            period=period, basis=DayBasis.UTC, as_of=as_of, include_invalid=True,
        )  # fmt: skip
        rows = [row for piece in self.aggregates.figures.pieces(asked) for row in piece.iter_rows(named=True)]
        return {(row["area"], row["quantity"], row["stat"], row["start"], row["key"]): row for row in rows}


@pytest.fixture
def running(settings: Settings) -> Iterator[Running]:
    store = parts.open_store(settings)
    now = [time.time_ns()]
    aggregates = Aggregates(settings, store, clock=lambda: now[0])
    yield Running(settings, store, aggregates, now)
    aggregates.close()
    store.close()


def changed(before: Figured, after: Figured) -> set[tuple[object, ...]]:
    names = ("value", "status", "revision", "coverage", "n", "excluded", "bound", "computed_at")
    assert before.keys() == after.keys()
    return {key for key in before if any(before[key][name] != after[key][name] for name in names)}


async def test_a_corrected_decoder_changes_exactly_what_it_got_wrong(settings: Settings, running: Running) -> None:
    register(settings, "wrong")
    numbers = range(3 * 24 * 6)
    await append(settings, [uplink(device, number) for number in numbers for device in (BROKEN, SOUND)])
    loop = process(settings, running.store)
    running.work()
    periods = ("hour", "day", "month", "hour_of_day")
    before = {period: running.figures(period) for period in periods}
    wrong = running.now[0]
    nowhere = {key[0] for key, row in before["hour"].items() if key[3] == COLD[1] and row["value"] is None}
    (area,) = nowhere
    # 650 degrees are impossible, flagged FAIL, and enter nowhere; what was read before holds for five minutes more.
    assert {before["hour"][area, "air_temperature", "value", hour, None]["status"] for hour in COLD[1:]} == {"no_data"}

    register(settings, "right")
    result = replay(settings, running.store, loop.lock, start=START - MINUTE, stop=STOP)
    assert result.entries == 2 * len(numbers)
    running.work()
    after = {period: running.figures(period) for period in periods}
    hours = changed(before["hour"], after["hour"])
    assert {key[:2] for key in hours} == {(area, "air_temperature")}
    assert {key[3] for key in hours} == set(COLD)
    assert all(
        after["hour"][key]["revision"] > before["hour"][key]["revision"]
        for key in hours
        if before["hour"][key]["revision"]
    )
    assert all(after["hour"][area, "air_temperature", "value", hour, None]["value"] == -5.25 for hour in COLD)
    days = changed(before["day"], after["day"])
    assert {key[3] for key in days} == {START + 24 * HOUR}
    assert {key[:2] for key in days} == {(area, "air_temperature")}
    assert after["day"][area, "air_temperature", "lowest", START + 24 * HOUR, None]["value"] == -5.25
    profile = {
        key
        for key in before["hour_of_day"]
        if before["hour_of_day"][key]["value"] != after["hour_of_day"][key]["value"]
    }
    assert {key[4] for key in profile} == {to_datetime(hour, DayBasis.UTC).hour for hour in COLD}
    for period in periods:
        earlier = running.figures(period, as_of=wrong + 1)
        assert {key: row["value"] for key, row in earlier.items()} == {
            key: row["value"] for key, row in before[period].items()
        }, period
    # Once more the same: nothing is new.
    replay(settings, running.store, loop.lock, start=START - MINUTE, stop=STOP)
    running.work()
    assert not changed(after["hour"], running.figures("hour"))


async def test_everything_anew_from_the_store_is_what_grew_step_by_step(
    settings: Settings, running: Running, tmp_path: Path
) -> None:
    register(settings, "wrong")
    numbers = list(range(3 * 24 * 6))
    late = [number for number in numbers if number % 11 == 0]
    for some in (numbers[:150], numbers[150:][::-1], late):
        missing = set(late) if some is not late else set()
        await append(
            settings, [uplink(device, number) for number in some if number not in missing for device in (BROKEN, SOUND)]
        )
        loop = process(settings, running.store)
        running.work()
    register(settings, "right")
    replay(settings, running.store, loop.lock, start=START - MINUTE, stop=STOP)
    running.work()

    inner = running.store.inner  # type: ignore[attr-defined]  # with aggregation a store marks what changes in it
    results = Results(tmp_path / "anew.duckdb")
    reading: Reading = (
        NumberedReading(inner) if isinstance(inner, Numbered) else FramesReading(inner, results.number_series)
    )
    dirty = DirtyWindows(tmp_path / "anew.sqlite")
    dirty.add(touched_times((key[0], key[3]) for key in inner.keys([BROKEN, SOUND], START, STOP)))
    Engine(results, reading, plan_source(settings), dirty).work()
    mine, theirs = (named(each) for each in (running.aggregates.engine.results, results))
    results.close()
    assert mine.height == theirs.height > 600
    for name, kind in mine.schema.items():
        if kind == pl.Float64:
            for one, other in zip(mine[name], theirs[name], strict=True):
                assert one == other or math.isclose(one, other, rel_tol=1e-12), name
        else:
            assert mine[name].equals(theirs[name]), name


def named(results: Results) -> pl.DataFrame:
    """All site-hours by the names of their points."""
    points = {number: "/".join(name) for name, number in results.numbers().items()}
    found = results.site_hours(list(points), START - 48 * HOUR, STOP + 48 * HOUR)
    found = found.with_columns(point=found["point"].replace_strict(points, return_dtype=pl.String))
    return found.drop("revision", "computed_at").sort("point", "start")
