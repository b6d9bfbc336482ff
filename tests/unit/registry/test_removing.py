"""What was entered wrongly goes, with all that belongs to it and with nothing else; the log keeps it whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.registry.change import to_entry
from gateway.registry.errors import RegistryError
from gateway.registry.model import Attribute, Device, Fact, Identifier, Installation, Site, Source
from gateway.registry.service import Registry

DAY = 86_400 * 10**9
KINDS = {"device": Device, "identifier": Identifier, "installation": Installation, "fact": Fact, "site": Site,
         "source": Source}  # fmt: skip
AIR = Source(id="air", title="Luft", purpose="Luft", legal_basis="§ 3", controller="Amt",
             publication=(("*", "quartier"), ("pm2_5", "site")), keywords=("Luft",), themes=("ENVI",))  # fmt: skip


def furnish(city: Registry) -> None:
    """Device d hung at A and hangs at B, with a probe at A, another id and calibrations; e hangs at A."""
    with city.change("maker") as edit:
        edit.move("d", "B", 20 * DAY)
        edit.install(Installation(device="d", channel="probe", site="A", start=25 * DAY, stop=30 * DAY))
        edit.identify(Identifier(identifier="mqtt-7", device="d", network="mqtt"))
        edit.set_fact(Fact(device="d", attribute=Attribute.EXPECTED, value=600.0))
        edit.calibrate("d", "pm2_5", factor=0.9, site="B", start=20 * DAY)
        edit.save_device(Device(id="e", note="bleibt"))
        edit.install(Installation(device="e", site="A", start=12 * DAY))
        edit.set_fact(Fact(device="e", attribute=Attribute.EXPECTED, value=900.0))
        edit.identify(Identifier(identifier="mqtt-8", device="e", network="mqtt"))
    city.settle(city.last_dirty())


def everything(registry: Registry) -> list[object]:
    return [entry for type_ in KINDS.values() for entry in registry.entries(type_)]


def test_a_device_goes_with_all_that_is_known_of_it(city: Registry):
    everything_before = everything(city)
    furnish(city)
    version = city.version()
    with city.change("petra", "Tippfehler") as edit:
        removed = edit.remove(Device, ["d"])
    assert len(removed) == 8  # itself, an id, three installations, an interval, factor and offset
    assert city.version() == version + 1
    kept = everything(city)
    assert not set(removed) & set(kept)
    assert [each.id for each in city.entries(Device)] == ["e"]
    assert {each.device for each in (*city.entries(Installation), *city.entries(Fact), *city.entries(Identifier))} == {
        "e"
    }
    assert set(city.entries(Site)) <= set(everything_before)


def test_exactly_the_windows_in_which_it_hung_are_computed_again(city: Registry):
    furnish(city)
    with city.change("m") as edit:
        edit.remove(Device, ["d"])
        announced = edit.device_windows()
    found = [each.window for each in city.dirty()]
    assert sorted(found) == sorted(announced)
    whole = {(w.site, w.start, w.stop) for w in found if w.channel == "*"}
    assert whole == {("A", 10 * DAY, 20 * DAY), ("B", 20 * DAY, None)}
    probe = {(w.site, w.start, w.stop) for w in found if w.channel == "probe"}
    assert probe == {
        ("A", 10 * DAY, 20 * DAY), ("B", 20 * DAY, 25 * DAY), ("A", 25 * DAY, 30 * DAY), ("B", 30 * DAY, None),
    }  # fmt: skip
    assert {w.device for w in found} == {"d"}


def test_a_device_that_hung_nowhere_has_nothing_computed_again(city: Registry):
    with city.change("m") as edit:
        edit.save_device(Device(id="typo"))
        edit.set_fact(Fact(device="typo", attribute=Attribute.EXPECTED, value=600.0))
    with city.change("m") as edit:
        edit.remove(Device, ["typo"])
    assert city.dirty() == []


def test_what_was_removed_can_be_entered_again_from_the_log(city: Registry):
    furnish(city)
    before = everything(city)
    with city.change("petra", "Tippfehler") as edit:
        edit.remove(Device, ["d"])
    lines = [line for line in city.audit() if line.action == "remove"]
    assert len(lines) == 8
    assert {(line.who, line.reason) for line in lines} == {("petra", "Tippfehler")}
    assert all(line.after is None for line in lines)
    with city.change("petra") as edit:
        for line in lines:
            assert line.before is not None
            edit.change.put(to_entry(KINDS[line.kind], line.before))
    assert everything(city) == before


def test_unknown_ids_are_named_all_of_them_and_nothing_is_removed(city: Registry):
    furnish(city)
    before, version = everything(city), city.version()
    with pytest.raises(RegistryError) as caught, city.change("m") as edit:
        edit.remove(Device, ["d", "nobody", "mqtt-7", "A84041000181C061"])
    said = str(caught.value)
    assert "nicht eingetragen: Gerät 'nobody', 'mqtt-7' (weitere Kennung von d), 'a84041000181c061'" in said
    assert "unknown device 'nobody', 'mqtt-7' (a further id of d), 'a84041000181c061'; nothing is removed" in said
    assert (everything(city), city.version()) == (before, version)


def test_a_deveui_may_be_written_as_on_the_label_and_twice(city: Registry):
    with city.change("m") as edit:
        edit.save_device(Device(id="a84041000181c061"))
    with city.change("m") as edit:
        assert len(edit.remove(Device, ["A8-40-41-00-01-81-C0-61", "a84041000181c061"])) == 1


def test_a_removed_device_may_be_entered_under_a_further_id_of_another(city: Registry):
    with city.change("m") as edit:
        edit.save_device(Device(id="typo"))
    with city.change("m") as edit:  # in one change: gone, and another id of the right one
        edit.remove(Device, ["typo"])
        edit.identify(Identifier(identifier="typo", device="d"))
    assert [each.device for each in city.entries(Identifier)] == ["d"]


def test_a_site_where_nothing_ever_hung_goes_with_calibrations_bound_to_it(city: Registry):
    with city.change("m") as edit:
        edit.save_site(Site(id="C", name="Tipp"))
        edit.calibrate("d", "pm2_5", factor=0.9, site="C")
    with city.change("m") as edit:
        removed = edit.remove(Site, ["C"])
    assert [type(each) for each in removed] == [Site, Fact, Fact]
    assert city.entries(Fact) == []
    assert [each.id for each in city.entries(Site)] == ["A", "B"]
    assert city.dirty() == []


def test_a_site_where_something_hangs_or_hung_stays_and_the_message_names_it(city: Registry):
    furnish(city)
    with city.change("m") as edit:
        edit.save_site(Site(id="C"))
    before = everything(city)
    with pytest.raises(RegistryError) as caught, city.change("m") as edit:
        edit.remove(Site, ["A", "C", "B"])
    said = str(caught.value)
    assert "A wird nicht entfernt, hier hängt oder hing d [1970-01-11 01:00+01:00, 1970-01-21 01:00+01:00), d [" in said
    assert "A is not removed, these hang or hung there: d [" in said
    assert ", e [1970-01-13 01:00+01:00, offen / open)" in said
    assert "B is not removed" in said
    assert everything(city) == before
    with city.change("m") as edit:  # once what hung there is out, so is what stood in the way
        edit.remove(Device, ["d", "e"])
        edit.remove(Site, ["A", "B", "C"])
    assert everything(city) == []


def test_of_many_that_stand_in_the_way_some_are_named(city: Registry):
    with city.change("m") as edit:
        for number in range(8):
            edit.save_device(Device(id=f"e{number}"))
            edit.install(Installation(device=f"e{number}", site="B"))
    with pytest.raises(RegistryError, match=r"e4 \[immer / always, offen / open\) \(\+ 3\)"), city.change("m") as edit:
        edit.remove(Site, ["B"])


def test_a_source_that_was_only_proposed_goes(city: Registry):
    with city.change("petra") as edit:
        edit.propose(AIR)
        edit.propose(replace(AIR, id="ended"))
        edit.retire_source("ended")
    with city.change("andrea", "doppelt") as edit:
        edit.remove(Source, ["air", "ended"])
    assert city.entries(Source) == []
    (line, *_) = city.audit(kind="source", key="air")
    assert (line.who, line.action, line.reason) == ("andrea", "remove", "doppelt")
    assert line.before is not None
    assert replace(to_entry(Source, line.before), proposed_by="", proposed_at=None, changed_at=None) == AIR


def test_a_source_to_which_devices_belong_stays(city: Registry):
    with city.change("petra") as edit:
        edit.propose(AIR)
        edit.save_device(Device(id="e", source="air"))
    words = "zu ihr gehört e / air is not removed, these devices belong to it: e"
    with pytest.raises(RegistryError, match=words), city.change("m") as edit:
        edit.remove(Source, ["air"])
    with city.change("m") as edit:
        edit.save_device(Device(id="e"))
        edit.remove(Source, ["air"])
    assert city.entries(Source) == []


@pytest.mark.parametrize("after", ["approved", "active", "retired", "proposed again"])
def test_a_source_that_was_ever_approved_is_retired_not_removed(city: Registry, after: str):
    with city.change("petra") as edit:
        edit.propose(AIR)
    with city.change("andrea") as edit:
        edit.approve("air")
    with city.change("andrea") as edit:
        if after == "active":
            edit.activate("air")
        elif after == "retired":
            edit.retire_source("air")
        elif after == "proposed again":
            edit.propose(replace(AIR, purpose="anderes"))
    words = "wird beendet, nicht entfernt.*was approved: retire it"
    with pytest.raises(RegistryError, match=words), city.change("m") as edit:
        edit.remove(Source, ["air"])
    assert [each.id for each in city.entries(Source)] == ["air"]


def test_a_trial_shows_what_would_go_and_removes_nothing(city: Registry):
    furnish(city)
    before, version = everything(city), city.version()
    with city.change("m") as edit:
        assert len(edit.remove(Device, ["d"])) == 8
        edit.dry_run()
    assert (everything(city), city.version(), city.dirty()) == (before, version, [])
