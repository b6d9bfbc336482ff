"""Indicators of areas: what their sites prove of a range, without what must not be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.membership import member_windows
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import capture
from gateway.aggregator.guard import Guard
from gateway.aggregator.indicators import Finding, Indicator, Range, Together, combine, hours_of, judge, margins
from gateway.aggregator.question import MOST_JUDGED, TooMuchError
from gateway.aggregator.results import Results
from gateway.aggregator.values import Gauges, choose

Findings = dict[tuple[int, ...], Finding]
"""By site: the points there, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An indicator of an area; `together` None when it is confidential."""

    together: Together | None
    status: str
    n_sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges indicators.

    Attributes:
        plan_as_of: the plan that held then (None: now), as far as it may be published; None: there was none.
        results: site-hours.
        guard: says what is confidential.
        gauges: thresholds of warning classes by site.
    """

    plan_as_of: Callable[[int | None], Plan | None]
    results: Results
    guard: Guard
    gauges: Gauges

    def judged(
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
        guarded = self.guard.protected(published) & set(indicator.quantities)
        whole = choose(published, indicator.quantities, None, None) if guarded else plan
        rows = self.results.site_hours(whole.points["point"].to_list(), low - before, high + after, as_of)
        by_point = {int(str(point)): mine for (point,), mine in rows.partition_by("point", as_dict=True).items()}
        secrets = [self.guard.secrets(name, whole, by_point, low, high) for name in sorted(guarded)]
        facts = {row["point"]: row for row in plan.points.iter_rows(named=True)}
        asked = Range(start=low, stop=high, rule=capture(rule or indicator.rule))
        findings: Findings = {}
        windows = (np.array([low]), np.array([high]))
        members = member_windows(plan.memberships, plan.points["point"], *windows, vetoes=plan.vetoes)
        for area, (points, _) in members.items():
            sites = _sites(points, facts)
            for site in sites:
                if site not in findings:
                    thresholds = self.gauges.get(facts[site[0]]["site"], ())
                    findings[site] = judge(indicator, _hours(site, facts, by_point), asked, thresholds)
            seen = any(point in by_point for point in points)
            secret = frozenset[int]().union(*(each.get(area, ()) for each in secrets))
            yield area, _together(indicator, sites, findings, secret, seen=seen)


def _sites(points: Sequence[int], facts: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, ...]]:
    """The points that are at one site together."""
    site_of = {point: facts[point]["site"] for point in points}
    grouped = groupby(sorted(points, key=site_of.__getitem__), site_of.__getitem__)
    return [tuple(group) for _, group in grouped]


def _hours(
    site: Collection[int], facts: Mapping[int, Mapping[str, Any]], by_point: Mapping[int, pl.DataFrame]
) -> dict[str, Any]:
    """The hours of a site by quantity."""
    return {
        facts[point]["quantity"]: hours_of(
            by_point[point].iter_rows(named=True), facts[point]["quantity"], facts[point]["kind"]
        )
        for point in site if point in by_point
    }  # fmt: skip


def _together(
    indicator: Indicator, sites: Sequence[tuple[int, ...]], findings: Findings, secret: frozenset[int], *, seen: bool
) -> Judged:
    """What an area's sites find together; `secret`: points that it must not tell of, `seen`: there are any data."""
    together: Together | None = combine(indicator.combine, [findings[site] for site in sites])
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
    return Judged(together=together, status=status, n_sites=len(sites))
