"""When a source is approved, what was held back of it comes in: a replay of all that the journal has of it.

Asked for once for each approval, and again by nobody: the list of jobs says which approvals were followed. A device
that goes over to an approved source is brought in likewise.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from gateway.app.jobs import Jobs, ReplayRequest, ReplayResult

_log = structlog.get_logger(__name__)


class Known(Protocol):
    """What the pipeline knows of the registry; what it holds back changes with it."""

    @property
    def approvals(self) -> Mapping[str, int]:
        """The sources whose data may pass, and when each was approved, ns."""

    @property
    def sources(self) -> Mapping[str, str]:
        """Device → source."""

    def refresh(self) -> bool:
        """Look whether anything changed."""


class Approvals:
    """Looks after the registry also while no message comes in."""

    def __init__(
        self, known: Known, jobs: Jobs, every: float, clock: Callable[[], int] = time.time_ns, *, fresh: bool = False
    ) -> None:  # fmt: skip
        """Look for the first time.

        Args:
            known: the very one that the pipeline asks.
            jobs: where replays are asked for.
            every: seconds between two looks.
            clock: ns.
            fresh: nothing was processed yet, so of what is approved now nothing was held back: it is noted as done.
        """
        self._known, self._jobs, self._every, self._clock = known, jobs, every, clock
        self._followed: set[tuple[str, int]] | None = None
        self._sources: Mapping[str, str] | None = None
        if fresh:
            known.refresh()
        self._needless = frozenset(_approved(known)) if fresh else frozenset()
        self._seen: tuple[Mapping[str, int], Mapping[str, str]] | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.look)
            except (sqlite3.Error, OSError) as error:  # a full disk: asked for at the next look
                _log.warning("replays after approval cannot be asked for", detail=str(error))
            await asyncio.sleep(self._every)

    def look(self) -> list[ReplayRequest]:
        """Ask for the replays that are due; returns them."""
        self._known.refresh()
        approvals, sources = self._known.approvals, self._known.sources
        if self._seen is not None and self._seen[0] is approvals and self._seen[1] is sources:
            return []
        # What the pipeline has not held back since a moment ago needs no replay: it was received later than this.
        stop = self._clock() + 1
        if self._followed is None:
            self._followed = self._told()
        unfollowed = sorted(set(_approved(self._known)) - self._followed)
        for name, at in self._needless.intersection(unfollowed):
            self._jobs.ask(ReplayRequest(sources=(name,), approved_at=at), ReplayResult())
            self._followed.add((name, at))
        due = [
            ReplayRequest(stop=stop, sources=(name,), approved_at=at)
            for name, at in unfollowed if (name, at) not in self._followed
        ]  # fmt: skip
        before = self._sources
        if before is not None:
            asked = {request.sources[0] for request in due}
            gone_over = tuple(
                device for device, name in sorted(sources.items())
                if name in approvals and name not in asked and before.get(device) != name
            )  # fmt: skip
            if gone_over:
                due.append(ReplayRequest(stop=stop, devices=gone_over))
        for request in due:
            number = self._jobs.ask(request)
            self._followed |= {(name, request.approved_at) for name in request.sources}
            _log.info("replay after approval", job=number, sources=request.sources, devices=len(request.devices))
        self._sources = sources
        self._seen = (approvals, sources)
        return due

    def _told(self) -> set[tuple[str, int]]:
        """Sources and the approvals of theirs that were followed."""
        requests = [job.request for job in self._jobs.all()]
        return {(name, each.approved_at) for each in requests if each.approved_at for name in each.sources}


def _approved(known: Known) -> list[tuple[str, int]]:
    """Sources that may pass, and when each was approved; the time is never 0, which says that a person asks."""
    return [(name, max(at, 1)) for name, at in known.approvals.items()]
