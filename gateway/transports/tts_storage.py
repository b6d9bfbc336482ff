"""Gap fill: what The Things Stack received while this gateway was away is fetched from its storage integration.

    mark ── overlap ──►│ nothing missing │ lost … back │ live again
                       └──── asked for ─────────────────►│
                                          └ after `settle` once more: the stack writes its storage in batches

The stack's MQTT has no sessions and QoS 0 only: what is published while nobody listens is gone there. So after every
connection, from the time up to which nothing is missing, the storage is asked page by page until it has no more.
What came by MQTT is skipped; what slips through all the same is the same point of the same series in the store.
Live messages never wait for any of this.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

from gateway.config import StorageSettings
from gateway.model import SECOND_NS, Journal, JournalUnavailableError, Received
from gateway.transports.mqtt_words import Patience
from gateway.transports.tts_api import Line, StorageApi, StorageError
from gateway.transports.tts_seen import Mark, Seen, identity, nanoseconds

TOPIC = "storage/uplink_message"
BATCH = 500
BATCH_BYTES = 4 << 20
_decoder = msgspec.json.Decoder(Line)


@dataclass(slots=True)
class GapStatus:
    """What the gap fill is doing, for metrics and readiness. Counts since the start of the process.

    Attributes:
        pending: uplinks may be missing.
        since: time (ns) before which nothing is missing; None when that is not known.
        pages, failures: requests answered; requests that failed.
        filled, skipped: uplinks journalled; uplinks that had come by MQTT or before.
        last_error: why the last request failed, "" when it did not.
    """

    pending: bool = False
    since: int | None = None
    pages: int = 0
    failures: int = 0
    filled: int = 0
    skipped: int = 0
    last_error: str = ""


@dataclass(slots=True)
class _Page:
    """What a page brought: lines, and the stack's receive time (ns) of the first and the last."""

    count: int = 0
    first: int = 0
    last: int = 0


