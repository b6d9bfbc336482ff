"""The processing loop: journal → observations → store, then the offset. At least once, and every step repeatable.

Order of what is made durable: dead letters, observations (DuckDB: with the offset in the same transaction), consumer
offset. A crash between any two of them repeats the batch, and repeating changes nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from gateway.app.heard import HeardDevices
from gateway.app.letters import lettered, refusals
from gateway.deadletters import DeadLetters, DeadLettersError
from gateway.journal import Consumer, JournalDamagedError
from gateway.model import Entry, JournalUnavailableError, Store
from gateway.model import StoreUnavailableError as Unavailable
from gateway.pipeline.memory import Memory
from gateway.pipeline.processed import Processed
from gateway.pipeline.processor import Processor
from gateway.registry.seen import SeenDevices
from gateway.threads import finished

CONSUMER = "process"
SAVE_EVERY = 30.0
"""Seconds between two savings of memory and heard devices."""
NOTE_EVERY = 5.0
"""Seconds between two notings of heard devices while the journal holds nothing new."""
WARM_UP = 20_000
"""Entries read again when there is no saved memory."""
IDLE = 5.0
"""Seconds to wait for new entries before looking whether something is to be saved."""
DAMAGED_PAUSE = 5.0
_log = structlog.get_logger(__name__)


class Observer(Protocol):
    """Who counts what happens."""

    def processed(self, batch: Processed, last: Entry) -> None:
        """A batch is stored."""

    def store_failed(self, detail: str) -> None:
        """The store did not take a batch; "" when it does again."""


class _Ready(msgspec.Struct):
    """A processed batch that waits for the store."""

    entries: list[Entry]
    processed: Processed


class ProcessLoop:
    """Owns the store for writing. One thread does the work; the event loop only waits."""

    def __init__(
        self,
        *,
        consumer: Consumer,
        store: Store,
        deadletters: DeadLetters,
        seen: SeenDevices,
        make_processor: Callable[[Memory], Processor],
        memory_file: Path,
        batch: int,
        linger: float,
        observer: Observer,
    ) -> None:
        """Build it; nothing is read or written yet.

        `offset` is the last entry that is stored, `noted` the last one whose device is in the list of heard ones
        (None until that is known).

        Args:
            consumer: reads the journal and keeps the committed offset.
            store: where observations go.
            deadletters: where rejected messages go.
            seen: where heard devices are noted.
            make_processor: builds the pipeline on a memory.
            memory_file: where the memory survives a restart.
            batch: entries processed at once.
            linger: seconds to gather more entries after a batch that was not full.
            observer: told of every batch.
        """
        self._consumer, self._store = consumer, store
        self._deadletters, self._heard = deadletters, HeardDevices(seen)
        self._make_processor, self._memory_file = make_processor, memory_file
        self._batch, self._linger, self._observer = batch, linger, observer
        self.offset = 0
        self.noted: int | None = None
        self._ready: _Ready | None = None
        self._saved_at = self._noted_at = time.monotonic()
        self._reported: set[tuple[str, str]] = set()
        self._processor: Processor | None = None
        self.lock = threading.Lock()
        self._since: float | None = None

    def _started(self) -> bool:
        try:
            self._start()
        except (Unavailable, JournalUnavailableError, JournalDamagedError) as error:
            self._observer.store_failed(str(error))
            return False
        return True

    def _start(self) -> None:
        """Find the committed offset and bring the memory up to it."""
        committed = self._store.committed()
        self.offset = self.noted = self._consumer.committed if committed is None else committed
        memory, saved = Memory.load(self._memory_file)
        if saved is None or saved > self.offset:
            memory, saved = Memory(), max(0, self.offset - WARM_UP)
        self._processor = self._make_processor(memory)
        while saved < self.offset:
            entries = self._consumer.read(saved, min(self._batch, self.offset - saved))
            if not entries:
                break
            self._processor.process(entries)
            saved = entries[-1].offset

    async def run(self) -> None:
        """Process until cancelled; what was begun is finished and saved before this ends."""
        while not await finished(self._started):  # noqa: ASYNC110 - nobody could set an event: a disk or a server is down
            await asyncio.sleep(DAMAGED_PAUSE)
        try:
            while True:
                pause = await finished(self._step)
                if pause is None:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(IDLE):
                            await self._consumer.wait(self.offset)
                elif pause:
                    await asyncio.sleep(pause)
        finally:
            await finished(self.save)

    def _step(self) -> float | None:
        """One batch. Returns seconds to pause, or None when the journal holds nothing new."""
        with self.lock:  # a replay that compares the whole store stops us here
            self._since = time.monotonic()
            try:
                return self._batch_once()
            finally:
                self._since = None

    def busy_for(self) -> float:
        """Seconds that the batch under way has taken so far, 0 between batches."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def _batch_once(self) -> float | None:
        try:
            if self._ready is None:
                entries = self._consumer.read(self.offset, self._batch)
                if not entries:
                    self._save_if_due()
                    self._note_if_due()
                    return None
                assert self._processor is not None
                self._ready = _Ready(entries, self._processor.process(entries))
            full = len(self._ready.entries) >= self._batch
            self._commit(self._ready)
        except (Unavailable, JournalUnavailableError) as error:
            self._observer.store_failed(str(error))
            return error.retry_after
        except DeadLettersError as error:
            self._observer.store_failed(str(error))
            return DAMAGED_PAUSE
        except JournalDamagedError as error:
            _log.error("journal damaged", file=str(error.path), detail=error.detail, resume=error.resume)
            self._observer.store_failed(str(error))
            if error.resume is None:
                return DAMAGED_PAUSE
            self.offset = error.resume
            return 0.0
        self._ready = None
        self._save_if_due()
        return 0.0 if full else self._linger

    def _commit(self, ready: _Ready) -> None:
        entries, processed = ready.entries, ready.processed
        last = entries[-1]
        if processed.rejected:
            self._deadletters.record(lettered(processed.rejected))
        refused = self._store.write(processed.observations, last.offset)
        if refused:
            letters = refusals(refused, entries)
            self._deadletters.record(letters)
            processed.rejected += [rejected for _, rejected in letters]
        self._consumer.commit(last.offset)
        self.offset = last.offset
        self._note(processed)
        self._observer.processed(processed, last)

    def _note(self, processed: Processed) -> None:
        self._heard.add(processed.seen)
        for origin, name in processed.unmapped - self._reported:
            self._reported.add((origin, name))
            _log.warning("quantity not stored", decoder=origin, quantity=name)

    def _save_if_due(self) -> None:
        if time.monotonic() - self._saved_at >= SAVE_EVERY:
            self.save()

    def _note_if_due(self) -> None:
        """While nothing else is to do, heard devices are noted more often."""
        if self._heard and time.monotonic() - self._noted_at >= NOTE_EVERY:
            try:
                self._note_heard()
            except sqlite3.Error as error:
                _log.warning("heard devices not noted", detail=str(error))

    def _note_heard(self) -> None:
        self._noted_at = time.monotonic()
        self._heard.note()
        self.noted = self.offset

    def save(self) -> None:
        """Write memory and heard devices. Blocking."""
        self._saved_at = time.monotonic()
        if self._processor is None or self._ready is not None:
            return  # the memory is ahead of the committed offset: the saved one stays
        self._processor.bound()
        try:
            self._note_heard()
            self._processor.memory.save(self._memory_file, self.offset)
        except (sqlite3.Error, OSError) as error:  # a full disk: both can be computed again from the journal
            _log.warning("memory not saved", detail=str(error))
