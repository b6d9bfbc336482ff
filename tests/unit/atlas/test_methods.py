"""Methods as data: exactness at borders, every step, what is refused, and the published figures."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.atlas import expressions, methods
from gateway.atlas.classification import (
    Table,
    indicators,
    matrix,
    run,
    run_dynamic,
    upwards,
)
from gateway.atlas.compare import compare_methods
from gateway.atlas.errors import AtlasError, DefinitionError
from gateway.atlas.explain import explain
from gateway.atlas.measures import mean_ranks, order_shares, quantile
from gateway.atlas.publication import result_json
from gateway.atlas.sensitivity import sensitivity
from gateway.atlas.units import parse_unit

HEAD = """
id = "test"
version = "1"
title = { de = "Probe", en = "trial" }
[[input]]
name = "n"
unit = "person"
[[input]]
name = "a"
[[indicator]]
name = "a"
expression = "a"
"""
CLASSES = """
[classes]
borders = [-1, 1]
belongs = ["above", "below"]
labels = [{ id = "low" }, { id = "middle" }, { id = "high" }]
"""


def method(steps: str, head: str = HEAD, classes: str = CLASSES) -> methods.Method:
    return methods.parse_method(head + steps + classes, "test.toml")


def table(**values: object) -> Table:
    return {
        area: {"n": Decimal(1000), "a": None if value is None else Decimal(str(value))}
        for area, value in values.items()
    }


def test_published_figures_of_quartier_62_and_57():
    """Rows "2016" and "2017" of Quartier 62 as printed, and Quartier 57 at 31.12.2016 with its area in km²."""
    standardised = methods.load("sozialdatenatlas-standardised")
    youth = methods.load("sozialdatenatlas-standardised-u18")
    printed = {
        "2016": (("72.2", 6570, 1127, 2926, 1228, 795), ("17.15", "44.54", "64.74")),
        "2017": (("71.3", 6493, 1245, 2876, 1256, 829), ("19.17", "44.29", "66.00")),
    }
    for (density, people, sgb2, migrants, young, young_migrants), (
        sgb2_rate,
        migration,
        young_rate,
    ) in printed.values():
        hectares = Decimal(people) / Decimal(density)
        row = {"population": Decimal(people), "area_ha": hectares, "migrants": Decimal(migrants), "sgb2": Decimal(sgb2)}
        found = indicators(standardised, row)
        assert f"{found['sgb2_rate']:.2f}" == sgb2_rate
        assert f"{found['migration_rate']:.2f}" == migration
        assert f"{found['density']:.1f}" == density
        row = {"residents": Decimal(people), "population": Decimal(young), "area_ha": hectares,
               "migrants": Decimal(young_migrants), "sgb2": Decimal(0)}  # fmt: skip
        assert f"{indicators(youth, row)['migration_rate']:.2f}" == young_rate
    kothen = indicators(
        standardised,
        {"population": Decimal(8819), "area_ha": Decimal(185), "migrants": Decimal(0), "sgb2": Decimal(1065)},
    )
    assert f"{kothen['density'] * 100:.0f}" == "4767"  # type: ignore[operator] # inputs are complete
    assert f"{kothen['sgb2_rate']:.2f}" == "12.08"


def test_units_are_converted_and_checked():
    head = HEAD.replace('name = "a"\n[[ind', 'name = "a"\nunit = "km2"\n[[ind')
    density = head.replace('expression = "a"', 'expression = "n / a"\nunit = "person/ha"')
    found = indicators(method("", density), {"n": Decimal(8819), "a": Decimal("1.85")})
    assert f"{found['a']:.2f}" == "47.67"
    with pytest.raises(DefinitionError, match="gives person/m2, declared is 1"):
        method("", head.replace('expression = "a"', 'expression = "n / a"'))
    with pytest.raises(DefinitionError, match="joins different units"):
        method("", head.replace('expression = "a"', 'expression = "n + a"'))
    assert str(parse_unit("person/km2")) == "person/m2"


def test_no_shipped_method_is_official_and_the_examples_say_so():
    for name in methods.shipped():
        shipped = methods.load(name)
        assert shipped.official is False
        assert shipped.id == name
        if name.startswith("sozialdatenatlas"):
            assert "Beispiel" in shipped.title.de
            assert shipped.note is not None
            assert "nicht die amtliche Formel" in shipped.note.de
    with pytest.raises(DefinitionError, match="official"):
        method("", "official = true" + HEAD)


@pytest.mark.parametrize("scale", ["1", "0.1", "0.3", "7", "0.000001", "123456.789"])
def test_a_border_value_lies_on_the_border_whatever_the_scale(scale: str):
    """Two equal halves have z of exactly -1 and 1, which binary fractions miss."""
    factor = Decimal(scale)
    values = {f"q{n}": Decimal(1 if n % 2 else 3) * factor for n in range(6)}
    result = run(method(""), {a: {"n": Decimal(1), "a": v} for a, v in values.items()})
    assert set(result.classes().values()) == {"middle"}
    sided = run(method("", classes=CLASSES.replace('["above", "below"]', '["below", "above"]')), result_inputs(values))
    assert set(sided.classes().values()) == {"low", "high"}


def result_inputs(values: dict[str, Decimal]) -> Table:
    return {a: {"n": Decimal(1), "a": v} for a, v in values.items()}


@given(st.lists(st.decimals(-1000, 1000, places=3), min_size=3, max_size=30, unique=True), st.integers(1, 10**6))
def test_classes_do_not_depend_on_unit_or_order(values: list[Decimal], factor: int):
    steps = '[restandardise]\nkind = "z"\n'
    rows = {f"q{n}": v for n, v in enumerate(values)}
    base = run(method(steps), result_inputs(rows)).classes()
    scaled = run(method(steps), result_inputs({a: v * factor + 17 for a, v in reversed(rows.items())})).classes()
    assert base == scaled


def test_sample_deviation_is_wider_and_needs_two_areas():
    rows = table(x=1, y=2, z=6)
    population = run(method(""), rows).areas["z"].index
    sample = run(method('[transform]\nkind = "z"\ndeviation = "sample"\n'), rows).areas["z"].index
    assert population is not None
    assert sample is not None
    assert abs(sample / population - (Decimal(2) / 3).sqrt()) < Decimal("1e-20")
    with pytest.raises(AtlasError, match="too few"):
        run(method('[transform]\ndeviation = "sample"\n'), table(x=1))


def test_weighted_z_uses_the_weight_for_mean_and_deviation():
    rows = {"x": {"n": Decimal(3), "a": Decimal(0)}, "y": {"n": Decimal(1), "a": Decimal(4)}}
    result = run(method('[transform]\nweight = "n"\n'), rows)
    assert result.statistics["a"]["mean"] == 1
    assert result.statistics["a"]["deviation"] ** 2 == pytest.approx(3)


def test_no_variance_is_refused_or_counts_nothing():
    rows = table(x=5, y=5)
    with pytest.raises(AtlasError, match="all 2 counted areas have the same value"):
        run(method(""), rows)
    result = run(method('[transform]\nzero_variance = "zero"\n'), rows)
    assert set(result.classes().values()) == {"middle"}


def test_missing_and_excluded_areas_are_not_counted_and_say_why():
    rules = '[[exclude]]\nwhen = "n < 300"\nreason = "too few"\n[[exclude]]\nareas = ["z"]\nreason = "a prison"\n'
    rows = table(w=1, x=2, y=None, z=99) | {"v": {"n": Decimal(299), "a": Decimal(50)}}
    result = run(method(rules), rows)
    assert {a: r.excluded for a, r in result.areas.items() if r.excluded} == {
        "y": "missing: a", "z": "a prison", "v": "too few"}  # fmt: skip
    assert list(result.areas) == ["w", "x", "y", "z", "v"]
    assert result.statistics["a"]["mean"] == Decimal("1.5")
    with pytest.raises(AtlasError, match="area y: a missing"):
        run(method(rules, 'missing = "refuse"\n' + HEAD), rows)


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        ('kind = "rank"', [1, "2.5", "2.5", 4]),
        ('kind = "rank"\nrelative = true', ["0.25", "0.625", "0.625", 1]),
        ('kind = "quantile"\ngroups = 2', [1, 1, 1, 2]),
        ('kind = "minmax"', [0, "0.25", "0.25", 1]),
        ('kind = "deviation"\nweight = "n"', ["-1.5", "-0.5", "-0.5", "2.5"]),
        ('kind = "none"', [1, 2, 2, 5]),
    ],
)
def test_every_transformation(transform: str, expected: list[object]):
    result = run(method(f"[transform]\n{transform}\n"), table(w=1, x=2, y=2, z=5))
    assert [row.transformed["a"] for row in result.areas.values()] == [Decimal(str(e)) for e in expected]


def test_deviation_from_the_city_uses_summed_inputs():
    """The city's rate is the sum of cases over the sum of inhabitants, not the mean of rates."""
    head = HEAD.replace('name = "a"\n[[ind', 'name = "a"\nunit = "person"\n[[ind')
    head = head.replace('expression = "a"', 'expression = "a / n"\nunit = "%"')
    rows = {"x": {"n": Decimal(1000), "a": Decimal(100)}, "y": {"n": Decimal(3000), "a": Decimal(0)}}
    result = run(method('[transform]\nkind = "deviation"\n', head), rows)
    assert result.statistics["a"]["city"] == Decimal("2.5")
    assert result.areas["x"].index == Decimal("7.5")


