"""Which groups of sites may not be shown, and which areas are hidden with them."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.aggregation.disclosure import Disclosure, Group, Tree, settle, unsafe

RULES = Disclosure()


def group(**counts: float | list[float]) -> Group:
    """Three public sites that count 30 together, unless said otherwise."""
    usual = {"sites": 3, "private": 0, "operated": 0, "indoor": 0, "units": 3, "total": 30, "largest": 10}
    return Group(**{name: np.asarray(value, dtype=float) for name, value in (usual | counts).items()})  # type: ignore[arg-type]  # names come from the caller


@pytest.mark.parametrize(
    ("quantity", "counts", "small", "secret"),
    [
        ("people_count", {"total": 2}, True, True),
        ("people_count", {"total": 1}, True, True),
        ("people_count", {"total": 0}, True, False),
        ("people_count", {"total": 3}, True, False),
        ("people_count", {"total": 2}, False, False),
        ("vehicle_count", {"total": 2}, True, False),
        ("people_count", {"operated": 2}, False, True),
        ("people_count", {"operated": 3}, False, False),
        ("energy", {"sites": 14, "total": 100, "largest": 1}, False, True),
        ("energy", {"sites": 15, "total": 100, "largest": 15}, False, False),
        ("energy", {"sites": 15, "total": 100, "largest": 15.1}, False, True),
        ("air_temperature", {"sites": 1, "private": 1}, False, True),
        ("air_temperature", {"sites": 2, "private": 2}, False, False),
        ("air_temperature", {"sites": 1, "private": 0}, False, False),
        ("air_temperature", {"sites": 20, "indoor": 14}, False, True),
        ("air_temperature", {"sites": 20, "indoor": 15}, False, False),
        ("co2", {"indoor": 2}, False, True),
        ("co2", {"indoor": 3}, False, False),
        ("occupied", {"sites": 1, "units": 1}, False, True),
        ("occupied", {"sites": 1, "units": 20}, False, False),
        ("energy", {"sites": 0, "units": 0, "total": 0, "largest": 0}, False, False),
    ],
)
def test_the_thresholds(quantity, counts, small, secret):
    assert bool(unsafe(quantity, group(**counts), RULES, small=small)) is secret


def test_areas_are_told_from_the_sites_in_them():
    tree = Tree({"stadt": [0, 1, 2, 3], "b0": [0, 1, 2], "q0": [0], "q1": [1, 2], "b1": [3], "q2": [3]})
    inside = {name: sorted(tree.names[at] for at in tree.below(tree.number[name])) for name in tree.names}
    assert inside["stadt"] == ["b0", "b1", "q0", "q1", "q2", "stadt"]
    assert inside["b0"] == ["b0", "q0", "q1"]
    assert inside["q1"] == ["q1"]


def settled(hidden: set[str], private: dict[str, float], members: dict[str, list[int]]) -> set[str]:
    tree = Tree(members)
    sites = [len(members[name]) for name in tree.names]
    nothing = [[0] * len(sites)]
    counts = group(sites=[sites], units=[sites], total=[[10.0 * n for n in sites]], largest=[[10.0] * len(sites)],
                   private=[[private.get(name, 0) for name in tree.names]], operated=nothing, indoor=nothing)  # fmt: skip
    out = settle(tree, "air_temperature", counts, np.zeros((1, len(sites))),
                 np.array([[name in hidden for name in tree.names]]), RULES, small=np.array([False]))  # fmt: skip
    return {tree.names[at] for at in np.nonzero(out[0])[0]}


def test_a_hidden_area_takes_another_along_when_the_whole_less_the_rest_is_itself():
    members = {"b": [0, 1, 2, 3], "q0": [0], "q1": [1], "q2": [2, 3]}
    assert settled({"q0"}, {"q0": 1, "b": 1}, members) == {"q0", "q1"}
    # Where a second garden is hidden in the same district, the two protect each other.
    both = {"q0": 1, "q1": 1, "b": 2}
    assert settled({"q0", "q1"}, both, members) == {"q0", "q1"}


def test_a_site_in_no_quartier_of_its_district_is_protected_like_a_hidden_one():
    members = {"b": [0, 1, 2], "q0": [0], "q1": [1]}
    assert settled(set(), {"b": 1}, members) == {"q1"}


def test_nothing_is_hidden_where_nothing_is_private():
    members = {"stadt": [0, 1, 2], "b": [0, 1, 2], "q0": [0], "q1": [1], "q2": [2]}
    assert settled(set(), {}, members) == set()
