"""The gate: what a source must say, who approves it, and what its state means for its data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.registry.errors import RegistryError
from gateway.registry.model import Level, Source, Status, publication_level, publishable
from gateway.registry.service import Registry
from gateway.registry.sources import read_source

AIR = Source(
    id="air", title="Luftmessnetz", purpose="Luftqualität", legal_basis="§ 3 DSG NRW", controller="Umweltamt",
    privacy="public", publication=(("*", "quartier"), ("pm2_5", "site")), themes=("ENVI",),
)  # fmt: skip


@pytest.fixture
def proposed(registry: Registry) -> Registry:
    with registry.change("petra") as edit:
        edit.propose(AIR)
    return registry


def state(registry: Registry) -> Source:
    found = registry.source("air")
    assert found is not None
    return found


def test_the_way_of_a_source(proposed: Registry):
    assert not publishable(state(proposed))
    with proposed.change("andrea") as edit:
        edit.approve("air")
    approved = state(proposed)
    assert publishable(approved)
    assert (approved.approved_by, approved.proposed_by) == ("andrea", "petra")
    assert approved.approved_at is not None
    with proposed.change("petra") as edit:
        edit.activate("air")
    assert state(proposed).status == Status.ACTIVE
    assert publishable(state(proposed))
    with proposed.change("petra") as edit:
        edit.retire_source("air")
    assert not publishable(state(proposed))
    assert not publishable(None)
    statuses = [line.after["status"] for line in proposed.audit(kind="source") if line.after]
    assert statuses == ["retired", "active", "approved", "proposed"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"purpose": " "}, "purpose missing"),
        ({"legal_basis": "", "controller": ""}, "legal_basis, controller missing"),
        ({"privacy": "personal"}, "dpia missing"),
    ],
)
def test_what_is_missing_is_named_before_approval(registry: Registry, change, words):
    with registry.change("petra") as edit:
        edit.propose(replace(AIR, **change))
    with pytest.raises(RegistryError, match=words), registry.change("andrea") as edit:
        edit.approve("air")
    assert state(registry).status == Status.PROPOSED


def test_whoever_proposes_does_not_approve(proposed: Registry):
    with pytest.raises(RegistryError, match="petra proposed the source air"), proposed.change("petra") as edit:
        edit.approve("air")


@pytest.mark.parametrize("step", ["activate", "approve", "retire_source"])
def test_steps_come_in_their_order(proposed: Registry, step):
    with proposed.change("andrea") as edit:
        edit.approve("air")
        edit.activate("air")
        edit.retire_source("air")
    with pytest.raises(RegistryError, match="is retired, not"), proposed.change("andrea") as edit:
        getattr(edit, step)("air")
    with pytest.raises(RegistryError, match="'water' is unknown"), proposed.change("andrea") as edit:
        getattr(edit, step)("water")


def test_an_approval_is_about_what_was_approved(proposed: Registry):
    with proposed.change("andrea") as edit:
        edit.approve("air")
    with proposed.change("petra") as edit:  # a better title needs no new approval
        edit.propose(replace(AIR, title="Luftmessnetz Wuppertal"))
    assert state(proposed).status == Status.APPROVED
    with proposed.change("paul") as edit:
        edit.propose(replace(AIR, publication=(("*", "site"),)))
    again = state(proposed)
    assert (again.status, again.approved_by, again.proposed_by) == (Status.PROPOSED, "", "paul")


def test_what_is_not_named_is_not_published(proposed: Registry):
    assert publication_level(state(proposed), "pm2_5") == Level.NONE
    with proposed.change("andrea") as edit:
        edit.approve("air")
    found = state(proposed)
    assert (publication_level(found, "pm2_5"), publication_level(found, "no2")) == (Level.SITE, Level.QUARTIER)
    assert publication_level(replace(found, publication=()), "no2") == Level.NONE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "id and title"),
        ({"privacy": "secret"}, "not one of public"),
        ({"publication": (("smell", "site"),)}, "unknown quantity 'smell'"),
        ({"publication": (("*", "street"),)}, "not one of site, quartier"),
        ({"licence": "MIT"}, "no licence of DCAT-AP.de"),
        ({"themes": ("air",)}, "'air' is no EU data theme"),
        ({"owner": "x"}, "owner 'x' is unknown"),
    ],
)
def test_wrong_sources_are_refused_in_words(registry: Registry, change, words):
    with pytest.raises(RegistryError, match=words), registry.change("petra") as edit:
        edit.propose(replace(AIR, **change))


def test_a_source_is_described_in_a_file(tmp_path):
    file = tmp_path / "air.toml"
    file.write_text(
        'id = "air"\ntitle = "Luft"\nkeywords = ["Luft"]\nthemes = ["ENVI"]\n'
        '[publication]\n"*" = "quartier"\npm2_5 = "site"\n'
    )
    found = read_source(file)
    assert found.publication == (("*", "quartier"), ("pm2_5", "site"))
    assert found.keywords == ("Luft",)
    for wrong, words in (
        ('id = "a"\nstatus = "approved"', "status"),
        ('title = "a"', "id is missing"),
        ("=", "air.toml"),
        ('id = "a"\npublication = "all"', "publication is a table"),
    ):
        file.write_text(wrong)
        with pytest.raises(RegistryError, match=words):
            read_source(file)
