"""Runs the engine while observations arrive: site-hours within seconds, what is written out at a measured pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from threading import Event, Lock
from typing import Protocol

import structlog

from gateway.aggregation.plan import Plan
from gateway.aggregator.dirty import DirtyWindows
from gateway.aggregator.engine import Engine
from gateway.aggregator.recompute import Done
from gateway.aggregator.written import Writer
from gateway.config import ConfigError
from gateway.model import StoreUnavailableError
from gateway.threads import finished

SHORTEST, LONGEST = 0.3, 3.8
"""Seconds between two rounds at least and at most; with the round itself a new value shows within 5 s."""
SHARE = 80
"""A round is followed by a pause of so many times its processor time, within these bounds."""
WRITE_SHARE = 100
"""The same for writing out hours and days, and again for weeks to years; not more often than `WRITE_EVERY`."""
WRITE_EVERY = 5.0
HIDING = 5.0
"""For so many seconds of a round figures that must come or go at once do not give way to new observations."""
TIDY_EVERY = 60.0
DAY = 86_400
_log = structlog.get_logger(__name__)


class Observer(Protocol):
    """Who counts what happens."""

    def worked(self, done: Done, seconds: float) -> None:
        """A round came to its end; it took `seconds` by the clock."""

    def failed(self) -> None:
        """A round did not."""


class Worker:
    """Works until cancelled. `status` says how it is."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        dirty: DirtyWindows,
        *,
        committed: Callable[[], int | None] = lambda: None,
        keep_days: float = 90,
        observer: Observer | None = None,
    ) -> None:
        """Build it.

        Args:
            engine: recomputes.
            writer: writes figures out.
            dirty: what waits.
            committed: offset of what the store holds, noted when all of it is aggregated; None: it keeps none.
            keep_days: for so long past versions stay.
            observer: told of every round.
        """
        self._engine, self._writer, self._dirty = engine, writer, dirty
        self._committed, self._keep = committed, keep_days
        self._observer = observer
        self.exclusive = Lock()
        """Held while the engine works; who computes something anew takes it."""
        self.problem = ""
        self.rounds = 0
        self.seconds = 0.0
        self._began = 0.0
        self._hours_at = self._longer_at = self._tidy_at = 0.0
        self._noted = -1
        self._hurry = Event()

    async def run(self) -> None:
        """Work until cancelled; a round that was begun is finished."""
        while True:
            pause = await finished(self._round, self._hurry.set)
            await asyncio.sleep(pause)

    def _round(self) -> float:
        """One round; returns the seconds to pause."""
        began = time.monotonic()
        try:
            with self.exclusive:
                done = self.once()
            self._said("")
            if self._observer is not None:
                self._observer.worked(done, time.monotonic() - began)
        except (StoreUnavailableError, ConfigError) as error:
            self._failed(str(error))
            return LONGEST
        except Exception:  # noqa: BLE001 - the figures stand still, but receiving must go on, and somebody must read why
            self._failed("internal error, see the log")
            _log.exception("aggregation failed")
            return LONGEST
        return min(max(SHORTEST, done.seconds * SHARE), LONGEST)

    def once(self) -> Done:
        """Recompute what is dirty; write out and tidy up when it is time."""
        committed = self._committed()
        done = self._engine.work()
        self.rounds += 1
        self.seconds += done.seconds
        self._writer.note(done.changed, self._engine.moved())
        if committed is not None and committed > self._noted and not self._dirty.waiting():
            self._engine.results.set_note("offset", committed)
            self._noted = committed
        now = time.monotonic()
        if self._engine.plan is not None:
            done.written = self._write(self._engine.plan, now)
        if now >= self._tidy_at:
            self._dirty.tidy()
            self._engine.results.forget(time.time_ns() - round(self._keep * DAY) * 1_000_000_000)
            self._tidy_at = now + TIDY_EVERY
        return done

    def _write(self, plan: Plan, now: float) -> int:
        """Write out what has its turn; returns how many rows changed."""
        self._began = now
        self._writer.watch(plan)
        if self._writer.hiding:
            self._hours_at = self._longer_at = now
        if not self._writer.waiting:
            return 0
        written = 0
        if now >= self._hours_at:
            rows, self._hours_at = self._paced(self._writer.work_hours, plan)
            written += rows
        if now >= self._longer_at:
            rows, self._longer_at = self._paced(self._writer.work_longer, plan)
            written += rows
        return written

    def _paced(self, work: Callable[[Plan, Callable[[], bool]], int], plan: Plan) -> tuple[int, float]:
        """Write one kind out; returns the rows, and when it may be done again."""
        began = time.thread_time()
        written = work(plan, self._pressing)
        took = time.thread_time() - began
        self.seconds += took
        return written, time.monotonic() + max(WRITE_EVERY, took * WRITE_SHARE)

    def _pressing(self) -> bool:
        """Whether writing out gives way: to the live edge, or to the end of this process."""
        if self._writer.hiding and time.monotonic() < self._began + HIDING:
            return self._hurry.is_set()
        return self._hurry.is_set() or self._dirty.waiting() > 0

    def _failed(self, problem: str) -> None:
        if self._observer is not None:
            self._observer.failed()
        self._said(problem)

    def _said(self, problem: str) -> None:
        problem = problem or self._engine.problem
        if problem and problem != self.problem:
            _log.warning("aggregation stands still" if not self._engine.problem else "facts not taken over",
                         detail=problem)  # fmt: skip
        self.problem = problem
