"""A source of the gateway that fills its journal with the city's past, and then ends.

    process computing the past ── pipe ── Feed ── journal ── pipeline ── store ── figures

Messages carry the time at which they would have arrived, so nothing takes them for new. The pipe is the brake: what is
not journalled yet is not computed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from gateway.demo.history import read_frame
from gateway.demo.state import Progress
from gateway.model import Journal, JournalUnavailableError, Received

BATCH = 2000
_log = structlog.get_logger(__name__)
LOOK = 0.2
"""Seconds between two looks whether everything is stored."""


@dataclass(slots=True, kw_only=True)
class FeedStatus:
    """`received` messages so far; `catching_up` until all of them are stored; `at`: Unix time the past has come to."""

    received: int = 0
    catching_up: bool = True
    at: float = 0.0
    last_error: str = ""


class Feed:
    """Runs once. `fed` is set when everything is in the journal, also when it ended early."""

    def __init__(self, journal: Journal, progress: Progress, stop: float, stored: Callable[[], int | None]) -> None:
        """Nothing runs yet.

        Args:
            journal: takes the messages.
            progress: says where to begin, and is told how far it is.
            stop: Unix time at which the past ends.
            stored: offset up to which the journal is stored.
        """
        self._journal, self._progress, self._stop, self._stored = journal, progress, stop, stored
        self.status = FeedStatus(at=progress.state.until)
        self.fed = asyncio.Event()

    async def run(self) -> None:
        """Feed, then wait until it is stored."""
        last = 0
        state = self._progress.state
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway.demo.history",
            *(repr(value) for value in (state.begun, state.days, state.until, self._stop)),
            stdout=asyncio.subprocess.PIPE, start_new_session=True,  # Ctrl-C is for the gateway, which ends it
        )  # fmt: skip
        try:
            assert process.stdout is not None
            while head := await _exactly(process.stdout, 4):
                body = await _exactly(process.stdout, int.from_bytes(head, "big"))
                if not body:
                    break
                until, messages = await asyncio.to_thread(read_frame, body)
                for begin in range(0, len(messages), BATCH):
                    last = await self._append(messages[begin : begin + BATCH])
                self.status.received += len(messages)
                self.status.at = until
                await asyncio.to_thread(self._progress.reached, until)
            if await process.wait():
                self.status.last_error = f"the past ended early, exit code {process.returncode}"
                _log.warning("history incomplete", detail=self.status.last_error)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self.fed.set()
        while (self._stored() or 0) < last:  # noqa: ASYNC110 - the store's offset is a number that nobody announces
            await asyncio.sleep(LOOK)
        self.status.catching_up = False

    async def _append(self, messages: list[Received]) -> int:
        while True:
            try:
                return await self._journal.append(messages)
            except JournalUnavailableError as error:
                await asyncio.sleep(error.retry_after)


async def _exactly(stream: asyncio.StreamReader, size: int) -> bytes:
    """So many bytes, or none at the end."""
    try:
        return await stream.readexactly(size)
    except asyncio.IncompleteReadError:
        return b""