def test_points_signs_and_mean():
    points = """
[transform]
kind = "points"
[[points]]
indicator = "a"
borders = [10, 20]
belongs = "above"
points = [0, 1, 3]
[combine]
kind = "mean"
weights = { a = -2 }
"""
    result = run(method(points), table(x=9.99, y=10, z=20))
    assert [row.sum for row in result.areas.values()] == [0, -1, -3]


def test_class_borders_by_quantile_and_rank():
    steps = '[transform]\nkind = "none"\n'
    by_rank = CLASSES.replace("[classes]", '[classes]\nkind = "rank"').replace("[-1, 1]", "[0.2, 0.9]")
    by_rank = by_rank.replace('["above", "below"]', '"below"')
    rows = table(**{f"q{n:02}": n for n in range(1, 11)})
    classes = run(method(steps, classes=by_rank), rows).classes()
    assert list(classes.values()) == ["low"] * 2 + ["middle"] * 7 + ["high"]
    by_quantile = by_rank.replace('"rank"', '"quantile"')
    result = run(method(steps, classes=by_quantile), rows)
    assert result.borders == (Decimal("2.8"), Decimal("9.1"))
    assert quantile([Decimal(1), Decimal(2)], Decimal("0.5")) == Decimal("1.5")


def test_equal_areas_share_a_class_by_rank():
    assert order_shares({"x": Decimal(1), "y": Decimal(1), "z": Decimal(2)})["y"] * 3 == pytest.approx(1)
    assert mean_ranks({"x": Decimal(1), "y": Decimal(1)}) == {"x": Decimal("1.5"), "y": Decimal("1.5")}


