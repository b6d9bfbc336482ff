"""Questions about figures, answered from site-hours: any period, day basis, statistic, as of any moment.

Rows come in the order (period_start, area, quantity, statistic), piece by piece, so that a page costs what it shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import polars as pl

from gateway.aggregation import tables
from gateway.aggregation.aggregate import fill_site_hours
from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, hour_keys
from gateway.aggregation.hourly import USED
from gateway.aggregation.membership import member_windows
from gateway.aggregation.plan import PART, Plan
from gateway.aggregation.rules import BOUNDS, capture, read
from gateway.aggregator.changes import restrict
from gateway.aggregator.engine import Engine
from gateway.aggregator.gate import SITE, Gate, GatedPlans, rank
from gateway.aggregator.guard import HIDDEN, Asked, Guard, blanked, enclosing
from gateway.aggregator.indicators import Finding, Indicator, Range, Together, combine, hours_of, judge, margins
from gateway.aggregator.places import Site
from gateway.aggregator.reading import Chosen, Reading
from gateway.aggregator.values import (
    PROFILES,
    Gauges,
    Sites,
    area_values,
    choose,
    panel_of,
    site_values,
    whole_windows,
)
from gateway.areas.model import Area
from gateway.quantities import QUANTITIES

STATISTICS = ("value", "mean", "median", "min", "max", "sd", "lowest", "highest", "concentration", "worst_class")
"""What may be asked for; `value` is by the quantity's estimator."""
_UNBOUND = ("sd", "concentration")
MOST_HOURS = 20_000_000
"""Site-hours that one piece of an answer may be made of."""
MOST_AGAIN = 5_000_000
"""Series-hours that may be computed anew for other quality flags than usual."""
MOST_WINDOWS = 500_000
"""Windows of one question: 57 years of hours."""
MOST_JUDGED = 2_000_000
"""Site-hours that indicators are judged from in one answer."""
METHOD = "aggregation-1"


class TooMuchError(Exception):
    """A question that needs more work than one answer may; German and English."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.de, self.en = de, en


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An indicator of an area; `together` None when it is confidential."""

    together: Together | None
    status: str
    n_sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. Times in ns; `areas` None: every area of `level` (None: of all levels).

    Attributes:
        quantities: ids.
        stats: of STATISTICS.
        areas: ids.
        level: of areas.
        start: windows that begin from here on.
        stop: and before this.
        period: hour to year, hour_of_day, hour_of_week.
        basis: whose midnights.
        used: QARTOD flags that enter.
        min_coverage: rows below it count as insufficient_coverage.
        as_of: as the figures stood then.
        include_invalid: give the value of sites that are not valid, with its status.
        rule: name of the capture rule.
    """

    quantities: tuple[str, ...]
    stats: tuple[str, ...] = ("value",)
    areas: tuple[str, ...] | None = None
    level: str | None = None
    start: int
    stop: int
    period: str = "hour"
    basis: DayBasis = DayBasis.BERLIN
    used: tuple[int, ...] = USED
    min_coverage: float | None = None
    as_of: int | None = None
    include_invalid: bool = False
    rule: str = "default"


def method_version(rule: str = "default") -> str:
    """What decides the figures beside the observations: this program's rules, the versions of its data, the rule."""
    named = "" if rule == "default" else f"/capture={rule}"
    return f"{METHOD}/{read('capture')['version']}/{read('estimators')['version']}{named}"


