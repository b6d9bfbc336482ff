"""Counts of people by the hour: what else is hidden with an hour that shows too few, so that no sum gives it away.

The figure of the day is shown, so the hidden hours of an area's day are known together; hours of areas around it are
shown, so hidden areas are known together for each hour. What then still bounds a hidden hour to one value hides more:

    1  the other hours of that area's night    2  and of the areas beside it    3  the night of every area
    4  the whole day's hours of every area
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gateway.aggregation.disclosure import Disclosure, Group, Tree

Bools = NDArray[np.bool_]
Secondary = Callable[[Bools, NDArray[np.int64]], Bools]
"""What is hidden in these windows → with what must be hidden beside it."""
_ROUNDS = 30
_NOTHING = 1e-6


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
        for step in range(5):
            out = _stepped(tree, out, secret, dark, at, step)
            out = _closed(group, out, dark, at, secondary, rules)
            if not pinned(tree, group.sites[at], group.total[at], out[at], secret[at]):
                break
    return out


def _stepped(tree: Tree, hidden: Bools, secret: Bools, dark: Bools, at: NDArray[np.int64], step: int) -> Bools:
    """Hide as much more as this step says."""
    out = hidden.copy()
    night = at[dark[at]]
    concerned = np.nonzero(secret[at].any(axis=0))[0]
    if step == 1:
        out[np.ix_(night, concerned)] = True
    elif step == 2:
        for area in concerned:
            above = tree.parent[area]
            for beside in tree.children[above] if above >= 0 else [int(area)]:
                out[np.ix_(night, np.array(tree.below(beside)))] = True
    elif step == 3:
        out[night] = True
    elif step == 4:
        out[at] = True
    return out


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


def pinned(tree: Tree, sites: NDArray[np.float64], total: NDArray[np.float64], hidden: Bools, secret: Bools) -> bool:
    """Whether somebody who adds and subtracts knows one of the secret hours exactly.

    Args:
        tree: the areas.
        sites: windows x areas, how many enter; everybody knows where none is.
        total: windows x areas, whole numbers; the sums over windows are known, too.
        hidden: what is not shown.
        secret: what must not be known.
    """
    # What is in an area and in no area inside it is a part of every area around it.
    low = np.zeros_like(total)
    own = sites.copy()
    for at, children in enumerate(tree.children):
        own[:, at] -= sites[:, children].sum(axis=1)
    high = np.where(own > 0, total.sum(), 0.0)
    for _ in range(_ROUNDS):
        was = (low.copy(), high.copy())
        for at, mask in enumerate(tree.inside):
            # What is shown of an area is the sum of its parts in that hour.
            low, high = _tightened(low, high, mask, ~hidden[:, at], total[:, at], axis=1)
            # And its day is the sum of them over all hours.
            everywhere = np.ones(1, dtype=np.bool_)
            flat_low, flat_high = _tightened(
                low[:, mask].reshape(1, -1), high[:, mask].reshape(1, -1), np.ones(low[:, mask].size, dtype=np.bool_),
                everywhere, np.array([total[:, at].sum()]), axis=1,
            )  # fmt: skip
            low[:, mask], high[:, mask] = flat_low.reshape(-1, mask.sum()), flat_high.reshape(-1, mask.sum())
        if (was[0] == low).all() and (was[1] == high).all():
            break
    for at, mask in enumerate(tree.inside):
        known = high[:, mask].sum(axis=1) - low[:, mask].sum(axis=1) < 1
        if (known & secret[:, at]).any():
            return True
    return _computable(tree, hidden, secret, high - low > 0)


def _computable(tree: Tree, hidden: Bools, secret: Bools, open_: Bools) -> bool:
    """Whether a secret hour follows from what is shown by addition and subtraction alone.

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
    wanted = np.array([about(np.array([window]), at) for window, at in zip(*np.nonzero(secret), strict=True)])
    known = np.unique(np.array([row for row in equations if row.any()]), axis=0)
    if not len(known):
        return False
    _, sizes, basis = np.linalg.svd(known, full_matrices=False)
    basis = basis[sizes > _NOTHING]
    left = wanted - wanted @ basis.T @ basis
    return bool((np.abs(left).max(axis=1) < _NOTHING).any())


def _tightened(
    low: NDArray[np.float64], high: NDArray[np.float64], mask: Bools, known: Bools, total: NDArray[np.float64], *,
    axis: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Bounds of the parts in `mask` where their sum is known."""
    low, high = low.copy(), high.copy()
    part_low, part_high = low[:, mask], high[:, mask]
    least, most = part_low.sum(axis=axis, keepdims=True), part_high.sum(axis=axis, keepdims=True)
    up = np.minimum(part_high, total[:, None] - (least - part_low))
    down = np.maximum(part_low, total[:, None] - (most - part_high))
    low[:, mask] = np.where(known[:, None], down, part_low)
    high[:, mask] = np.where(known[:, None], up, part_high)
    return low, high