def test_dynamic_from_two_tables_and_the_matrix():
    dynamic = """
[dynamic]
years = 2
matrix = { "high/up" = "worst" }
[dynamic.classes]
borders = [-1, 1]
belongs = ["above", "below"]
labels = [{ id = "down" }, { id = "flat" }, { id = "up" }]
"""
    before = table(p=1, q=2, r=3, s=4, t=20, new=None)
    now = table(p=1, q=2, r=3, s=4, t=30, new=1)
    with_dynamic = method("", classes=CLASSES + dynamic)
    status, change = run(with_dynamic, now), run_dynamic(with_dynamic, now, before)
    assert change.areas["t"].label == "up"
    assert change.areas["new"].excluded == "missing: a"
    found = matrix(status, change)
    assert found["t"] == "worst"
    assert found["p"] == f"{status.areas['p'].label}/flat"
    with pytest.raises(AtlasError, match="no dynamic"):
        run_dynamic(method(""), now, before)


def test_dynamic_from_columns_of_changes():
    dynamic = '[dynamic]\nchanges = { a = "d" }\n[dynamic.classes]\nborders = [0]\nlabels = [{id="x"}, {id="y"}]\n'
    head = HEAD.replace('[[input]]\nname = "a"', '[[input]]\nname = "d"\n[[input]]\nname = "a"')
    found = method("", head, CLASSES + dynamic)
    rows = {a: {"n": Decimal(1), "a": Decimal(v), "d": Decimal(d)} for a, v, d in (("p", 1, -1), ("q", 2, 3))}
    assert run_dynamic(found, rows).classes() == {"p": "x", "q": "y"}
    assert "d" not in found.needed


def test_aggregation_upwards_weights_by_inhabitants():
    found = method('[upwards]\nweight = "n"\n[transform]\nkind = "none"\n')
    rows = {"x": {"n": Decimal(3000), "a": Decimal(0)}, "y": {"n": Decimal(1000), "a": Decimal(4)}}
    assert upwards(run(found, rows), {"x": "d", "y": "d"}) == {"d": (Decimal(1), "middle")}


def test_sensitivity_names_the_areas_that_a_border_moves():
    rows = table(p=0, q=0, r=0, s=1, t=10)
    result = run(method(""), rows)
    index = result.areas["t"].index
    assert index is not None
    found = sensitivity(result, rows, border_step=index - 1)
    moved = {(v.parameter, area): move for v in found for area, move in v.moved.items()}
    assert moved["border 2", "t"] == ("high", "middle")
    assert {v.parameter for v in found} == {"weight a", "border 1", "border 2"}


def test_a_method_that_needs_other_data_is_refused_by_name():
    with pytest.raises(AtlasError, match=r"needs a: y"):
        compare_methods(method(""), method(""), {"01": {"y": Decimal(1)}})


def test_methods_are_compared_on_the_same_data():
    pairs = compare_methods(method(""), method('[transform]\nkind = "none"\n'), table(x=0, y=0, z=5))
    assert pairs == {"x": ("middle", "middle"), "y": ("middle", "middle"), "z": ("high", "high")}


