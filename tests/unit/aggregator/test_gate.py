"""What may be published, and how fine, holds in every answer and in what is written out; it comes and goes at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, S, Town, town

from gateway.aggregation.calendar import DayBasis
from gateway.aggregator.gate import area_rank, digest, gated, moved_between, rank
from gateway.aggregator.indicators import catalogue
from gateway.aggregator.query import Figures
from gateway.aggregator.question import Question
from gateway.aggregator.written import Writer
from gateway.api.routes.places import site_rows

LEVELS = ("site", "quartier", "stadtbezirk", "stadt", "none")


@dataclass
class Gate:
    """Levels by device; the rest may be published by site."""

    levels: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> object:
        return tuple(sorted(self.levels.items()))

    def now(self) -> Gate:
        return self

    def level(self, device: str, quantity: str) -> str:
        return self.levels.get(f"{device}/{quantity}", self.levels.get(device, "site"))


@dataclass
class Sink:
    """What is written to another database."""

    rows: dict[tuple[object, ...], tuple[str, float | None]] = field(default_factory=dict)

    def write(self, rows: pl.DataFrame, before: pl.DataFrame) -> None:  # noqa: ARG002 - the Protocol's
        for row in rows.iter_rows(named=True):
            self.rows[row["period"], row["area"], row["start"]] = (row["status"], row["value"])


@pytest.fixture
def city(tmp_path: Path, facts) -> Iterator[Town]:
    made = town(tmp_path, facts)
    made.write(*[
        (f"d{n}", "air_temperature", START + m * 60 * S, 10.0 * (n + 1)) for n in range(3) for m in range(0, 240, 10)
    ])  # fmt: skip
    made.engine.work()
    yield made
    made.store.close()
    made.results.close()


def figures(city: Town, gate: Gate) -> Figures:
    return Figures(city.engine, city.engine._reading, lateness=0, gate=gate, clock=lambda: city.now)


def told(shown: Figures, **more: object) -> dict[str, set[float | None]]:
    asked = Question(**({"quantities": ("air_temperature",), "start": START, "stop": START + 4 * HOUR} | more))  # type: ignore[arg-type]  # fields come from the caller
    found: dict[str, set[float | None]] = {}
    for piece in shown.pieces(asked):
        for area, value in piece.select("area", "value").iter_rows():
            found.setdefault(area, set()).add(value)
    return found


def test_each_level_is_told_from_its_own_upwards(city):
    gate = Gate({"d0": "stadtbezirk"})
    shown = figures(city, gate)
    assert told(shown) == {"quartier:01": {20.0}, "quartier:02": {30.0}, "stadtbezirk:0": {20.0}}
    gate.levels = {"d0": "none"}
    assert told(shown) == {"quartier:01": {20.0}, "quartier:02": {30.0}, "stadtbezirk:0": {25.0}}
    gate.levels = {"d0": "stadt"}
    assert told(shown)["stadtbezirk:0"] == {25.0}
    gate.levels = {}
    assert told(shown)["quartier:00"] == {10.0}


def test_withdrawing_holds_for_earlier_states_other_flags_profiles_and_indicators(city):
    gate = Gate()
    shown = figures(city, gate)
    moment = city.now
    gate.levels = {"d0": "none"}
    for more in ({"as_of": moment}, {"used": (1,)}, {"period": "hour_of_day"}, {"include_invalid": True},
                 {"period": "day", "include_invalid": True, "stop": START + 24 * HOUR, "basis": DayBasis.UTC}):  # fmt: skip
        found = told(shown, **more)
        assert found
        assert "quartier:00" not in found
    areas = {area for area, _ in shown.judge(catalogue()["summer_day"], None, "quartier", START, START + 24 * HOUR)}
    assert areas == {"quartier:01", "quartier:02"}


def test_a_site_is_told_where_single_values_may_be(city):
    gate = Gate({"d0": "quartier", "d1": "none"})
    assert [row["site_id"] for row in site_rows(figures(city, gate))] == ["s2"]
    assert {row["site_id"] for row in site_rows(Figures(city.engine, city.engine._reading, lateness=0))} == {
        "s0", "s1", "s2",
    }  # fmt: skip


def test_of_two_devices_that_follow_each_other_at_a_site_only_the_approved_ones_windows_are_told(city):
    city.write(*[("d9", "air_temperature", START + m * 60 * S, 50.0) for m in range(240, 480, 10)])
    city.facts.installations.append(("d9", "s0"))
    city.facts.spans = {"d0": [("s0", 0, START + 4 * HOUR)], "d9": [("s0", START + 4 * HOUR, None)]}
    city.facts.changed()
    city.engine.work()
    shown = figures(city, Gate({"d0": "none"}))
    rows = pl.concat(shown.pieces(Question(quantities=("air_temperature",), areas=("quartier:00",), start=START,
                                           stop=START + 8 * HOUR)))  # fmt: skip
    hours = {(start - START) // HOUR: value for start, value in rows.select("start", "value").iter_rows()}
    assert hours == {4: 50.0, 5: 50.0, 6: 50.0, 7: 50.0}
    # A day that holds hours of both is not told.
    day = {"period": "day", "start": START - 2 * HOUR, "stop": START, "include_invalid": True}
    assert "quartier:00" not in told(shown, **day)
    assert told(shown, **day)["quartier:01"] == {20.0}
    assert told(figures(city, Gate()), **day)["quartier:00"] == {30.0}


def test_what_is_written_out_goes_also_after_all_it_was_made_of(city):
    """A retired source: a replay that was asked for before takes its values, then its approval is gone."""
    gate, sink = Gate(), Sink()
    now = START + 5 * HOUR  # in the midst of day, month and year
    writer = Writer(city.results, DayBasis.BERLIN, sink, gate=gate, clock=lambda: now)
    writer.note({"air_temperature": {START + n * HOUR for n in range(4)}}, {})
    writer.work(city.engine.plan)
    assert {status for status, _ in sink.rows.values()} == {"ok", "insufficient_coverage"}
    city.store.delete(
        [(f"d{n}", "", "air_temperature", START + m * 60 * S) for n in range(3) for m in range(0, 240, 10)]
    )
    writer.note(city.engine.work().changed, city.engine.moved())
    gate.levels = {f"d{n}": "none" for n in range(3)}
    assert writer.watch(city.engine.plan)
    writer.work_hours(city.engine.plan)
    writer.work_longer(city.engine.plan)
    assert set(sink.rows.values()) == {("no_data", None)}


def test_what_is_written_out_goes_and_comes_with_the_approval(city):
    gate, sink = Gate(), Sink()
    writer = Writer(city.results, DayBasis.BERLIN, sink, gate=gate)
    writer.note({"air_temperature": {START + n * HOUR for n in range(4)}}, {})
    writer.work(city.engine.plan)
    key = ("hour", "quartier:00", START)
    assert sink.rows[key] == ("ok", 10.0)
    gate.levels = {"d0": "none"}
    assert writer.watch(city.engine.plan)
    writer.work(city.engine.plan)
    assert sink.rows[key] == ("no_data", None)
    assert sink.rows["hour", "stadtbezirk:0", START] == ("ok", 25.0)
    assert sink.rows["hour", "quartier:01", START] == ("ok", 20.0)
    assert not writer.watch(city.engine.plan)
    # A new process that finds another approval than the last one wrote by takes back what may not be told.
    gate.levels = {"d1": "none"}
    again = Writer(city.results, DayBasis.BERLIN, sink, gate=gate)
    assert again.watch(city.engine.plan)
    again.work(city.engine.plan)
    assert sink.rows[key] == ("ok", 10.0)
    assert sink.rows["hour", "quartier:01", START] == ("no_data", None)
    same = Writer(city.results, DayBasis.BERLIN, sink, gate=gate)
    assert not same.watch(city.engine.plan)


def test_what_is_confidential_is_written_out_without_value(city):
    city.facts.facts = [{"device": f"d{n}", "quantity": "people_count", "expected": HOUR} for n in range(3)]
    city.facts.changed()
    midnight = START - 2 * HOUR
    few = {(0, 1): 1.0}
    city.write(*[
        (f"d{n}", "people_count", midnight + (hour + 1) * HOUR, few.get((n, hour), 5.0))
        for n in range(3) for hour in range(24)
    ])  # fmt: skip
    city.engine.work()
    sink = Sink()
    writer = Writer(city.results, DayBasis.BERLIN, sink)
    writer.note({"people_count": {midnight + hour * HOUR for hour in range(24)}}, {})
    writer.work(city.engine.plan)
    hours = {key[1:]: row for key, row in sink.rows.items() if key[0] == "hour"}
    assert hours["quartier:00", midnight + HOUR] == ("confidential", None)
    # Neither the day nor the district less its other Quartiere gives the hour away.
    hidden = {(area, (start - midnight) // HOUR) for (area, start), row in hours.items() if row[0] == "confidential"}
    assert len({hour for area, hour in hidden if area == "quartier:00"}) > 1
    assert len({area for area, hour in hidden if hour == 1}) > 1
    assert sink.rows["day", "quartier:00", midnight] == ("ok", 116.0)
    assert all(value is None for status, value in sink.rows.values() if status != "ok")


def test_nothing_but_what_changed_is_written_again(city):
    plan = city.engine.plan
    before = gated(plan, plan.parts, Gate())
    after = gated(plan, plan.parts, Gate({"d0/relative_humidity": "none"}))
    assert moved_between(before, after) == {}
    assert digest(before) == digest(after)
    assert set(moved_between(before, gated(plan, plan.parts, Gate({"d0": "none"})))) == {"air_temperature"}


@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS), st.text(max_size=5))
def test_coarser_publication_never_tells_more(one, other, unknown):
    areas = ("quartier", "stadtbezirk", "stadt")
    shows = {level: {area for area in areas if rank(level) <= area_rank(area)} for level in (one, other)}
    if LEVELS.index(one) <= LEVELS.index(other):
        assert shows[other] <= shows[one]
    if unknown not in LEVELS:
        assert area_rank(unknown) < area_rank("quartier")
        assert rank(unknown) == rank("none")
