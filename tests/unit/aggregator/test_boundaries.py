"""Boundaries that change: exactly the figures of the areas concerned, from their day on, and the old ones with `as_of`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import box

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, S

from gateway.aggregation.calendar import DayBasis, midnight
from gateway.aggregator.query import Figures
from gateway.aggregator.question import Question

MINUTE = 60 * S
DAYS = 4


@pytest.fixture
def figures(place):
    place.now = START + (DAYS + 1) * 24 * HOUR
    place.write(*[
        (f"d{n}", "air_temperature", START + m * MINUTE, 10.0 * (n + 1) + m / 1000)
        for m in range(0, DAYS * 1440, 30) for n in range(3)
    ])  # fmt: skip
    place.facts.facts = [{"device": f"d{n}", "expected": 1800 * S} for n in range(3)]
    place.engine.work()
    return Figures(place.engine, place.engine._reading, lateness=0, clock=lambda: place.now)


def values(figures, period, as_of=None):
    asked = Question(
        quantities=("air_temperature",), start=START - 2 * HOUR, stop=START + DAYS * 24 * HOUR, period=period,
        basis=DayBasis.BERLIN, as_of=as_of, include_invalid=True,
    )  # fmt: skip
    return {
        # Sums come in any order: the last digit of a float may differ.
        (row["area"], row["start"]): (round(row["value"] or 0.0, 9), row["n_sites"], row["status"])
        for piece in figures.pieces(asked) for row in piece.iter_rows(named=True)
    }  # fmt: skip


@pytest.mark.parametrize("period", ["hour", "day", "week"])
def test_a_new_boundary_moves_a_site_from_its_day_on(place, facts, figures, period):
    before, moment = values(figures, period), place.now
    day = date(2026, 6, 3)
    change = midnight(day, DayBasis.BERLIN)
    # From 3 June on the second Quartier has lost its western half, and with it its only site, to the first one.
    first, second = (area for area in facts.areas if area.id in {"quartier:00", "quartier:01"})
    others = [area for area in facts.areas if area.id not in {first.id, second.id}]
    facts.areas = [
        *others, replace(first, stop=day), replace(second, stop=day),
        replace(first, start=day, geometry=box(7, 51, 8.6, 52)), replace(second, start=day, geometry=box(8.6, 51, 9, 52)),
    ]  # fmt: skip
    facts.changed()
    place.now += HOUR
    place.engine.work()
    after = values(figures, period)
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed
    assert {area for area, _ in changed} == {"quartier:00", "quartier:01"}
    # A window that reaches over the day belongs to where the site lay longer.
    assert all(start >= change or period == "week" for _, start in changed)
    if period != "week":
        assert {start for _, start in changed} == {start for _, start in before if start >= change}
    for area, start in changed:
        if area == "quartier:00":
            assert after[area, start][1] == 2
        else:
            assert (area, start) not in after
    assert values(figures, period, as_of=moment) == before
    # The site-hours themselves do not know in which area they lie.
    facts.areas = [*others, first, second]
    facts.changed()
    place.now += HOUR
    assert not place.engine.work().changed
    assert values(figures, period) == before
