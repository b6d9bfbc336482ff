"""Where sites lie: the rule, on borders, outside, where drawings disagree, and while boundaries change."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from gateway.aggregation.calendar import DayBasis, midnight
from gateway.aggregation.plan import AREAS
from gateway.aggregator import places
from gateway.areas.membership import memberships
from gateway.areas.model import Area
from gateway.registry import frames
from gateway.registry.membership import kept
from gateway.registry.model import Site


def area(id_: str, geometry, parent: str = "", start: date | None = None, stop: date | None = None) -> Area:
    level, _, number = id_.partition(":")
    return Area(id=id_, level=level, number=number, name=id_, parent=parent, geometry=geometry, start=start, stop=stop)


TOWN = (
    area("quartier:01", box(0, 0, 1, 1), "stadtbezirk:0"),
    area("quartier:02", box(1, 0, 2, 1), "stadtbezirk:1"),
    # The district's own drawing says that its border runs further east than its Quartier's.
    area("stadtbezirk:0", box(0, 0, 1.2, 1), "stadt:0"),
    area("stadtbezirk:1", box(1.2, 0, 3, 1), "stadt:0"),
    area("stadt:0", box(0, 0, 3, 1)),
)


def where(point: tuple[float, float], areas=TOWN) -> list[str]:
    return sorted(member.area for member in memberships({"s": point}, areas))


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((0.5, 0.5), ["quartier:01", "stadt:0", "stadtbezirk:0"]),
        ((1.0, 0.5), ["quartier:01", "stadt:0", "stadtbezirk:0"]),  # a border belongs to the smaller number
        ((1.1, 0.5), ["quartier:02", "stadt:0", "stadtbezirk:1"]),  # the Quartier's parent, not the other drawing
        ((2.5, 0.5), ["stadt:0", "stadtbezirk:1"]),  # between the Quartiere, but in the district
        ((5.0, 5.0), []),
        ((3.0, 1.0), ["stadt:0", "stadtbezirk:1"]),  # the city's own corner
    ],
)
def test_the_rule(point, expected):
    assert where(point) == expected


def test_boundaries_change_at_local_midnight_and_unchanged_places_do_not():
    day = date(2026, 1, 1)
    areas = [
        area("quartier:01", box(0, 0, 1, 1), "stadt:0", stop=day),
        area("quartier:01", box(0, 0, 0.5, 1), "stadt:0", start=day),
        area("quartier:02", box(0.5, 0, 1, 1), "stadt:0", start=day),
        area("stadt:0", box(0, 0, 1, 1)),
    ]
    edge = midnight(day, DayBasis.BERLIN)
    found = memberships({"a": (0.2, 0.5), "b": (0.8, 0.5)}, areas)
    assert [tuple(member) for member in found] == [
        ("a", "quartier:01", "quartier", 0, None),
        ("a", "stadt:0", "stadt", 0, None),
        ("b", "quartier:01", "quartier", 0, edge),
        ("b", "quartier:02", "quartier", edge, None),
        ("b", "stadt:0", "stadt", 0, None),
    ]


def test_a_quartier_that_changes_its_parent_takes_its_sites_along():
    day = date(2026, 1, 1)
    areas = [
        area("quartier:01", box(0, 0, 1, 1), "stadtbezirk:0", stop=day),
        area("quartier:01", box(0, 0, 1, 1), "stadtbezirk:1", start=day),
        area("stadtbezirk:0", box(0, 0, 1, 1)),
        area("stadtbezirk:1", box(1, 0, 2, 1)),
    ]
    edge = midnight(day, DayBasis.BERLIN)
    spans = {member.area: member[3:] for member in memberships({"s": (0.5, 0.5)}, areas)}
    assert spans == {"quartier:01": (0, None), "stadtbezirk:0": (0, edge), "stadtbezirk:1": (edge, None)}


coordinate = st.sampled_from([-0.5, 0.0, 0.5, 1.0, 1.1, 1.2, 2.0, 2.5, 3.0])


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(coordinate, coordinate), max_size=6))
def test_registry_and_aggregation_say_the_same_and_no_level_twice(points):
    known = [Site(id=name, longitude=x, latitude=y) for name, (x, y) in points.items()]
    one = frames.areas(known, [kept(each) for each in TOWN]).sort(AREAS.keys())
    sites = [places.Site(id=name, longitude=x, latitude=y) for name, (x, y) in points.items()]
    assert one.equals(places.memberships(sites, TOWN).sort(AREAS.keys()))
    levels = one.select("site", "level")
    assert levels.height == levels.unique().height
    # An inner area's site is always its parents' too.
    parents = {each.id: each.parent for each in TOWN}
    told = set(one.select("site", "area").iter_rows())
    assert all((site, parents[name]) in told for site, name in told if parents[name])
    drawn = {each.id: each.geometry for each in TOWN}
    finest = one.filter(pl.col("level") == "quartier")
    assert all(drawn[name].intersects(Point(points[site])) for site, name in finest.select("site", "area").iter_rows())
