"""What is true now of transports, journal and processing: read by readiness, metrics and the demo's status line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.api.routes.health import Check, CheckResult
from gateway.app.parts import Client
from gateway.journal import JournalReader, Lag, SegmentedJournal

READY_LAG = 300.0
"""Seconds that storing may be behind before a process calls itself not ready."""


class StateReader:
    """Filled by the service as its parts start. `offset` tells how far processing is."""

    def __init__(self, journal_folder: Path) -> None:
        """The folder is read for the lag."""
        self._folder = journal_folder
        self.journal: SegmentedJournal | None = None
        self.clients: Mapping[str, Client] = {}
        self.http: Mapping[str, object] = {}
        self.offset: Callable[[], int] | None = None

    def statuses(self) -> dict[str, object]:
        """Status of each source by name."""
        return {**{name: client.status for name, client in self.clients.items()}, **self.http}

    def catching_up(self) -> bool:
        """Whether a source delivers the past on purpose: old messages mean neither lag nor silent devices then."""
        return any(getattr(status, "catching_up", False) for status in self.statuses().values())

    def lag(self) -> Lag | None:
        """How far storing is behind; None where this process does not store. Reads the journal: blocking."""
        if self.offset is None:
            return None
        with JournalReader(self._folder) as reader:
            return reader.lag(self.offset(), time.time_ns())

    def checks(self) -> dict[str, Check]:
        """What `/readyz` asks."""
        checks: dict[str, Check] = {}
        if self.journal is not None:
            checks["journal"] = self._journal
        if self.offset is not None:
            checks["lag"] = self._lag
        for name, client in self.clients.items():
            checks[f"source {name}"] = _connected(client)
        return checks

    async def _journal(self) -> CheckResult:
        assert self.journal is not None
        stats = self.journal.stats()
        return CheckResult(ok=stats.available, detail=stats.detail, value=stats.head)

    async def _lag(self) -> CheckResult:
        lag = await asyncio.to_thread(self.lag)
        assert lag is not None
        return CheckResult(
            ok=lag.seconds < READY_LAG or self.catching_up(), detail=f"{lag.offsets} entries", value=lag.seconds
        )


def _connected(client: Client) -> Check:
    async def check() -> CheckResult:
        status = client.status
        return CheckResult(ok=bool(getattr(status, "connected", True)), detail=getattr(status, "last_error", ""))

    return check
