"""Decides which figures of areas are confidential, for every answer and everything that is written out alike.

A figure is judged beside all others of its quantity, whichever of them was asked for: the whole tree of areas, and
where hidden windows could be had from longer ones, the whole longer window.

    counts of people, hours      hours of the night; what else is hidden with them: `nights`
    meters, hours / days         a hidden hour hides the hours of its day, a hidden day the days of its month
    meters, months / quarters    a hidden month hides the months and quarters of its year
    meters, weeks, profiles      never shown: they cross months, and so would give days away
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import DayBasis, Period
from gateway.aggregation.disclosure import METERS, PEOPLE, Disclosure, Group, Tree, settle, unsafe
from gateway.aggregation.membership import member_windows
from gateway.aggregation.periods import PROFILES
from gateway.aggregation.plan import Plan
from gateway.aggregator.blanking import HIDDEN
from gateway.aggregator.counts import Bools, Counts
from gateway.aggregator.judged_windows import Asked, careful, enclosing, few_people, units
from gateway.aggregator.nights import hide_nights
from gateway.aggregator.places import Site
from gateway.aggregator.values import Sites

INDOOR = "indoor"


class Guard:
    """Knows the sites; pure otherwise."""

    def __init__(
        self, sites: Callable[[], Sequence[Site]], rules: Disclosure | None = None, house: DayBasis = DayBasis.BERLIN
    ) -> None:
        """`house`: the one day basis on which counts of people and meters are told."""
        self._sites, self.rules, self.house = sites, rules or Disclosure(), house

    def protected(self, plan: Plan) -> frozenset[str]:
        """The quantities of which anything might have to be hidden."""
        facts = self._facts(plan)
        private = plan.points.filter(pl.col("private") | pl.col("point").is_in(list(facts)))["quantity"].to_list()
        named = [name for name in plan.points["quantity"].unique() if careful(name) or name == "occupied"]
        return frozenset(private) | frozenset(named)

    def _facts(self, plan: Plan) -> Mapping[int, tuple[bool, bool]]:
        """Points that are indoors, or counters of private operators."""
        known = {site.id: (site.siting == INDOOR, site.operated) for site in self._sites()}
        found = {}
        for point, site, estimator in plan.points.select("point", "site", "estimator").iter_rows():
            indoor, operated = known.get(site, (False, False))
            operated = operated and estimator.startswith("sum_of")
            if indoor or operated:
                found[point] = (indoor, operated)
        return found

    def hidden(self, quantity: str, sites: Sites, plan: Plan, panel: frozenset[int], asked: Asked) -> pl.DataFrame:
        """Rows of schema HIDDEN, for windows and areas in which something is.

        Args:
            quantity: one.
            sites: its points in windows, all that lie in any area; whole `ENCLOSING` windows when it is `careful`.
            plan: with every area of the quantity.
            panel: points whose counts are summed.
            asked: how.
        """
        points = plan.points.filter((pl.col("quantity") == quantity) & (pl.col("sub") == ""))
        start, stop = (sites.windows[name].to_numpy() for name in ("start", "stop"))
        areas = member_windows(plan.memberships, points["point"], start, stop, sites.span, plan.vetoes)
        if not areas or not len(start):
            return pl.DataFrame(schema=HIDDEN)
        tree = Tree({area: chosen[0] for area, chosen in areas.items()})
        counts = Counts(sites, points, panel, self._facts(plan), plan)
        group, invalid, atoms = counts.groups([areas[name] for name in tree.names], tree)
        small = few_people(quantity, asked, start)
        hidden: Bools = unsafe(quantity, group, self.rules, small=small[:, None])
        hidden |= unsafe(quantity, invalid, self.rules, small=small[:, None])
        there = (group.sites > 0) | (invalid.sites > 0)
        kinds = (group.operated + invalid.operated > 0) | (group.indoor + invalid.indoor > 0)
        kinds |= np.array(careful(quantity)) & there
        if not asked.usual:
            hidden |= kinds
        # Another range has another panel: a privately operated counter that one leaves out would be the difference.
        if points["estimator"][0] == "sum_of_panel":
            hidden |= counts.left_out([areas[name] for name in tree.names], panel)[None, :] & there
        if careful(quantity) and (
            (asked.period != Period.HOUR and asked.basis != self.house)
            or (quantity in METERS and (asked.period == Period.WEEK or asked.period in PROFILES))
        ):
            hidden |= there
        if quantity in PEOPLE and asked.period in PROFILES:
            hidden |= small[:, None] & there
        everywhere = np.arange(len(start))

        def secondary(hidden: Bools, windows: NDArray[np.int64]) -> Bools:
            part = Group(**{name: getattr(group, name)[windows] for name in Group.__slots__})
            return settle(tree, quantity, part, atoms[windows], hidden, self.rules, small=small[windows])

        hidden = secondary(hidden, everywhere)
        longer = units(enclosing(quantity, asked.period), self.house, start)
        if longer is not None:
            if quantity in PEOPLE:
                hidden = hide_nights(tree, group, hidden, small, longer, secondary, self.rules)
            else:
                hidden = _closed(hidden, longer, lambda wider: secondary(wider, everywhere))
        alone = small[:, None] | (group.operated > 0) if quantity in PEOPLE else kinds
        bare = (_bare(tree, hidden) | alone) & ~hidden
        rows, columns = np.nonzero(hidden | bare)
        return pl.DataFrame({
            "area": [tree.names[at] for at in columns], "quantity": [quantity] * len(rows), "start": start[rows],
            "hidden": hidden[rows, columns], "bare": bare[rows, columns],
        }, schema=HIDDEN)  # fmt: skip

    def secrets(
        self, quantity: str, plan: Plan, seen: Container[int], start: int, stop: int
    ) -> dict[str, frozenset[int]]:  # fmt: skip
        """For each area the points that an indicator over `[start, stop)` must not tell of, as far as there are any.

        All of an area that is hidden; of an area around it those that are in no shown area inside. What is told must be
        the same without them. `seen`: points with any data.
        """
        points = plan.points.filter((pl.col("quantity") == quantity) & (pl.col("sub") == ""))
        areas = member_windows(
            plan.memberships, points["point"], np.array([start]), np.array([stop]), vetoes=plan.vetoes
        )
        mine = {area: frozenset(point for point in chosen if point in seen) for area, (chosen, _) in areas.items()}
        tree = Tree({area: sorted(chosen) for area, chosen in mine.items()})
        facts = self._facts(plan)
        private = dict(points.select("point", "private").iter_rows())
        found: dict[str, frozenset[int]] = {}
        for at in tree.order:
            name = tree.names[at]
            if self._few(quantity, mine[name], private, facts):
                found[name] = mine[name]
                continue
            secret = np.array([each in found and found[each] == mine[each] for each in tree.names])
            rest = mine[name].difference(*(mine[tree.names[each]] for each in tree.cover(at, secret)))
            if rest != mine[name] and self._few(quantity, rest, private, facts):
                found[name] = rest
        return found

    def _few(
        self, quantity: str, points: frozenset[int], private: Mapping[int, bool], facts: Mapping[int, tuple[bool, bool]]
    ) -> bool:
        counts = {
            "sites": len(points), "private": sum(private[point] for point in points),
            "indoor": sum(facts.get(point, (False, False))[0] for point in points),
            "operated": sum(facts.get(point, (False, False))[1] for point in points),
            "units": len(points), "total": 1, "largest": 0,
        }  # fmt: skip
        group = Group(**{name: np.asarray(value, dtype=np.float64) for name, value in counts.items()})
        return bool(unsafe(quantity, group, self.rules, small=False))


def _closed(hidden: Bools, units: NDArray[np.int64], secondary: Callable[[Bools], Bools]) -> Bools:
    """What is hidden once in a longer window is hidden in all of it."""
    _, number = np.unique(units, return_inverse=True)
    while True:
        any_ = np.zeros((int(number.max()) + 1, hidden.shape[1]), dtype=np.bool_)
        np.logical_or.at(any_, number, hidden)
        wider = secondary(hidden | any_[number])
        if (wider == hidden).all():
            return hidden
        hidden = wider


def _bare(tree: Tree, hidden: Bools) -> Bools:
    """Where something inside is hidden: an extreme of the whole could be that of the hidden part."""
    found = np.zeros_like(hidden)
    for at in tree.order:
        inside = tree.below(at)[1:]
        if inside:
            found[:, at] = hidden[:, inside].any(axis=1)
    return found
