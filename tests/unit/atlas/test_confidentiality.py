"""An outsider against the published tables: everything printed, the rules, earlier editions, never the register."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from gateway.atlas.confidentiality import Register, dominated, primary, protect, publication
from gateway.atlas.disclosure import audit
from gateway.atlas.facts import Cell, Facts, Ratio, Sum
from gateway.atlas.outsider import Outsider, Row, System

DISTRICTS = ("d1", "d2", "d3")


def key(variable: str, area: str) -> str:
    return f"{variable}|{area}"


def register(
    counts: dict[str, dict[str, int | None]],
    districts: dict[str, list[str]],
    mins: dict[str, int],
    part_of: dict[str, str],
    ratios: bool = True,
    zero: bool = True,
    rounding: int = 1,
) -> Register:
    """A hierarchy city > districts (and "rest") > areas with counts for each variable, all totals listed."""
    cells: dict[str, Cell] = {}
    sums: list[Sum] = []
    found_ratios = []
    for variable, values in counts.items():
        floor = mins[variable]
        for area, value in values.items():
            cells[key(variable, area)] = Cell(
                value=value, min_cell=floor, zero_published=zero, round_to=rounding if variable == "sgb2" else 1
            )
        for district, members in districts.items():
            sums.append(Sum(whole=key(variable, district), parts=tuple(key(variable, a) for a in members)))
        sums.append(Sum(whole=key(variable, "city"), parts=tuple(key(variable, a) for a in (*districts, "rest"))))
    for part, whole in part_of.items():
        for area in counts[part]:
            a, b = counts[part][area], counts[whole][area]
            rest = f"{key(whole, area)}-{part}"
            value = None if a is None or b is None else b - a
            cells[rest] = Cell(value=value, min_cell=mins[part], listed=False, complement=True)
            sums.append(Sum(whole=key(whole, area), parts=(key(part, area), rest), split=True))
            if ratios:
                whole_key = key(whole, area)
                found_ratios.append(
                    Ratio(
                        name=f"{part}/{whole}", numerator=key(part, area), denominator=whole_key, population=whole_key
                    )
                )
    return Register(cells=cells, sums=tuple(sums), ratios=tuple(found_ratios))


def totals(leaves: dict[str, int], districts: dict[str, list[str]]) -> dict[str, int]:
    found = dict(leaves)
    for district, members in districts.items():
        found[district] = sum(leaves[a] for a in members)
    found["city"] = sum(found[d] for d in districts) + leaves["rest"]
    return found


@st.composite
def registers(draw: st.DrawFn) -> Register:
    districts = {d: [f"{d}a{n}" for n in range(draw(st.integers(2, 4)))] for d in DISTRICTS[: draw(st.integers(1, 3))]}
    leaves = [*itertools.chain.from_iterable(districts.values()), "rest"]
    small = st.one_of(st.integers(0, 15), st.integers(0, 60), st.integers(20, 400))
    population = {a: draw(st.one_of(st.integers(0, 40), st.integers(300, 3000), st.integers(90, 400))) for a in leaves}
    benefits = {a: min(population[a], draw(small)) for a in leaves}
    young = {a: min(population[a], draw(small)) for a in leaves}
    counts: dict[str, dict[str, int | None]] = {
        name: dict(totals(values, districts))
        for name, values in (("population", population), ("sgb2", benefits), ("u18", young))
    }
    for area in draw(st.lists(st.sampled_from(leaves), max_size=2)):
        if 0 < (counts["sgb2"][area] or 0) < 10:
            counts["sgb2"][area] = None
    return register(
        counts,
        districts,
        {"population": 3, "sgb2": draw(st.sampled_from([3, 10])), "u18": 3},
        {"sgb2": "population", "u18": "population"},
        zero=draw(st.booleans()),
        rounding=draw(st.sampled_from([1, 1, 5])),
    )


def interval(target: str, views: list[Facts]) -> tuple[int, int]:
    """What plain integer programming derives about one count from printed numbers alone.

    Written apart from the product's own audit: one dense system over all editions, unknowns by name.
    """
    shown: dict[str, int] = {}
    for view in views:
        shown |= view.shown
    names = sorted({k for view in views for s in view.sums for k in (s.whole, *s.parts)} | {target})
    place = {name: n for n, name in enumerate(names)}
    top = 2 * max([*shown.values(), 1000])
    rounded = {n for view in views for n, cell in view.cells.items() if cell.round_to == 5}
    low = [max(0, shown[n] - 2 * (n in rounded)) if n in shown else 0 for n in names]
    high = [shown[n] + 2 * (n in rounded) if n in shown else top for n in names]
    rows, lower, upper = [], [], []

    def add(terms: dict[str, float], a: float, b: float) -> None:
        row = np.zeros(len(names))
        for name, factor in terms.items():
            row[place[name]] += factor
        rows.append(row)
        lower.append(a)
        upper.append(b)

    for view in views:
        for s in view.sums:
            add({s.whole: 1, **dict.fromkeys(s.parts, -1)}, 0, 0)
        for ratio, scaled in view.ratios:
            percent = scaled / 10**ratio.digits
            half = 0.5 / 10**ratio.digits
            add({ratio.numerator: 100, ratio.denominator: -(percent - half)}, -1e-6, np.inf)
            add({ratio.numerator: 100, ratio.denominator: -(percent + half)}, -np.inf, 1e-6)
    ends = []
    for sign in (1, -1):
        goal = np.zeros(len(names))
        goal[place[target]] = sign
        found = milp(
            goal,
            integrality=np.ones(len(names)),
            bounds=(np.array(low, float), np.array(high, float)),
            constraints=LinearConstraint(np.array(rows), lower, upper),
        )
        assert found.x is not None, found.message
        ends.append(round(found.x[place[target]]))
    return ends[0], ends[1]


def assert_safe(views: list[Facts]) -> None:
    for view in views:
        for target in view.hidden:
            if any(target in other.shown and other.cells[target] == view.cells[target] for other in views):
                continue
            lower, upper = interval(target, views)
            needed = view.cells[target].min_cell
            assert upper - lower >= needed, (target, lower, upper)
            assert upper >= needed, (target, lower, upper)


@settings(max_examples=40)
@given(registers())
def test_no_suppressed_count_is_narrowed(register: Register):
    protection = protect(register)
    facts = protection.facts
    for name, cell in register.cells.items():
        assert not (cell.small and name in facts.shown)
    for ratio, _ in facts.ratios:
        assert {ratio.numerator, ratio.denominator} <= facts.shown.keys()
    if not protection.exposures:
        assert_safe([facts])


@settings(max_examples=30)
@given(registers(), st.data())
def test_no_suppressed_count_is_narrowed_by_two_editions(register: Register, data: st.DataObject):
    """The second edition corrects one count; what did not change is the same count for the outsider."""
    first = protect(register)
    if first.exposures:
        return
    leaves = [k for k, c in register.cells.items() if k.startswith("sgb2|") and "a" in k.partition("|")[2] and c.value]
    if not leaves:
        return
    leaf = data.draw(st.sampled_from(leaves))
    by = data.draw(st.integers(-3, 3))
    cells = dict(register.cells)
    area = leaf.partition("|")[2]
    for changed in (leaf, f"sgb2|{area[:2]}", "sgb2|city"):
        cell = cells[changed]
        rest = cells[f"population|{changed.partition('|')[2]}-sgb2"]
        if cell.value is None or cell.value + by < 0 or rest.value is None or rest.value - by < 0:
            return
        cells[changed] = replace(cell, value=cell.value + by)
        cells[f"population|{changed.partition('|')[2]}-sgb2"] = replace(rest, value=rest.value - by)
    second = protect(replace(register, cells=cells), [first.facts])
    if second.exposures:
        return
    assert not {k for k in first.facts.hidden & second.facts.shown.keys() if register.cells[k] == cells[k]}
    renamed = {k: k if cells[k].value == c.value else f"{k}'" for k, c in register.cells.items()}
    old = Facts(
        cells={renamed[k]: c for k, c in first.facts.cells.items()},
        shown={renamed[k]: v for k, v in first.facts.shown.items()},
        hidden=frozenset(renamed[k] for k in first.facts.hidden),
        sums=tuple(replace(s, whole=renamed[s.whole], parts=tuple(renamed[p] for p in s.parts)) for s in register.sums),
        ratios=tuple(
            (replace(r, numerator=renamed[r.numerator], denominator=renamed[r.denominator]), v)
            for r, v in first.facts.ratios
        ),
    )
    for target in second.facts.hidden | old.hidden:
        if target in old.shown or target in second.facts.shown:
            continue
        lower, upper = interval(target, [second.facts, old])
        needed = cells[target.rstrip("'")].min_cell
        assert upper - lower >= needed <= upper, (target, lower, upper)


def flat(parts: list[int], minimum: int, *, total: bool = True) -> Register:
    cells = {f"p{n}": Cell(value=v, min_cell=minimum) for n, v in enumerate(parts)}
    cells["total"] = Cell(value=sum(parts), min_cell=minimum, listed=total)
    return Register(cells=cells, sums=(Sum(whole="total", parts=tuple(f"p{n}" for n in range(len(parts)))),))


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("minimum", [2, 3])
def test_an_outsider_who_knows_the_rules_enumerates_every_world(total: bool, minimum: int):
    """Every register of three counts below 9 that fits what is printed, and that gives a reason to suppress."""
    worlds = [dict(zip(("p0", "p1", "p2"), parts, strict=True)) for parts in itertools.product(range(9), repeat=3)]
    for world in worlds:
        world["total"] = world["p0"] + world["p1"] + world["p2"]
    for world in worlds[:: 7 if total else 11]:
        protection = protect(flat([world["p0"], world["p1"], world["p2"]], minimum, total=total))
        facts = protection.facts
        if protection.exposures or not facts.hidden:
            continue
        possible = [
            w
            for w in worlds
            if all(w[k] == v for k, v in facts.shown.items())
            and all(w[k] > 0 for k in facts.hidden)
            and any(0 < w[k] < minimum for k in facts.hidden)
        ]
        for target in facts.hidden:
            seen = [w[target] for w in possible]
            assert max(seen) - min(seen) >= minimum <= max(seen) or max(seen) >= 8, (world, target, seen)


def test_a_lone_suppressed_count_would_be_known_to_be_small():
    """No total is printed, and still one • alone says 1 or 2."""
    protection = protect(flat([1, 40, 50], 3, total=False))
    assert protection.facts.hidden == {"p0", "p1"}
    assert not protection.exposures


def test_the_next_smallest_is_suppressed_and_one_more_where_both_are_too_small():
    assert protect(flat([1, 40, 50, 60], 3)).facts.hidden == {"p0", "p1"}
    assert protect(flat([1, 3, 50, 60], 3)).facts.hidden == {"p0", "p1", "p2"}
    assert protect(flat([1, 2, 50, 60], 3)).facts.hidden == {"p0", "p1", "p2"}
    assert protect(flat([0, 40, 50, 60], 3)).facts.hidden == frozenset()


def test_audit_finds_what_a_naive_publication_gives_away():
    register = flat([1, 40, 50, 60], 3)
    naive = publication(register, primary(register))
    assert [(e.key, e.lower, e.upper) for e in audit(naive)] == [("p0", 1, 1)]
    narrow = publication(flat([1, 3, 50, 60], 3), frozenset({"p0", "p1"}))
    assert {(e.key, e.lower, e.upper) for e in audit(narrow)} == {("p0", 1, 3), ("p1", 1, 3)}


def test_a_complement_is_as_confidential_as_the_count():
    """499 of 500 says something about one person."""
    counts = {
        "population": {"x": 500, "y": 600, "z": 700, "rest": 0, "d1": 1800, "city": 1800},
        "sgb2": {"x": 499, "y": 60, "z": 70, "rest": 0, "d1": 629, "city": 629},
    }
    built = register(counts, {"d1": ["x", "y", "z"]}, {"population": 3, "sgb2": 3}, {"sgb2": "population"})  # type: ignore[arg-type] # no None here
    protection = protect(built)
    assert "sgb2|x" in protection.facts.hidden
    assert not protection.exposures
    assert all(ratio.numerator != "sgb2|x" for ratio, _ in protection.facts.ratios)


def test_ratios_are_printed_above_their_thresholds_only():
    def printed(population: int, benefits: int) -> bool:
        counts = {
            "population": {"x": population, "y": 5000, "rest": 0, "d1": population + 5000, "city": population + 5000},
            "sgb2": {"x": benefits, "y": 900, "rest": 0, "d1": benefits + 900, "city": benefits + 900},
        }
        facts = publication(
            register(counts, {"d1": ["x", "y"]}, {"population": 3, "sgb2": 10}, {"sgb2": "population"}),  # type: ignore[arg-type] # no None here
            frozenset(),
        )
        return any(ratio.numerator == "sgb2|x" for ratio, _ in facts.ratios)

    assert printed(300, 10)
    assert not printed(299, 10)
    assert not printed(300, 9)
    assert not printed(300, 291)


def test_a_whole_below_the_minimum_is_suppressed_before_its_neighbours():
    """Of 5 inhabitants at most 5 receive benefits; no other benefits hide that, only the inhabitants themselves."""
    counts: dict[str, dict[str, int | None]] = {
        "population": {"x": 5, "y": 600, "z": 700, "w": 800, "rest": 0, "d1": 2105, "city": 2105},
        "sgb2": {"x": 5, "y": 60, "z": 70, "w": 80, "rest": 0, "d1": 215, "city": 215},
    }
    built = register(counts, {"d1": ["x", "y", "z", "w"]}, {"population": 3, "sgb2": 10}, {"sgb2": "population"})
    protection = protect(built)
    assert not protection.exposures
    assert "population|x" in protection.facts.hidden
    assert not {"sgb2|d1", "sgb2|city"} & protection.facts.hidden


def test_what_was_printed_before_protects_nothing_and_what_was_hidden_stays_hidden():
    first = protect(flat([1, 40, 50, 60], 3))
    assert first.facts.hidden == {"p0", "p1"}
    again = protect(flat([1, 40, 50, 60], 3), [first.facts])
    assert again.facts.hidden == {"p0", "p1"}
    corrected = protect(flat([40, 40, 50, 2], 3), [first.facts])
    assert "p1" in corrected.facts.hidden
    assert "p2" not in corrected.facts.hidden
    assert not corrected.exposures


def test_a_release_without_a_way_out_stays_exposed():
    """Everything else was printed in an earlier edition, so the one small count can be computed."""
    earlier = publication(flat([5, 40, 50], 3), frozenset())
    exposed = protect(
        flat([2, 40, 50], 3), [replace(earlier, shown={k: v for k, v in earlier.shown.items() if k != "total"})]
    )
    assert {"p1", "p2"} <= exposed.facts.shown.keys()
    assert {exposure.key for exposure in exposed.exposures} == {"p0", "total"}


def test_rounded_counts_are_printed_as_multiples_and_known_within_two():
    cell = Cell(value=1127, min_cell=3, round_to=5)
    assert cell.printed == 1125
    assert cell.between(1125) == (1123, 1127)
    assert [Cell(value=v, min_cell=3, round_to=5).printed for v in (0, 2, 3, 7, 8)] == [0, 0, 5, 5, 10]
    assert Cell(value=7, min_cell=3, round_to=10).between(10) == (5, 14)


def test_dominance():
    assert dominated(86, 100, 30)
    assert not dominated(85, 100, 30)
    assert dominated(16, 100, 30, metered=True)
    assert dominated(1, 100, 14, metered=True)


def test_a_small_whole_beside_hidden_neighbours_does_not_hold_its_part_down() -> None:
    """The outsider does not know which of the hidden wholes is the small one: the part may be as large as any."""
    truth = {"all|a": 9, "all|b": 60, "u18|a": 4, "u18|b": 30}
    rows = [
        Row({"all|a": 1, "all|b": 1}, 69, 69),
        Row({"u18|a": 1, "u18|b": 1}, 34, 34),
        Row({"all|a": 1, "u18|a": -1}, 0, None, split=True),
        Row({"all|b": 1, "u18|b": -1}, 0, None, split=True),
    ]
    keys = list(truth)
    system = System(
        low=dict.fromkeys(keys, 0),
        high=dict.fromkeys(keys, 69),
        rows=rows,
        cells={key: Cell(value=value, min_cell=10) for key, value in truth.items()},
        targets=set(keys),
    )
    outsider = Outsider(system, keys, rows, frozenset(keys))
    assert [outsider.exposure(key) for key in keys] == [None] * 4
    assert max(world["u18|a"] for world in outsider.worlds) > 9
    assert any(world["all|b"] < 10 for world in outsider.worlds)
