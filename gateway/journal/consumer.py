"""A named reader of the journal: it waits for entries, reads on, and remembers durably how far it got."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from gateway.journal.offsets import ConsumerOffsets
from gateway.journal.reader import READ_BYTES, JournalReader, Lag
from gateway.journal.segments import JournalDamagedError
from gateway.journal.writer import SegmentedJournal
from gateway.model import Entry, JournalUnavailableError

POLL_SECONDS = 0.05
"""How often a consumer looks when another process writes the journal; one look costs some 30 microseconds."""


class Consumer:
    """One consumer; a context manager. `read` and `commit` may run in a thread while the event loop calls the others.

    Retention keeps what it has not committed, for as long as its name is registered.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        journal: SegmentedJournal | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """`journal`: the writer, when it is in this process on this event loop; else the files are looked at."""
        self._name, self._journal, self._clock = name, journal, clock
        self._offsets = ConsumerOffsets(folder, clock)
        self._reader, self._watch = JournalReader(folder), JournalReader(folder)
        self._committed = 0
        self._woken: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        """Register; raises JournalUnavailableError or JournalDamagedError when the offsets cannot be read."""
        self._committed = self._offsets.register(self._name)
        return self

    def __exit__(self, *_: object) -> None:
        self._offsets.close()
        self._reader.close()
        self._watch.close()

    @property
    def committed(self) -> int:
        """The offset up to which everything is done; where to begin after a start."""
        return self._committed

    def read(self, after: int, limit: int, max_bytes: int = READ_BYTES) -> list[Entry]:
        """Entries behind `after`; see `JournalReader.read`."""
        try:
            return self._reader.read(after, limit, max_bytes)
        except (JournalDamagedError, JournalUnavailableError):
            self._woken = None
            raise

    def commit(self, offset: int) -> None:
        """Note durably that everything up to and including `offset` is done; no write when that is known.

        Raises:
            JournalUnavailableError: it could not be written; the next call may succeed.
        """
        if offset > self._committed:
            self._offsets.commit(self._name, offset)
            self._committed = offset

    def lag(self) -> Lag:
        """What is not committed yet."""
        return self._watch.lag(self._committed, self._clock())

    async def wait(self, after: int) -> None:
        """Return as soon as `read(after, ...)` may have something to give or to raise.

        Called again with the same `after`, it takes it that there was nothing (files were taken away) and waits for
        the next commit.

        Raises:
            JournalUnavailableError: the journal in this process is stopped and nothing follows `after`.
        """
        above = self._woken[1] if self._woken is not None and self._woken[0] == after else after
        self._woken = after, await self._beyond(above)

    async def _beyond(self, offset: int) -> int:
        if self._journal is not None:
            return await self._journal.beyond(offset)
        while True:
            try:
                head = self._watch.head()
            except (JournalDamagedError, JournalUnavailableError):
                return offset
            if head > offset:
                return head
            await asyncio.sleep(POLL_SECONDS)
