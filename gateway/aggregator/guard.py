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
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import DayBasis, Period, hour_keys
from gateway.aggregation.disclosure import METERS, PEOPLE, Disclosure, Group, Tree, settle, unsafe
from gateway.aggregation.membership import member_windows
from gateway.aggregation.periods import PROFILES
from gateway.aggregation.plan import Plan
from gateway.aggregator.nights import hide_nights
from gateway.aggregator.places import Site
from gateway.aggregator.values import Sites

INDOOR = "indoor"
ENCLOSING = {Period.HOUR: Period.DAY, Period.DAY: Period.MONTH, Period.MONTH: Period.YEAR, Period.QUARTER: Period.YEAR}
"""Within which longer windows those of a period are judged together, for meters and counts of people."""
_SPREAD = ("median", "min", "max", "sd", "lowest", "highest", "concentration", "worst_class")
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
HIDDEN = {"area": pl.String, "quantity": pl.String, "start": pl.Int64, "hidden": pl.Boolean, "bare": pl.Boolean}
"""hidden: nothing is shown. bare: only value and mean are, not what single sites say (extremes, median, deviation)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How figures are asked for.

    Attributes:
        period: of Period, or a profile.
        basis: whose midnights.
        usual: with the usual flags, capture rule and validity, as of now: only so protected sensors are told of.
    """

    period: str
    basis: DayBasis
    usual: bool = True


def careful(quantity: str) -> bool:
    """Whether figures of the quantity are told in one form only: counts of people, and meters."""
    return quantity in PEOPLE or quantity in METERS


