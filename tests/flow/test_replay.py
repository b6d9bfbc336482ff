"""Replay: the past says what a first pass with today's decoders would have said, at both stores, beside live traffic."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.app import parts
from gateway.app.jobs import ReplayRequest, ReplayResult
from gateway.app.process import ProcessLoop
from gateway.app.replays import Replays
from gateway.config import JournalSettings, Settings
from gateway.deadletters import DeadLetters
from gateway.demo.wrap import chirpstack
from gateway.journal import Consumer, SegmentedJournal
from gateway.model import Entry, Observation, Received, Store
from gateway.pipeline.processed import Processed
from gateway.registry.seen import SeenDevices
from tests.servers.influxd import Influxd

MINUTE = 60 * 10**9
DEVICE = "a840410000000001"
OTHER = "a840410000000002"
START = (time.time_ns() // 10**9 - 3 * 86400) * 10**9


class Silent:
    """An observer that does not count."""

    def processed(self, batch: Processed, last: Entry) -> None: ...

    def store_failed(self, detail: str) -> None:
        raise AssertionError(detail)


def elsys(device: str, minute: int, temperature: float) -> Received:
    payload = struct.pack(">BhBBBHBH", 1, round(temperature * 10), 2, 50, 7, 3000, 4, 300)
    at = START + minute * MINUTE
    topic, body = chirpstack(device, "?", payload, 2, at / 1e9, minute, {})
    return Received("cs", topic, body, at)


def received(device: str, minute: int, temperature: float, profile: str = "LHT65N") -> Received:
    payload = struct.pack(">HhHBhH", 3000, round(temperature * 100), 500, 0, 0, 0)
    at = START + minute * MINUTE
    topic, body = chirpstack(device, profile, payload, 2, at / 1e9, minute, {})
    return Received("cs", topic, body, at)


@pytest.fixture(params=["duckdb", pytest.param("influxdb", marks=pytest.mark.influxd)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    store: dict[str, object] = {"kind": request.param}
    if request.param == "influxdb":
        server: Influxd = request.getfixturevalue("influxd")
        store["influxdb"] = server.settings(server.bucket())
    source = {"type": "http", "format": "chirpstack", "token": {"value": "x" * 32}}
    return Settings(data_dir=tmp_path / "data", fleet=tmp_path / "fleet.toml", sources={"cs": source}, store=store)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    settings.data_dir.mkdir()
    found = parts.open_store(settings)
    yield found
    found.close()


def register(settings: Settings, decoder: str | None, tests: str = "") -> Settings:
    assert settings.fleet is not None
    rows = f'[devices.{DEVICE}]\ndecoder = "{decoder}"\n' if decoder else ""
    settings.fleet.write_text(rows + f'[devices.{OTHER}]\ndecoder = "dragino-lht65n"\n', encoding="utf-8")
    return settings


async def append(settings: Settings, messages: list[Received]) -> None:
    async with SegmentedJournal(parts.journal_folder(settings), JournalSettings()) as journal:
        for at in range(0, len(messages), 100):
            await journal.append(messages[at : at + 100])


def process(settings: Settings, store: Store) -> ProcessLoop:
    """Everything in the journal, as the service would."""
    with (
        Consumer(parts.journal_folder(settings), "process") as consumer,
        DeadLetters(settings.data_dir) as letters,
    ):
        loop = ProcessLoop(
            consumer=consumer,
            store=store,
            deadletters=letters,
            seen=SeenDevices(settings.data_dir / "devices.sqlite"),
            make_processor=parts.processor_factory(settings),
            memory_file=settings.data_dir / "memory.msgpack",
            batch=50,
            linger=0,
            observer=Silent(),
        )
        assert loop._started()
        while loop._step() is not None:
            pass
        loop.save()
        return loop


def replay(settings: Settings, store: Store, lock: object, **request: object) -> ReplayResult:
    whole = {"start": START - MINUTE, "stop": START + 10_000 * MINUTE, **request}
    with DeadLetters(settings.data_dir) as letters:
        return Replays(settings, store, letters, lock).run(ReplayRequest(**whole))  # type: ignore[arg-type]  # keywords as they come


def stored(store: Store, *devices: str) -> dict[tuple[str, str, str, int], tuple[float | None, int]]:
    rows: list[Observation] = []
    for device in devices:
        rows += store.observations(device, None, 0, 2**62, limit=10**6)
    return {(row.device, row.channel, row.quantity, row.time): (row.value, row.flag) for row in rows}


async def test_a_corrected_decoder_repairs_the_past_and_leaves_other_devices_alone(
    settings: Settings, store: Store
) -> None:
    register(settings, "dragino-lht65n")  # the mistake: it is an Elsys, whose payload happens to be as long
    messages = [
        m for minute in range(60) for m in (elsys(DEVICE, minute, 10 + minute / 10), received(OTHER, minute, 9))
    ]
    await append(settings, messages)
    loop = process(settings, store)
    before = stored(store, OTHER)
    assert {key[2] for key in stored(store, DEVICE)} >= {"battery_low"}

    register(settings, "elsys-ers")
    result = replay(settings, store, loop.lock, devices=(DEVICE,))
    after = stored(store, DEVICE)
    assert result.entries == 60
    assert result.removed > 0
    assert {key[2] for key in after} == {"battery_voltage", "air_temperature", "relative_humidity", "illuminance"}
    assert {key[3]: value for key, (value, _) in after.items() if key[2] == "air_temperature"} == {
        START + m * MINUTE: round(10 + m / 10, 2) for m in range(60)
    }
    assert stored(store, OTHER) == before
    again = replay(settings, store, loop.lock, devices=(DEVICE,))
    assert again.removed == 0
    assert stored(store, DEVICE) == after


async def test_a_replay_of_a_part_equals_a_first_pass_including_flags_that_look_at_neighbours(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    quality = {"air_temperature": {"spike": 5, "rate": 0.05, "flat_line": 1200}}
    settings = settings.model_copy(
        update={"pipeline": settings.pipeline.model_validate({"quality": quality, "batch": 7})}
    )
    register(settings, "dragino-lht65n")
    values = [20.0, 20.1, 35.0, 20.0, 20.0, *[21.0] * 30, 22.0, 40.0, 22.0, 22.1, 22.2]
    await append(settings, [received(DEVICE, m, value) for m, value in enumerate(values)])
    loop = process(settings, store)
    first = stored(store, DEVICE)
    assert {flag for _, flag in first.values()} == {1, 3}
    for start, stop in ((2, 3), (1, 4), (10, 37), (36, 41), (0, 50)):
        replay(settings, store, loop.lock, start=START + start * MINUTE, stop=START + stop * MINUTE)
        assert stored(store, DEVICE) == first, (start, stop)


async def test_a_later_message_about_the_same_moment_is_not_overwritten_by_replaying_the_earlier(
    settings: Settings, store: Store
) -> None:
    register(settings, "dragino-lht65n")
    original, corrected = received(DEVICE, 5, 20.0), received(DEVICE, 5, 25.0)
    later = Received("cs", corrected.topic, corrected.body, original.received_at + 10 * MINUTE)
    await append(settings, [original, later])
    loop = process(settings, store)
    replay(settings, store, loop.lock, start=START + 5 * MINUTE, stop=START + 6 * MINUTE)
    value, _ = stored(store, DEVICE)[DEVICE, "", "air_temperature", START + 5 * MINUTE]
    assert value == 25.0


async def test_points_that_no_longer_come_out_are_removed_and_become_dead_letters(
    settings: Settings, store: Store
) -> None:
    register(settings, "dragino-lht65n")
    await append(settings, [received(DEVICE, m, 20.0) for m in range(10)])
    loop = process(settings, store)
    register(settings, "browan-tbhh100")  # refuses port 2
    result = replay(settings, store, loop.lock)
    assert result.rejected == {"decode": 10}
    assert stored(store, DEVICE) == {}
    register(settings, "dragino-lht65n")
    result = replay(settings, store, loop.lock)
    assert result.resolved == 10
    assert len(stored(store, DEVICE)) == 50


async def test_live_traffic_goes_on_during_a_replay(settings: Settings, store: Store) -> None:
    register(settings, "dragino-lht65n")
    await append(settings, [received(DEVICE, m, 20.0) for m in range(100)])
    process(settings, store)
    live = [received(DEVICE, m, 30.0) for m in range(100, 200)]

    class Interrupted:
        """Lets live messages in at the last moment before the replay compares the store."""

        def __init__(self, act: Callable[[], object]) -> None:
            self._act = act

        def __enter__(self) -> None:
            self._act()

        def __exit__(self, *_: object) -> None: ...

    await append(settings, live)
    result = replay(settings, store, Interrupted(lambda: process(settings, store)), stop=START + 100 * MINUTE)
    assert result.removed == 0
    temperatures = {key[3]: value for key, (value, _) in stored(store, DEVICE).items() if key[2] == "air_temperature"}
    assert temperatures == {START + m * MINUTE: 20.0 if m < 100 else 30.0 for m in range(200)}
