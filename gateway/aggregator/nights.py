"""Counts of people by the hour: what else is hidden with an hour that shows too few, so that no sum gives it away.

The figure of the day is shown, so the hidden hours of an area's day are known together; hours of areas around it are
shown, so hidden areas are known together for each hour. While a hidden hour still follows from that, more is hidden for
its area, step by step:

    1  the other hours of its night           3  the night of the area around and of those beside that
    2  the night of the areas beside it       4  the night of every area         5  the day of every area
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gateway.aggregation.disclosure import Disclosure, Group, Tree

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Secondary = Callable[[Bools, NDArray[np.int64]], Bools]
"""What is hidden in these windows → with what must be hidden beside it."""
_ROUNDS = 60
_NOTHING = 1e-6
_STEPS = 5


def hide_nights(
    tree: Tree, group: Group, hidden: Bools, dark: Bools, days: NDArray[np.int64], secondary: Secondary,
    rules: Disclosure,
) -> Bools:  # fmt: skip
    """Which hours are hidden (windows x areas).

    Args:
        tree: the areas.
        group: counts, windows x areas; `total` is what the day's figures add up from.
        hidden: primary suppression.
        dark: windows of the night.
        days: for each window the begin of its day.
        secondary: closes over the areas, window by window.
        rules: thresholds.
    """
    secret = hidden & dark[:, None] & (group.total > 0) & (group.total < rules.people_below)
    out = hidden.copy()
    for day in np.unique(days[secret.any(axis=1)]):
        at = np.nonzero(days == day)[0]
        steps = np.zeros(len(tree.names), dtype=np.int64)
        while True:
            out = _closed(group, out, dark, at, secondary, rules)
            known = pinned(tree, group.sites[at], group.total[at], out[at], secret[at]).any(axis=0)
            if not known.any() or steps.max() >= _STEPS:
                break
            steps[known] += 1
            for area in np.nonzero(known)[0]:
                _hide_more(tree, out, at, dark, int(area), int(steps[area]))
    return out


def _hide_more(tree: Tree, hidden: Bools, at: NDArray[np.int64], dark: Bools, area: int, step: int) -> None:
    """Hide as much more of a day's windows `at` as this step says for an area."""
    night = at[dark[at]]
    if step == 1:
        hidden[night, area] = True
    elif step in {2, 3}:
        around = tree.parent[area]
        if step == 3 and around >= 0:
            hidden[night, around] = True
            around = tree.parent[around]
        if around >= 0:
            beside = np.nonzero(tree.inside[around])[0]
            hidden[np.ix_(night, beside[beside != around])] = True
    else:
        hidden[night if step == 4 else at] = True


def _closed(
    group: Group, hidden: Bools, dark: Bools, at: NDArray[np.int64], secondary: Secondary,
    rules: Disclosure,
) -> Bools:  # fmt: skip
    """Hide further hours until no area's hidden hours of the day are few, and areas are closed over, too."""
    out = hidden.copy()
    while True:
        before = out.copy()
        out[at] = secondary(out[at], at)
        for area in np.nonzero(out[at].any(axis=0))[0]:
            total = group.total[at, area]
            mine = out[at, area] & (total > 0)
            # First hours of the night, then of the day, from the smallest on.
            rest = sorted(np.nonzero(~out[at, area] & (total > 0))[0], key=lambda w: (not dark[at[w]], total[w], w))
            while (
                mine.any() and rest
                and (mine.sum() < 2 or total[mine].sum() < max(rules.people_below, mine.sum() + 1))
            ):  # fmt: skip
                mine[rest.pop(0)] = True
            out[at[mine], area] = True
            if mine.any() and (mine.sum() < 2 or total[mine].sum() < rules.people_below):
                out[at, area] = True
        if (out == before).all():
            return out


def pinned(tree: Tree, sites: Floats, total: Floats, hidden: Bools, secret: Bools) -> Bools:
    """Which of the secret hours somebody who adds and subtracts knows exactly.

    Args:
        tree: the areas.
        sites: windows x areas, how many enter; everybody knows where none is.
        total: windows x areas, whole numbers; the sums over windows are known, too.
        hidden: what is not shown.
        secret: what must not be known.
    """
    low, high = _bounds(tree, sites, total, hidden)
    inside = tree.inside.T.astype(np.float64)
    found: Bools = secret & (high @ inside - low @ inside < 1)
    return found if found.any() else _computable(tree, hidden, secret, high - low > 0)


def _bounds(tree: Tree, sites: Floats, total: Floats, hidden: Bools) -> tuple[Floats, Floats]:
    """Between what each part lies (windows x areas): an area's part is what is in it and in no area inside it."""
    own = sites.copy()
    for at, children in enumerate(tree.children):
        own[:, at] -= sites[:, children].sum(axis=1)
    low = np.zeros_like(total)
    high = np.where(own > 0, total.sum(), 0.0)
    inside, day = tree.inside.T.astype(np.float64), total.sum(axis=0)
    around = [np.arange(len(tree.names))]
    while (around[-1] >= 0).any():
        around.append(np.array([tree.parent[at] if at >= 0 else -1 for at in around[-1]]))
    for _ in range(_ROUNDS):
        least, most = low @ inside, high @ inside
        new_low, new_high = low, high
        for areas in around:
            # A part is a sum less the others: that of an hour where it is shown, that of the day always.
            there = areas >= 0
            shown = there & ~hidden[:, areas]
            for known, known_low, known_high, where in (
                (total[:, areas], least[:, areas], most[:, areas], shown),
                (day[areas], least.sum(axis=0)[areas], most.sum(axis=0)[areas], there),
            ):
                new_high = np.where(where, np.minimum(new_high, known - (known_low - low)), new_high)
                new_low = np.where(where, np.maximum(new_low, known - (known_high - high)), new_low)
        if (new_low == low).all() and (new_high == high).all():
            break
        low, high = new_low, new_high
    return low, high


def _computable(tree: Tree, hidden: Bools, secret: Bools, open_: Bools) -> Bools:
    """Which secret hours follow from what is shown by addition and subtraction alone.

    `open_`: the parts (windows x areas) whose value does not follow from their bounds.
    """
    number = np.full(open_.shape, -1)
    number[open_] = np.arange(open_.sum())

    def about(windows: NDArray[np.int64], at: int) -> NDArray[np.float64]:
        row = np.zeros(int(open_.sum()))
        parts = number[np.ix_(windows, np.nonzero(tree.inside[at])[0])]
        row[parts[parts >= 0]] = 1
        return row

    every = np.arange(len(hidden))
    equations = [about(np.array([window]), at) for window, at in zip(*np.nonzero(~hidden), strict=True)]
    equations += [about(every, at) for at in range(hidden.shape[1])]
    found = np.zeros_like(secret)
    known = np.unique(np.array([row for row in equations if row.any()]), axis=0)
    if not len(known) or not secret.any():
        return found
    _, sizes, basis = np.linalg.svd(known, full_matrices=False)
    basis = basis[sizes > _NOTHING]
    places = np.argwhere(secret)
    wanted = np.array([about(np.array([window]), at) for window, at in places])
    left = np.abs(wanted - wanted @ basis.T @ basis).max(axis=1) < _NOTHING
    found[tuple(places[left].T)] = True
    return found
