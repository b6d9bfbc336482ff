"""A source that is an MQTT 5 broker: stays connected and subscribed, whatever happens to broker, network or journal.

    run ─┬─ commit: received messages → journal → acknowledgements      (mqtt_batch.py)
         └─ connect → subscribe ─┬─ ping          no answer: connect again
                                 ├─ silence       connected, but nothing comes: connect again
                                 ├─ refusals      subscribe again to what was refused
                                 └─ certificates  renewed: connect again

Nothing is acknowledged before the journal has it on disk. While the journal takes nothing, the broker keeps what is
not acknowledged (receive maximum), the connection stays, and the same batch is offered again. What an operator
needs to know stands in docs/mqtt.md.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable

import structlog
from mqtt5 import ConnAckPacket, TopicFilter
from structlog.typing import FilteringBoundLogger

from gateway.config import ConfigError, Mqtt5Source
from gateway.model import Journal
from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_connect import opened, subscribe, topic_filters
from gateway.transports.mqtt_protocol import MqttProtocol
from gateway.transports.mqtt_words import MqttError, Patience, address
from gateway.transports.reconnect import Attempts, backoff
from gateway.transports.tls import TlsFiles


class Mqtt5Client:
    """One broker as a source of messages.

    Attributes:
        status: what it is doing, for metrics and readiness.
    """

    def __init__(
        self,
        name: str,
        settings: Mqtt5Source,
        journal: Journal,
        clock: Callable[[], int] = time.time_ns,
        log: FilteringBoundLogger | None = None,
        *,
        stop_within: float = 10.0,
        files_every: float = 10.0,
    ) -> None:
        """Prepare; nothing is connected before `run`.

        Args:
            name: of the source, as in the configuration.
            settings: of the source.
            journal: takes the messages.
            clock: receive time, ns since the epoch.
            log: the source's name is bound to it.
            stop_within: seconds that a graceful stop may wait for the journal.
            files_every: seconds between two looks at the TLS files.

        Raises:
            ConfigError: a topic filter or the share group is not valid.
        """
        self.status = MqttStatus(name)
        self._name, self._settings, self._clock = name, settings, clock
        self._log = (log or structlog.get_logger()).bind(source=name)
        self._filters = topic_filters(settings)
        self._tls = TlsFiles(settings.tls) if settings.tls else None
        self._batcher = Batcher(journal, self.status, self._log)
        self._attempts = Attempts(settings, self.status, self._log)
        self._unreleased: set[int] = set()
        self._stop_within, self._files_every = stop_within, files_every
        self._stop_by: float | None = None

    async def run(self) -> None:
        """Stay connected until cancelled.

        Cancelling stops gracefully: what was received is journalled and acknowledged, the session stays at the broker.

        Raises:
            ExceptionGroup: the journal failed with something else than JournalUnavailableError.
        """
        async with asyncio.TaskGroup() as tasks:
            committing = tasks.create_task(self._batcher.run(), name=f"{self._name}: commit")
            try:
                await self._stay_connected(committing)
            finally:
                await self._batcher.flush_within(self._stop_timeout(), committing)
                committing.cancel()
                if self._batcher.busy:
                    words = "stopped with messages that are not journalled: the broker sends those above QoS 0 again"
                    self._log.error(words, messages=self.status.pending)

    async def _stay_connected(self, committing: asyncio.Task[None]) -> None:
        while True:
            await self._batcher.room()
            await self._attempts.wait(await self._connection(committing))

    async def _connection(self, committing: asyncio.Task[None]) -> Patience:
        """One connection from CONNECT to its end; how soon the next one makes sense."""
        try:
            async with opened(self._settings, self._tls, self._protocol) as (protocol, connack):
                try:
                    await self._subscribed(protocol, connack)
                except asyncio.CancelledError:
                    await self._leave(protocol, committing, self._stop_timeout())
                    raise
                except MqttError as error:
                    if error.patience is Patience.NONE:
                        await self._leave(protocol, committing, self._stop_within)
                    raise
        except MqttError as error:
            self._attempts.failed(error)
            return error.patience
        finally:
            self.status.connected = False
        raise AssertionError("a connection ends with an error or by cancellation")

    async def _subscribed(self, protocol: MqttProtocol, connack: ConnAckPacket) -> None:
        """Subscribe and watch over the connection; it ends with MqttError."""
        self._accepted(connack)
        await self._subscribe(protocol, self._filters.values())
        self.status.connected, self.status.last_error = True, ""
        self._log.info("connected", broker=address(self._settings), session_present=connack.session_present)
        await self._watch(protocol, connack)

    async def _leave(self, protocol: MqttProtocol, committing: asyncio.Task[None], within: float) -> None:
        """End a connection on purpose: nothing more is read, what was received is journalled and acknowledged."""
        self.status.connected = False
        protocol.hold()
        await self._batcher.flush_within(within, committing)
        await protocol.disconnect()

    def _protocol(self) -> MqttProtocol:
        return MqttProtocol(
            self._name, self._settings, self._batcher, self._unreleased, self.status, self._clock, self._log
        )

    def _accepted(self, connack: ConnAckPacket) -> None:
        expiry = self._settings.session_expiry
        self._attempts.accepted(session_present=connack.session_present, lasting=expiry > 0)
        granted = connack.session_expiry_interval
        if granted is not None and granted < expiry and not self.status.reconnects:
            self._log.warning("the broker keeps the session for a shorter time", seconds=granted, asked=expiry)

    async def _subscribe(self, protocol: MqttProtocol, filters: Iterable[TopicFilter]) -> None:
        """Subscribe, also when the session is still there: the broker may have lost what it held of it."""
        status = self.status
        for pattern, (granted, refused) in (await subscribe(protocol, self._settings, filters)).items():
            if refused is None:
                if status.refused.pop(pattern, None):
                    self._log.info("topic filter granted", topic_filter=pattern)
                if granted < self._settings.qos and not status.reconnects:
                    self._log.warning("broker grants a lower QoS", topic_filter=pattern, qos=granted)
                continue
            status.subscribe_failures += 1
            if status.refused.get(pattern) != refused:
                self._log.error("topic filter refused", topic_filter=pattern, reason=refused)
            status.refused[pattern] = refused

    async def _watch(self, protocol: MqttProtocol, connack: ConnAckPacket) -> None:
        """Until the connection ends or must end; raises MqttError."""
        keep_alive = connack.server_keep_alive or self._settings.keep_alive
        try:
            async with asyncio.TaskGroup() as tasks:
                for what, watch in (
                    ("end", self._end(protocol)),
                    ("ping", self._ping(protocol, keep_alive)),
                    ("silence", self._silence(protocol)),
                    ("refusals", self._refusals(protocol)),
                    ("certificates", self._certificates()),
                ):
                    tasks.create_task(watch, name=f"{self._name}: {what}")
        except ExceptionGroup as group:
            ends, others = group.split(MqttError)
            if others is not None or ends is None:
                raise
            end = ends.exceptions[0]
        raise end

    async def _end(self, protocol: MqttProtocol) -> None:
        await asyncio.wait((protocol.ended,))  # to await it would cancel it together with this task
        raise protocol.ended.result()

    async def _ping(self, protocol: MqttProtocol, keep_alive: float) -> None:
        while True:
            protocol.ping(within=1.5 * keep_alive)
            await asyncio.sleep(keep_alive * 2 / 3)

    async def _silence(self, protocol: MqttProtocol) -> None:
        """A connection can look alive while the broker has lost the subscription or a bridge behind it is down."""
        limit = self._settings.silent_after
        loop = asyncio.get_running_loop()
        while limit is not None:
            quiet = loop.time() - protocol.heard_at
            if self._batcher.busy:  # the broker waits for us
                quiet = 0.0
            if quiet >= limit:
                self.status.silences += 1
                self._log.warning("connected but silent", seconds=limit)
                raise MqttError(f"connected, but nothing has come for {limit:g} s", Patience.NONE)
            await asyncio.sleep(limit - quiet)

    async def _refusals(self, protocol: MqttProtocol) -> None:
        attempt = 0
        while self.status.refused:
            shortest, longest = self._settings.backoff_min, self._settings.backoff_max
            await asyncio.sleep(backoff(attempt, shortest, longest, random.random()))  # noqa: S311 - jitter, no secret
            attempt += 1
            await self._subscribe(protocol, [self._filters[pattern] for pattern in self.status.refused])

    async def _certificates(self) -> None:
        told = ""
        while self._tls is not None:
            await asyncio.sleep(self._files_every)
            try:
                if await asyncio.to_thread(self._tls.renewed):
                    raise MqttError("TLS files have been renewed", Patience.NONE)
            except ConfigError as error:
                if str(error) != told:
                    self._log.warning(
                        "TLS files have changed, but cannot be used; the old ones stay", reason=str(error)
                    )
                told = str(error)

    def _stop_timeout(self) -> float:
        """What is left of `stop_within` since the stop began."""
        now = asyncio.get_running_loop().time()
        self._stop_by = self._stop_by or now + self._stop_within
        return max(0.0, self._stop_by - now)
