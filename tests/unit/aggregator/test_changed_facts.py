"""A fact of the registry that changes in the past recomputes exactly the windows it is part of, and nothing else.

What drives it is the difference of two plans; the registry's own list of windows says the same for people to read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import AREAS, HOUR, START, S, Town

from gateway.aggregator.engine import Engine
from gateway.aggregator.marking import marking
from gateway.aggregator.query import Figures
from gateway.aggregator.question import Question
from gateway.aggregator.reading import NumberedReading
from gateway.aggregator.results import Results
from gateway.registry.errors import RegistryError
from gateway.registry.model import Device, Fact, Installation, Site
from gateway.registry.places import RegistryPlaces
from gateway.registry.service import Edit, Registry
from gateway.store.duckdb import DuckStore

HOURS = 48
DEVICES = ("d0", "d1", "d2")
QUANTITIES = ("air_temperature", "relative_humidity")
SITES = {f"s{n}": Site(id=f"s{n}", longitude=7.5 + n, latitude=51.5, height=150.0) for n in range(3)}


@dataclass
class City:
    """A registry, and a town that follows it."""

    registry: Registry
    town: Town

    def change(self, what: Callable[[Edit], object]) -> set[tuple[str, int]]:
        """Carry out a change; returns which hours of which sites were computed again."""
        with self.registry.change("m") as edit:
            what(edit)
        computed: set[tuple[str, int]] = set()
        results = self.town.results
        replaced = results.replace

        def recording(hours: pl.DataFrame, points: list[int], low: int, high: int, now: int) -> pl.DataFrame:
            sites = {number: name[0] for name, number in results.numbers().items()}
            computed.update(
                (sites[point], (hour - START) // HOUR) for point in points for hour in range(low, high, HOUR)
            )
            return replaced(hours, points, low, high, now)

        results.replace = recording  # type: ignore[method-assign]  # replaced on purpose, to watch it
        try:
            self.town.engine.work()
        finally:
            results.replace = replaced  # type: ignore[method-assign]  # put back
        return computed

    def hours(self) -> dict[tuple[str, str, int], tuple[object, ...]]:
        """Site-hours by site, quantity and number of the hour: everything there is of them, with revision."""
        points = {number: name for name, number in self.town.results.numbers().items()}
        rows = self.town.results.site_hours(list(points), START - 24 * HOUR, START + 400 * 24 * HOUR)
        return {
            (points[row[0]][0], points[row[0]][2], (row[1] - START) // HOUR): row[2:] for row in rows.iter_rows()
        }  # fmt: skip

    def areas(self) -> dict[tuple[str, str, int], tuple[object, ...]]:
        """Hourly figures of every area, with revision."""
        figures = Figures(self.town.engine, self.town.engine._reading, lateness=0, clock=lambda: self.town.now)
        question = Question(quantities=QUANTITIES, start=START, stop=START + HOURS * HOUR)
        rows = pl.concat(figures.pieces(question)).drop("stop", "key", "stat")
        return {
            (row["area"], row["quantity"], (row["start"] - START) // HOUR): tuple(row.values())
            for row in rows.iter_rows(named=True)
        }

    def announced(self) -> set[tuple[str, int]]:
        """(device or site, hour) that the registry itself lists, as far as there are data."""
        found = set()
        for each in self.registry.dirty():
            window = each.window
            stop = min(window.stop or START + HOURS * HOUR, START + HOURS * HOUR)
            for at in range(max(window.start, START), stop, HOUR):
                found.add((window.device or window.site, (at - START) // HOUR))
        return found


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    registry = Registry(f"sqlite:///{tmp_path}/registry.sqlite", clock=lambda: START)
    with registry.change("m") as edit:
        for site in SITES.values():
            edit.save_site(site)
        for name in DEVICES:
            edit.save_device(Device(id=name))
            edit.install(Installation(device=name, site=f"s{name[1]}", start=START - 24 * HOUR))
    store = marking(DuckStore(tmp_path / "o.duckdb"), tmp_path / "a")
    results = Results(tmp_path / "a" / "aggregates.duckdb")
    places = RegistryPlaces(registry, AREAS)
    made = Town(tmp_path, store, None, None, results)  # type: ignore[arg-type]  # the engine follows in the next line
    made.engine = Engine(results, NumberedReading(store.inner), places, store.dirty, clock=lambda: made.now)  # type: ignore[arg-type]  # the inner store is a DuckStore
    made.write(*[
        (name, quantity, START + m * 60 * S, 10.0 + n + m % 70)
        for n, name in enumerate(DEVICES) for quantity in QUANTITIES for m in range(0, HOURS * 60, 10)
    ])  # fmt: skip
    made.engine.work()
    registry.settle(registry.last_dirty())
    yield City(registry, made)
    registry.close()
    store.close()
    results.close()


def differing(before: dict, after: dict) -> set[tuple[str, str, int]]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def at(hour: float) -> int:
    return START + round(hour * HOUR)


def calibrated(edit: Edit) -> None:
    edit.calibrate("d1", "air_temperature", shift=2.0, start=at(10), stop=at(20))


def ended(edit: Edit) -> None:
    edit.end("d0", at(30))


def moved(edit: Edit) -> None:
    edit.move("d0", "s1", at(40))


def rarely(edit: Edit) -> None:
    edit.set_fact(Fact(device="d2", attribute="expected", start=at(5), stop=at(8), value=60.0))


def classed(edit: Edit) -> None:
    edit.set_fact(Fact(device="d1", attribute="sensor_class", value=2.0))


def both(site: str, *hours: int) -> set[tuple[str, str, int]]:
    return {(site, quantity, hour) for quantity in QUANTITIES for hour in hours}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (calibrated, {("s1", "air_temperature", hour) for hour in range(10, 20)}),
        # The last value before the end holds no further than to it.
        (ended, both("s0", *range(30, HOURS))),
        (moved, both("s0", *range(40, HOURS)) | both("s1", *range(40, HOURS))),
        # Every value holds for a minute and a half only, so that coverage is less.
        (rarely, both("s2", 5, 6, 7)),
        (classed, both("s1", *range(HOURS))),
    ],
)
def test_exactly_the_windows_of_the_fact_change(city, change, expected):
    before, areas = city.hours(), city.areas()
    computed = city.change(change)
    after = city.hours()
    found = differing(before, after)
    beyond = {(site, quantity, hour) for site, quantity, hour in found - expected}
    # A held value may reach into the hour after the fact's time; there is none beyond the data's end.
    assert found >= {key for key in expected if key in before}
    assert not {key for key in beyond if key[2] < HOURS}, beyond
    hours = {hour for _, _, hour in expected}
    sites = {site for site, _, _ in expected}
    # How far a value holds is looked at an hour before and after, and behind the last reading; of these sites alone.
    assert computed >= {(site, hour) for site, _, hour in expected}
    assert {site for site, _ in computed} == sites
    near = {hour + beside for hour in hours for beside in (-1, 0, 1)}
    assert {hour for _, hour in computed if hour < HOURS} <= near
    # What did not change keeps its revision, in every figure of every area.
    quarters = {"s0": "quartier:00", "s1": "quartier:01", "s2": "quartier:02"}
    touched = {(quarters[site], quantity, hour) for site, quantity, hour in expected}
    touched |= {("stadtbezirk:0", quantity, hour) for _, quantity, hour in expected}
    assert differing(areas, city.areas()) <= touched
    # And the registry announces the same windows.
    devices = {name for name in DEVICES if name in {"d" + site[1] for site in sites}}
    announced = {hour for name, hour in city.announced() if name in devices}
    assert announced == hours


def test_a_calibration_of_another_quantity_leaves_the_rest_alone(city):
    before = city.hours()
    city.change(calibrated)
    found = differing(before, city.hours())
    assert {quantity for _, quantity, _ in found} == {"air_temperature"}


def test_siting_names_and_notes_recompute_nothing(city):
    before, areas = city.hours(), city.areas()
    assert city.change(lambda edit: edit.save_site(replace(SITES["s1"], siting="traffic", name="Markt"))) == set()
    assert city.change(lambda edit: edit.save_device(Device(id="d1", name="Sensor", note="neu"))) == set()
    assert city.hours() == before
    assert city.areas() == areas
    assert city.announced() == set()


def test_a_corrected_point_moves_figures_of_two_areas_and_computes_no_hour(city):
    before, areas = city.hours(), city.areas()
    assert city.change(lambda edit: edit.save_site(replace(SITES["s2"], longitude=8.5))) == set()
    assert city.hours() == before
    found = differing(areas, city.areas())
    assert {area for area, _, _ in found} == {"quartier:01", "quartier:02"}
    assert {hour for _, _, hour in found} == set(range(HOURS))


def test_a_change_and_its_undoing_leave_the_figures_as_they_were(city):
    before = {key: row[:-2] for key, row in city.hours().items()}
    city.change(calibrated)
    city.change(lambda edit: edit.calibrate("d1", "air_temperature", start=at(10), stop=at(20)))
    assert {key: row[:-2] for key, row in city.hours().items()} == before


def test_a_device_is_in_no_area_while_it_moves_about(city):
    def drives(edit: Edit) -> None:
        edit.end("d0", at(20))
        edit.set_fact(Fact(device="d0", attribute="mobile", start=at(20), stop=at(30), value=1.0))
        edit.install(Installation(device="d0", site="s0", start=at(30)))

    before, areas = city.hours(), city.areas()
    city.change(drives)
    assert differing(before, city.hours()) == both("s0", *range(20, 30))
    found = city.areas()
    assert {key for key in differing(areas, found) if key[0] == "quartier:00"} == {
        ("quartier:00", quantity, hour) for quantity in QUANTITIES for hour in range(20, 30)
    }


def test_a_mobile_device_is_in_no_area_at_all(city):
    with city.registry.change("m") as edit:
        edit.save_device(Device(id="bus", mobile=True))
    with city.registry.change("m") as edit, pytest.raises(RegistryError, match="mobile"):
        edit.install(Installation(device="bus", site="s0"))
    before, areas = city.hours(), city.areas()
    city.town.write(*[("bus", "air_temperature", START + m * 60 * S, 99.0) for m in range(0, HOURS * 60, 10)])
    city.town.engine.work()
    assert city.hours() == before
    assert city.areas() == areas


Values = dict[tuple[str, str, int], tuple[object, ...]]


def values(hours: Values) -> Values:
    """Hours without revision and when they were computed."""
    return {key: row[:-2] for key, row in hours.items()}


@pytest.fixture
def mistaken(city: City) -> tuple[City, Values]:
    """dx was said to hang beside d0 at s0 from hour 10 to 20, it measured from 12 to 30; and what held before that."""
    before = values(city.hours())
    with city.registry.change("m") as edit:
        edit.save_device(Device(id="dx"))
        edit.install(Installation(device="dx", site="s0", start=at(10), stop=at(20)))
        edit.calibrate("dx", "air_temperature", shift=1.0, site="s0")
    city.town.write(*[("dx", "air_temperature", START + m * 60 * S, 50.0) for m in range(12 * 60, 30 * 60, 10)])
    city.town.engine.work()
    city.registry.settle(city.registry.last_dirty())
    return city, before


def removed(edit: Edit) -> None:
    edit.remove(Device, ["dx"])


def unplaced(edit: Edit) -> None:
    found = edit.installation_at("dx", at(15))
    assert found is not None
    edit.uninstall(found)


def elsewhere(edit: Edit) -> None:
    found = edit.installation_at("dx", at(15))
    assert found is not None
    edit.correct(found, replace(found, site="s2"))


@pytest.mark.parametrize("change", [removed, unplaced, elsewhere])
def test_a_device_that_never_was_there_leaves_the_figures_to_its_neighbour(mistaken, change):
    city, before = mistaken
    mixed, told = city.hours(), city.areas()
    computed = city.change(change)
    # When it was said to hang there and measured, and where its last value may have held to.
    sites = {"s0", "s2"} if change is elsewhere else {"s0"}
    assert computed == {(site, hour) for site in sites for hour in range(12, 21)}
    found = city.hours()
    touched = {(site, "air_temperature", hour) for site in sites for hour in range(12, 20)}
    assert differing(mixed, found) == touched
    assert all(values(found)[key] == before[key] for key in touched if key[0] == "s0")
    areas = {"quartier:00", "stadtbezirk:0", *(["quartier:02"] if change is elsewhere else [])}
    changed = differing(told, city.areas())
    assert changed <= {(area, "air_temperature", hour) for area in areas for hour in range(12, 20)}
    assert {area for area, _, _ in changed} == areas
    assert city.announced() == {("dx", hour) for hour in range(10, 20)}


def test_where_a_removed_device_was_alone_nothing_is_known_until_it_is_entered_again(city):
    before, areas = city.hours(), city.areas()
    then = city.town.now
    city.town.now += HOUR
    computed = city.change(lambda edit: edit.remove(Device, ["d2"]))
    assert {(site, hour) for site, hour in computed if hour < HOURS} == {("s2", hour) for hour in range(HOURS)}
    assert differing(before, city.hours()) == {key for key in before if key[0] == "s2"}
    assert {area for area, _, _ in differing(areas, city.areas())} == {"quartier:02", "stadtbezirk:0"}
    # What was told then can still be asked for as of then.
    points = [number for name, number in city.town.results.numbers().items() if name[0] == "s2"]
    past = city.town.results.site_hours(points, START, START + HOURS * HOUR, as_of=then)
    assert past.height == len(QUANTITIES) * HOURS

    def again(edit: Edit) -> None:
        edit.save_device(Device(id="d2"))
        edit.install(Installation(device="d2", site="s2", start=START - 24 * HOUR))

    city.change(again)
    assert values(city.hours()) == values(before)


def test_the_last_device_of_all_may_be_removed(city):
    city.change(lambda edit: edit.remove(Device, DEVICES))
    assert city.hours() == {}
