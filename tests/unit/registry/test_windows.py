"""Windows cover every moment at which something differs, and no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.registry.model import Fact, Installation
from gateway.registry.timeline import assign
from gateway.registry.windows import device_windows

MOMENTS = range(10)
STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10), st.sampled_from("AB")), max_size=4)
VALUES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10), st.sampled_from([1.0, 2.0])), max_size=4)


def build(steps):
    pieces = []
    for start, stop, value in steps:
        pieces = assign(pieces, start, stop, value)
    return pieces


def state(steps, values):
    hung = [Installation(device="d", site=str(site), start=start, stop=stop) for start, stop, site in build(steps)]
    facts = [Fact(device="d", attribute="expected", start=start, stop=stop, value=float(value))
             for start, stop, value in build(values)]  # fmt: skip
    return hung, facts


def at(entries, moment):
    return next((each for each in entries if each.start <= moment < (each.stop or 99)), None)


@given(STEPS, VALUES, STEPS, VALUES)
def test_exactly_what_differs_while_the_device_hangs(steps, values, steps2, values2):
    before, after = state(steps, values), state(steps2, values2)
    found = list(device_windows(before, after))
    for moment in MOMENTS:
        one, other = at(before[0], moment), at(after[0], moment)
        moved = getattr(one, "site", None) != getattr(other, "site", None)
        told = getattr(at(before[1], moment), "value", None) != getattr(at(after[1], moment), "value", None)
        here = [window for window in found if window.start <= moment < (window.stop or 99)]
        assert bool(here) == (moved or (told and one is not None))
        if moved:
            assert {window.site for window in here} == {each.site for each in (one, other) if each is not None}
