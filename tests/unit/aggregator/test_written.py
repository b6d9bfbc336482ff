"""What is written out: hours and days at once, running weeks to years once an hour, and nothing is ever forgotten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, S, Town, town

from gateway.aggregation.calendar import DayBasis
from gateway.aggregator import worker as worker_module
from gateway.aggregator.recompute import Done
from gateway.aggregator.worker import Worker
from gateway.aggregator.written import Writer
from gateway.model import StoreUnavailableError

LONGER = {"week", "month", "quarter", "year"}
DAY = 24 * HOUR


@dataclass
class Sink:
    """The periods that were written since they were last taken."""

    seen: list[tuple[str, str, str, int]] = field(default_factory=list)
    broken: bool = False

    def write(self, rows: pl.DataFrame, before: pl.DataFrame) -> None:  # noqa: ARG002 - the Protocol's
        if self.broken:
            raise StoreUnavailableError("no figures today")
        self.seen += rows.select("period", "quantity", "area", "start").iter_rows()

    def take(self) -> set[str]:
        seen, self.seen = self.seen, []
        return {row[0] for row in seen}


@dataclass
class Gate:
    hidden: frozenset[str] = frozenset()

    @property
    def digest(self) -> object:
        return self.hidden

    def now(self) -> Gate:
        return self

    def level(self, device: str, quantity: str) -> str:  # noqa: ARG002 - the Protocol's
        return "none" if device in self.hidden else "site"


@dataclass
class Bench:
    place: Town
    sink: Sink = field(default_factory=Sink)
    gate: Gate = field(default_factory=Gate)

    def writer(self) -> Writer:
        return Writer(self.place.results, DayBasis.UTC, self.sink, gate=self.gate, clock=lambda: self.place.now)

    def arrive(self, writer: Writer, hour: int, value: float, quantity: str = "air_temperature") -> None:
        """Readings of an hour, computed and noted."""
        at = START + hour * HOUR
        self.place.write(*[(f"d{n}", quantity, at + m * 60 * S, value + n) for n in range(3) for m in range(0, 60, 10)])
        done = self.place.engine.work()
        writer.note(done.changed, self.place.engine.moved())

    def turn(self, writer: Writer) -> set[str]:
        """What the worker does at one turn; returns the periods that were written."""
        plan = self.place.engine.plan
        assert plan is not None
        writer.work_hours(plan)
        writer.work_longer(plan)
        return self.sink.take()

    def rows(self) -> pl.DataFrame:
        with self.place.results.cursor() as db:
            found = pl.from_arrow(db.sql("select * from area_result").to_arrow_table())
        assert isinstance(found, pl.DataFrame)
        return found.drop("revision", "computed_at").sort("period", "quantity", "area", "start")


@pytest.fixture
def bench(tmp_path: Path, facts) -> Iterator[Bench]:
    place = town(tmp_path, facts)
    place.now = START + 12 * HOUR
    yield Bench(place)
    place.store.close()
    place.results.close()


def test_hours_and_days_follow_at_every_turn_and_running_longer_windows_once_an_hour(bench):
    writer = bench.writer()
    bench.arrive(writer, 10, 10.0)
    assert bench.turn(writer) == {"hour", "day", *LONGER}
    bench.arrive(writer, 11, 30.0)
    assert bench.turn(writer) == {"hour", "day"}
    assert writer.waiting == 0
    bench.place.now += HOUR - 1
    assert bench.turn(writer) == set()
    bench.place.now += 1
    assert writer.waiting == 4
    assert bench.turn(writer) == LONGER
    assert bench.turn(writer) == set()


def test_a_window_that_has_ended_is_written_at_the_next_turn(bench):
    writer = bench.writer()
    bench.arrive(writer, 10, 10.0)
    bench.turn(writer)
    bench.arrive(writer, 11, 30.0)
    assert bench.turn(writer) == {"hour", "day"}
    bench.place.now = START + 12 * HOUR + 7 * DAY  # the week is over
    writer._waiting._told = dict.fromkeys(writer._waiting._told, bench.place.now)
    assert bench.turn(writer) == {"week"}
    bench.arrive(writer, 9, 50.0)  # comes late, into the week that has ended
    assert bench.turn(writer) == {"hour", "day", "week"}


def test_changed_facts_move_every_period_at_once(bench):
    writer = bench.writer()
    bench.arrive(writer, 10, 10.0)
    bench.turn(writer)
    bench.place.facts.installations[1] = ("d1", "s0")
    bench.place.facts.changed()
    bench.arrive(writer, 11, 30.0)
    assert bench.turn(writer) == {"hour", "day", *LONGER}


def test_of_a_device_that_is_registered_no_more_nothing_written_stays(bench):
    writer = bench.writer()
    bench.arrive(writer, 0, 10.0)
    bench.turn(writer)
    bench.place.facts.installations.pop()
    bench.place.facts.changed()
    done = bench.place.engine.work()
    writer.note(done.changed, bench.place.engine.moved())
    assert {"hour", "day", "month"} <= bench.turn(writer)
    for period in ("hour", "day", "month"):
        rows = bench.place.results.areas.between("utc", period, ["air_temperature"], 0, START + 400 * DAY)
        told = dict(rows.select("area", "status").iter_rows())
        assert told.pop("quartier:02") == "no_data"
        assert set(told) == {"quartier:00", "quartier:01", "stadtbezirk:0"}
        assert "no_data" not in told.values()


def test_withdrawn_approval_hides_every_period_at_once_even_when_observations_press(bench, monkeypatch):
    monkeypatch.setattr(worker_module, "HIDING", 600)
    writer = bench.writer()
    bench.arrive(writer, 10, 10.0)
    bench.arrive(writer, 10, 40.0, "relative_humidity")
    bench.turn(writer)
    worker = Worker(bench.place.engine, writer, bench.place.store.dirty)
    worker.once()  # from here on both paces have their next turn later
    bench.gate.hidden = frozenset({"d1"})
    bench.sink.take()

    def pressed() -> Done:
        # A reading that came between computing and writing.
        bench.place.write(("d0", "air_temperature", START + 11 * HOUR, 1.0))
        return Done()

    bench.place.engine.work = pressed  # type: ignore[method-assign]  # observations that arrive meanwhile
    worker.once()
    assert {row for row in bench.sink.seen if row[2] == "quartier:01"} >= {
        (period, quantity, "quartier:01", start)
        for quantity in ("air_temperature", "relative_humidity")
        for period, start in (("hour", START + 10 * HOUR), ("day", START), ("month", START))
    }
    shown = bench.rows().filter(pl.col("area") == "quartier:01")
    assert set(shown["period"]) == {"hour", "day", *LONGER}
    assert set(shown["status"]) == {"no_data"}
    assert not writer.hiding


def test_a_new_process_writes_what_the_last_one_did_not(bench):
    writer = bench.writer()
    bench.arrive(writer, 10, 10.0)
    bench.turn(writer)
    bench.arrive(writer, 11, 30.0)
    bench.turn(writer)  # the longer windows wait
    again = bench.writer()
    assert bench.turn(again) == LONGER
    assert bench.turn(bench.writer()) == set()
    bench.arrive(again, 9, 20.0)  # nothing of this is written
    assert bench.turn(bench.writer()) == {"hour", "day", *LONGER}
    assert bench.turn(bench.writer()) == set()


def test_what_cannot_be_written_waits_on(bench):
    writer = bench.writer()
    bench.arrive(writer, 10, 10.0)
    bench.sink.broken = True
    with pytest.raises(StoreUnavailableError):
        bench.turn(writer)
    assert writer.waiting > 0
    assert bench.place.results.note("written") == 0
    bench.sink.broken = False
    assert bench.turn(bench.writer()) == {"hour", "day", *LONGER}
    assert bench.turn(writer) == set()  # the same figures once more
    assert writer.waiting == 0


def test_whoever_gives_way_goes_on_where_he_was(bench):
    writer, plan = bench.writer(), None
    bench.arrive(writer, 10, 10.0)
    bench.arrive(writer, 11, 40.0, "relative_humidity")
    plan = bench.place.engine.plan
    assert plan is not None
    turns = 0
    while writer.waiting:
        writer.work_hours(plan, lambda: True)
        writer.work_longer(plan, lambda: True)
        turns += 1
        bench.arrive(writer, 11, 40.0, "relative_humidity")  # the same again: nothing changes
    assert turns > 2
    found = bench.rows()
    assert found.group_by("quantity").agg(pl.col("period").n_unique())["period"].to_list() == [6, 6]


def test_quantities_evaluated_together_give_what_each_gives_alone(bench):
    quantities = ("air_temperature", "relative_humidity", "people_count", "energy", "pm10")
    bench.place.facts.facts = [
        {"device": f"d{n}", "quantity": name, "expected": HOUR} for n in range(3) for name in quantities
    ]
    bench.place.facts.changed()
    writer = bench.writer()
    for name in quantities:
        for hour in range(3):
            bench.arrive(writer, hour, 5.0 * hour, name)
    bench.turn(writer)
    together = bench.rows()
    with bench.place.results.cursor() as db:
        db.execute("delete from area_result")
    for name in quantities:
        writer.note({name: {START + hour * HOUR for hour in range(-2, 14)}}, {})
        writer.work(bench.place.engine.plan)
    assert set(together["quantity"]) == set(quantities)
    assert bench.rows().equals(together)
