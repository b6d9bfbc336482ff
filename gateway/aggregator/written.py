"""Writes figures of areas out, for Grafana, Flux and SQL: every period on one day basis, as the public may see them.

A sum over counters is written over the sites that are valid in that very window: which range somebody will ask for,
and with it the fixed panel, is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import polars as pl

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, hour_keys
from gateway.aggregation.plan import FOREVER, Plan
from gateway.aggregation.tables import AREA_PERIOD
from gateway.aggregator.gate import Gate, GatedPlans, digest, moved_between
from gateway.aggregator.guard import HIDDEN, Asked, Guard, blanked, enclosing
from gateway.aggregator.results import AREA_RESULT, Results
from gateway.aggregator.values import Gauges, Sites, area_values, choose, site_values, whole_windows

_KEY = ["basis", "period", "area", "quantity", "start"]
STEP = 31 * 24 * HOUR_NS
"""Windows are worked on in pieces of about a month."""


class Sink(Protocol):
    """Another database for the figures."""

    def write(self, rows: pl.DataFrame, before: pl.DataFrame) -> None:
        """Put rows of schema AREA_RESULT there; `before` has what stood in their place.

        Raises:
            StoreUnavailableError: to be written again.
        """


class Writer:
    """Gathers changed hours and writes the windows that contain them."""

    def __init__(
        self, results: Results, basis: DayBasis, sink: Sink | None = None, guard: Guard | None = None,
        gate: Gate | None = None, gauges: Gauges | None = None,
    ) -> None:  # fmt: skip
        """`guard` says what is confidential, `gate` what may be published at all; `gauges`: thresholds by site."""
        self._gauges = gauges or {}
        self._results, self._basis, self._sink = results, basis, sink
        self._guard, self._gated = guard or Guard(tuple), GatedPlans(gate)
        self._published: Plan | None = None
        self._waiting: dict[str, set[int]] = defaultdict(set)
        self._recover()

    def _recover(self) -> None:
        """What an earlier process computed and did not write out any more."""
        written = self._results.note("written")
        found = self._results.load_plan()
        if found is None:
            return
        plan, revision = found
        self.note(self._results.changed_since(written), {})
        if revision > written:
            everywhere = (0, FOREVER)
            self.note({}, {quantity: [everywhere] for quantity in plan.points["quantity"].unique().to_list()})

    def note(self, changed: Mapping[str, set[int]], moved: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        """These hours changed, by quantity; and in these spans areas are made of other sites."""
        for quantity, hours in changed.items():
            self._waiting[quantity] |= hours
        span = self._results.span() if moved else None
        if span is None:
            return
        for quantity, pieces in moved.items():
            for start, stop in pieces:
                low, high = max(start, span[0]), min(stop, span[1])
                self._waiting[quantity].update(range(low - low % HOUR_NS, high, HOUR_NS))

    @property
    def waiting(self) -> int:
        """How many hours wait, of all quantities."""
        return sum(len(hours) for hours in self._waiting.values())

    def watch(self, plan: Plan) -> bool:
        """Look whether what may be published has changed; True when figures wait that must come or go at once."""
        if self._gated.open:
            return False
        now, before = self._gated.of(plan, plan.parts), self._published
        if now is before:
            return False
        self._published = now
        if before is not None:
            moved = moved_between(before, now)
        elif self._results.note("published") != digest(now):
            # Whatever changed while nobody watched: sources, or what hangs where.
            moved = {name: [(0, FOREVER)] for name in self._results.written_quantities()}
            moved |= {name: [(0, FOREVER)] for name in now.points["quantity"].unique().to_list()}
        else:
            moved = {}
        self.note({}, moved)
        return bool(moved)

    def work(self, plan: Plan, pressing: Callable[[], bool] = lambda: False) -> int:
        """Write what waits; returns how many rows changed. What fails waits on.

        As soon as something is `pressing`, the quantity under way is the last one; the others have their turn next.
        """
        self.watch(plan)
        published = plan if self._published is None else self._published
        written, revision = 0, self._results.note("revision")
        for turn, quantity in enumerate(list(self._waiting)):
            if turn and pressing():
                return written
            hours = self._waiting[quantity]
            chosen = choose(published, [quantity], None, None)
            if hours:
                low, high = min(hours), max(hours) + HOUR_NS
                keys = hour_keys(self._basis, low, high).filter(pl.col("hour").is_in(list(hours)))
                for period in Period:
                    starts = keys[str(period)].unique().sort().to_list()
                    written += self._period(quantity, chosen, period, self._widened(quantity, period, starts))
            del self._waiting[quantity]
        self._results.set_note("written", revision)
        if self._published is not None:
            self._results.set_note("published", digest(self._published))
        return written

    def _widened(self, quantity: str, period: Period, starts: Sequence[int]) -> Sequence[int]:
        """With what is judged together all of it: a window that is hidden now may hide those beside it."""
        unit = enclosing(quantity, period)
        if unit is None or not starts:
            return starts
        keys = hour_keys(self._guard.house, min(starts), max(starts) + 1)
        wide = keys.filter(pl.col("hour").is_in(list(starts)))[str(unit)].unique()
        found: set[int] = set()
        for low in wide:
            windows = whole_windows(unit, self._guard.house, low, low + 1)
            found |= set(whole_windows(period, self._basis, low, int(windows["stop"][0]))["start"].to_list())
        return sorted(found | set(starts))

    def _period(self, quantity: str, plan: Plan, period: Period, starts: Sequence[int]) -> int:
        """The windows of one period that begin at `starts`."""
        written = 0
        wanted = list(starts)
        while wanted:
            low = wanted[0]
            piece = [start for start in wanted if start < low + STEP]
            wanted = wanted[len(piece) :]
            written += self._piece(quantity, plan, period, piece)
        return written

    def _piece(self, quantity: str, plan: Plan, period: Period, starts: Sequence[int]) -> int:
        basis = str(self._basis)
        before = self._results.areas(basis, period, quantity, starts[0], starts[-1] + 1)
        shown = self._shown(quantity, plan, period, starts) if plan.points.height else before.clear()
        same = [name for name in AREA_PERIOD if name not in _KEY]
        new = shown.join(before, on=_KEY + same, how="anti", nulls_equal=True)
        gone = before.filter(pl.col("start").is_in(list(starts))).join(shown, on=_KEY, how="anti")
        new = pl.concat([new, _emptied(gone)])
        if not new.height:
            return 0
        if self._sink is not None:
            self._sink.write(new, before.join(new, on=_KEY, how="semi"))
        self._results.write_areas(new)
        return new.height

    def _shown(self, quantity: str, plan: Plan, period: Period, starts: Sequence[int]) -> pl.DataFrame:
        """Rows of schema AREA_RESULT of these windows, as the public may see them."""
        points = plan.points["point"].to_list()

        def sites_in(low: int, high: int) -> Sites:
            windows = whole_windows(period, self._basis, low, high)
            hours = self._results.site_hours(points, int(windows["start"][0]), int(windows["stop"][-1]))
            return site_values(hours, plan, period, self._basis, low, high)

        sites = sites_in(starts[0], starts[-1] + 1)
        found = area_values(sites, plan, period, self._basis, panel=frozenset(points), gauges=self._gauges)
        found = found.filter(pl.col("start").is_in(list(starts)) & (pl.col("status") != "no_data"))
        hidden = pl.DataFrame(schema=HIDDEN)
        if quantity in self._guard.protected(plan):
            wide = self._widened(quantity, period, starts)
            judged = sites if wide[0] == starts[0] and wide[-1] == starts[-1] else sites_in(wide[0], wide[-1] + 1)
            asked = Asked(period=period, basis=self._basis)
            hidden = self._guard.hidden(quantity, judged, plan, frozenset(points), asked)
        return blanked(found, hidden).with_columns(
            basis=pl.lit(str(self._basis)),
            estimator=pl.col("estimator").replace({"sum_of_panel": "sum_of_valid_sites"}),
        ).select(pl.col(name).cast(kind) for name, kind in AREA_RESULT.items())  # fmt: skip


def _emptied(rows: pl.DataFrame) -> pl.DataFrame:
    """What stood there and is nothing now: a row that says so."""
    nothing = [name for name, kind in AREA_PERIOD.items() if kind is pl.Float64 and name != "coverage"]
    return rows.filter(pl.col("status") != "no_data").with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in nothing),
        coverage=pl.lit(0.0), status=pl.lit("no_data"), bound=pl.lit(None, pl.String),
        n=pl.lit(0, pl.Int64), n_sites_valid=pl.lit(0, pl.Int32),
    )  # fmt: skip
