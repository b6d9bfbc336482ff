"""What an answer is made of: points in windows, from kept site-hours, or from observations for other quality flags."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import polars as pl

from gateway.aggregation import tables
from gateway.aggregation.aggregate import fill_site_hours
from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.hourly import USED
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import capture
from gateway.aggregator.changes import restrict
from gateway.aggregator.engine import Engine
from gateway.aggregator.question import MOST_AGAIN, MOST_HOURS, Question, TooMuchError
from gateway.aggregator.reading import Chosen, Reading
from gateway.aggregator.values import PROFILES, Sites, site_values, whole_windows


class KnownHours:
    """Reads them. Calls block; any thread may call."""

    def __init__(self, engine: Engine, reading: Reading, clock: Callable[[], int]) -> None:
        """Build it.

        Args:
            engine: has the plan and the results.
            reading: observations.
            clock: ns, when something was computed anew.
        """
        self._engine, self._reading, self._clock = engine, reading, clock

    def sites(self, question: Question, plan: Plan, start: int, stop: int) -> Sites:
        """The plan's points in the windows that begin in `[start, stop)` ns, or in the profile over it.

        Raises:
            TooMuchError: it needs more than one answer may.
        """
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
