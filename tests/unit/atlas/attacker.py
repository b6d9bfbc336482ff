"""An outsider with a solver: everything that was ever published about counts, as one integer program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from gateway.atlas.areas import Areas

Name = tuple[str, str, str]


Printed = tuple[int, Name, Name, float]
"""Number of the edition, numerator, denominator, percentage printed with one decimal."""


def _narrower(one: tuple[int, int] | None, other: tuple[int, int]) -> tuple[int, int]:
    return other if one is None or other[1] - other[0] < one[1] - one[0] else one


def attack(
    editions: list[list[dict[str, Any]]],
    areas: Areas,
    ratios: Sequence[Printed] = (),
    truth: Sequence[Mapping[Name, int]] | None = None,
) -> dict[Name, tuple[int, int]]:
    """Intervals of the suppressed counts from all value tables an outsider ever fetched, hierarchy and common sense.

    A count hidden in several editions is taken for the same; printed ones are what they are in each. With `truth`, the
    true counts of each edition, only those are that did not change: an outsider who knows which were corrected.
    """
    columns: dict[object, int] = {}
    lines: list[tuple[dict[int, int], float, float]] = []
    known: dict[int, int] = {}
    for number, rows in enumerate(editions):
        counts = [r for r in rows if r["unit"] == "person"]
        place: dict[Name, int] = {}
        for row in counts:
            name = (row["variable"], row["group"], row["area"])
            identity: object = name if row["value"] is None else (name, number)
            if truth is not None:
                identity = (name, truth[number][name])
            place[name] = columns.setdefault(identity, len(columns))
            if row["value"] is not None:
                known[place[name]] = int(row["value"])
        for variable, group in sorted({name[:2] for name in place}):
            for district in areas.district:
                parts = {place[variable, group, code]: -1 for code, _ in district.quartiere}
                lines.append(({place[variable, group, district.code]: 1, **parts}, 0, 0))
            parts = {place[variable, group, a]: -1 for a in (*areas.of_level("bezirk"), areas.unassigned.code)}
            lines.append(({place[variable, group, areas.city.code]: 1, **parts}, 0, 0))
            for area in areas.names:
                here = place[variable, group, area]
                if group == "u18":
                    lines.append(({place[variable, "all", area]: 1, here: -1}, 0, np.inf))
                if variable != "population":
                    lines.append(({place["population", group, area]: 1, here: -1}, 0, np.inf))
        for edition, numerator, denominator, percent in ratios:
            if edition == number:
                a, b = place[numerator], place[denominator]
                lines.append(({a: 2000, b: -(round(20 * percent) - 1)}, 0, np.inf))
                lines.append(({a: 2000, b: -(round(20 * percent) + 1)}, -np.inf, 0))
    matrix = np.zeros((len(lines), len(columns)))
    for number, (terms, _, _) in enumerate(lines):
        for column, factor in terms.items():
            matrix[number, column] = factor
    constraints = LinearConstraint(csr_array(matrix), [low for _, low, _ in lines], [high for _, _, high in lines])
    bounds = (
        np.array([known.get(n, 0) for n in range(len(columns))], float),
        np.array([known.get(n, 10**6) for n in range(len(columns))], float),
    )
    found: dict[Name, tuple[int, int]] = {}
    for target, column in columns.items():
        if column in known:
            continue
        name = target if truth is None else target[0]  # type: ignore[index] # see `identity`
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(columns))
            goal[column] = sign
            solved = milp(goal, integrality=np.ones(len(columns)), bounds=bounds, constraints=constraints)
            assert solved.x is not None
            ends.append(round(solved.x[column]))
        found[name] = _narrower(found.get(name), (ends[0], ends[1]))  # type: ignore[index, arg-type] # the same
    return found