class Figures:
    """Answers questions. Calls block; any thread may call."""

    def __init__(
        self,
        engine: Engine,
        reading: Reading,
        *,
        lateness: int,
        guard: Guard | None = None,
        gate: Gate | None = None,
        gauges: Gauges | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Build it.

        Args:
            engine: has the plan and the results.
            reading: observations, for questions about other flags.
            lateness: ns after which a window is final.
            guard: says what is confidential; None: by the usual thresholds.
            gate: what may be published at all, and how fine; None: everything.
            gauges: thresholds of warning classes by site.
            clock: ns.
        """
        self._gauges = gauges or {}
        self._gated = GatedPlans(gate)
        self._engine, self._reading, self._lateness = engine, reading, lateness
        self._guard, self._clock = guard or Guard(lambda: self.sites), clock

    @property
    def areas(self) -> Sequence[Area]:
        """All areas, of all levels and times."""
        return self._engine.areas

    @property
    def sites(self) -> Sequence[Site]:
        """All sites."""
        return self._engine.places.sites if self._engine.places else ()

    @property
    def plan(self) -> Plan | None:
        """What hangs where, as far as it may be published; None before the first look at the facts."""
        plan = self._engine.plan
        return None if plan is None else self._gated.of(plan, plan.parts)

    def at_site(self) -> Callable[[str, str], bool] | None:
        """Whether single values of (site, quantity) may be published; None: all of them."""
        plan, allowed = self._engine.plan, self._gated.allowed()
        if allowed is None or plan is None:
            return None
        parts = plan.parts.join(plan.points.select("point", "site", "quantity"), on="point")
        told: dict[tuple[str, str], bool] = {}
        for site, quantity, device in parts.select("site", "quantity", "device").unique().iter_rows():
            fine = rank(allowed.level(device, quantity)) == SITE
            told[site, quantity] = told.get((site, quantity), True) and fine
        return lambda site, quantity: told.get((site, quantity), False)

    def watermark(self) -> int:
        """Windows that end up to here are final, ns."""
        return self._engine.results.note("newest") - self._lateness

    def plan_as_of(self, as_of: int | None) -> Plan | None:
        """The plan that held then, as far as it may be published now.

        With a gate, what no longer hangs where it hung then is left out: whose it was is not kept.
        """
        if as_of is None:
            return self.plan
        found = self._engine.results.load_plan(as_of)
        if found is None or self._gated.open:
            return found[0] if found else None
        now = self._engine.plan
        return self._gated.of(found[0], now.parts if now is not None else pl.DataFrame(schema=PART))

    def pieces(self, question: Question, begin: int | None = None, rows: int = 10_000) -> Iterator[pl.DataFrame]:
        """Frames with a row for each window, area, quantity and statistic, in order.

        Args:
            question: what is asked.
            begin: leave out windows that begin before.
            rows: about so many rows make a piece.

        Raises:
            TooMuchError: a piece needs more than one answer may.
        """
        published = self.plan_as_of(question.as_of)
        if published is None:
            return
        plan = choose(published, question.quantities, question.areas, question.level)
        if not plan.points.height:
            return
        protected = self._guard.protected(published) & set(question.quantities)
        panel = None if question.period in PROFILES else self._panel(question, plan, published, protected)
        around = {name: choose(published, [name], None, None) for name in sorted(protected)}
        if question.period in PROFILES:
            yield self._piece(question, plan, around, panel, question.start, question.stop)
            return
        low = question.start if begin is None else max(begin, question.start)
        areas = plan.memberships["area"].n_unique()
        each = max(1, areas * len(question.quantities) * len(question.stats))
        windows = max(1, rows // each)
        while low < question.stop:
            high = self._after(question, low, windows)
            found = self._piece(question, plan, around, panel, low, high)
            if found.height:
                yield found
            low = high

    def _after(self, question: Question, low: int, count: int) -> int:
        """Where a piece of `count` windows from `low` on ends."""
        lengths = {"hour": 1, "day": 24, "week": 168, "month": 744, "quarter": 2208, "year": 8784}
        return min(question.stop, low + count * lengths[question.period] * HOUR_NS)

    def _panel(self, question: Question, plan: Plan, published: Plan, protected: frozenset[str]) -> frozenset[int]:
        """The fixed panel of the whole range that was asked for; of protected quantities, of all areas."""
        counted = plan.points.filter(pl.col("estimator") == "sum_of_panel")["quantity"].unique().to_list()
        if not counted:
            return frozenset()
        found: frozenset[int] = frozenset()
        for some, whole in (
            ([name for name in counted if name not in protected], plan),
            ([name for name in counted if name in protected], published),
        ):
            if some:
                chosen = choose(whole, some, None, None)
                found |= panel_of(self._sites(question, chosen, question.start, question.stop), chosen)
        return found

    def _sites(self, question: Question, plan: Plan, start: int, stop: int) -> Sites:
        low, high = start, stop
        if question.period in PROFILES:
            low, high = start - start % HOUR_NS, -(-stop // HOUR_NS) * HOUR_NS
        else:
            windows = whole_windows(question.period, question.basis, start, stop)
            if windows.height:
                low, high = int(windows["start"][0]), int(windows["stop"][-1])
        points = plan.points["point"].to_list()
        if question.used == tuple(USED):
            if self._engine.results.count(points, low, high) > MOST_HOURS:
                raise TooMuchError(
                    "Dafür wären zu viele Stundenwerte nötig; bitte Zeitraum, Gebiete oder Messgrößen eingrenzen.",
                    "That needs too many hourly values; please narrow range, areas or quantities.",
                )
            hours = self._engine.results.site_hours(points, low, high, question.as_of)
        else:
            hours = self._again(question, plan, low, high)
        rule = capture(question.rule)
        return site_values(hours, plan, question.period, question.basis, low, stop, rule)

    def _again(self, question: Question, plan: Plan, low: int, high: int) -> pl.DataFrame:
        """Site-hours from observations with the flags that are asked for."""
        # How full a car park is needs its capacity, and a direction its speed, whatever was asked for.
        sub = restrict(self._engine.plan or plan, plan.points["point"])
        span = self._engine.results.span()
        first, last = (max(low, span[0]), min(high, span[1])) if span else (low, low)
        if sub.parts.height * max(0, last - first) // HOUR_NS > MOST_AGAIN:
            raise TooMuchError(
                "Mit anderen Qualitätsmarken wird neu gerechnet, für so viele Reihen und Stunden nicht.",
                "Other quality flags mean computing anew, not done for so many series and hours.",
            )
        with closing(tables.connect(threads=1)) as connection:
            if first < last:
                chosen = Chosen(self._reading, sub.parts["series"])
                fill_site_hours(connection, chosen, sub, first, last, used=question.used, threads=1)
            hours = tables.frame(connection, "select * from site_hour")
        wanted = hours.filter(pl.col("point").is_in(plan.points["point"].implode()))
        return wanted.with_columns(
            revision=pl.lit(self._engine.results.note("revision"), pl.Int64),
            computed_at=pl.lit(self._clock(), pl.Int64),
        )

    def _piece(
        self, question: Question, plan: Plan, around: Mapping[str, Plan], panel: frozenset[int] | None, start: int,
        stop: int,
    ) -> pl.DataFrame:  # fmt: skip
        sites = self._sites(question, plan, start, stop)
        members = panel_of(sites, plan) if panel is None else panel
        found = area_values(
            sites, plan, question.period, question.basis, panel=members, invalid=question.include_invalid,
            gauges=self._gauges,
        )  # fmt: skip
        hidden = [pl.DataFrame(schema=HIDDEN)]
        for name, whole in around.items():
            low, high = self._enclosing(enclosing(name, question.period), start, stop)
            here = (low, high) == (start, stop) and whole.points["point"].is_in(plan.points["point"].implode()).all()
            judged = sites if here else self._sites(question, whole, low, high)
            panel_here = panel_of(judged, whole) if panel is None else panel
            hidden.append(self._guard.hidden(name, judged, whole, panel_here, _asked(question)))
        return self._rows(question, found, pl.concat(hidden))

    def _enclosing(self, unit: Period | None, start: int, stop: int) -> tuple[int, int]:
        """The longer windows within which those of `[start, stop)` are judged."""
        if unit is None or start >= stop:
            return start, stop
        house = self._guard.house
        low = int(hour_keys(house, start - start % HOUR_NS, start - start % HOUR_NS + 1)[str(unit)][0])
        windows = whole_windows(unit, house, low, stop)
        return low, int(windows["stop"][-1])

    def _rows(self, question: Question, found: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
        """What may be shown, a row for each statistic."""
        if question.min_coverage is not None:
            low = (pl.col("status") == "ok") & (pl.col("coverage") < question.min_coverage)
            found = found.with_columns(
                invalid=pl.when(low).then("value").otherwise("invalid"),
                status=pl.when(low).then(pl.lit("insufficient_coverage")).otherwise("status"),
                **{name: pl.when(~low).then(name) for name in STATISTICS},
            )
        lent = (pl.col("status") == "insufficient_coverage") & pl.lit(question.include_invalid)
        found = blanked(
            found.with_columns(value=pl.when(lent).then("invalid").otherwise("value")), hidden
        ).with_columns(
            bound=pl.col("quantity").replace_strict(
                {name: BOUNDS.get(QUANTITIES[name].kind.value) for name in question.quantities}, return_dtype=pl.String
            )
        )
        if question.period in PROFILES:
            found = found.with_columns(
                key="start", start=pl.lit(question.start, pl.Int64), stop=pl.lit(question.stop, pl.Int64)
            )
        else:
            found = found.with_columns(key=pl.lit(None, pl.Int64))
        order = {name: at for at, name in enumerate(STATISTICS)}
        common = [
            "start", "stop", "key", "area", "quantity", "status", "bound", "coverage", "n_sites", "n_sites_valid",
            "panel", "n", "excluded", "estimator", "sensor_class", "revision", "computed_at",
        ]  # fmt: skip
        long = pl.concat([
            found.with_columns(bound=_bound(name)).select(
                *common, stat=pl.lit(name), place=pl.lit(order[name]), value=pl.col(name).cast(pl.Float64)
            )
            for name in question.stats
        ])  # fmt: skip
        return long.sort("start", "key", "area", "quantity", "place").drop("place")

    def judge(
        self,
        indicator: Indicator,
        areas: tuple[str, ...] | None,
        level: str | None,
        start: int,
        stop: int,
        *,
        rule: str | None = None,
        as_of: int | None = None,
    ) -> Iterator[tuple[str, Judged]]:
        """For each area with sites for it what they prove of `[start, stop)`.

        Args:
            indicator: of the catalogue.
            areas: ids; None: every area of `level`.
            level: of areas.
            start: ns.
            stop: ns.
            rule: capture rule; None: the indicator's own.
            as_of: as the figures stood then.

        Raises:
            TooMuchError: more site-hours than one answer may be made of.
        """
        published = self.plan_as_of(as_of)
        if published is None:
            return
        plan = choose(published, indicator.quantities, areas, level)
        low, high = start - start % HOUR_NS, -(-stop // HOUR_NS) * HOUR_NS
        if plan.points.height * (high - low) // HOUR_NS > MOST_JUDGED:
            raise TooMuchError(
                "Zu viele Standorte und Stunden; bitte eingrenzen.", "Too many sites and hours; please narrow."
            )
        before, after = margins()
        guarded = self._guard.protected(published) & set(indicator.quantities)
        whole = choose(published, indicator.quantities, None, None) if guarded else plan
        rows = self._engine.results.site_hours(whole.points["point"].to_list(), low - before, high + after, as_of)
        by_point = {int(str(point)): mine for (point,), mine in rows.partition_by("point", as_dict=True).items()}
        secrets = [self._guard.secrets(name, whole, by_point, low, high) for name in sorted(guarded)]
        facts = {row["point"]: row for row in plan.points.iter_rows(named=True)}
        site_of = {point: row["site"] for point, row in facts.items()}
        asked = Range(start=low, stop=high, rule=capture(rule or indicator.rule))
        findings: dict[tuple[int, ...], Finding] = {}
        windows = (np.array([low]), np.array([high]))
        members = member_windows(plan.memberships, plan.points["point"], *windows, vetoes=plan.vetoes)
        for area, (points, _) in members.items():
            grouped = groupby(sorted(points, key=site_of.__getitem__), site_of.__getitem__)
            sites = [tuple(group) for _, group in grouped]
            for site in sites:
                if site not in findings:
                    hours = {
                        facts[point]["quantity"]: hours_of(
                            by_point[point].iter_rows(named=True), facts[point]["quantity"], facts[point]["kind"]
                        )
                        for point in site if point in by_point
                    }  # fmt: skip
                    thresholds = self._gauges.get(facts[site[0]]["site"], ())
                    findings[site] = judge(indicator, hours, asked, thresholds)
            seen = any(point in by_point for point in points)
            together: Together | None = combine(indicator.combine, [findings[site] for site in sites])
            secret = frozenset[int]().union(*(each.get(area, ()) for each in secrets))
            if secret:
                # What would be otherwise without them tells of them.
                others = [findings[site] for site in sites if not secret & set(site)]
                without = combine(indicator.combine, others) if others else None
                same = without is not None and together is not None and without.finding == together.finding
                together = without if same else None
            status = (
                "confidential" if together is None else "no_data" if not seen
                else "insufficient_coverage" if together.finding.value is None else "ok"
            )  # fmt: skip
            yield area, Judged(together=together, status=status, n_sites=len(sites))


def _bound(stat: str) -> pl.Expr:
    """What a statistic of partial data still says: readings may only have been higher (lower); a spread: nothing."""
    always = {"highest": ">=", "worst_class": ">=", "lowest": "<="}
    said = pl.lit(always[stat]) if stat in always else pl.lit(None) if stat in _UNBOUND else pl.col("bound")
    return pl.when((pl.col("coverage") < 1) & pl.col(stat).is_not_null()).then(said).cast(pl.String)


def _asked(question: Question) -> Asked:
    usual = (
        question.used == tuple(USED) and question.rule == "default" and not question.include_invalid
        and question.as_of is None
    )  # fmt: skip
    return Asked(period=question.period, basis=question.basis, usual=usual)


def known_periods() -> tuple[str, ...]:
    """What `period` may be."""
    return (*(str(period) for period in Period), *PROFILES)


def estimated_rows(figures: Figures, question: Question) -> int:
    """About how many rows the whole answer has: every window, area and quantity that is equipped, every statistic."""
    plan = figures.plan_as_of(question.as_of)
    if plan is None:
        return 0
    plan = choose(plan, question.quantities, question.areas, question.level)
    pairs = plan.memberships.join(plan.points.select("point", "quantity"), on="point").select("area", "quantity")
    hours = max(1, (question.stop - question.start) // HOUR_NS)
    windows = {"hour": hours, "day": hours / 24, "week": hours / 168, "month": hours / 730, "quarter": hours / 2190,
               "year": hours / 8766, "hour_of_day": min(hours, 24), "hour_of_week": min(hours, 168)}  # fmt: skip
    return max(1, round(windows[question.period])) * pairs.n_unique() * len(question.stats) if pairs.height else 0
