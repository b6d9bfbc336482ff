"""The aggregation reads its facts from the registry."""

from __future__ import annotations

import polars as pl
import pytest

from gateway.aggregation.plan import SERIES, make_plan
from gateway.aggregator.places import PlanSource, memberships, site_frame
from gateway.areas.model import Problem
from gateway.config import ConfigError
from gateway.registry.places import RegistryPlaces
from gateway.registry.service import Registry
from tests.unit.registry.behaviour import fill, quartiere

DAY = 86_400 * 10**9


def test_a_plan_is_made_of_what_the_registry_says(registry: Registry):
    fill(registry)
    with registry.change("m") as edit:
        edit.load_areas(quartiere(), accept=[Problem.OUTSIDE])
    source: PlanSource = RegistryPlaces(registry)
    before, found = source.revision(), source.places()
    assert found.revision == before
    plan = make_plan(
        pl.DataFrame([(0, "d", "", "pm2_5")], schema=SERIES, orient="row"), found.installations,
        sites=site_frame(found.sites), facts=found.facts, areas=memberships(found.sites, found.areas),
    )  # fmt: skip
    assert "quartier:1" in set(plan.memberships["area"])
    with registry.change("m") as edit:
        edit.move("d", "B", 20 * DAY)
    assert source.revision() > before


def test_windows_are_settled_when_their_facts_were_taken(registry: Registry):
    fill(registry)
    source = RegistryPlaces(registry)
    with registry.change("m") as edit:
        edit.move("d", "B", 20 * DAY)
    source.places()
    assert len(registry.dirty()) == 2
    with registry.change("m") as edit:
        edit.end("d", 30 * DAY)
    source.places()
    assert [d.window.start for d in registry.dirty()] == [30 * DAY]


def test_areas_of_files_go_before_the_registrys(registry: Registry):
    fill(registry)
    with registry.change("m") as edit:
        edit.load_areas(quartiere(), accept=[Problem.OUTSIDE])
    (town,) = (area for area in quartiere() if area.level == "stadt")
    assert RegistryPlaces(registry, [town]).places().areas == (town,)
    assert len(RegistryPlaces(registry).places().areas) == 3


def test_a_registry_that_is_away_is_said_in_words(registry: Registry):
    source = RegistryPlaces(registry)
    with registry.engine.begin() as connection:
        connection.exec_driver_sql("drop table registry_state")
    for ask in (source.revision, source.places):
        with pytest.raises(ConfigError, match="cannot be reached"):
            ask()
