"""Makes messages and sees to their delivery: one at a time for each channel, tried until it is taken.

    faults ──difference to what the channel knows──▶ message (kept) ──deliver──▶ the channel knows

While a message waits, no other is made for its channel: after an outage of the receiver there is one message about
everything since. What a message says counts as told only when it is delivered; a crash between delivery and our note
of it repeats the message with the same id, by which receivers know it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from gateway.config import NotifySettings, TellSettings
from gateway.model import SECOND_NS
from gateway.monitoring.channels import Channel, DeliveryError
from gateway.monitoring.digest import is_quiet, news
from gateway.monitoring.model import Finding, Key
from gateway.monitoring.storage import Message, MonitoringStore

FIRST_RETRY, LAST_RETRY = 10.0, 900.0
"""Seconds before the second try, and at most before any later one."""
GIVE_UP_NS = 86400 * SECOND_NS
"""After this a message is made anew from what holds then."""
LOOK = 60.0
"""Seconds after which a channel looks for a message though nobody woke it."""
_log = structlog.get_logger(__name__)


def backoff(attempts: int, retry_after: float | None = None) -> float:
    """Seconds to wait after the n-th failed try; a receiver may ask for more, within bounds."""
    wait = min(FIRST_RETRY * 2.0 ** min(attempts - 1, 20), LAST_RETRY)
    return wait if retry_after is None else min(max(wait, retry_after), LAST_RETRY)


class Outbox(Protocol):
    """Where messages wait, one for each channel. Calls block."""

    def message(self, channel: str) -> Message | None:
        """The message that waits."""

    def delivered(self, message: Message) -> None:
        """The channel knows it now."""

    def failed(self, message: Message, next_at: int) -> None:
        """It was tried once more, in vain; not again before `next_at` ns."""

    def give_up(self, message: Message) -> None:
        """Forget a message that nobody takes."""


class Deliverer:
    """Sees to the delivery of what waits in an outbox; `run` delivers until cancelled."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Sequence[Channel],
        settings: TellSettings,
        *,
        clock: Callable[[], int] = time.time_ns,
        counted: Callable[[str, str], None] = lambda _channel, _result: None,
        failures: tuple[type[Exception], ...] = (sqlite3.Error,),
    ) -> None:
        """Nothing is sent yet.

        Args:
            outbox: where messages wait.
            channels: ways to tell people.
            settings: quiet hours.
            clock: ns.
            counted: told of each try: channel, and "delivered", "failed" or "given_up".
            failures: what the outbox raises when its disk or database does not answer.
        """
        self._outbox, self._channels, self._settings = outbox, channels, settings
        self._clock, self._counted, self._failures = clock, counted, failures
        self._sent: dict[str, str] = {}
        self._wake = {channel.name: asyncio.Event() for channel in channels}

    def wake(self) -> None:
        """There are new messages. To be called in the event loop."""
        for event in self._wake.values():
            event.set()

    async def run(self) -> None:
        """Deliver until cancelled; a try under way is finished and noted."""
        async with asyncio.TaskGroup() as tasks:
            for channel in self._channels:
                tasks.create_task(self._serve(channel), name=f"notify {channel.name}")

    async def _serve(self, channel: Channel) -> None:
        while True:
            event = self._wake[channel.name]
            event.clear()
            trying = asyncio.create_task(self.attempt(channel))
            try:
                pause = await asyncio.shield(trying)
            except asyncio.CancelledError:
                await asyncio.wait([trying])
                raise
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await event.wait()

    async def attempt(self, channel: Channel) -> float:
        """Try to deliver what waits and is due. Returns seconds until there may be something to do again."""
        try:
            message = await asyncio.to_thread(self._outbox.message, channel.name)
            if message is None:
                return LOOK
            if message.next_at > (now := self._clock()):
                return min((message.next_at - now) / SECOND_NS, LAST_RETRY)
            if self._sent.get(channel.name) != message.id:  # else only our note of it is missing: the disk was full
                if self._disturbs(message, now):
                    return LOOK
                try:
                    await channel.deliver(message)
                except DeliveryError as error:
                    return await asyncio.to_thread(self._failed, message, error)
                self._sent[channel.name] = message.id
            await asyncio.to_thread(self._outbox.delivered, message)
        except self._failures as error:
            _log.warning("notification not noted", channel=channel.name, detail=str(error))
            return LOOK
        self._counted(channel.name, "delivered")
        return LOOK

    def _disturbs(self, message: Message, now: int) -> bool:  # noqa: ARG002 - who knows what is urgent looks at it
        """Whether quiet hours began since the message was made."""
        return is_quiet(now, self._settings.quiet, self._settings.zone)

    def _failed(self, message: Message, error: DeliveryError) -> float:
        attempts, now = message.attempts + 1, self._clock()
        if now - message.made_at > GIVE_UP_NS:
            self._outbox.give_up(message)
            self._counted(message.channel, "given_up")
            _log.error("notification given up, a new one follows", channel=message.channel, detail=str(error))
            return LOOK
        wait = backoff(attempts, error.retry_after)
        self._outbox.failed(message, now + round(wait * SECOND_NS))
        self._counted(message.channel, "failed")
        if attempts == 1:
            _log.warning("notification not delivered, will be tried again", channel=message.channel, detail=str(error))
        return wait


class Notifier(Deliverer):
    """`make` is called by each round, in its thread; `run` delivers until cancelled."""

    def __init__(
        self,
        store: MonitoringStore,
        channels: Sequence[Channel],
        settings: NotifySettings,
        *,
        clock: Callable[[], int] = time.time_ns,
        counted: Callable[[str, str], None] = lambda _channel, _result: None,
    ) -> None:
        """See `Deliverer`; `store` is the outbox and knows what each channel was told."""
        super().__init__(store, channels, settings, clock=clock, counted=counted)
        self._store, self._notify = store, settings

    def make(
        self, faults: Mapping[Key, Finding], names: Mapping[str, str], sources: Mapping[str, str], now: int
    ) -> bool:
        """Make the messages that are due. Blocking. Returns whether there are any.

        Args:
            faults: all that hold.
            names: of every watched device.
            sources: of every watched device.
            now: ns.
        """
        made = False
        for channel in self._channels:
            if now - self._store.told_at(channel.name) < self._notify.digest * SECOND_NS:
                continue
            if self._store.message(channel.name) is not None:
                continue
            found = news(faults, self._store.told(channel.name), sources, self._notify, now)
            if not found:
                continue
            id_ = f"msg_{uuid.uuid4().hex}"
            self._store.put(
                Message(
                    channel=channel.name,
                    id=id_,
                    body=channel.compose(id_, found, names, now),
                    began=found.began,
                    ended=tuple(finding.key for finding in found.ended),
                    made_at=now,
                )
            )
            made = True
        return made

    def _disturbs(self, message: Message, now: int) -> bool:
        """Whether quiet hours began since the message was made, and nothing in it is urgent."""
        keys = (*(finding.key for finding in message.began), *message.ended)
        urgent = any(key.condition.value in self._notify.urgent for key in keys)
        return not urgent and super()._disturbs(message, now)
