"""The registry in SQLite: what it does, what it refuses, and in which words."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gateway.registry.errors import RegistryError
from gateway.registry.model import Attribute, Device, Fact, Identifier, Installation, Owner, Site
from gateway.registry.service import Registry
from tests.unit.registry.behaviour import ALL

DAY = 86_400 * 10**9


@pytest.mark.parametrize("shows", ALL, ids=lambda each: each.__name__)
def test_in_sqlite(registry: Registry, shows: Callable[[Registry], None]):
    shows(registry)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Device(id="x", decoder="nobody-nothing"), "decoder 'nobody-nothing' does not exist"),
        (Device(id="A84041000181C061"), "lower case"),
        (Device(id="x", owner="who"), "owner 'who' is unknown"),
        (Device(id="x", source="what"), "source 'what' is unknown"),
        (Device(id="x", privacy="secret"), "is not one of public, internal, personal"),
        (Device(id="d", mobile=True), "installed at A and cannot be mobile"),
        (Device(id="x", decoder="dragino-lht65n", codec="x.js"), "either a decoder or a codec"),
        (Device(id="x", mapping="x.toml"), "belongs to a codec"),
        (Device(id=""), "no usable id"),
        (Device(id="a\nb"), "no usable id"),
        (Device(id="x" * 201), "no usable id"),
        (Site(id="x", longitude=7.0), "point is incomplete"),
        (Site(id="x", longitude=710.0, latitude=51.0), "710.0 is not within -180 to 180"),
        (Site(id="x", siting="moon"), "'moon' is not one of"),
        (Owner(id="x", tenant="who"), "tenant 'who' is unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_wrong_entries_are_refused_in_words(city: Registry, entry: Device | Site | Owner, words: str):
    with pytest.raises(RegistryError, match=words), city.change("m") as edit:
        {Device: edit.save_device, Site: edit.save_site, Owner: edit.save_owner}[type(entry)](entry)  # type: ignore[operator]  # the table pairs each type with its own method


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (Fact(device="d", attribute="expected", value=0.0), "expected 0 is not within 1 to"),
        (Fact(device="d", attribute="sensor_class", value=4.0), "is not within 1 to 3"),
        (Fact(device="d", attribute="sensor_class", value=1.5), "is not within 1 to 3"),
        (Fact(device="d", attribute="modulus", value=float("nan")), "is not within"),
        (Fact(device="d", attribute="colour", value=1.0), "'colour' is not one of"),
        (Fact(device="d", attribute="factor", quantity="temprature", value=1.0), "unknown quantity 'temprature'"),
        (Fact(device="e", attribute="factor", value=1.0), "device 'e' is unknown"),
        (Fact(device="d", attribute="factor", site="Z", value=1.0), "site 'Z' is unknown"),
        (Fact(device="d", attribute="factor", value=1.0, start=2, stop=2), "upside down"),
        (Fact(device="d", attribute="factor", value=1.0, start=2**62), "outside 1970 to 2096"),
    ],
)  # fmt: skip
def test_wrong_facts_are_refused_in_words(city: Registry, fact: Fact, words: str):
    with pytest.raises(RegistryError, match=words), city.change("m") as edit:
        edit.set_fact(fact)


def test_a_mobile_device_has_no_site(city: Registry):
    with city.change("m") as edit:
        edit.save_device(Device(id="bus", mobile=True))
    with pytest.raises(RegistryError, match="mobile: it has no site"), city.change("m") as edit:
        edit.install(Installation(device="bus", site="A"))


def test_an_id_belongs_to_one_device(city: Registry):
    with city.change("m") as edit:
        edit.save_device(Device(id="e"))
        edit.identify(Identifier(identifier="mqtt-1", device="d", network="mqtt"))
    for identifier in ("mqtt-1", "d"):
        with pytest.raises(RegistryError, match="belongs to d already"), city.change("m") as edit:
            edit.identify(Identifier(identifier=identifier, device="e"))
    with pytest.raises(RegistryError, match="is already an id of d"), city.change("m") as edit:
        edit.save_device(Device(id="mqtt-1"))


def test_a_retired_device_hangs_nowhere(city: Registry):
    with city.change("m") as edit:
        edit.retire("d", 20 * DAY)
    assert city.installations_frame()["stop"].to_list() == [20 * DAY]
    assert [(d.window.site, d.window.start, d.window.stop) for d in city.dirty()] == [("A", 20 * DAY, None)]
    assert city.entries(Device)[0].retired_at == 20 * DAY
    with pytest.raises(RegistryError, match="cannot end before that"), city.change("m") as edit:
        edit.retire("d", 5 * DAY)


def test_taking_down_what_hangs_nowhere_is_refused(city: Registry):
    with pytest.raises(RegistryError, match="hangs at no site"), city.change("m") as edit:
        edit.end("d", 5 * DAY)


def test_an_installation_of_a_channel_goes_before_its_device_while_it_holds(city: Registry):
    with city.change("m") as edit:
        edit.install(Installation(device="d", channel="probe", site="B", start=15 * DAY, special=True))
    # What the probe measured at A before it was moved stays A's.
    found = {(d.window.channel, d.window.site, d.window.start, d.window.stop) for d in city.dirty()}
    assert found == {("probe", "A", 15 * DAY, None), ("probe", "B", 15 * DAY, None)}


def test_clearing_a_fact_marks_its_time(city: Registry):
    with city.change("m") as edit:
        edit.set_fact(Fact(device="d", attribute=Attribute.CAPACITY, value=50.0, start=11 * DAY, stop=14 * DAY))
    city.settle(city.dirty()[-1].id)
    with city.change("m") as edit:
        edit.set_fact(
            Fact(device="d", attribute=Attribute.CAPACITY, value=50.0, start=12 * DAY, stop=13 * DAY), clear=True
        )
    assert [(d.window.start, d.window.stop) for d in city.dirty()] == [(12 * DAY, 13 * DAY)]


def test_who_changes_something_says_so(registry: Registry):
    with pytest.raises(RegistryError, match="say who"), registry.change(" "):
        pass


def test_simultaneous_changes_come_one_by_one(city: Registry):
    outcomes = list[str]()

    def install(channel: str) -> None:
        try:
            with city.change(f"m{channel}") as edit:
                edit.save_site(Site(id=f"C{channel}"))
                edit.install(Installation(device="d", channel="x", site=f"C{channel}"))
            outcomes.append("installed")
        except RegistryError:
            outcomes.append("refused")

    threads = [threading.Thread(target=install, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["installed", "refused", "refused", "refused"]


def test_the_database_file_is_its_owners_alone(tmp_path):
    from gateway.config import load
    from gateway.registry.opening import create_file, database_url

    settings = load(data_dir=tmp_path / "data")
    assert database_url(settings) is None
    Registry(create_file(settings)).close()
    assert (tmp_path / "data" / "registry.sqlite").stat().st_mode & 0o077 == 0
    assert database_url(settings) == f"sqlite:///{tmp_path}/data/registry.sqlite"


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:geheim@h/d", "postgresql://u:geheim@/x?host=/nowhere"])
def test_a_database_that_cannot_be_used_is_said_without_its_password(url: str):
    with pytest.raises(RegistryError) as caught:
        Registry(url)
    assert "geheim" not in str(caught.value)
