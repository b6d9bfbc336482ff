"""One component of the outsider's unknowns, and the intervals that whole-number programs derive in it.

The solver (HiGHS) proposes complete solutions, "worlds"; a world counts only after exact arithmetic has checked every
bound and row of it, and when it gives a reason to suppress at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gateway.atlas.facts import Cell, Exposure, Key

ALTERNATIVES = 4
"""How many other reasons of a neighbouring group are tried before a count is taken to be exposed."""


@dataclass(slots=True)
class Row:
    """low <= Σ coefficient · x <= high over unknown counts; None is no bound.

    A `split` row divides one area's count or is a ratio; the others add areas up, and hold a group together.
    """

    terms: dict[Key, int]
    low: int | None
    high: int | None
    split: bool = False

    def holds(self, x: Mapping[Key, int]) -> bool:
        """Whether whole numbers satisfy the row, exactly."""
        total = sum(coefficient * x[key] for key, coefficient in self.terms.items())
        return (self.low is None or total >= self.low) and (self.high is None or total <= self.high)


@dataclass(slots=True)
class System:
    """Unknown counts with bounds, the rows that bind them, and which of them must be protected."""

    low: dict[Key, int] = field(default_factory=dict)
    high: dict[Key, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    cells: dict[Key, Cell] = field(default_factory=dict)
    targets: set[Key] = field(default_factory=set)
    complement_of: dict[Key, Key] = field(default_factory=dict)


class Outsider:
    """Knows the rows of one component and that each group of areas with suppressed counts holds a small one."""

    def __init__(self, system: System, keys: list[Key], rows: list[Row], hidden: frozenset[Key]) -> None:
        self.system, self.keys, self.rows = system, keys, rows
        self.place = {key: number for number, key in enumerate(keys)}
        self.group, self.reasons = self._groups(hidden)
        self.usual = {group: found for group in self.reasons if (found := self._usual_reason(group)) is not None}
        self.worlds: list[dict[Key, int]] = []
        truth = {key: system.cells[key].value for key in keys}
        if all(value is not None for value in truth.values()):
            self._keep({key: value for key, value in truth.items() if value is not None})
        self._matrix = self._constraint()

    def _groups(self, hidden: frozenset[Key]) -> tuple[dict[Key, Key], dict[Key, list[Key]]]:
        """Group of each unknown, and for each group with suppressed counts what may be the reason for them.

        Counts of one variable that add up to each other are a group; a reason is one of them, or the complement of one.
        """
        group = {key: key for key in self.keys}
        for row in self.rows:
            if not row.split:
                old = {group[key] for key in row.terms}
                first = min(old)
                group = {key: first if found in old else found for key, found in group.items()}
        reasons: dict[Key, list[Key]] = {}
        for key in self.keys:
            if key in hidden:
                reasons.setdefault(group[key], []).append(key)
        for key in self.keys:
            part = self.system.complement_of.get(key)
            if part in group:
                group[key] = group[part]
                reasons.setdefault(group[part], []).append(key)
        return group, reasons

    def _usual_reason(self, group: Key) -> Key | None:
        """A count that is the reason in truth; None where a group is suppressed only to protect another group.

        In such a group the outsider's rule does not hold, so it is not applied; nor does it where a single
        contributor may be the reason.
        """
        cells = self.system.cells
        if any(cells[key].dominance for key in self.reasons[group]):
            return None
        small = (k for k in self.reasons[group] if cells[k].small or cells[k].dominated)
        withheld = (k for k in self.reasons[group] if cells[k].value is None and not cells[k].complement)
        return next(small, None) or next(withheld, None)

    def _constraint(self) -> Any:
        """The rows as HiGHS takes them, () when there are none."""
        from scipy.optimize import LinearConstraint  # type: ignore[import-untyped] # noqa: PLC0415 - scipy ships no types; loaded late, see `_solve`
        from scipy.sparse import csr_array  # type: ignore[import-untyped] # noqa: PLC0415 - scipy ships no types; loaded late, see `_solve`

        if not self.rows:
            return ()
        data, columns, starts = [], [], [0]
        for row in self.rows:
            for key, coefficient in row.terms.items():
                data.append(float(coefficient))
                columns.append(self.place[key])
            starts.append(len(data))
        matrix = csr_array((data, columns, starts), shape=(len(self.rows), len(self.keys)))
        low = [-np.inf if row.low is None else row.low for row in self.rows]
        high = [np.inf if row.high is None else row.high for row in self.rows]
        return LinearConstraint(matrix, low, high)

    def _small(self, key: Key, value: int) -> bool:
        return self.system.cells[key].is_small(value)

    def _possible(self, world: Mapping[Key, int]) -> bool:
        """Exact check of every bound and row."""
        return all(self.system.low[k] <= v <= self.system.high[k] for k, v in world.items()) and all(
            row.holds(world) for row in self.rows
        )

    def _keep(self, world: dict[Key, int]) -> bool:
        """Remember a world that is possible and gives every group a reason to suppress."""
        if not self._possible(world):
            return False
        for group in self.usual:
            if not any(self._small(key, world[key]) for key in self.reasons[group]):
                return False
        self.worlds.append(world)
        return True

    def _solve(self, target: Key, sign: int, reasons: tuple[Key, ...]) -> dict[Key, int] | None:
        """A world with `target` as large (sign 1) or small (-1) as can be, in which all `reasons` are small."""
        from scipy.optimize import Bounds, milp  # noqa: PLC0415 - takes a second to load, and only releases need it

        low = np.array([self.system.low[key] for key in self.keys], dtype=float)
        high = np.array([self.system.high[key] for key in self.keys], dtype=float)
        for reason in reasons:
            cell = self.system.cells[reason]
            place = self.place[reason]
            high[place] = min(high[place], cell.min_cell - 1)
            low[place] = max(low[place], 1 if cell.zero_published else 0)
            if low[place] > high[place]:
                return None
        goal = np.zeros(len(self.keys))
        goal[self.place[target]] = -sign
        found = milp(
            goal,
            integrality=np.ones(len(self.keys)),
            bounds=Bounds(low, high),
            constraints=self._matrix,
            options={"time_limit": 10.0},
        )
        return None if found.x is None else {key: round(found.x[place]) for key, place in self.place.items()}

    def _reach(self, target: Key, sign: int) -> None:
        """Find worlds that push `target` towards one end, as far as a reason for every group allows."""
        free = self._solve(target, sign, ())
        if free is None or self._keep(free):
            return
        own = self.group[target]
        others = tuple(reason for group, reason in self.usual.items() if group != own)
        choices: list[tuple[Key, ...]] = [others]
        if own in self.usual:
            choices = [(reason, *others) for reason in sorted(self.reasons[own], key=lambda key: key == target)]
        for reasons in choices:
            world = self._solve(target, sign, reasons)
            if world is not None and self._keep(world) and world[target] == free[target]:
                return

    def _reach_beside(self, target: Key, sign: int) -> None:
        """The same with other reasons for the groups that split rows tie to `target`.

        What is usually the reason there may be the very count that holds `target` down: 9 poor people of 0 to 9.
        """
        own = self.group[target]
        usual = {group: reason for group, reason in self.usual.items() if group != own}
        mine = [key for key in self.reasons[own] if key != target] if own in self.usual else []
        tied = {self.group[key] for row in self.rows if row.split and target in row.terms for key in row.terms}
        for group in sorted(tied & set(usual)):
            for reason in [key for key in self.reasons[group] if key != usual[group]][:ALTERNATIVES]:
                others = tuple({**usual, group: reason}.values())
                world = self._solve(target, sign, (*mine[:1], *others))
                if world is not None and self._keep(world):
                    return

    def exposure(self, target: Key) -> Exposure | None:
        """None when the target is protected."""
        needed = self.system.cells[target].min_cell

        def interval() -> tuple[int | None, int | None]:
            seen = [world[target] for world in self.worlds]
            return min(seen, default=None), max(seen, default=None)

        def protected() -> bool:
            low, high = interval()
            return low is not None and high is not None and high - low >= needed and high >= needed

        if not protected():
            self._reach(target, 1)
        if not protected():
            self._reach(target, -1)
        if not protected():
            self._reach_beside(target, 1)
        if not protected():
            self._reach_beside(target, -1)
        if protected():
            return None
        low, high = interval()
        return Exposure(key=target, needed=needed, lower=low, upper=high)

    def feasible(self) -> bool:
        """Whether there is any world at all."""
        if not self.worlds:
            self._reach(self.keys[0], 1)
        return bool(self.worlds)
