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

from gateway.atlas.facts import MIN_DENOMINATOR, MIN_POPULATION, Cell, Exposure, Facts, Key, Ratio, Sum
from gateway.atlas.outsider import Outsider, Row, System

_EARLIER = "\x1f"


def _join(
    current: Facts, earlier: Sequence[Facts]
) -> tuple[dict[Key, Cell], dict[Key, int], list[Sum], list[tuple[Ratio, int]], set[Key]]:
    """All publications as one: a count whose value changed between them is two counts, one that did not is one.

    The last member are the counts that any of them hid.
    """
    cells, shown = dict(current.cells), dict(current.shown)
    sums, ratios, hidden = list(current.sums), list(current.ratios), set(current.hidden)
    for number, facts in enumerate(earlier):
        name = {
            key: key if key in cells and cells[key].value == cell.value else f"{key}{_EARLIER}{number}"
            for key, cell in facts.cells.items()
        }
        for key, cell in facts.cells.items():
            cells.setdefault(name[key], cell)
        for key, value in facts.shown.items():
            shown.setdefault(name[key], value)
        hidden |= {name[key] for key in facts.hidden}
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
    return cells, shown, list(dict.fromkeys(sums)), list(dict.fromkeys(ratios)), hidden


def current_key(key: Key) -> Key:
    """The key under which the current publication knows a count of an earlier one."""
    return key.partition(_EARLIER)[0]


def _ratio_rows(ratio: Ratio, scaled: int, cells: Mapping[Key, Cell]) -> Iterator[Row]:
    """The printed rounding and the thresholds above which a ratio is printed at all (C3)."""
    scale = 10**ratio.digits
    least = cells[ratio.numerator].min_cell
    yield Row({ratio.numerator: 200 * scale, ratio.denominator: 1 - 2 * scaled}, 0, None, split=True)
    yield Row({ratio.numerator: 200 * scale, ratio.denominator: -1 - 2 * scaled}, None, -1, split=True)
    yield Row({ratio.numerator: 1}, least, None, split=True)
    yield Row({ratio.denominator: 1, ratio.numerator: -1}, least, None, split=True)
    yield Row({ratio.denominator: 1}, MIN_DENOMINATOR, None, split=True)
    yield Row({ratio.population: 1}, MIN_POPULATION, None, split=True)


def _system(current: Facts, earlier: Sequence[Facts], *, sizes: bool) -> System:
    """The outsider's unknowns and rows; `sizes` adds that secondary cells are the next smallest of their group."""
    cells, shown, sums, ratios, hidden = _join(current, earlier)
    system = System(cells=cells)
    system.targets = {key for key in hidden if key not in shown}
    system.targets |= {key for key, cell in cells.items() if not cell.listed and cell.small and key not in shown}
    ceiling = 2 * max((*shown.values(), 1000))
    exact = {key: value for key, value in shown.items() if cells[key].round_to == 1}
    for key, cell in cells.items():
        if key in exact:
            continue
        if key in shown:
            least, system.high[key] = cell.between(shown[key])
            system.low[key] = max(least, cell.min_cell) if shown[key] else least
        else:
            is_hidden = key in current.hidden
            system.low[key] = 1 if is_hidden and cell.zero_published else 0
            system.high[key] = ceiling
    raw = [Row({s.whole: 1, **dict.fromkeys(s.parts, -1)}, 0, 0 if s.exact else None, split=s.split) for s in sums]
    for ratio, scaled in ratios:
        raw += _ratio_rows(ratio, scaled, cells)
    for row in raw:
        constant = sum(coefficient * shown[key] for key, coefficient in row.terms.items() if key in exact)
        terms = {key: coefficient for key, coefficient in row.terms.items() if key not in exact}
        if terms:
            low, high = (None if bound is None else bound - constant for bound in (row.low, row.high))
            system.rows.append(Row(terms, low, high, split=row.split))
    for s in sums:
        if s.split:
            parts = [p for p in s.parts if not cells[p].complement]
            system.complement_of |= {p: parts[0] for p in s.parts if cells[p].complement and parts}
    if sizes:
        _bound_by_size(system, current, sums, shown)
    return system


def _bound_by_size(system: System, current: Facts, sums: Iterable[Sum], shown: Mapping[Key, int]) -> None:
    """A leaf that is suppressed is no larger than the smallest part shown in one of its groups.

    Of equal counts the one that comes first by its key is suppressed, and the outsider knows that too.
    """
    wholes = {s.whole for s in sums if not s.split}
    bounds: dict[Key, list[int]] = {}
    for s in sums:
        if s.split:
            continue
        visible = [(system.cells[p].between(shown[p])[1], p) for p in s.parts if p in shown and shown[p] > 0]
        for part in s.parts:
            if part in current.hidden and part not in wholes:
                least, first = min(visible, default=(system.high.get(part, 0), part))
                bounds.setdefault(part, []).append(least - (first < part))
    for key, found in bounds.items():
        if key in system.high:
            system.high[key] = min(system.high[key], max(*found, system.cells[key].min_cell - 1))


def _components(system: System) -> list[tuple[list[Key], list[Row]]]:
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
    rows: dict[Key, list[Row]] = {}
    for row in system.rows:
        rows.setdefault(find(next(iter(row.terms))), []).append(row)
    return [(keys, rows.get(top, [])) for top, keys in members.items() if any(key in system.targets for key in keys)]


def audit(current: Facts, earlier: Sequence[Facts] = ()) -> list[Exposure]:
    """Every suppressed count that an outsider narrows too far; empty when the publication is safe.

    Counts that an earlier publication hid are protected as well: a correction of their neighbours must not give them
    away. Their keys end with the number of that publication; `current_key` takes it off.

    The strictest outsider is asked first. Where the assumption on sizes contradicts the published numbers (a later
    revision keeps cells suppressed that are no longer the smallest), it is dropped, as the outsider would have to.
    """
    loose: dict[Key, Exposure] | None = None
    found: list[Exposure] = []
    system = _system(current, earlier, sizes=True)
    for keys, rows in _components(system):
        outsider = Outsider(system, keys, rows, current.hidden)
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
        outsider = Outsider(system, keys, rows, current.hidden)
        found += [e for key in keys if key in system.targets and (e := outsider.exposure(key)) is not None]
    return found
