"""What waits to be written out: hours and days at every turn, longer windows that still run once an hour.

- hours and days that contain a changed hour: at the next turn;
- weeks to years: at the next turn when they have ended, or facts or what may be published changed them; those that run
  an hour after they were written last, or once they have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from gateway.aggregation.calendar import HOUR_NS, DayBasis, Period, hour_keys, window

LONGER = (Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR)
EVERY = HOUR_NS
"""A longer window that still runs is written again after so long."""
_FEW = 48
"""So many hours are looked up one by one, more of them at once."""
Windows = dict[Period, set[int]]


class Unwritten:
    """Changed hours and the windows that contain them, by quantity, and since which revision they wait."""

    def __init__(self, basis: DayBasis, clock: Callable[[], int], revision: int) -> None:
        """`revision`: up to which everything is written."""
        self._basis, self._clock, self._revision = basis, clock, revision
        self.hours: dict[str, set[int]] = {}
        self._longer: dict[str, Windows] = {}
        self._since: dict[str, int] = {}
        self._longer_since: dict[str, int] = {}
        self._at_once: dict[str, Windows] = {}
        self._told: dict[tuple[str, Period, int], int] = {}

    def add(self, changed: Mapping[str, Collection[int]], *, at_once: bool) -> None:
        """These hours changed; `at_once`: the running windows that contain them do not wait for their time."""
        for quantity, hours in changed.items():
            if not hours:
                continue
            self._since.setdefault(quantity, self._revision)
            self.hours.setdefault(quantity, set()).update(hours)
        self.add_longer(changed, at_once=at_once)

    def add_longer(self, changed: Mapping[str, Collection[int]], *, at_once: bool = True) -> None:
        """Of these hours only weeks to years wait."""
        for quantity, hours in changed.items():
            if not hours:
                continue
            self._longer_since.setdefault(quantity, self._revision)
            for waiting in (self._longer, self._at_once) if at_once else (self._longer,):
                periods = waiting.setdefault(quantity, {period: set() for period in LONGER})
                for period, starts in self._containing(list(hours)).items():
                    periods[period] |= starts

    def upto(self, revision: int) -> None:
        """All changes up to this revision were added."""
        self._revision = revision

    def written_hours(self, quantity: str) -> None:
        """Hours and days of the quantity are written."""
        del self.hours[quantity], self._since[quantity]

    def longer(self, *, everything: bool = False) -> dict[str, Windows]:
        """Weeks to years whose turn it is, or all that wait."""
        now = self._clock()
        found: dict[str, Windows] = {}
        for quantity, periods in list(self._longer.items()):
            at_once = self._at_once.get(quantity, {})
            for period, starts in periods.items():
                due = {
                    start for start in list(starts)
                    if everything or start in at_once.get(period, ()) or self._due(quantity, period, start, now)
                }  # fmt: skip
                if due:
                    found.setdefault(quantity, {})[period] = due
        return found

    def _due(self, quantity: str, period: Period, start: int, now: int) -> bool:
        told = self._told.get((quantity, period, start))
        return told is None or now < told or now - told >= EVERY or _stop(period, self._basis, start) <= now

    def written_longer(self, quantity: str, period: Period, starts: Collection[int]) -> None:
        """These windows are written."""
        now = self._clock()
        for start in starts:
            if _stop(period, self._basis, start) > now:
                self._told[quantity, period, start] = now
            else:
                self._told.pop((quantity, period, start), None)
        for waiting in (self._longer, self._at_once):
            if quantity in waiting:
                waiting[quantity][period].difference_update(starts)
                if not any(waiting[quantity].values()):
                    del waiting[quantity]
        if quantity not in self._longer:
            del self._longer_since[quantity]

    def waits(self, quantity: str) -> bool:
        """Whether anything of the quantity must be written at its next turn."""
        return quantity in self.hours or quantity in self._at_once

    def size(self) -> int:
        """How many hours wait, and longer windows whose turn it is."""
        return sum(len(hours) for hours in list(self.hours.values())) + sum(
            len(starts) for periods in self.longer().values() for starts in periods.values()
        )

    def settled(self) -> tuple[int, int]:
        """Up to which revision all is written that is written at every turn, and up to which really all."""
        at_once = [since for quantity, since in self._longer_since.items() if quantity in self._at_once]
        first = min([*self._since.values(), *at_once], default=self._revision)
        return first, min([first, *self._longer_since.values()])

    def _containing(self, hours: list[int]) -> Windows:
        if len(hours) <= _FEW:
            return {period: {_start(period, self._basis, hour) for hour in hours} for period in LONGER}
        keys = hour_keys(self._basis, min(hours), max(hours) + HOUR_NS)
        keys = keys[[(hour - keys["hour"][0]) // HOUR_NS for hour in hours]]
        return {period: set(keys[str(period)].unique().to_list()) for period in LONGER}


@lru_cache(maxsize=4096)
def _start(period: Period, basis: DayBasis, hour: int) -> int:
    return window(period, basis, hour).start


@lru_cache(maxsize=4096)
def _stop(period: Period, basis: DayBasis, start: int) -> int:
    return window(period, basis, start).stop
