"""Only what is dirty is recomputed, and the result is that of computing everything anew."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, S, town

from gateway.aggregator.dirty import touched_times
from gateway.model import StoreUnavailableError

MINUTE = 60 * S
QUANTITIES = ("air_temperature", "wind_speed", "wind_from_direction", "energy", "people_count", "sound_level_a_eq",
              "precipitation", "parking_occupied", "parking_capacity")  # fmt: skip


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    one, other = (frame.drop("revision", strict=False) for frame in (one, other))
    assert one.select("site", "quantity", "start").equals(other.select("site", "quantity", "start"))
    for name, kind in one.schema.items():
        if kind == pl.Float64:
            for mine, theirs in zip(one[name], other[name], strict=True):
                assert mine == theirs or mine == pytest.approx(theirs, rel=1e-12, abs=1e-12), name
        else:
            assert one[name].equals(other[name]), name


def anew(made):
    """Everything computed once from the same store."""
    fresh = town(made.folder, made.facts, name=f"fresh{random.random()}")
    fresh.store.close()
    fresh.store.inner, fresh.engine._reading._store = made.store.inner, made.store.inner
    fresh.engine.work()
    found = fresh.hours()
    fresh.results.close()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_gives_what_a_full_computation_gives(place, facts, seed):
    rng = random.Random(seed)
    facts.facts = [{"device": "d0", "expected": 1800 * S}, {"device": "d1", "modulus": 1000.0}]
    rows = []
    for device in ("d0", "d1", "d2"):
        counter = rng.uniform(0, 900)
        for minute in range(0, 30 * 60, rng.choice((10, 17, 30))):
            if rng.random() < 0.15 or 600 < minute < 600 + rng.randrange(1000):
                continue
            counter = (counter + rng.uniform(0, 30)) % 1000
            for quantity in QUANTITIES:
                value = counter if quantity == "energy" else rng.uniform(1, 60)
                rows.append((device, quantity, START + minute * MINUTE + rng.randrange(60) * S, round(value, 2),
                             rng.choice((1, 1, 1, 2, 3, 4))))  # fmt: skip
    rng.shuffle(rows)
    while rows:
        size = rng.randrange(1, 200)
        place.write(*rows[:size])
        rows = rows[size:]
        place.engine.work()
    same(place.hours(), anew(place))


def test_a_late_observation_changes_the_hours_it_reaches_and_no_other(place):
    place.write(
        *[(f"d{n}", "air_temperature", START + m * MINUTE, 10.0 + n) for m in range(0, 600, 10) for n in range(3)]
    )
    place.engine.work()
    before = place.hours()
    place.write(("d1", "air_temperature", START + 3 * HOUR + 55 * MINUTE, 50.0))
    done = place.engine.work()
    after = place.hours()
    changed = after.join(before, on=["site", "quantity", "start", "revision"], how="anti")
    assert changed.select("site", "start").rows() == [("s1", START + 3 * HOUR)]
    assert done.changed == {"air_temperature": {START + 3 * HOUR}}
    # At 03:55 without a successor at 04:00 it would hold into the next hour.
    place.store.delete([("d1", "", "air_temperature", START + 4 * HOUR)])
    place.engine.work()
    assert place.engine.work().device_hours == 0
    same(place.hours(), anew(place))


def test_writing_the_same_again_gives_no_new_revision(place):
    rows = [("d0", "energy", START + m * MINUTE, float(m)) for m in range(0, 300, 10)]
    place.write(*rows)
    place.engine.work()
    before = place.hours()
    place.write(*rows)
    done = place.engine.work()
    assert done.device_hours > 0
    assert not done.changed
    assert place.hours().equals(before)


def test_a_reading_before_the_very_first_of_a_counter_gives_it_a_predecessor(place):
    place.write(("d0", "energy", START + 100 * HOUR, 100.0), ("d0", "energy", START + 100 * HOUR + 10 * MINUTE, 101.0))
    place.engine.work()
    place.write(("d0", "energy", START + 99 * HOUR + 55 * MINUTE, 90.0))
    place.engine.work()
    same(place.hours(), anew(place))
    place.write(("d0", "energy", START + 20 * HOUR, 1.0))
    place.engine.work()
    same(place.hours(), anew(place))
    place.store.delete([("d0", "", "energy", START + 20 * HOUR)])
    place.engine.work()
    same(place.hours(), anew(place))


def test_a_counters_difference_is_repaired_up_to_a_day_later(place):
    place.write(("d0", "energy", START, 0.0), ("d0", "energy", START + 23 * HOUR, 23.0))
    place.engine.work()
    place.write(("d0", "energy", START + 10 * HOUR, 5.0))
    done = place.engine.work()
    assert START + 23 * HOUR in done.changed["energy"]
    same(place.hours(), anew(place))


def test_changed_facts_recompute_their_own_time_only(place, facts):
    for hour in range(48):
        place.write(*[(f"d{n}", "air_temperature", START + hour * HOUR + m * MINUTE, 10.0 + n)
                      for m in range(0, 60, 10) for n in range(3)])  # fmt: skip
    place.engine.work()
    before = place.hours()
    move = START + 24 * HOUR + 30 * MINUTE
    facts.spans["d1"] = [("s1", 0, move), ("s2", move, None)]
    facts.changed()
    done = place.engine.work()
    assert min(done.changed["air_temperature"]) == START + 24 * HOUR
    same(place.hours(), anew(place))
    changed = place.hours().join(before, on=["site", "start", "revision"], how="anti")
    # At s1 half an hour is left of the hour of the move; later ones are gone.
    assert changed.filter(pl.col("site") == "s1")["start"].to_list() == [START + 24 * HOUR]
    assert set(changed["site"]) == {"s1", "s2"}
    assert place.hours().filter(pl.col("site") == "s1")["start"].max() == START + 24 * HOUR
    facts.facts = [{"device": "d0", "factor": 2.0, "start": START + 5 * HOUR, "stop": START + 6 * HOUR}]
    facts.changed()
    done = place.engine.work()
    assert done.changed["air_temperature"] == {START + 5 * HOUR}
    same(place.hours(), anew(place))


@pytest.mark.parametrize("seed", range(3))
def test_wherever_devices_are_said_to_have_hung_a_full_computation_says_the_same(place, facts, seed):
    """Devices share sites, change them for all time or a part of it, are taken out and entered again."""
    rng = random.Random(seed)
    facts.facts = [{"device": "d0", "expected": 1800 * S}, {"device": "d2", "expected": 3 * HOUR}]
    place.write(*[
        (device, quantity, START + hour * HOUR + rng.randrange(60) * MINUTE, round(rng.uniform(1, 60), 2))
        for device in ("d0", "d1", "d2", "d3") for quantity in QUANTITIES
        for hour in range(rng.randrange(12), 12 + rng.randrange(24))
    ])  # fmt: skip
    for _ in range(5):
        facts.installations = [(name, "s0") for name in ("d0", "d1", "d2", "d3") if rng.random() < 0.7]
        edge = START + rng.randrange(30) * HOUR
        facts.spans = {
            name: rng.choice(([("s0", 0, None)], [("s1", 0, edge)], [("s0", edge, None)],
                              [("s0", 0, edge), ("s1", edge, None)]))
            for name, _ in facts.installations
        }  # fmt: skip
        facts.changed()
        place.engine.work()
        same(place.hours(), anew(place))


def test_what_arrives_while_facts_contradict_each_other_is_computed_once_they_do_not(tmp_path, facts):
    first = town(tmp_path, facts)
    first.write(("d0", "air_temperature", START, 10.0))
    first.engine.work()
    first.store.close()
    first.results.close()
    facts.spans["d0"] = [("s0", 0, None), ("s1", START, None)]
    facts.changed()
    again = town(tmp_path, facts)
    again.write(*[("d1", "air_temperature", START + m * MINUTE, 20.0) for m in range(0, 60, 10)])
    assert not again.engine.work().changed
    assert "d0" in again.engine.problem
    assert again.store.dirty.waiting()
    del facts.spans["d0"]
    facts.changed()
    assert START in again.engine.work().changed["air_temperature"]
    assert again.engine.problem == ""
    assert not again.store.dirty.waiting()
    same(again.hours(), anew(again))
    again.store.close()
    again.results.close()


def test_contradicting_facts_change_nothing_and_are_named(place, facts):
    place.write(("d0", "air_temperature", START, 10.0))
    place.engine.work()
    before = place.hours()
    facts.spans["d0"] = [("s0", 0, None), ("s1", START, None)]
    facts.changed()
    place.engine.work()
    assert "at s0 and s1 at once" in place.engine.problem
    place.write(("d0", "air_temperature", START + 10 * MINUTE, 10.0))
    assert place.engine.work().changed
    assert before.height
    facts.spans.clear()
    facts.changed()
    place.engine.work()
    assert place.engine.problem == ""


def test_a_device_that_is_registered_later_brings_its_past(place, facts):
    facts.installations = facts.installations[:2]
    place.write(*[("d2", "air_temperature", START + m * MINUTE, 7.0) for m in range(0, 300, 10)])
    place.write(("d0", "air_temperature", START, 7.0))
    place.engine.work()
    assert set(place.hours()["site"]) == {"s0"}
    facts.installations = [*facts.installations, ("d2", "s2")]
    facts.changed()
    place.engine.work()
    assert place.hours().filter(pl.col("site") == "s2").height == 6


def test_an_earlier_state_can_be_asked_for(place):
    place.now = START + 5 * HOUR
    place.write(*[("d0", "air_temperature", START + m * MINUTE, 10.0) for m in range(0, 180, 10)])
    place.engine.work()
    first = place.hours().drop("revision")
    place.now += HOUR
    place.write(("d0", "air_temperature", START + 65 * MINUTE, 99.0))
    place.engine.work()
    place.now += HOUR
    place.store.delete([("d0", "", "air_temperature", START + m * MINUTE) for m in range(120, 180, 10)])
    place.engine.work()
    assert place.hours(START + 5 * HOUR).drop("revision").equals(first)
    assert place.hours(START + 6 * HOUR + 1).height == first.height
    assert place.hours(START + 6 * HOUR + 1)["maximum"].max() == 99.0
    assert place.hours().height < first.height
    assert place.hours(START + 4 * HOUR).height == 0
    place.results.forget(START + 6 * HOUR + 1)
    assert place.hours(START + 6 * HOUR + 1)["maximum"].max() == 99.0


def test_marks_survive_a_crash_before_they_were_worked_on(tmp_path, facts):
    made = town(tmp_path, facts)
    made.write(("d0", "air_temperature", START, 10.0))
    made.results.close()
    made.store.close()
    again = town(tmp_path, facts)
    assert again.store.dirty.waiting() == 1
    again.engine.work()
    assert again.hours().height == 1
    again.store.dirty.tidy()
    again.results.close()
    again.store.close()


def test_marks_are_wide_as_the_touched_times():
    marks = touched_times([("a", START + 5), ("a", START + HOUR - 1), ("a", START + HOUR), ("b", START + 7)])
    assert marks == {
        ("a", START): (START + 5, START + HOUR - 1),
        ("a", START + HOUR): (START + HOUR, START + HOUR),
        ("b", START): (START + 7, START + 7),
    }


def test_hours_that_a_failed_round_changed_are_said_by_the_next(place, monkeypatch):
    place.write(*[(f"d{n}", "air_temperature", START - 24 * HOUR, 10.0) for n in range(3)])
    place.engine.work()
    late = START + 29 * 24 * HOUR  # far enough apart not to be computed together
    place.write(*[("d0", "air_temperature", START + m * 60 * S, 10.0) for m in range(0, 60, 10)])
    place.write(*[(f"d{n}", "air_temperature", late + m * 60 * S, 20.0) for n in (1, 2) for m in range(0, 60, 10)])
    replaced, calls = place.results.replace, []

    def failing(*given):
        calls.append(given)
        if len(calls) == 2:
            raise StoreUnavailableError("disk full")
        return replaced(*given)

    monkeypatch.setattr(place.results, "replace", failing)
    with pytest.raises(StoreUnavailableError):
        place.engine.work()
    assert place.hours().height > 0
    said = place.engine.work().changed["air_temperature"]
    assert {START, late} <= said
    assert not place.engine.work().changed
