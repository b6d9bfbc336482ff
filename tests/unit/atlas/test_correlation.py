"""Correlation and burden over plain frames: right, repeatable, silent where there is too little."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from scipy.stats import pearsonr, spearmanr

from gateway.atlas.burden import burden
from gateway.atlas.correlation import correlate
from gateway.atlas.errors import AtlasError
from gateway.atlas.parts import Classes, Label

X = [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.5, 3.5, 8.0, 9.5]
CLASSES = Classes(
    kind="quantile", borders=(Decimal("0.25"), Decimal("0.75")), labels=tuple(Label(id=name) for name in "123")
)
Y = [2.0, 7.0, 1.0, 8.0, 2.5, 1.2, 8.5, 1.8, 2.8, 4.0, 0.5, 0.7]


def frame(**more: list[float | None]) -> pl.DataFrame:
    return pl.DataFrame({"area": [f"{n:02}" for n in range(len(X))], "x": X, "y": Y, **more})


def test_both_coefficients_agree_with_scipy():
    found = correlate(frame(), "x", "y")
    assert found.n == 12
    assert found.spearman.value == pytest.approx(spearmanr(X, Y).statistic)
    assert found.pearson.value == pytest.approx(pearsonr(X, Y).statistic)
    for estimate in (found.spearman, found.pearson):
        assert estimate.low is not None
        assert estimate.high is not None
        assert -1 <= estimate.low <= (estimate.value or 0) <= estimate.high <= 1


def test_the_interval_is_the_same_every_time():
    assert correlate(frame(), "x", "y") == correlate(frame(), "x", "y")
    assert correlate(frame(), "x", "y", seed=1).pearson.low != correlate(frame(), "x", "y").pearson.low


def test_missing_values_are_left_out_and_counted():
    found = correlate(frame(z=[None, *X[1:-1], float("nan")]), "z", "y")
    assert (found.n, found.left_out) == (10, 2)


def test_fewer_than_ten_areas_say_nothing():
    with pytest.raises(AtlasError, match="only 9 areas"):
        correlate(frame(z=[None] * 3 + X[3:]), "z", "y")
    with pytest.raises(AtlasError, match="no column 'w'"):
        correlate(frame(), "w", "y")


def test_a_column_that_does_not_vary_has_no_coefficient():
    found = correlate(frame(z=[1.0] * 12), "z", "y")
    assert (found.pearson.value, found.pearson.low, found.spearman.value) == (None, None, None)


def test_burden_finds_where_both_coincide():
    heat = [float(n) for n in range(12)]
    sgb2 = [float(n) for n in range(12)]
    noise = [50.0 + n for n in range(12)]
    found = burden(frame(heat=heat, noise=noise, sgb2=sgb2), {"heat": 1, "noise": 1}, {"sgb2": 1}, CLASSES)
    rows = {row["area"]: row for row in found.table.iter_rows(named=True)}
    assert [a for a, row in rows.items() if row["coincidence"] == "double"] == ["09", "10", "11"]
    assert rows["11"]["environment"] == pytest.approx(rows["11"]["social"])
    assert rows["11"]["sum"] == pytest.approx(rows["11"]["environment"] + rows["11"]["social"])
    assert [row["class"] for row in rows.values()] == ["1"] * 3 + ["2"] * 6 + ["3"] * 3
    assert rows["00"]["z_heat"] == pytest.approx(-rows["11"]["z_heat"])
    turned = burden(frame(heat=heat, sgb2=sgb2), {"heat": -1}, {"sgb2": 1}, CLASSES).table
    assert set(turned["coincidence"]) == {"environment", "social", "none"}


def test_burden_leaves_incomplete_areas_out_with_the_reason():
    found = burden(frame(heat=[None, *X[1:]], sgb2=[None, *Y[1:]]), {"heat": 1}, {"sgb2": 1}, CLASSES)
    first = found.table.row(0, named=True)
    assert first["excluded"] == "missing: heat, sgb2"
    assert first["sum"] is None
    assert found.n == 11
    assert found.table["area"].to_list() == [f"{n:02}" for n in range(12)]


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"gone": 1.0}, "gone"),
        ({}, "missing"),
        ({"flat": 1.0}, "alike"),
        ({"x": 0.0}, "weights"),
        ({"few": 1.0}, "only 2"),
    ],
)
def test_burden_refuses_what_it_cannot_say(environment: dict[str, float], words: str):
    table = frame(flat=[1.0] * 12, few=[1.0, 2.0] + [None] * 10)
    with pytest.raises(AtlasError, match=words):
        burden(table, environment, {"y": 1.0}, CLASSES)
