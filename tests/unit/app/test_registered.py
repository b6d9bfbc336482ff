"""The running pipeline follows the registry, and holds back what is not approved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.app import parts
from gateway.config import ConfigError, Settings, load
from gateway.model import Entry, Received
from gateway.pipeline.memory import Memory
from gateway.pipeline.processor import Processor
from gateway.registry.lookup import Known
from gateway.registry.model import Device, Fact, Identifier
from gateway.registry.opening import create_file
from gateway.registry.service import Registry
from tests.unit.registry.gated import AIR, PLAIN, TOKEN, Clock, approve, gated, made

NOW = 1_790_000_000 * 10**9


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    lorawan = {"type": "http", "format": "chirpstack", "token": TOKEN}
    return gated(tmp_path, {"nbiot": PLAIN, "cs": lorawan})


@pytest.fixture
def registry(settings: Settings) -> Iterator[Registry]:
    with made(settings) as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(settings: Settings, registry: Registry, clock: Clock) -> Iterator[Known]:
    found = Known(settings, clock)
    yield found
    found.close()


def pipeline(settings: Settings, known: Known) -> Processor:
    return parts.processor_factory(settings, known)(Memory())


def points(processor: Processor, *devices: str) -> list[str]:
    entries = [Entry(n, Received("nbiot", f"/x/{device}", b'{"t": 21.5}', NOW)) for n, device in enumerate(devices, 1)]
    return [point.device for point in processor.process(entries).observations]


def uplink(processor: Processor, device: str) -> int:
    body = {"deviceInfo": {"devEui": device, "tags": {}}, "time": "2026-09-21T13:33:20Z", "fPort": 2, "fCnt": 1,
            "deduplicationId": "00000000-0000-0000-0000-000000000001", "data": "C7gIZgH5Af+If/8="}  # fmt: skip
    entry = Entry(1, Received("cs", f"application/1/device/{device}/event/up", json.dumps(body).encode(), NOW))
    return len(processor.process([entry]).observations)


def test_what_is_not_approved_is_held_back_until_it_is(settings, registry, known, clock):
    with registry.change("m") as edit:
        edit.propose(AIR)
        edit.save_device(Device(id="d", source="air"))
    clock.now = 3
    processor = pipeline(settings, known)
    entry = Entry(1, Received("nbiot", "/x/d", b'{"t": 21.5}', NOW))
    out = processor.process([entry])
    assert (out.observations, out.nothing, out.rejected) == ([], {"held": 1}, [])
    assert out.seen["d"].count == 1
    with registry.change("andrea") as edit:
        edit.approve("air")
    assert points(processor, "d") == []  # the registry is not asked with every batch
    clock.now += settings.registry.refresh
    assert points(processor, "d", "stranger") == ["d"]
    with registry.change("andrea") as edit:
        edit.retire_source("air")
    clock.now += settings.registry.refresh
    assert points(processor, "d") == []


def test_a_device_without_a_source_belongs_to_the_configured_one(settings, registry, clock):
    approve(registry, replace(AIR, id="nbiot"))
    with registry.change("m") as edit:
        edit.propose(AIR)
        edit.save_device(Device(id="d", source="air"))
        edit.identify(Identifier(identifier="d2", device="d"))
    known = Known(settings, clock)
    assert points(pipeline(settings, known), "stranger", "d", "d2") == ["stranger"]
    known.close()


def test_without_the_gate_everything_passes(settings, registry, known):
    open_ = settings.model_copy(update={"registry": settings.registry.model_copy(update={"gate": False})})
    assert points(pipeline(open_, known), "stranger") == ["stranger"]


def test_a_registered_decoder_is_used_as_soon_as_it_is_known(settings, registry, known, clock):
    approve(registry, replace(AIR, id="cs"))
    clock.now = 3
    processor = pipeline(settings, known)
    assert uplink(processor, "a84041ffff000001") == 0
    with registry.change("m") as edit:
        edit.save_device(Device(id="a84041ffff000001", decoder="dragino-lht65n"))
    clock.now = 6
    assert uplink(processor, "a84041ffff000001") > 0


def test_the_registry_goes_before_the_fleet_file(settings, registry, tmp_path):
    file = tmp_path / "fleet.toml"
    file.write_text('[devices.a]\nname = "file"\ndecoder = "dragino-lht65n"\n[devices.b]\nname = "file"\n')
    with registry.change("m") as edit:
        edit.save_device(Device(id="a", name="registry"))
        edit.set_fact(Fact(device="a", attribute="expected", value=30.0))
        edit.identify(Identifier(identifier="a2", device="a"))
    known = Known(settings.model_copy(update={"fleet": file}))
    assert {id_: row.name for id_, row in known.items()} == {"a": "registry", "a2": "registry", "b": "file"}
    assert (known["a"].decoder, known["a"].expected_interval, known["b"].expected_interval) == (None, 30, 600)
    assert (len(known), known.get("c")) == (3, None)
    known.close()


def test_without_a_registry_there_is_the_fleet_file_alone(tmp_path, clock):
    settings = load(data_dir=tmp_path / "data")
    known = Known(settings, clock)
    assert len(known) == 0
    assert not (tmp_path / "data" / "registry.sqlite").exists()
    made = Registry(create_file(settings))  # somebody begins one while the service runs
    with made.change("m") as edit:
        edit.save_device(Device(id="d"))
    clock.now = 3
    assert known.refresh()
    assert not known.refresh()
    assert list(known) == ["d"]
    made.close()
    known.close()


def test_what_was_known_holds_while_the_database_is_away(settings, registry, known, clock):
    with registry.change("m") as edit:
        edit.save_device(Device(id="d"))
    clock.now = 3
    assert known.refresh()
    with registry.engine.begin() as connection:
        connection.exec_driver_sql("alter table registry_state rename to away")
    clock.now = 6
    with capture_logs() as logs:
        assert not known.refresh()
        clock.now = 9
        assert not known.refresh()
    assert [line["log_level"] for line in logs] == ["warning"]
    assert list(known) == ["d"]
    with registry.engine.begin() as connection:
        connection.exec_driver_sql("alter table away rename to registry_state")
    clock.now = 12
    with capture_logs() as logs:
        known.refresh()
    assert [line["event"] for line in logs] == ["registry reached again"]


def test_a_registry_that_cannot_be_opened_is_a_configuration_error(tmp_path):
    settings = load(
        data_dir=tmp_path, registry={"url": "postgresql://u@/x?host=/nowhere", "password": {"value": "geheim"}}
    )
    with pytest.raises(ConfigError, match="cannot be reached") as caught:
        parts.known_devices(settings)
    assert "geheim" not in str(caught.value)


def test_a_codec_that_cannot_be_used_is_reported_and_stops_nothing(settings, registry, clock):
    approve(registry, replace(AIR, id="cs"))
    with registry.change("m") as edit:
        edit.save_device(Device(id="a84041ffff000001", codec="missing.js"))
    known = Known(settings, clock)
    with capture_logs() as logs:
        assert uplink(pipeline(settings, known), "a84041ffff000001") == 0
    assert logs[0]["event"] == "codec cannot be used"
    known.close()