class GapFill:
    """Fills the gaps of one source."""

    def __init__(
        self,
        source: str,
        settings: StorageSettings,
        api: StorageApi,
        journal: Journal,
        seen: Seen,
        mark: Mark,
        clock: Callable[[], int] = time.time_ns,
        log: FilteringBoundLogger | None = None,
        *,
        settle: float = 60.0,
        backoff: tuple[float, float] = (1.0, 300.0),
        page_overlap: float = 1.0,
    ) -> None:
        """Prepare; nothing is asked before `run`.

        Args:
            source: name of the source, as in the configuration.
            settings: page size and overlap.
            api: the storage.
            journal: takes what was missed (not the one that moves the mark).
            seen: uplinks that need not be journalled again.
            mark: up to when nothing is missing.
            clock: ns since the epoch.
            log: the source's name is bound to it.
            settle: seconds after which the end of a gap is asked for once more.
            backoff: shortest and longest time in seconds between failed requests.
            page_overlap: seconds by which the next page begins before the end of the last.
        """
        self.status = GapStatus(pending=True, since=mark.time)
        self._source, self._settings, self._api, self._journal = source, settings, api, journal
        self._seen, self._mark, self._clock = seen, mark, clock
        self._log = log or structlog.get_logger(__name__)
        self._settle, self._backoff = settle, backoff
        self._page_overlap = int(page_overlap * SECOND_NS)
        self._back = asyncio.Event()
        self._back_at: int | None = None

    def lost(self) -> None:
        """From now on messages may be missed: the connection is gone, or nothing is read."""
        self._mark.lost()
        self._back_at = None
        self.status.pending = True

    def back(self) -> None:
        """Messages come again: what was missed is to be fetched."""
        self._back_at = self._clock()
        self._back.set()

    async def run(self) -> None:
        """Fill gap after gap until cancelled."""
        try:
            async with self._api:
                while True:
                    await self._back.wait()
                    self._back.clear()
                    await self._gap()
        finally:
            self._mark.save()

    async def _gap(self) -> None:
        until = self._back_at
        if until is None:  # lost again: `back` will come again
            return
        overlap = int(self._settings.overlap * SECOND_NS)
        since = until - overlap if self._mark.time is None else self._mark.time
        self._log.info("asking for what was missed", seconds=max(0, until - since) // SECOND_NS)
        since = await self._fill(since, overlap)
        open_gap = self._back_at != until
        self._mark.filled(since, open_gap=open_gap)
        self.status.pending, self.status.since = open_gap, since
        try:
            async with asyncio.timeout(self._settle):
                await self._back.wait()  # a new gap covers the end of this one
        except TimeoutError:
            await self._fill(since, max(overlap, int(self._settle * SECOND_NS)))

    async def _fill(self, since: int, overlap: int) -> int:
        """Fetch all after `since - overlap` (ns); the time (ns) of the last uplink there is, `since` at least."""
        filled, attempt, after = self.status.filled, 0, since - overlap
        while True:
            page = _Page()
            try:
                await self._page(after, page)
            except StorageError as error:
                after = self._following(after, page)  # what came before the failure is journalled
                since = max(since, after)
                attempt = 0 if page.count else attempt
                await asyncio.sleep(self._failed(error, attempt))
                attempt += 1
                continue
            self._answered()
            attempt, since = 0, max(since, page.last)
            if page.count < self._settings.limit:
                break
            after = self._following(after, page)
        if self.status.filled > filled:
            self._log.info("fetched what was missed", uplinks=self.status.filled - filled)
        return since

    async def _page(self, after: int, page: _Page) -> None:
        batch: dict[int, Received] = {}
        size = 0
        try:
            async with aclosing(self._api.lines(after, self._settings.limit)) as lines:
                async for line in lines:
                    number = self._read(line, page)
                    if number in self._seen or number in batch:
                        self.status.skipped += 1
                        continue
                    batch[number] = Received(self._source, TOPIC, line, self._clock())
                    size += len(line)
                    if len(batch) >= BATCH or size >= BATCH_BYTES:
                        await self._append(batch)
                        batch, size = {}, 0
        except StorageError:
            await self._append(batch)
            raise
        await self._append(batch)
        if page.count >= self._settings.limit and page.last < page.first:
            raise StorageError("the storage does not answer in the order asked for", Patience.LONG)

    def _read(self, line: bytes, page: _Page) -> int:
        """The number by which the line is remembered. What cannot be read is journalled too: it is a dead letter."""
        try:
            parsed = _decoder.decode(line)
        except msgspec.DecodeError:
            page.count += 1
            return hash(line)
        if parsed.error is not None:
            raise StorageError(f"the storage broke off: {str(parsed.error)[:200]}")
        page.count += 1
        if parsed.result is None or parsed.result.uplink_message is None:
            return hash(line)
        received = nanoseconds(parsed.result.received_at)
        if received is not None:
            page.first = page.first or received
            page.last = received
        return identity(parsed.result)

    def _following(self, after: int, page: _Page) -> int:
        """Where the next page begins: always further on, also where many uplinks share one time."""
        if page.last < page.first:
            return after
        for candidate in (page.last - self._page_overlap, page.last):
            if candidate > after:
                return candidate
        return after + 1000 if page.count >= self._settings.limit else after

    async def _append(self, batch: dict[int, Received]) -> None:
        while batch:
            try:
                await self._journal.append(list(batch.values()))
            except JournalUnavailableError as error:
                await asyncio.sleep(error.retry_after)
            else:
                break
        for number in batch:
            self._seen.add(number)
        self.status.filled += len(batch)

    def _answered(self) -> None:
        self.status.pages += 1
        if self.status.last_error:
            self._log.info("the storage answers again")
        self.status.last_error = ""

    def _failed(self, error: StorageError, attempt: int) -> float:
        """Log a new cause once; seconds to wait."""
        words = str(error)
        if words != self.status.last_error:
            self._log.warning("gap fill: no answer", reason=words, next_attempt=error.patience.value)
        self.status.failures += 1
        self.status.last_error = words
        shortest, longest = self._backoff
        if error.retry_after is not None:
            return min(max(error.retry_after, shortest), 3600.0)
        if error.patience is Patience.LONG:
            return longest
        jitter = 1 - random.random() / 2  # noqa: S311 - jitter, no secret
        return min(longest, shortest * 2.0 ** min(attempt, 30)) * jitter
