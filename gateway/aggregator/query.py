"""Questions about figures, answered from site-hours: any period, day basis, statistic, as of any moment.

    question ──Figures──► what may be published ──Pieces──► points in windows ──► areas ──► rows that may be shown
                          (plan, gate)                      (KnownHours)          (values)  (guard, shown)

Rows come in the order (period_start, area, quantity, statistic), piece by piece, so that a page costs what it shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from gateway.aggregation.plan import PART, Plan
from gateway.aggregator.engine import Engine
from gateway.aggregator.gate import SITE, Gate, GatedPlans, rank
from gateway.aggregator.guard import Guard
from gateway.aggregator.judging import Judge
from gateway.aggregator.known_hours import KnownHours
from gateway.aggregator.pieces import Pieces
from gateway.aggregator.places import Site
from gateway.aggregator.question import Question
from gateway.aggregator.reading import Reading
from gateway.aggregator.values import Gauges
from gateway.areas.model import Area


class Figures:
    """Answers questions. Calls block; any thread may call.

    Attributes:
        judge: see `Judge.judged`.
    """

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
        self._engine, self._gated, self._lateness = engine, GatedPlans(gate), lateness
        guard = guard or Guard(lambda: self.sites)
        self._pieces = Pieces(hours=KnownHours(engine, reading, clock), guard=guard, gauges=gauges or {})
        self.judge = Judge(plan_as_of=self.plan_as_of, results=engine.results, guard=guard, gauges=gauges or {}).judged

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
        if published is not None:
            yield from self._pieces.of(question, published, begin, rows)
