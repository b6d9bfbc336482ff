"""Writes figures of areas out, for Grafana, Flux and SQL: every period on one day basis, as the public may see them.

A sum over counters is written over the sites that are valid in that very window: which range somebody will ask for,
and with it the fixed panel, is not known here.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import polars as pl

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, hour_keys
from gateway.aggregation.plan import FOREVER, Plan
from gateway.aggregation.tables import AREA_PERIOD
from gateway.aggregator.blanking import HIDDEN, blanked
from gateway.aggregator.gate import Gate, GatedPlans, digest, moved_between
from gateway.aggregator.guard import Guard
from gateway.aggregator.judged_windows import Asked, enclosing
from gateway.aggregator.results import Results
from gateway.aggregator.results_file import AREA_RESULT
from gateway.aggregator.unwritten import Unwritten
from gateway.aggregator.values import Gauges, Sites, area_values, choose, site_values, whole_windows

_KEY = ["basis", "period", "area", "quantity", "start"]
_TOGETHER = 48
"""Quantities of which the same hours changed are evaluated together, up to so many hours."""
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
        gate: Gate | None = None, gauges: Gauges | None = None, clock: Callable[[], int] = time.time_ns,
    ) -> None:  # fmt: skip
        """`guard` says what is confidential, `gate` what may be published at all; `gauges`: thresholds by site."""
        self._gauges = gauges or {}
        self._results, self._basis, self._sink = results, basis, sink
        self._guard, self._gated = guard or Guard(tuple), GatedPlans(gate)
        self._published: Plan | None = None
        self._hiding: set[str] = set()
        self._noted: dict[str, int] = {}
        self._waiting = Unwritten(basis, clock, results.note("written"))
        self._recover()

    def _recover(self) -> None:
        """What an earlier process computed and did not write out any more."""
        written = self._results.note("written")
        found = self._results.load_plan()
        if found is None:
            return
        plan, revision = found
        # One more than the revision, so that none is none: before it was kept, all was written at once.
        longer = self._results.note("written_longer") - 1
        if 0 <= longer < written:
            self._waiting.upto(longer)
            self._waiting.add_longer(self._results.changed_since(longer))
            self._waiting.upto(written)
        moved = {}
        if revision > written:
            moved = {quantity: [(0, FOREVER)] for quantity in plan.points["quantity"].unique().to_list()}
        self.note(self._results.changed_since(written), moved)

    def note(self, changed: Mapping[str, set[int]], moved: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        """These hours changed, by quantity; and in these spans areas are made of other sites."""
        if not changed and not moved:
            return
        self._waiting.add(changed, at_once=False)
        span = self._results.told_span() if moved else None
        if span is not None:
            for quantity, pieces in moved.items():
                hours: set[int] = set()
                for start, stop in pieces:
                    low, high = max(start, span[0]), min(stop, span[1])
                    hours.update(range(low - low % HOUR_NS, high, HOUR_NS))
                self._waiting.add({quantity: hours}, at_once=True)
        self._waiting.upto(self._results.note("revision"))

    @property
    def waiting(self) -> int:
        """How many hours wait, of all quantities, and longer windows whose turn it is."""
        return self._waiting.size()

    @property
    def hiding(self) -> bool:
        """Whether figures must come or go because something else may be published now: this waits for nothing."""
        return bool(self._hiding)

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
            moved = {name: [(0, FOREVER)] for name in self._results.areas.quantities()}
            moved |= {name: [(0, FOREVER)] for name in now.points["quantity"].unique().to_list()}
        else:
            moved = {}
        self.note({}, moved)
        self._hiding.update(quantity for quantity in moved if self._waiting.waits(quantity))
        self._noted.pop("published", None)
        return bool(moved)

    def work(self, plan: Plan, pressing: Callable[[], bool] = lambda: False) -> int:
        """Write what waits, also what has time; returns how many rows changed. What fails waits on.

        As soon as something is `pressing`, what is under way is the last; the rest has its turn next.
        """
        return self.work_hours(plan, pressing) + self.work_longer(plan, pressing, everything=True)

    def work_hours(self, plan: Plan, pressing: Callable[[], bool] = lambda: False) -> int:
        """Write the hours and days that wait. See `work`."""
        published, written = self._now(plan), 0
        groups: dict[tuple[int | str, ...], list[str]] = defaultdict(list)
        for quantity, hours in self._waiting.hours.items():
            # What arrives now changes the same few hours of every quantity: to evaluate them at once is far cheaper.
            few = len(hours) <= _TOGETHER
            groups[tuple(sorted(hours)) if few else (quantity,)].append(quantity)
        ordered = sorted(groups.values(), key=self._hiding.isdisjoint)
        for turn, names in enumerate(ordered):
            if turn and pressing():
                break
            hours = self._waiting.hours[names[0]]
            keys = hour_keys(self._basis, min(hours), max(hours) + HOUR_NS).filter(pl.col("hour").is_in(list(hours)))
            for period in (Period.HOUR, Period.DAY):
                written += self._period(names, published, period, keys[str(period)].unique().sort().to_list())
            for quantity in names:
                self._waiting.written_hours(quantity)
            self._settle()
        self._settle()
        return written

    def work_longer(self, plan: Plan, pressing: Callable[[], bool] = lambda: False, *, everything: bool = False) -> int:
        """Write the weeks to years whose turn it is, or all that wait. See `work`."""
        published, written = self._now(plan), 0
        waiting = self._waiting.longer(everything=everything)
        turns = [(quantity, period) for quantity, periods in waiting.items() for period in periods]
        turns.sort(key=lambda turn: turn[0] not in self._hiding)
        for number, (quantity, period) in enumerate(turns):
            if number and pressing():
                break
            starts = waiting[quantity][period]
            written += self._period([quantity], published, period, sorted(starts))
            self._waiting.written_longer(quantity, period, starts)
            self._settle()
        self._settle()
        return written

    def _now(self, plan: Plan) -> Plan:
        """The part of the plan that may be published."""
        self.watch(plan)
        return plan if self._published is None else self._published

    def _settle(self) -> None:
        """Keep what the next process needs not write again."""
        self._hiding = {quantity for quantity in self._hiding if self._waiting.waits(quantity)}
        written, longer = self._waiting.settled()
        self._keep("written_longer", longer + 1)
        self._keep("written", written)
        if self._published is not None and not self._hiding and "published" not in self._noted:
            self._keep("published", digest(self._published))

    def _keep(self, name: str, value: int) -> None:
        if self._noted.get(name) != value:
            self._results.set_note(name, value)
            self._noted[name] = value

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

    def _period(self, names: Sequence[str], plan: Plan, period: Period, starts: Sequence[int]) -> int:
        """The windows of one period that begin at `starts`, for some quantities."""
        written = 0
        alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for quantity in names:
            alike[tuple(self._widened(quantity, period, starts))].append(quantity)
        for wanted, together in alike.items():
            chosen, rest = choose(plan, together, None, None), list(wanted)
            while rest:
                piece = [start for start in rest if start < rest[0] + STEP]
                rest = rest[len(piece) :]
                written += self._piece(together, chosen, period, piece)
        return written

    def _piece(self, names: Sequence[str], plan: Plan, period: Period, starts: Sequence[int]) -> int:
        basis = str(self._basis)
        before = self._results.areas.between(basis, period, names, starts[0], starts[-1] + 1)
        shown = self._shown(plan, period, starts) if plan.points.height else before.clear()
        same = [name for name in AREA_PERIOD if name not in _KEY]
        new = shown.join(before, on=_KEY + same, how="anti", nulls_equal=True)
        gone = before.filter(pl.col("start").is_in(list(starts))).join(shown, on=_KEY, how="anti")
        new = pl.concat([new, _emptied(gone)])
        if not new.height:
            return 0
        if self._sink is not None:
            self._sink.write(new, before.join(new, on=_KEY, how="semi"))
        self._results.areas.write(new)
        return new.height

    def _shown(self, plan: Plan, period: Period, starts: Sequence[int]) -> pl.DataFrame:
        """Rows of schema AREA_RESULT of these windows and all quantities of the plan, as the public may see them."""
        points = plan.points["point"].to_list()

        def sites_in(plan: Plan, low: int, high: int) -> Sites:
            windows = whole_windows(period, self._basis, low, high)
            some = plan.points["point"].to_list()
            hours = self._results.site_hours(some, int(windows["start"][0]), int(windows["stop"][-1]))
            return site_values(hours, plan, period, self._basis, low, high)

        sites = sites_in(plan, starts[0], starts[-1] + 1)
        found = area_values(sites, plan, period, self._basis, panel=frozenset(points), gauges=self._gauges)
        found = found.filter(pl.col("start").is_in(list(starts)) & (pl.col("status") != "no_data"))
        hidden = [pl.DataFrame(schema=HIDDEN)]
        for quantity in sorted(self._guard.protected(plan)):
            one = choose(plan, [quantity], None, None)
            wide = self._widened(quantity, period, starts)
            whole = wide[0] == starts[0] and wide[-1] == starts[-1]
            judged = sites if whole else sites_in(one, wide[0], wide[-1] + 1)
            asked = Asked(period=period, basis=self._basis)
            hidden.append(self._guard.hidden(quantity, judged, one, frozenset(one.points["point"].to_list()), asked))
        return blanked(found, pl.concat(hidden)).with_columns(
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
