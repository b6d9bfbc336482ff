"""Notices of the atlas inside the service: written when their day comes, told on webhook and mail, each once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.app.monitoring import channels
from gateway.atlas.outbox import NoticeOutbox
from gateway.atlas.registers import Registers
from gateway.config import AtlasNotifySettings
from gateway.monitoring.notifier import Deliverer

LOOK = 2.0
"""Seconds between two looks for notices that nobody was told yet; other processes write them too."""
_log = structlog.get_logger(__name__)


class Notices:
    """`run` works until cancelled; without channels notices are only written."""

    def __init__(
        self, registers: Registers, settings: AtlasNotifySettings, clock: Callable[[], int] = time.time_ns
    ) -> None:
        """Build the channels; raises ConfigError. `clock` in ns."""
        self._registers, self._clock = registers, clock
        self._channels = [build() for build in channels(settings).values()]
        self._outbox = NoticeOutbox(registers.engine, settings)
        self._deliverer = Deliverer(
            self._outbox, self._channels, settings, clock=clock, failures=(SQLAlchemyError,)
        )  # fmt: skip
        self._reminded: date | None = None

    async def run(self) -> None:
        """Write and tell until cancelled; a try under way is finished and noted."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliverer.run(), name="atlas notices")
            tasks.create_task(self._look(), name="atlas reminders")

    async def _look(self) -> None:
        while True:
            try:
                made = await asyncio.to_thread(self.look)
            except SQLAlchemyError as error:
                _log.warning("atlas notices not looked at", detail=type(error).__name__)
            else:
                if made:
                    self._deliverer.wake()
            await asyncio.sleep(LOOK)

    def look(self) -> bool:
        """Write what became due or late today, make messages; whether one waits. Blocks."""
        if (today := self._registers.clock().date()) != self._reminded:
            self._registers.remind()
            self._reminded = today
        return self._outbox.make(self._channels, self._clock()) if self._channels else False
