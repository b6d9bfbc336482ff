"""Keeps journal and dead letters within their bounds while the service runs."""

from __future__ import annotations

import asyncio
import time

import structlog

from gateway.app.parts import journal_folder
from gateway.config import Settings
from gateway.journal import JournalDamagedError, enforce
from gateway.model import JournalUnavailableError

EVERY = 600.0
_log = structlog.get_logger(__name__)


async def keep_bounded(settings: Settings) -> None:
    """Enforce retention every ten minutes until cancelled."""
    while True:
        try:
            done = await asyncio.to_thread(enforce, journal_folder(settings), settings.journal, time.time_ns())
        except (JournalUnavailableError, JournalDamagedError, OSError) as error:
            _log.warning("retention failed", detail=str(error))
        else:
            if done.removed:
                _log.info("retention", removed=list(done.removed), bytes=done.removed_bytes)
            if done.held_by:
                _log.warning("retention waits for consumers", consumers=list(done.held_by), bytes=done.kept_bytes)
        await asyncio.sleep(EVERY)
