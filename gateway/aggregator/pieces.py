"""An answer, piece by piece: windows are taken in order, so that a page costs what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from gateway.aggregation.calendar import HOUR_NS, Period, hour_keys
from gateway.aggregation.plan import Plan
from gateway.aggregator.blanking import HIDDEN
from gateway.aggregator.guard import Guard
from gateway.aggregator.judged_windows import enclosing
from gateway.aggregator.known_hours import KnownHours
from gateway.aggregator.question import Question, how_asked, windows_end
from gateway.aggregator.shown import shown
from gateway.aggregator.values import PROFILES, Gauges, area_values, choose, panel_of, whole_windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Makes answers.

    Attributes:
        hours: what they are made of.
        guard: says what is confidential.
        gauges: thresholds of warning classes by site.
    """

    hours: KnownHours
    guard: Guard
    gauges: Gauges

    def of(
        self, question: Question, published: Plan, begin: int | None = None, rows: int = 10_000
    ) -> Iterator[pl.DataFrame]:
        """Frames with a row for each window, area, quantity and statistic, in order.

        Args:
            question: what is asked.
            published: the plan as far as it may be published.
            begin: leave out windows that begin before.
            rows: about so many rows make a piece.

        Raises:
            TooMuchError: a piece needs more than one answer may.
        """
        plan = choose(published, question.quantities, question.areas, question.level)
        if not plan.points.height:
            return
        protected = self.guard.protected(published) & set(question.quantities)
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
            high = windows_end(question, low, windows)
            found = self._piece(question, plan, around, panel, low, high)
            if found.height:
                yield found
            low = high

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
                found |= panel_of(self.hours.sites(question, chosen, question.start, question.stop), chosen)
        return found

    def _piece(
        self, question: Question, plan: Plan, around: Mapping[str, Plan], panel: frozenset[int] | None, start: int,
        stop: int,
    ) -> pl.DataFrame:  # fmt: skip
        """The windows that begin in `[start, stop)`; `around`: by protected quantity the plan with all its areas."""
        sites = self.hours.sites(question, plan, start, stop)
        members = panel_of(sites, plan) if panel is None else panel
        found = area_values(
            sites, plan, question.period, question.basis, panel=members, invalid=question.include_invalid,
            gauges=self.gauges,
        )  # fmt: skip
        hidden = [pl.DataFrame(schema=HIDDEN)]
        for name, whole in around.items():
            low, high = self._enclosing(enclosing(name, question.period), start, stop)
            here = (low, high) == (start, stop) and whole.points["point"].is_in(plan.points["point"].implode()).all()
            judged = sites if here else self.hours.sites(question, whole, low, high)
            panel_here = panel_of(judged, whole) if panel is None else panel
            hidden.append(self.guard.hidden(name, judged, whole, panel_here, how_asked(question)))
        return shown(question, found, pl.concat(hidden))

    def _enclosing(self, unit: Period | None, start: int, stop: int) -> tuple[int, int]:
        """The longer windows within which those of `[start, stop)` are judged."""
        if unit is None or start >= stop:
            return start, stop
        house = self.guard.house
        low = int(hour_keys(house, start - start % HOUR_NS, start - start % HOUR_NS + 1)[str(unit)][0])
        windows = whole_windows(unit, house, low, stop)
        return low, int(windows["stop"][-1])
