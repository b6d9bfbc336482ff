"""Facts over time agree with looking at every moment alone."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gateway.registry.timeline import OPEN, assign, changed, intersect, subtract, union

MOMENTS = range(12)
SPAN = st.tuples(st.integers(0, 10), st.integers(0, 11))
SPANS = st.lists(SPAN, max_size=5)
STEPS = st.lists(st.tuples(SPAN, st.sampled_from([1, 2, None])), max_size=6)


def inside(spans) -> set[int]:
    return {moment for moment in MOMENTS for start, stop in spans if start <= moment < stop}


def value_at(pieces, moment):
    return next((value for start, stop, value in pieces if start <= moment < stop), None)


def build(steps):
    pieces = []
    for (start, stop), value in steps:
        pieces = assign(pieces, start, stop, value)
    return pieces


def tidy(spans) -> bool:
    return all(start < stop for start, stop in spans) and all(
        one[1] < other[0] for one, other in itertools.pairwise(spans)
    )


@given(SPANS, SPANS)
def test_sets_of_intervals(one, other):
    for found, expected in (
        (union(one), inside(one)),
        (intersect(one, other), inside(one) & inside(other)),
        (subtract(one, other), inside(one) - inside(other)),
    ):
        assert inside(found) == expected
        assert tidy(found)


@given(STEPS)
def test_the_last_word_holds(steps):
    pieces = build(steps)
    for moment in MOMENTS:
        told = [value for (start, stop), value in steps if start <= moment < stop]
        assert value_at(pieces, moment) == (told[-1] if told else None)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(pieces))


@given(STEPS, STEPS)
def test_exactly_what_differs_is_changed(before, after):
    one, other = build(before), build(after)
    found = changed(one, other)
    assert inside(found) == {m for m in MOMENTS if value_at(one, m) != value_at(other, m)}
    assert tidy(found)


def test_open_ends():
    assert changed([(0, OPEN, "A")], [(0, 5, "A"), (5, OPEN, "B")]) == [(5, OPEN)]