def enclosing(quantity: str, period: str) -> Period | None:
    """The longer window within which figures of a period are judged together; None: each by itself."""
    if quantity in METERS:
        return ENCLOSING.get(Period(period)) if period in set(Period) else None
    return Period.DAY if quantity in PEOPLE and period == Period.HOUR else None


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
        counts = _Counts(sites, points, panel, self._facts(plan), plan)
        group, invalid, atoms = counts.groups([areas[name] for name in tree.names], tree)
        small = self._small(quantity, asked, start)
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
        units = self._units(enclosing(quantity, asked.period), start)
        if units is not None:
            if quantity in PEOPLE:
                hidden = hide_nights(tree, group, hidden, small, units, secondary, self.rules)
            else:
                hidden = _closed(hidden, units, lambda wider: secondary(wider, everywhere))
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

    def _small(self, quantity: str, asked: Asked, start: NDArray[np.int64]) -> Bools:
        """The windows in which few people may not be told."""
        if quantity not in PEOPLE:
            return np.zeros(len(start), dtype=np.bool_)
        if asked.period in PROFILES:
            local = start % 24
        elif asked.period == Period.HOUR:
            keys = hour_keys(DayBasis.BERLIN, int(start[0]), int(start[-1]) + 1)
            local = _looked_up(keys, "local_hour", start)
        else:
            return np.zeros(len(start), dtype=np.bool_)
        dark: Bools = (local >= 22) | (local < 6)
        return dark

    def _units(self, unit: Period | None, start: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """For each window the begin of the longer one within which it is judged."""
        if unit is None:
            return None
        keys = hour_keys(self.house, int(start[0]) - int(start[0]) % 3_600_000_000_000, int(start[-1]) + 1)
        return _looked_up(keys, str(unit), start)


def blanked(found: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of AREA_PERIOD as the public may see them, by rows of schema HIDDEN."""
    rows = found.join(hidden, on=["area", "quantity", "start"], how="left", maintain_order="left")
    secret = pl.col("hidden").fill_null(value=False) & (pl.col("status") != "no_data")
    bare = secret | pl.col("bare").fill_null(value=False)
    return rows.with_columns(
        **{name: pl.when(~secret).then(name) for name in ("value", "mean", "bound", "n")},
        **{name: pl.when(~bare).then(name) for name in _SPREAD},
        status=pl.when(secret).then(pl.lit("confidential")).otherwise("status"),
    ).drop("hidden", "bare")


def _looked_up(keys: pl.DataFrame, name: str, start: NDArray[np.int64]) -> NDArray[np.int64]:
    at = np.searchsorted(keys["hour"].to_numpy(), start, side="right") - 1
    found: NDArray[np.int64] = keys[name].to_numpy()[at].astype(np.int64)
    return found


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


class _Counts:
    """Sites of one quantity as matrices (windows x points), and counts of them over areas."""

    def __init__(
        self, sites: Sites, points: pl.DataFrame, panel: frozenset[int],
        facts: Mapping[int, tuple[bool, bool]], plan: Plan,
    ) -> None:  # fmt: skip
        self.points = points["point"].to_list()
        self.column = {point: at for at, point in enumerate(self.points)}
        shape = (sites.windows.height, len(self.points))
        rows = sites.rows.filter(
            pl.col("point").is_in(self.points) & pl.col("start").is_in(sites.windows["start"].implode())
        )
        row = np.searchsorted(sites.windows["start"].to_numpy(), rows["start"].to_numpy())
        column = np.array([self.column[point] for point in rows["point"].to_list()], dtype=np.int64)
        entering = np.ones(len(self.points), dtype=np.bool_)
        if points.height and points["estimator"][0] == "sum_of_panel":
            entering = np.array([point in panel for point in self.points])
        self.valid = np.zeros(shape, dtype=np.bool_)
        self.valid[row, column] = rows["valid"].fill_null(value=False).to_numpy()
        self.valid &= entering
        self.present = np.zeros(shape, dtype=np.bool_)
        self.present[row, column] = True
        self.value = np.zeros(shape)
        self.value[row, column] = rows["linear"].fill_null(0).fill_nan(0).to_numpy()
        self.private = points["private"].to_numpy()
        self.indoor = np.array([facts.get(point, (False, False))[0] for point in self.points])
        self.operated = np.array([facts.get(point, (False, False))[1] for point in self.points])
        parts = (
            dict(plan.parts.group_by("point").agg(pl.col("series").n_unique()).iter_rows()) if plan.parts.width else {}
        )
        self.units = np.array([parts.get(point, 1) for point in self.points], dtype=np.float64)

    def left_out(self, areas: Sequence[tuple[list[int], Bools | None]], panel: frozenset[int]) -> Bools:
        """The areas with a privately operated counter that is not in the panel."""
        private = {point for point, operated in zip(self.points, self.operated, strict=True) if operated}
        return np.array([not private.isdisjoint(set(points) - panel) for points, _ in areas], dtype=np.bool_)

    def groups(self, areas: Sequence[tuple[list[int], Bools | None]], tree: Tree) -> tuple[Group, Group, Floats]:
        """Counts (windows x areas) of valid sites; of all where none is valid; and the largest value of an area's own.

        An area's own sites lie in no area inside it. Of sites that are not valid the extremes are shown all the same.
        """
        shape = (len(self.valid), len(areas))
        valid, rest = ({name: np.zeros(shape) for name in Group.__slots__} for _ in range(2))
        atoms = np.zeros(shape)
        ever = [set(points) for points, _ in areas]
        for at, (points, when) in enumerate(areas):
            index = [self.column[point] for point in points]
            inside: Bools = np.ones((shape[0], len(index)), dtype=np.bool_) if when is None else when
            mine = np.asarray(self.valid[:, index] & inside)
            low = ~np.asarray(mine.any(axis=1))
            others = np.asarray(self.present[:, index] & inside & low[:, None])
            for found, mask in ((valid, mine), (rest, others)):
                value = np.where(mask, self.value[:, index], 0.0)
                found["sites"][:, at] = mask.sum(axis=1)
                for name in ("private", "operated", "indoor", "units"):
                    found[name][:, at] = (mask * getattr(self, name)[index]).sum(axis=1)
                found["total"][:, at] = value.sum(axis=1)
                found["largest"][:, at] = value.max(axis=1, initial=0.0)
            children = tree.children[at]
            own = [place for place, point in enumerate(points) if not any(point in ever[child] for child in children)]
            atoms[:, at] = np.where(mine, self.value[:, index], 0.0)[:, own].max(axis=1, initial=0.0)
        return Group(**valid), Group(**rest), atoms
