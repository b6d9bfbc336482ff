"""At the live edge only what is new is read, and the result is still that of computing everything anew."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, S, town
from test_engine import QUANTITIES, anew, same

MINUTE = 60 * S
KINDS = (*QUANTITIES, "wind_gust", "contact", "water_level")


def uplink(rng, device, at, counters):
    """Everything a device says at once; now and then a value is suspect, failed or missing from it."""
    rows = []
    for quantity in KINDS:
        if rng.random() < 0.05:
            continue
        value = float(rng.randrange(60)) if quantity != "contact" else float(rng.random() < 0.5)
        if quantity == "energy":
            counters[device] = value = (counters.get(device, 900.0) + rng.uniform(0, 30)) % 1000
        rows.append((device, quantity, at, round(value, 2), rng.choice((1, 1, 1, 1, 2, 3, 4))))
    return rows


@pytest.mark.parametrize("seed", range(2))
def test_what_arrives_in_order_mostly_gives_what_a_full_computation_gives(place, facts, seed):
    rng = random.Random(seed)
    facts.facts = [
        {"device": "d0", "expected": 1800 * S}, {"device": "d1", "modulus": 1000.0},
        {"device": "d3", "quantity": "precipitation", "stamps_start": True},
        {"device": "d1", "factor": 2.0, "shift": -1.0, "start": START + 5 * HOUR + 7 * MINUTE},
    ]  # fmt: skip
    # Two devices at one site; one that stays away too long for the live edge; one that is moved in between.
    facts.installations = [*facts.installations, ("d3", "s0"), ("d4", "s1"), ("d5", "s2")]
    facts.facts.append({"device": "d4", "expected": 3 * 3600 * S})
    facts.spans["d5"] = [("s2", 0, START + 4 * HOUR + 20 * MINUTE), ("s0", START + 4 * HOUR + 20 * MINUTE, None)]
    period = {"d0": 23, "d1": 7, "d2": 10, "d3": 11, "d4": 50, "d5": 9}
    counters: dict[str, float] = {}
    sent: list[tuple[object, ...]] = []
    due = {device: START + rng.randrange(600) * S for device in period}
    now = START
    while now < START + 6 * HOUR:
        now += rng.choice((2, 5, 5, 13, 40 if rng.random() < 0.1 else 3)) * MINUTE
        batch: list[tuple[object, ...]] = []
        for device, every in period.items():
            while due[device] <= now:
                if rng.random() > 0.08 and not (device == "d2" and 3 < (due[device] - START) / HOUR < 4.5):
                    batch += uplink(rng, device, due[device], counters)
                due[device] += every * MINUTE + rng.randrange(30) * S
        if rng.random() < 0.15:  # late, or sent again with another value
            at = now - rng.randrange(1, 300) * MINUTE
            batch += uplink(rng, rng.choice(list(period)), at, counters)
            batch += [(*row[:3], 33.0, 1) for row in rng.sample(sent, min(3, len(sent)))]
        place.now = now
        if batch:
            place.write(*batch)
            sent += batch
        if sent and rng.random() < 0.05:
            gone = sent[-rng.randrange(1, 12) :] if rng.random() < 0.5 else rng.sample(sent, min(5, len(sent)))
            place.store.delete([(str(row[0]), "", str(row[1]), int(row[2])) for row in gone])  # type: ignore[call-overload]  # rows are loose on purpose
        place.engine.work()
        if rng.random() < 0.02:
            same(place.hours(), anew(place))
    same(place.hours(), anew(place))


def test_only_what_is_new_is_read(place):
    def rows(first, last):
        return [(f"d{n}", quantity, START + m * MINUTE, 10.0 + m)
                for m in range(first, last) for n in range(3) for quantity in ("air_temperature", "people_count")]  # fmt: skip

    place.now = START + 172 * MINUTE
    place.write(*rows(0, 170))
    place.engine.work()
    place.write(*rows(170, 171))
    place.engine.work()
    place.write(*rows(171, 172))
    done = place.engine.work()
    assert done.rows <= 2 * 6
    assert done.changed["air_temperature"] == {START + 2 * HOUR, START + 3 * HOUR}
    same(place.hours(), anew(place))


def test_what_arrives_while_a_round_runs_waits_for_the_next(place):
    place.now = START + 150 * MINUTE
    place.write(*[("d0", "air_temperature", START + m * MINUTE, 10.0) for m in range(0, 130, 10)])
    place.engine.work()
    place.write(("d0", "air_temperature", START + 130 * MINUTE, 20.0))
    place.engine.work()
    # Stored, but not marked yet: as between the store's commit and the mark.
    place.write(("d0", "air_temperature", START + 140 * MINUTE, 30.0))
    marks = place.store.dirty.take()
    place.write(("d0", "air_temperature", START + 150 * MINUTE, 40.0))
    both = place.store.dirty.take()
    place.store.dirty.mark(marks)
    place.engine.work()
    assert place.hours()["maximum"].max() == 30.0
    place.store.dirty.mark(both)
    done = place.engine.work()
    assert place.hours()["maximum"].max() == 40.0
    assert done.rows <= 2
    same(place.hours(), anew(place))


def test_hours_pass(tmp_path, facts):
    made = town(tmp_path, facts)
    try:
        for minute in range(0, 12 * 60, 10):
            if not 4 * 60 < minute < 9 * 60:
                made.now = START + minute * MINUTE
                made.write(*[("d0", quantity, START + minute * MINUTE, 10.0 + minute) for quantity in KINDS])
                made.engine.work()
        same(made.hours(), anew(made))
        assert made.engine.work().rows == 0
    finally:
        made.store.close()
        made.results.close()
