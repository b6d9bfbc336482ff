"""Seeded cities that are hard to aggregate: gaps, duplicates, late and flagged values, moves, counters that turn over."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from tests.reference.hours import HOUR, Fact, Hung, Obs, S, World, kind_of

STARTS = tuple(  # both ends of summer time in two years, the turn of a year (week 53), a plain day
    int(datetime(*day, tzinfo=UTC).timestamp()) * S
    for day in ((2026, 10, 24), (2027, 3, 27), (2026, 3, 28), (2027, 10, 30), (2026, 12, 30), (2026, 6, 1))
)
QUARTIERE = {"quartier:00": (7, 51, 8, 52), "quartier:01": (8, 51, 9, 52), "quartier:02": (9, 51, 10, 52)}
PARENT = {"quartier:00": "stadtbezirk:0", "quartier:01": "stadtbezirk:0", "quartier:02": "stadtbezirk:1",
          "stadtbezirk:0": "stadt:0", "stadtbezirk:1": "stadt:0"}  # fmt: skip
SITES = {"in0": (7.5, 51.5), "in0b": (7.25, 51.25), "in1": (8.5, 51.5), "in2": (9.5, 51.5), "border": (8.0, 51.5),
         "corner": (10.0, 52.0), "outside": (6.0, 51.5)}  # fmt: skip
QUANTITIES = (
    "air_temperature", "sound_level_a_eq", "sound_level_a_max", "sound_level_a_min", "wind_from_direction",
    "precipitation", "bicycle_count", "pulse_count", "precipitation_total", "occupancy", "parking_occupied",
    "water_level", "contact", "soil_moisture",
)  # fmt: skip
COUNTERS = ("pulse_count", "precipitation_total")
INTERVALS = (300.0, 600.0, 600.0, 700.0, 900.0, 1800.0, 3600.0, 5400.0, 400.5)


def areas_of(longitude, latitude):
    """On a border the smallest number; with a Quartier everything above it."""
    area = next((id_ for id_, (west, south, east, north) in sorted(QUARTIERE.items())
                 if west <= longitude <= east and south <= latitude <= north), None)  # fmt: skip
    found = set()
    while area:
        found.add(area)
        area = PARENT.get(area)
    return found


def world(seed, *, hours=30, devices=(1, 2), quantities=QUANTITIES):
    """(world, start, stop)"""
    dice = random.Random(seed)
    start = STARTS[seed % len(STARTS)]
    stop = start + hours * HOUR
    made = World(areas_of={site: areas_of(*point) for site, point in SITES.items()})
    for quantity in quantities:
        for number in range(dice.randint(*devices)):
            add_device(dice, made, f"{quantity}-{number}", quantity, start, stop)
    # Three in ten arrive at any time, the others about in order.
    made.obs.sort(key=lambda each: dice.random() if dice.random() < 0.3 else (each.t - start) / (stop - start))
    return made, start, stop


def add_device(dice, made, device, quantity, start, stop):
    site, interval = dice.choice(list(SITES)), dice.choice(INTERVALS)
    intervals = [(0, 600.0)]
    if dice.random() < 0.6:
        intervals = [(0, interval)]
        made.facts.append(Fact(device=device, attribute="expected", value=interval))
        if dice.random() < 0.4:
            made.facts[-1].stop = at = dice.randrange(start, stop)
            intervals.append((at, dice.choice(INTERVALS)))
            made.facts.append(Fact(device=device, attribute="expected", value=intervals[1][1], start=at))
    channels = dice.choice([[""], [""], ["a", "b"], ["a", "b", "deep"]])
    if quantity in {"wind_from_direction", *COUNTERS}:
        channels = [""]
    hang(dice, made, device, site, channels, start, stop)
    know(dice, made, device, quantity, channels, start, stop)
    for channel in channels:
        measure(dice, made, device, channel, quantity, intervals, start, stop)


def hang(dice, made, device, site, channels, start, stop):
    if dice.random() < 0.4:
        first = dice.randrange(start, (start + stop) // 2)
        last = dice.randrange(first + 1, stop) if dice.random() < 0.5 else None
        made.hung.append(Hung(device=device, site=site, start=first, stop=last))
        if last and dice.random() < 0.6:
            again = dice.choice([site, *SITES])
            made.hung.append(Hung(device=device, site=again, start=last + dice.choice([0, 0, 90 * S, 5 * HOUR])))
    else:
        made.hung.append(Hung(device=device, site=site))
    if "deep" in channels:
        made.hung.append(Hung(device=device, site=site, channel="deep", special=True))
    elif "b" in channels and dice.random() < 0.3:
        first = dice.randrange(start, stop)
        made.hung.append(Hung(device=device, site=dice.choice(list(SITES)), start=first, channel="b",
                              stop=dice.choice([None, first + 7 * HOUR]), special=dice.random() < 0.5))  # fmt: skip


def know(dice, made, device, quantity, channels, start, stop):
    def fact(attribute, value, first=0, last=None, channel=None, of=None):
        made.facts.append(Fact(device=device, attribute=attribute, value=float(value), start=first, stop=last,
                               channel=channel, quantity=of))  # fmt: skip

    at = dice.randrange(start, stop)
    if quantity in COUNTERS:
        if dice.random() < 0.6:
            fact("modulus", 1000)
        if dice.random() < 0.3:
            fact("factor", 0.5, dice.choice([0, at]), of=quantity)
    elif kind_of(quantity) in {"state", "logarithmic", "increment", "level"} and dice.random() < 0.4:
        last, channel = dice.choice([None, at + 9 * HOUR]), dice.choice([None, channels[0]])
        fact("factor", dice.choice([0.5, 1.25]), at, last, channel, quantity)
        fact("shift", dice.choice([-1.5, 2.25]), at, last, channel, quantity)
    if kind_of(quantity) in {"increment", "count"} and dice.random() < 0.3:
        fact("stamps_start", 1, dice.choice([0, at]))
    if quantity == "parking_occupied" and dice.random() < 0.7:
        fact("capacity", 10, 0, at)
        fact("capacity", 90, at)
    if dice.random() < 0.4:
        fact("sensor_class", dice.choice([1, 2, 3]))


def measure(dice, made, device, channel, quantity, intervals, start, stop):
    def add(t, value, flag, of=quantity):
        value = None if flag == 9 else value
        made.obs.append(Obs(device=device, channel=channel, quantity=of, t=t, v=value, flag=flag))

    jitter = dice.choice([0, 0, 1, S, 20 * S])
    t = start - dice.choice([0, 3, 30]) * HOUR + dice.choice([0, 0, S, 299 * S, 123_456_789])
    level, counter, silence = dice.uniform(0, 30), dice.randrange(900), dice.choice([0.0, 0.005, 0.02])
    turns = any(row.device == device and row.attribute == "modulus" for row in made.facts)
    while t < stop + 2 * HOUR:
        interval = next(value for since, value in reversed(intervals) if since <= t)
        stamp = t + dice.randint(-jitter, jitter)
        level += dice.uniform(-1, 1)
        counter = dice.randrange(20) if dice.random() < 0.01 else counter + dice.choice([0, 0, 1, 3, 17])
        counter = counter % 1000 if turns else counter
        add(stamp, reading(dice, quantity, level, counter), dice.choices([1, 2, 3, 4, 9], [85, 7, 3, 3, 2])[0])
        if dice.random() < 0.02:
            add(stamp, reading(dice, quantity, level + 3, counter), 1)
        if quantity == "parking_occupied" and device.endswith("1"):
            add(stamp, dice.choice([40.0, 50.0]), dice.choice([1, 1, 3]), "parking_capacity")
        if quantity == "wind_from_direction" and dice.random() < 0.8:
            add(stamp, dice.choice([0.0, 0.0, 1.5, 3.25, 8.0]), dice.choice([1, 1, 1, 2, 3, 4]), "wind_speed")
        gap = 1 if dice.random() > silence else dice.choice([3, 10, 47])
        t += round(gap * interval * S) if dice.random() < 0.998 else 26 * HOUR


def reading(dice, quantity, level, counter):
    match kind_of(quantity):
        case "logarithmic" | "extreme_max" | "extreme_min":
            return round(45 + level, 1)
        case "circular":
            return dice.choice([0.0, 350.0, 10.0, 180.0, 359.9, float(dice.randrange(360))])
        case "increment":
            return dice.choice([0.0, 0.0, 0.2, 1.4])
        case "accumulator":
            return float(counter)
        case "count":
            return float(dice.randrange(9))
        case "occupancy" | "categorical":
            return float(dice.randrange(11)) if quantity == "parking_occupied" else float(dice.random() < 0.6)
    return round(level, 2)
