"""Areas checked, repaired and found: on small drawings, on the tile map, and on 448 real polygons."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateway.areas.files import read_layer
from gateway.areas.index import AreaIndex, Where
from gateway.areas.loading import Mapping, to_areas
from gateway.areas.model import Area, Problem, metric
from gateway.areas.repair import mend, repair
from gateway.areas.tilemap import build, demo_areas
from gateway.areas.validation import check

DAY = date(2026, 6, 1)
STEP = 0.01


def square(number, x, y, width=1.0, height=1.0, **more):
    box = shapely.box(7 + x * STEP, 51 + y * STEP, 7 + (x + width) * STEP, 51 + (y + height) * STEP)
    return Area(
        **(
            {"id": f"quartier:{number}", "level": "quartier", "number": number, "name": f"Q{number}", "geometry": box}
            | more
        )
    )


def problems(areas):
    return [(fault.problem, fault.areas) for fault in check(areas)]


def test_neighbours_that_touch_are_no_fault():
    assert check([square("00", 0, 0), square("01", 1, 0), square("02", 0, 1)]) == []


def test_an_overlap_is_named_with_its_size_and_given_to_the_smaller_number():
    areas = [square("01", 0, 0, width=1.5), square("02", 1, 0)]
    (fault,) = check(areas)
    assert (fault.problem, fault.areas) == (Problem.OVERLAP, ("quartier:01", "quartier:02"))
    assert fault.square_metres == pytest.approx(metric([areas[0].geometry.intersection(areas[1].geometry)])[0].area)
    assert "überlappen sich um" in fault.de
    assert "Q01" in fault.de
    first, second = repair(areas)
    assert check([first, second]) == []
    assert first.geometry.equals(areas[0].geometry)
    assert metric([second.geometry])[0].area == pytest.approx(metric([areas[1].geometry])[0].area / 2, rel=1e-4)


def test_a_gap_is_named_with_its_neighbours_and_given_to_the_longest():
    ring = [square("01", 0, 0, 3), square("02", 0, 2, 3), square("03", 0, 1), square("04", 2, 1)]
    ring[2] = replace(ring[2], geometry=shapely.box(7, 51 + STEP, 7 + 1.9 * STEP, 51 + 2 * STEP))
    (fault,) = check(ring)
    assert (fault.problem, set(fault.areas)) == (Problem.GAP, {f"quartier:0{n}" for n in range(1, 5)})
    mended = repair(ring)
    assert check(mended) == []
    assert [a.geometry.equals(b.geometry) for a, b in zip(ring, mended, strict=True)].count(False) == 1


def test_an_invalid_ring_is_named_and_repaired():
    bow = square("01", 0, 0, geometry=shapely.Polygon([(7, 51), (7.01, 51.01), (7.01, 51), (7, 51.01)]))
    assert problems([bow]) == [(Problem.RING, ("quartier:01",))]
    assert "Self-intersection" in check([bow])[0].de
    (mended,) = repair([bow])
    assert check([mended]) == []


def test_facts_that_contradict_each_other_are_named():
    empty = square("05", 5, 5, geometry=shapely.Polygon())
    upside = square("06", 8, 8, start=date(2026, 1, 1), stop=date(2025, 1, 1))
    orphan = square("07", 11, 11, parent="stadtbezirk:9")
    assert problems([empty, upside, orphan, square("08", 14, 0), square("08", 14, 0)]) == [
        (Problem.TWICE, ("quartier:08",)), (Problem.EMPTY, ("quartier:05",)), (Problem.PARENT, ("quartier:07",)),
        (Problem.UPSIDE_DOWN, ("quartier:06",)),
    ]  # fmt: skip


def test_versions_that_follow_each_other_do_not_overlap():
    old = square("01", 0, 0, stop=date(2026, 1, 1))
    new = square("01", 0, 0, width=2, start=date(2026, 1, 1))
    assert check([old, new]) == []
    assert problems([old, new, square("02", 1, 0)]) == [(Problem.OVERLAP, ("quartier:01", "quartier:02"))]


INDEX = AreaIndex([
    square("02", 0, 0), square("01", 1, 0), square("03", 0, 1, stop=DAY), square("04", 0, 1, start=DAY),
    square("9", 0, 0, 2, 2, id="bezirk:9", level="bezirk"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("x", "y", "day", "number", "where"),
    [
        (0.5, 0.5, DAY, "02", Where.INSIDE), (1.0, 0.5, DAY, "01", Where.BORDER), (0.0, 0.5, DAY, "02", Where.BORDER),
        (0.5, 1.5, DAY, "04", Where.INSIDE), (0.5, 1.5, date(2026, 5, 31), "03", Where.INSIDE), (5, 5, DAY, None, Where.OUTSIDE),
        (1.5, 1.5, DAY, None, Where.OUTSIDE), (1.0, 1.0, DAY, "01", Where.BORDER),
    ],
)  # fmt: skip
def test_every_point_has_a_defined_result(x, y, day, number, where):
    found = INDEX.locate(7 + x * STEP, 51 + y * STEP, "quartier", day)
    assert (found.area.number if found.area else None, found.where) == (number, where)


def test_levels_are_independent_of_each_other():
    assert INDEX.locate(7 + 1.5 * STEP, 51 + 1.5 * STEP, "bezirk", DAY).area.id == "bezirk:9"
    assert AreaIndex([]).locate(7, 51, "quartier", DAY).where is Where.OUTSIDE


def test_the_tile_map_is_schematic_whole_and_in_three_levels():
    areas = demo_areas()
    by_level = {level: [a for a in areas if a.level == level] for level in ("quartier", "stadtbezirk", "stadt")}
    assert {level: len(group) for level, group in by_level.items()} == {"quartier": 69, "stadtbezirk": 10, "stadt": 1}
    assert all(area.schematic for area in areas)
    assert sum(not area.number_confirmed for area in areas) == 18
    assert check(areas) == []
    assert {a.number for a in by_level["stadtbezirk"]} == set("0123456789")
    index = AreaIndex(areas)
    for quartier in by_level["quartier"]:
        centre = quartier.geometry.centroid
        assert index.locate(centre.x, centre.y, "quartier", DAY).area == quartier
        chain = index.ancestors(quartier, DAY)
        assert [area.level for area in chain] == ["stadtbezirk", "stadt"]
        assert chain[0].number == quartier.number[0]


@pytest.mark.shared
def test_the_tile_map_is_built_from_the_list_of_quartiere(shared):
    with next(shared.rglob("wuppertal_quartiere.csv")).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    built = build(rows)
    shipped = {(a.level, a.number): a for a in demo_areas()}
    assert len(built["features"]) == len(shipped)
    for row in rows:
        area = shipped["quartier", row["number"]]
        assert (area.name, area.number_confirmed) == (row["name"], row["number_confirmed"] == "yes")


@pytest.fixture(scope="session")
def berlin(shared):
    path = next(shared.rglob("berlin_lor_planning_areas_until_2020.geojson"))
    return to_areas(read_layer(path), Mapping(level="planungsraum", number="id", name="name", digits=8))


@pytest.mark.shared
def test_448_real_polygons_load_and_their_one_fault_is_named(berlin):
    assert len(berlin) == 448
    assert all(len(area.number) == 8 for area in berlin)
    assert problems(berlin) == [(Problem.TWICE, ("planungsraum:06010102",))]
    total = sum(shape.area for shape in metric(area.geometry for area in berlin))
    assert total == pytest.approx(891e6, rel=0.01)


@pytest.mark.shared
def test_the_index_agrees_with_looking_at_every_polygon(berlin):
    index = AreaIndex(berlin)

    @given(st.floats(13.05, 13.8), st.floats(52.3, 52.7))
    def agrees(x, y):
        point = shapely.Point(x, y)
        found = index.locate(x, y, "planungsraum", DAY)
        holding = sorted(area.number for area in berlin if area.geometry.intersects(point))
        assert (found.area.number if found.area else None) == (holding[0] if holding else None)
        assert (found.where is Where.OUTSIDE) == (not holding)

    agrees()
    corner = berlin[7].geometry.geoms[0].exterior.coords[0]
    assert index.locate(*corner, "planungsraum", DAY).where is Where.BORDER


def town(geometry, **more):
    return Area(**({"id": "stadt:0", "level": "stadt", "number": "0", "name": "Stadt", "geometry": geometry} | more))


def quarter(number, x, y, **more):
    return square(number, x, y, parent="stadt:0", **more)


def test_a_child_outside_its_parent_and_ground_without_children_are_named_with_their_size():
    whole = town(shapely.box(7, 51, 7 + 3 * STEP, 51 + STEP))
    areas = [quarter("01", 0, 0), quarter("02", 1, 0, height=1.5), whole]
    outside, uncovered = check(areas)
    assert (outside.problem, outside.areas) == (Problem.OUTSIDE, ("quartier:02", "stadt:0"))
    assert outside.square_metres == pytest.approx(metric([areas[1].geometry])[0].area / 3, rel=1e-3)
    assert (uncovered.problem, uncovered.areas) == (Problem.UNCOVERED, ("stadt:0",))
    assert uncovered.square_metres == pytest.approx(metric([areas[0].geometry])[0].area, rel=1e-3)
    assert f"{uncovered.square_metres:.0f} m²" in uncovered.de
    mended, done = mend(areas)
    assert check(mended) == []
    assert [each.area for each in done] == ["stadt:0"]
    assert "Umriss seiner Teile übernommen" in done[0].de
    assert mended[2].geometry.equals(shapely.union_all([area.geometry for area in areas[:2]]))


def test_borders_drawn_twice_differ_by_rounding_without_fault():
    rough = shapely.set_precision(shapely.box(7, 51, 7 + 2 * STEP, 51 + STEP).segmentize(0.0031), 1e-7)
    parts = [quarter("01", 0, 0), quarter("02", 1, 0)]
    assert check([*parts, town(rough)]) == []


def test_only_areas_of_the_same_day_are_held_against_their_parent():
    split = date(2026, 1, 1)
    areas = [
        quarter("01", 0, 0, stop=split), town(square("", 0, 0).geometry, stop=split),
        quarter("01", 0, 0, width=2, start=split), town(square("", 0, 0, width=2).geometry, start=split),
    ]  # fmt: skip
    assert check(areas) == []
    assert [fault.areas for fault in check(areas[:3])] == [("quartier:01",)]  # its parent ends


def test_every_repair_is_said():
    bow = shapely.Polygon([(7.2, 51), (7.21, 51.01), (7.21, 51), (7.2, 51.01)])
    _, done = mend([square("01", 0, 0, width=1.5), square("02", 1, 0), square("09", 5, 5, geometry=bow)])
    assert [(each.area, each.square_metres > 1) for each in done] == [("quartier:09", True), ("quartier:02", True)]
    assert "Ring berichtigt" in done[0].de
    assert "an quartier:01 gegeben" in done[1].de
    assert "given to quartier:01" in str(done[1])


@pytest.mark.shared
def test_real_polygons_fit_the_areas_that_are_made_of_them(berlin):
    parts = [replace(area, parent=f"bezirk:{area.number[:2]}") for area in berlin]
    bezirke = [
        Area(
            id=f"bezirk:{number}", level="bezirk", number=number, name=number,
            geometry=shapely.union_all([part.geometry for part in parts if part.number.startswith(number)]),
        )
        for number in sorted({part.number[:2] for part in parts})
    ]  # fmt: skip
    assert {fault.problem for fault in check([*parts, *bezirke])} == {Problem.TWICE}
    smaller = [replace(bezirke[0], geometry=bezirke[0].geometry.buffer(-0.001)), *bezirke[1:]]
    faults = [fault for fault in check([*parts, *smaller]) if fault.problem is Problem.OUTSIDE]
    assert faults
    assert all("bezirk:01" in fault.areas for fault in faults)