def test_explanation_leads_from_numbers_to_class():
    result = run(method('[restandardise]\nkind = "z"\n'), table(x=1, y=2, z=6, gone=None))
    steps = explain(result_json(result), "z")
    assert [step.step for step in steps] == ["input", "input", "indicator", "z", "sum", "restandardise", "class"]
    assert steps[-1].value == "high"
    assert "mean 3" in steps[3].formula
    assert explain(result_json(result), "gone")[-1].what == "missing: a"
    with pytest.raises(AtlasError, match="not in the edition"):
        explain(result_json(result), "99")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("open('x')", "not part of the language"),
        ("__import__(a)", "does not exist"),
        ("a.b", "not part of the language"),
        ("a[0]", "not part of the language"),
        ("read_csv(a)", "does not exist"),
        ("a ** 9", "expected at position 4"),
        ("a; b", "not part of the language"),
        ("select a", "the end expected"),
        ("(" * 60 + "a" + ")" * 60, "nested more than"),
        ("a" * 2001, "longer than"),
        ("a +", "found 'end'"),
        ("abs()", "expected"),
        ("abs(a, a)", "takes 1 to 1"),
        ("b", "not declared"),
        ("a < 1", "a formula, not a condition"),
        ("1 AND a", "joins conditions"),
        ("sqrt(n)", "without a unit"),
    ],
)
def test_formulas_can_do_arithmetic_and_nothing_else(formula: str, words: str):
    with pytest.raises(DefinitionError, match=re.escape(words)):
        method("", HEAD.replace('expression = "a"', f'expression = "{formula}"'))


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("-x + 1", "-1"),
        ("7 - 2 - 1", "4"),
        ("8 / 4 / 2", "1"),
        ("least(x, 5)", "2"),
        ("greatest(x, 5)", "5"),
        ("coalesce(gone, x)", "2"),
        ("nullif(x, 2)", None),
        ("x / 0", None),
        ("x + gone", None),
        ("sqrt(x + 2)", "2"),
        ("ln(0 - x)", None),
        ("abs(0 - x)", "2"),
        ("x = 2 AND NOT x > 3", True),
        ("gone < 1 OR x = 2", True),
        ("gone < 1 AND x = 2", None),
        ("gone < 1 AND x = 3", False),
        ("gone IS NULL", True),
        ("x is not null", True),
        ("x <> 2 OR x != 2", False),
    ],
)
def test_formulas_compute_like_sql(formula: str, value: object):
    found = expressions.evaluate(expressions.parse(formula), {"x": Decimal(2), "gone": None})
    assert found == (Decimal(value) if isinstance(value, str) else value)


@given(st.text(max_size=40))
def test_any_text_is_a_formula_or_a_named_mistake(source: str):
    try:
        node = expressions.parse(source)
    except expressions.ExpressionError:
        return
    assert expressions.names(node) is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("borders = [-1, 1]", "borders = [1, -1]"), "grow strictly"),
        (("borders = [-1, 1]", "borders = [0]"), "belongs"),
        (('borders = [-1, 1]\nbelongs = ["above", "below"]', "borders = [1]"), "need 2 labels"),
        (("[classes]", "[clases]"), "clases"),
        (("[classes]", "[combine]\nweights = { b = 1 }\n[classes]"), "not declared: b"),
        (("[classes]", '[transform]\nweight = "b"\n[classes]'), "not an input: b"),
        (("[classes]", '[transform]\nkind = "points"\n[classes]'), "needs [[points]]"),
        (("[classes]", '[[exclude]]\nreason = "x"\n[classes]'), "either `when` or `areas`"),
        (("[classes]", '[[exclude]]\nwhen = "a"\nreason = "x"\n[classes]'), "condition"),
        (("[classes]", "[classes"), "no TOML"),
    ],
)
def test_a_wrong_method_file_names_the_place(change: tuple[str, str], words: str):
    with pytest.raises(DefinitionError, match=re.escape(words)) as refused:
        method("", classes=CLASSES.replace(*change))
    assert str(refused.value).startswith("test.toml: ")


def test_an_unknown_method_lists_the_shipped_ones():
    with pytest.raises(DefinitionError, match="berlin-mss"):
        methods.load("no-such-method")


def test_the_documented_method_is_a_method():
    page = (Path(__file__).parents[3] / "docs" / "atlas.md").read_text(encoding="utf-8")
    sample = page.partition("```toml\n")[2].partition("```")[0]
    found = methods.parse_method(sample, "docs/atlas.md")
    rows = {f"q{n}": {"population": Decimal(1000), "cases": Decimal(n)} for n in range(5)}
    assert run(found, rows).areas["q4"].indicators["rate"] == Decimal("0.4")
