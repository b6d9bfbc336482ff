"""How far the data reach, what is final by it, and what is stored while a round is under way."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, S

from gateway.aggregation.calendar import DayBasis, Period, window_frame
from gateway.aggregator.query import Figures

MINUTE = 60 * S
DAY = 24 * HOUR


def filled(place, days: float = 1) -> int:
    """Observations of all devices; ns of the last one."""
    steps = range(int(days * 144))
    place.write(*[(f"d{n}", "air_temperature", START + m * 10 * MINUTE, 10.0) for m in steps for n in range(3)])
    place.engine.work()
    return START + steps[-1] * 10 * MINUTE


def test_a_changed_fact_says_nothing_of_how_far_the_data_reach(place, facts):
    last = filled(place)
    assert place.results.note("newest") == last
    facts.facts = [{"device": "d0", "expected": 1800 * S}]
    facts.installations = [("d0", "s1"), ("d1", "s1"), ("d2", "s2")]
    facts.changed()
    place.engine.work()
    assert place.results.note("newest") == last


def test_a_clock_that_runs_ahead_and_a_device_that_hangs_nowhere_move_no_watermark(place):
    last = filled(place)
    place.write(("stranger", "air_temperature", last + 2 * DAY, 10.0))
    place.engine.work()
    assert place.results.note("newest") == last
    place.write(("d0", "air_temperature", place.now + 300 * DAY, 10.0))
    place.engine.work()
    assert place.results.note("newest") == place.now


def test_every_period_is_final_once_it_ended_before_the_watermark(place):
    place.now = START + 60 * DAY
    last = filled(place, days=40)
    lateness = 2 * DAY
    figures = Figures(place.engine, place.engine._reading, lateness=lateness, clock=lambda: place.now)
    watermark = figures.watermark()
    assert watermark == last - lateness
    for period, final in ((Period.HOUR, 38 * 24 - 1), (Period.DAY, 37), (Period.MONTH, 1), (Period.YEAR, 0)):
        windows = window_frame(period, DayBasis.UTC, START, last)
        assert windows.filter(pl.col("start") >= START, pl.col("stop") <= watermark).height == final, period


def test_what_is_stored_while_facts_are_read_is_not_lost(place, facts):
    revision = facts.revision
    rows = [("d1", "air_temperature", START + m * 10 * MINUTE, 20.0) for m in range(6)]

    def slow() -> int:
        if rows:
            taken, rows[:] = rows[:], []
            place.write(*taken)
        return revision()

    facts.revision = slow
    place.write(*[("d0", "air_temperature", START + m * 10 * MINUTE, 10.0) for m in range(6)])
    place.engine.work()
    place.engine.work()
    assert place.hours().filter(pl.col("start") == START)["site"].to_list() == ["s0", "s1"]
    assert place.store.dirty.waiting() == 0
