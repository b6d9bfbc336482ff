"""What waits to be written: bounded, filled by the event loop, emptied by the writing thread."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass

from gateway.config import JournalSettings
from gateway.model import JournalUnavailableError, Received


@dataclass(frozen=True, slots=True, eq=False)
class Append:
    """One call of `append`: its messages, their bytes, and the future that gets the offset of the last one."""

    messages: list[Received]
    size: int
    future: asyncio.Future[int]


class Pending:
    """Appends in order of arrival. Open while the disk takes data, closed with a reason while it does not."""

    def __init__(self, settings: JournalSettings) -> None:
        self.messages = self.bytes = self.refused = 0
        self.trouble: str | None = "the journal is not started"
        self._settings = settings
        self._waiting: deque[Append] = deque()
        self._changed = threading.Condition()
        self._stopping = False

    def put(self, append: Append) -> None:
        """Add to the end; raises JournalUnavailableError when closed, stopped or full."""
        with self._changed:
            trouble = "the journal is stopped" if self._stopping else self.trouble
            if trouble is None and self.bytes and self.bytes + append.size > self._settings.max_pending_bytes:
                trouble = f"{self.bytes} bytes wait for the disk"
            if trouble is not None:
                self.refused += len(append.messages)
                raise JournalUnavailableError(trouble, self._settings.retry_after)
            self._waiting.append(append)
            self.messages += len(append.messages)
            self.bytes += append.size
            self._changed.notify()

    def take(self) -> list[Append]:
        """Wait for something, then return all that fits one commit; empty when stopped and nothing is left.

        What was taken counts as pending until `done`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            if self._settings.delay and not self._stopping:
                self._changed.wait_for(lambda: self._stopping or self._full(), self._settings.delay)
            batch: list[Append] = []
            messages = size = 0
            while self._waiting and (not batch or self._fits(messages, size)):
                append = self._waiting.popleft()
                batch.append(append)
                messages += len(append.messages)
                size += append.size
            return batch

    def done(self, batch: list[Append]) -> None:
        """These are written or refused."""
        with self._changed:
            for append in batch:
                self.messages -= len(append.messages)
                self.bytes -= append.size

    def shut(self, trouble: str) -> list[Append]:
        """Take nothing more; returns what waited and is to be refused."""
        with self._changed:
            self.trouble = trouble
            waiting = list(self._waiting)
            self._waiting.clear()
            return waiting

    def reopen(self) -> None:
        """The disk takes data."""
        with self._changed:
            self.trouble = None

    def stop(self) -> None:
        """Take nothing more; what waits is still written."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def stopped(self, timeout: float) -> bool:
        """Wait until stopped, for `timeout` seconds at most."""
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping, timeout)

    def _fits(self, messages: int, size: int) -> bool:
        following = self._waiting[0]
        return (
            messages + len(following.messages) <= self._settings.max_batch
            and size + following.size <= self._settings.max_batch_bytes
        )

    def _full(self) -> bool:
        return self.messages >= self._settings.max_batch or self.bytes >= self._settings.max_batch_bytes
