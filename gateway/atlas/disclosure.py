"""What an outsider can derive: integer programs over everything published, and over the rules of publication.

The outsider knows

- every number printed: counts, totals of the hierarchy, ratios with their printed rounding, earlier editions;
- how numbers belong together: totals are sums of parts, a part is at most its whole, counts are whole and not negative;
- the rules themselves: a zero is printed where the dataset says so, a ratio only above its thresholds, what is
  suppressed besides the small cells is the next smallest of its group, nothing is suppressed without a small cell.

A suppressed count with minimum cell m is protected when the whole numbers it may be, as far as the outsider can tell,
reach from `lower` to `upper` with upper - lower >= m and upper >= m. An interval is only believed when its ends were
checked as complete solutions in whole numbers: the solver (HiGHS) proposes, exact arithmetic decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Key = str
"""Names one count: "stichtag|dataset|variable|group|area"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count.

    Attributes:
        value: the number, None when the sender withheld it or did not know it.
        min_cell: 1 … min_cell - 1 is confidential.
        zero_published: whether 0 may be shown; otherwise it is as confidential as a small count.
        listed: whether a published table has a place for it; a complement (inhabitants without benefits) has none.
        dominated: one contributor stands behind too much of it (C4).
        complement: what remains of a whole without one of its parts; small ones make the part confidential.
    """

    value: int | None
    min_cell: int
    zero_published: bool = True
    listed: bool = True
    dominated: bool = False
    complement: bool = False

    @property
    def small(self) -> bool:
        """Whether the number itself must not be shown."""
        return self.value is not None and self.is_small(self.value)

    def is_small(self, value: int) -> bool:
        """Whether `value` in this place would be confidential for its own sake."""
        return (0 < value < self.min_cell) or (value == 0 and not self.zero_published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """`whole` is the sum of `parts`; at least their sum when not `exact`. A `split` only divides one area's count."""

    whole: Key
    parts: tuple[Key, ...]
    exact: bool = True
    split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio that tables may print: 100 * numerator / denominator with `digits` decimals, rounded half up."""

    name: str
    numerator: Key
    denominator: Key
    population: Key
    digits: int = 1

    def scaled(self, numerator: int, denominator: int) -> int:
        """The printed ratio times 10**digits."""
        scale: int = 10**self.digits
        return (200 * scale * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One publication: what stands in its tables, what is hidden there, and how its numbers belong together.

    Attributes:
        cells: every count of the register, with its true value (never published itself).
        shown: listed counts that are printed.
        hidden: listed counts that stand as • .
        ratios: printed ratios with their value times 10**digits.
    """

    cells: Mapping[Key, Cell]
    shown: Mapping[Key, int]
    hidden: frozenset[Key]
    sums: tuple[Sum, ...]
    ratios: tuple[tuple[Ratio, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A suppressed count that is not protected: the interval an outsider derives, None when nothing could be proved."""

    key: Key
    needed: int
    lower: int | None
    upper: int | None


@dataclass(slots=True)
class _Row:
    """low <= Σ coefficient · x <= high over unknown counts; None is no bound."""

    terms: dict[Key, int]
    low: int | None
    high: int | None

    def holds(self, x: Mapping[Key, int]) -> bool:
        total = sum(coefficient * x[key] for key, coefficient in self.terms.items())
        return (self.low is None or total >= self.low) and (self.high is None or total <= self.high)


@dataclass(slots=True)
class _System:
    """Unknown counts with bounds, the rows that bind them, and which of them must be protected."""

    low: dict[Key, int] = field(default_factory=dict)
    high: dict[Key, int] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)
    cells: dict[Key, Cell] = field(default_factory=dict)
    targets: set[Key] = field(default_factory=set)


_EARLIER = "\x1f"


def _join(
    current: Facts, earlier: Sequence[Facts]
) -> tuple[dict[Key, Cell], dict[Key, int], list[Sum], list[tuple[Ratio, int]]]:
    """All publications as one: a count whose value changed between them is two counts, one that did not is one."""
    cells, shown = dict(current.cells), dict(current.shown)
    sums, ratios = list(current.sums), list(current.ratios)
    for number, facts in enumerate(earlier):
        name = {
            key: key if key in cells and cells[key].value == cell.value else f"{key}{_EARLIER}{number}"
            for key, cell in facts.cells.items()
        }
        for key, cell in facts.cells.items():
            cells.setdefault(name[key], cell)
        for key, value in facts.shown.items():
            shown.setdefault(name[key], value)
        sums += [
            Sum(whole=name[s.whole], parts=tuple(name[p] for p in s.parts), exact=s.exact, split=s.split)
            for s in facts.sums
        ]
        ratios += [
            (
                Ratio(
                    name=r.name,
                    numerator=name[r.numerator],
                    denominator=name[r.denominator],
                    population=name[r.population],
                    digits=r.digits,
                ),
                value,
            )
            for r, value in facts.ratios
        ]
    return cells, shown, list(dict.fromkeys(sums)), list(dict.fromkeys(ratios))


MIN_DENOMINATOR = 100
MIN_POPULATION = 300


def _ratio_rows(ratio: Ratio, scaled: int, cells: Mapping[Key, Cell]) -> Iterator[_Row]:
    """The printed rounding and the thresholds above which a ratio is printed at all (C3)."""
    scale = 10**ratio.digits
    least = cells[ratio.numerator].min_cell
    yield _Row({ratio.numerator: 200 * scale, ratio.denominator: 1 - 2 * scaled}, 0, None)
    yield _Row({ratio.numerator: 200 * scale, ratio.denominator: -1 - 2 * scaled}, None, -1)
    yield _Row({ratio.numerator: 1}, least, None)
    yield _Row({ratio.denominator: 1, ratio.numerator: -1}, least, None)
    yield _Row({ratio.denominator: 1}, MIN_DENOMINATOR, None)
    yield _Row({ratio.population: 1}, MIN_POPULATION, None)


def _system(current: Facts, earlier: Sequence[Facts], *, sizes: bool) -> _System:
    """The outsider's unknowns and rows; `sizes` adds that secondary cells are the next smallest of their group."""
    cells, shown, sums, ratios = _join(current, earlier)
    system = _System(cells=cells)
    system.targets = {key for key in current.hidden if key not in shown}
    system.targets |= {
        key for key, cell in current.cells.items() if not cell.listed and cell.small and key not in shown
    }
    ceiling = 2 * max((*shown.values(), 1000))
    for key, cell in cells.items():
        if key not in shown:
            is_hidden = key in current.hidden
            system.low[key] = 1 if is_hidden and cell.zero_published else 0
            system.high[key] = ceiling
    raw = [_Row({s.whole: 1, **dict.fromkeys(s.parts, -1)}, 0, 0 if s.exact else None) for s in sums]
    for ratio, scaled in ratios:
        raw += _ratio_rows(ratio, scaled, cells)
    for row in raw:
        constant = sum(coefficient * shown[key] for key, coefficient in row.terms.items() if key in shown)
        terms = {key: coefficient for key, coefficient in row.terms.items() if key not in shown}
        if terms:
            low, high = (None if bound is None else bound - constant for bound in (row.low, row.high))
            system.rows.append(_Row(terms, low, high))
    if sizes:
        _bound_by_size(system, current, sums, shown)
    return system


def _bound_by_size(system: _System, current: Facts, sums: Iterable[Sum], shown: Mapping[Key, int]) -> None:
    """A leaf that is suppressed is no larger than the smallest part shown in one of its groups.

    Of equal counts the one that comes first by its key is suppressed, and the outsider knows that too.
    """
    wholes = {s.whole for s in sums if not s.split}
    bounds: dict[Key, list[int]] = {}
    for s in sums:
        if s.split:
            continue
        visible = [(shown[p], p) for p in s.parts if p in shown and shown[p] > 0]
        for part in s.parts:
            if part in current.hidden and part not in wholes:
                least, first = min(visible, default=(system.high.get(part, 0), part))
                bounds.setdefault(part, []).append(least - (first < part))
    for key, found in bounds.items():
        if key in system.high:
            system.high[key] = min(system.high[key], max(*found, system.cells[key].min_cell - 1))


def _components(system: _System) -> list[tuple[list[Key], list[_Row]]]:
    """Unknowns that hang together through rows, each with its rows; only those with something to protect."""
    root: dict[Key, Key] = {key: key for key in system.low}

    def find(key: Key) -> Key:
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for row in system.rows:
        first, *others = row.terms
        for other in others:
            root[find(other)] = find(first)
    members: dict[Key, list[Key]] = {}
    for key in system.low:
        members.setdefault(find(key), []).append(key)
    rows: dict[Key, list[_Row]] = {}
    for row in system.rows:
        rows.setdefault(find(next(iter(row.terms))), []).append(row)
    return [(keys, rows.get(top, [])) for top, keys in members.items() if any(key in system.targets for key in keys)]


class _Outsider:
    """Derives intervals for one component from complete whole-number solutions ("worlds")."""

    def __init__(self, system: _System, keys: list[Key], rows: list[_Row], hidden: frozenset[Key]) -> None:
        self.system, self.keys, self.rows = system, keys, rows
        self.place = {key: number for number, key in enumerate(keys)}
        self.reasons = [k for k in keys if k in hidden or system.cells[k].complement]
        self.worlds: list[dict[Key, int]] = []
        truth = {key: system.cells[key].value for key in keys}
        if all(value is not None for value in truth.values()):
            self._keep({key: value for key, value in truth.items() if value is not None})
        self._matrix = self._constraint()

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
        """Remember a world that is possible and gives a reason to suppress."""
        if not self._possible(world) or not any(self._small(key, world[key]) for key in self.reasons):
            return False
        self.worlds.append(world)
        return True

    def _solve(self, target: Key, sign: int, reason: Key | None) -> dict[Key, int] | None:
        """A world with `target` as large (sign 1) or small (-1) as can be; with `reason` small when one is given."""
        from scipy.optimize import Bounds, milp  # noqa: PLC0415 - takes a second to load, and only releases need it

        low = np.array([self.system.low[key] for key in self.keys], dtype=float)
        high = np.array([self.system.high[key] for key in self.keys], dtype=float)
        if reason is not None:
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

    def _reach(self, target: Key, sign: int, enough: int | None) -> None:
        """Find worlds that push `target` towards one end, until `enough` is reached or the end is."""
        free = self._solve(target, sign, None)
        if free is None or self._keep(free):
            return
        limit = free[target]
        for reason in sorted(self.reasons, key=lambda key: key == target):
            world = self._solve(target, sign, reason)
            if world is not None and self._keep(world):
                reached = world[target]
                if reached == limit or (enough is not None and sign * reached >= sign * enough):
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
            self._reach(target, 1, None)
        if not protected():
            self._reach(target, -1, None)
        if protected():
            return None
        low, high = interval()
        return Exposure(key=target, needed=needed, lower=low, upper=high)

    def feasible(self) -> bool:
        """Whether there is any world at all."""
        if not self.worlds:
            self._reach(self.keys[0], 1, None)
        return bool(self.worlds)


def audit(current: Facts, earlier: Sequence[Facts] = ()) -> list[Exposure]:
    """Every suppressed count that an outsider narrows too far; empty when the publication is safe.

    The strictest outsider is asked first. Where the assumption on sizes contradicts the published numbers (a later
    revision keeps cells suppressed that are no longer the smallest), it is dropped, as the outsider would have to.
    """
    loose: dict[Key, Exposure] | None = None
    found: list[Exposure] = []
    system = _system(current, earlier, sizes=True)
    for keys, rows in _components(system):
        outsider = _Outsider(system, keys, rows, current.hidden)
        targets = [key for key in keys if key in system.targets]
        if outsider.feasible():
            found += [exposure for key in targets if (exposure := outsider.exposure(key)) is not None]
            continue
        if loose is None:
            loose = {exposure.key: exposure for exposure in _audit_without_sizes(current, earlier)}
        found += [loose[key] for key in targets if key in loose]
    return found


def _audit_without_sizes(current: Facts, earlier: Sequence[Facts]) -> list[Exposure]:
    system = _system(current, earlier, sizes=False)
    found = []
    for keys, rows in _components(system):
        outsider = _Outsider(system, keys, rows, current.hidden)
        found += [e for key in keys if key in system.targets and (e := outsider.exposure(key)) is not None]
    return found
