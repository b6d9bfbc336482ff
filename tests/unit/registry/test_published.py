"""What the registry lets be published: by source and quantity, asked anew with every question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.config import Settings
from gateway.registry.model import Device, Fact, Identifier, Installation, Site
from gateway.registry.opening import create_file
from gateway.registry.published import SEEN_AGAIN, Published
from gateway.registry.seen import Heard, SeenDevices
from gateway.registry.service import Registry
from tests.unit.registry import gated
from tests.unit.registry.gated import Clock, approve

AIR = replace(gated.AIR, publication=(("*", "quartier"), ("pm2_5", "site"), ("people_count", "none")))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return gated.gated(tmp_path, {"nbiot": gated.PLAIN, "other": gated.PLAIN})


@pytest.fixture
def registry(settings: Settings) -> Iterator[Registry]:
    with gated.made(settings) as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def published(settings: Settings, clock: Clock) -> Iterator[Published]:
    found = Published(settings, clock)
    yield found
    found.close()


def test_every_step_of_a_source_holds_at_once(registry, published):
    with registry.change("petra") as edit:
        edit.propose(AIR)
        edit.save_device(Device(id="d", source="air"))
        edit.identify(Identifier(identifier="d2", device="d"))
    assert published.now().level("d", "pm2_5") == "none"
    with registry.change("andrea") as edit:
        edit.approve("air")
    for device in ("d", "d2"):
        assert published.now().level(device, "pm2_5") == "site"
        assert published.now().level(device, "air_temperature") == "quartier"
        assert published.now().level(device, "people_count") == "none"
    before = published.now().digest
    with registry.change("andrea") as edit:
        edit.activate("air")
    assert published.now().level("d", "pm2_5") == "site"
    with registry.change("petra") as edit:  # another extent needs a new approval
        edit.propose(replace(AIR, publication=(("*", "site"),)))
    assert published.now().level("d", "pm2_5") == "none"
    with registry.change("andrea") as edit:
        edit.approve("air")
    assert published.now().level("d", "air_temperature") == "site"
    with registry.change("andrea") as edit:
        edit.retire_source("air")
    assert published.now().level("d", "air_temperature") == "none"
    assert published.now().digest != before


def test_personal_data_is_not_told_by_site(registry, published):
    every = (("*", "site"),)
    homes = replace(AIR, id="homes", privacy="personal", dpia="DSFA 1", publication=every)
    approve(registry, homes, replace(AIR, publication=every))
    with registry.change("m") as edit:
        edit.save_device(Device(id="home", source="homes"))
        edit.save_device(Device(id="phone", source="air", privacy="personal"))
    assert published.now().level("home", "air_temperature") == "quartier"
    assert published.now().level("phone", "air_temperature") == "quartier"


def test_a_device_that_names_no_source_belongs_to_the_one_it_was_heard_by(settings, registry, published, clock):
    approve(registry, replace(AIR, id="nbiot", publication=(("*", "site"),)))
    assert published.now().level("d", "air_temperature") == "none"  # it might come by the other
    approve(registry, replace(AIR, id="other", publication=(("*", "stadt"),)))
    assert published.now().level("d", "air_temperature") == "stadt"
    before = published.now().digest
    SeenDevices(settings.data_dir / "devices.sqlite").update([Heard(device="d", source="nbiot", last_seen=1, count=1)])
    clock.now += SEEN_AGAIN
    assert published.now().level("d", "air_temperature") == "site"
    assert published.now().digest != before


def test_single_readings_of_gardens_rooms_and_what_moves_are_not_told(registry, published):
    approve(registry, replace(AIR, publication=(("*", "site"),)))
    with registry.change("m") as edit:
        edit.save_site(Site(id="garden", private=True))
        edit.save_site(Site(id="room", siting="indoor"))
        edit.save_site(Site(id="street"))
        for name, site in (("g", "garden"), ("r", "room"), ("s", "street")):
            edit.save_device(Device(id=name, source="air"))
            edit.install(Installation(device=name, site=site))
        edit.save_device(Device(id="bus", source="air", mobile=True))
        edit.save_device(Device(id="van", source="air"))
        edit.set_fact(Fact(device="van", attribute="mobile", start=5, stop=9, value=1.0))
    now = published.now()
    assert {name: now.readings(name, "air_temperature") for name in ("g", "r", "s", "bus", "van")} == {
        "g": False, "r": False, "s": True, "bus": False, "van": False,
    }  # fmt: skip


def test_what_was_taken_out_of_the_registry_is_not_told_singly(settings, registry, published, clock):
    """Its readings are in the store still, and nobody says any more that they were somebody's."""
    approve(registry, replace(AIR, id="nbiot", publication=(("*", "site"),)))
    with registry.change("m") as edit:
        edit.save_site(Site(id="garden", private=True))
        edit.save_device(Device(id="d"))
        edit.identify(Identifier(identifier="d2", device="d"))
        edit.install(Installation(device="d", site="garden"))
    heard = [Heard(device=name, source="nbiot", last_seen=1, count=1) for name in ("d", "d2", "stranger")]
    SeenDevices(settings.data_dir / "devices.sqlite").update(heard)
    published.now().level("d", "air_temperature")
    clock.now += SEEN_AGAIN
    with registry.change("m") as edit:
        edit.remove(Device, ["d"])
    now = published.now()
    shown = {name: now.readings(name, "air_temperature") for name in ("d", "d2", "stranger")}
    assert shown == {"d": False, "d2": False, "stranger": True}
    with registry.change("m") as edit:  # it is known again, and hangs in no garden
        edit.save_device(Device(id="d"))
    assert published.now().readings("d", "air_temperature")


def test_without_a_registry_nothing_may_be_published_until_there_is_one(settings, published):
    assert published.now().level("d", "pm2_5") == "none"
    made = Registry(create_file(settings))
    approve(made, AIR)
    with made.change("m") as edit:
        edit.save_device(Device(id="d", source="air"))
    made.close()
    assert published.now().level("d", "pm2_5") == "site"


def test_while_the_database_is_away_what_was_known_holds(registry, published):
    approve(registry, AIR)
    with registry.change("m") as edit:
        edit.save_device(Device(id="d", source="air"))
    assert published.now().level("d", "pm2_5") == "site"
    with registry.engine.begin() as connection:
        connection.exec_driver_sql("alter table registry_state rename to away")
    with capture_logs() as logs:
        assert published.now().level("d", "pm2_5") == "site"
        assert published.now().level("d", "pm2_5") == "site"
    assert [line["log_level"] for line in logs] == ["warning"]
    with registry.engine.begin() as connection:
        connection.exec_driver_sql("alter table away rename to registry_state")
