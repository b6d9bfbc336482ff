"""The journal as transports see it: `append` returns when the messages are on disk.

    append ──┐
    append ──┼── pending ── one thread: take what waits, commit, checkpoint ── results to the event loop
    append ──┘

Batches form by themselves: while one commit runs, what comes in gathers, and the next commit takes it all as soon as
the previous has ended. When the disk refuses, everything that waits is refused with it, the journal says that it is
unavailable, and the thread writes zeros from time to time until the disk takes them.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Self

import structlog

from gateway.config import JournalSettings
from gateway.journal.blocks import size_of
from gateway.journal.committer import Committer
from gateway.journal.pending import Append, Pending
from gateway.journal.stats import JournalStats
from gateway.model import JournalUnavailableError, Received

PROBE_SECONDS = 0.1
"""Until the disk is tried again for the first time; doubled up to `retry_after`."""

PROBE_BYTES = (64 << 10, 4 << 20)
"""At least and at most so much is written to find out whether the disk takes data again."""

_log = structlog.get_logger(__name__)


class SegmentedJournal:
    """The durable journal in a folder; an async context manager that owns its writing thread.

    `append` and `beyond` are for the event loop it was entered on.
    """

    def __init__(
        self,
        folder: Path,
        settings: JournalSettings | None = None,
        clock: Callable[[], int] = time.time_ns,
        *,
        floor: int = 0,
        on_commit: Callable[[float, int], None] | None = None,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            folder: where the files are; made when it is not there.
            settings: limits.
            clock: ns since the epoch; its day names the files.
            floor: the highest offset that a store or the dead letters remember, so that a folder which was emptied
                or restored from a backup never gives an offset again.
            on_commit: called on the event loop after each commit with its seconds and its number of messages.
        """
        self._settings = settings or JournalSettings()
        self._committer = Committer(folder, clock, floor)
        self._pending = Pending(self._settings)
        self._on_commit = on_commit
        self._head = self._commits = self._messages = self._bytes = self._failures = self._failed = 0
        self._last_commit = 0.0
        self._waiters: set[asyncio.Future[None]] = set()
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread

    async def __aenter__(self) -> Self:
        """Take the folder and start; a disk that does not answer makes the journal unavailable, not fail.

        Raises:
            JournalUnavailableError: another process writes this journal.
            OSError: the folder cannot be made or its mode not be set.
        """
        self._committer.lock()
        self._loop = asyncio.get_running_loop()
        started = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="journal", daemon=True)
        self._thread.start()
        try:
            await started
        except BaseException:
            self._pending.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Commit what waits, then close; later appends are refused."""
        self._pending.stop()
        await asyncio.shield(asyncio.to_thread(self._thread.join))
        self._stopped = True
        self._wake()

    @property
    def head(self) -> int:
        """Offset of the newest durable entry, 0 when there never was one."""
        return self._head

    @property
    def available(self) -> bool:
        """Whether the journal takes messages."""
        return self._pending.trouble is None and not self._stopped

    async def append(self, messages: Sequence[Received]) -> int:
        """Make the messages durable, all or none, and return the offset of the last one.

        A caller that is cancelled meanwhile has to expect that they were kept.

        Raises:
            JournalUnavailableError: nothing was kept: disk full, too much waits, stopped.
            ValueError: a message cannot be stored for good (a lone surrogate in its topic, a time beyond 64 bits).
        """
        if not messages:
            return self._head
        future: asyncio.Future[int] = self._loop.create_future()
        self._pending.put(Append(list(messages), size_of(messages), future))
        return await future

    async def beyond(self, offset: int) -> int:
        """Return the head as soon as it is above `offset`; for a consumer in the same process.

        Raises:
            JournalUnavailableError: the journal is stopped.
        """
        while self._head <= offset:
            if self._stopped:
                raise JournalUnavailableError("the journal is stopped")
            waiter = self._loop.create_future()
            self._waiters.add(waiter)
            try:
                await waiter
            finally:
                self._waiters.discard(waiter)
        return self._head

    def stats(self) -> JournalStats:
        """A snapshot for metrics and readiness."""
        return JournalStats(
            available=self.available,
            detail=self._pending.trouble or "",
            file=self._committer.file,
            head=self._head,
            pending_messages=self._pending.messages,
            pending_bytes=self._pending.bytes,
            commits=self._commits,
            messages=self._messages,
            bytes=self._bytes,
            failures=self._failures,
            refused=self._pending.refused + self._failed,
            last_commit=self._last_commit,
        )

    def _run(self, started: asyncio.Future[None]) -> None:
        """The writing thread."""
        wait, room = PROBE_SECONDS, PROBE_BYTES[0]
        self._attempt(self._committer.open)
        self._call(started.set_result, None)
        while True:
            if self._pending.trouble is not None:
                if self._pending.stopped(wait):
                    break
                wait = min(2 * wait, self._settings.retry_after)
                self._attempt(partial(self._committer.probe, room))
                continue
            wait = PROBE_SECONDS
            batch = self._pending.take()
            if not batch:
                break
            room = min(max(sum(append.size for append in batch), PROBE_BYTES[0]), PROBE_BYTES[1])
            self._commit(batch)
            self._tidy()
        self._committer.close()

    def _attempt(self, action: Callable[[], None]) -> None:
        """Open for appends when this succeeds; shut when it does not."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread has to try again
            self._shut(error)
        else:
            self._call(self._settle, [], self._committer.head, 0.0)
            if self._failures:
                _log.info("journal.available", head=self._committer.head)
            self._pending.reopen()

    def _commit(self, batch: list[Append]) -> None:
        messages = list(chain.from_iterable(append.messages for append in batch))
        size = sum(append.size for append in batch)
        begin = time.perf_counter()
        try:
            last = self._committer.commit(messages, size)
        except ValueError as error:
            if len(batch) > 1:  # one of them is to blame
                for append in batch:
                    self._commit([append])
                return
            self._refuse(batch, ValueError(f"message cannot be stored: {error}"))
        except Exception as error:  # noqa: BLE001 - whatever it is: nothing was kept, and nobody may be left waiting
            self._refuse([*batch, *self._shut(error)], JournalUnavailableError(str(error), self._settings.retry_after))
        else:
            self._last_commit = time.perf_counter() - begin
            self._commits += 1
            self._messages += len(messages)
            self._bytes += size
            self._pending.done(batch)
            self._call(self._settle, batch, last, self._last_commit)

    def _tidy(self) -> None:
        try:
            self._committer.tidy()
        except Exception as error:  # noqa: BLE001 - what was acknowledged is safe in the write-ahead log
            _log.warning("journal.checkpoint_failed", detail=str(error))

    def _shut(self, error: Exception) -> list[Append]:
        if self._pending.trouble is None or not self._failures:
            _log.error("journal.unavailable", detail=str(error))
        self._failures += 1
        return self._pending.shut(str(error))

    def _refuse(self, batch: list[Append], error: Exception) -> None:
        self._pending.done(batch)
        self._failed += sum(len(append.messages) for append in batch)
        self._call(_fail, batch, error)

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the event loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(function, *arguments)

    def _settle(self, batch: list[Append], last: int, seconds: float) -> None:
        """On the event loop: the batch is durable, its last offset is `last`."""
        self._head = last
        messages = sum(len(append.messages) for append in batch)
        offset = last - messages
        for append in batch:
            offset += len(append.messages)
            if not append.future.done():
                append.future.set_result(offset)
        self._wake()
        if batch and self._on_commit is not None:
            self._on_commit(seconds, messages)

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


def _fail(batch: list[Append], error: Exception) -> None:
    for append in batch:
        if not append.future.done():
            append.future.set_exception(error)
