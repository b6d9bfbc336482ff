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
from gateway.transports.mqtt_connect import opened, probe, subscribe, topic_filters
from gateway.transports.mqtt_protocol import MqttProtocol
from gateway.transports.mqtt_words import MqttError, Patience, address
from gateway.transports.tls import TlsFiles

__all__ = ["Mqtt5Client", "MqttError", "MqttStatus", "backoff", "probe"]


def backoff(attempt: int, shortest: float, longest: float, jitter: float) -> float:
    """Seconds to wait before the attempt after `attempt` failures in a row.

    It doubles each time; `jitter` in [0, 1) takes up to half of it away, so that a city's gateways do not all come
    back to a restarted broker in the same moment.
    """
    return min(longest, shortest * 2.0 ** min(attempt, 30)) * (1 - jitter / 2)


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
        self._unreleased: set[int] = set()
        self._stop_within, self._files_every = stop_within, files_every
        self._up_since: float | None = None
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
                await self._flush(committing, self._stop_timeout())
                committing.cancel()
                if self._batcher.busy:
                    words = "stopped with messages that are not journalled: the broker sends those above QoS 0 again"
                    self._log.error(words, messages=self.status.pending)

    async def _stay_connected(self, committing: asyncio.Task[None]) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            self._up_since = None
            await self._batcher.room()
            patience = await self._connection(committing)
            if self._up_since is not None and loop.time() - self._up_since > self._settings.backoff_max:
                failures = 0
            if patience is Patience.NONE:
                continue
            longest = self._settings.backoff_max
            shortest = longest if patience is Patience.LONG else self._settings.backoff_min
            await asyncio.sleep(backoff(failures, shortest, longest, random.random()))  # noqa: S311 - jitter, no secret
            failures += 1

    def _failed(self, error: MqttError) -> None:
        """Log a change of state once: an outage of hours is one line for each different cause."""
        words = str(error)
        if words != self.status.last_error:
            log = self._log.info if error.patience is Patience.NONE else self._log.warning
            log("not connected", reason=words, next_attempt=error.patience.value)
        self.status.last_error = words

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
            self._failed(error)
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
        await self._flush(committing, within)
        await protocol.disconnect()

    def _protocol(self) -> MqttProtocol:
        return MqttProtocol(
            self._name, self._settings, self._batcher, self._unreleased, self.status, self._clock, self._log
        )

    def _accepted(self, connack: ConnAckPacket) -> None:
        status, expiry = self.status, self._settings.session_expiry
        self._up_since = asyncio.get_running_loop().time()
        status.connects += 1
        status.reconnects = status.connects - 1
        if status.reconnects and expiry and not connack.session_present:
            status.sessions_lost += 1
            self._log.warning("the broker has forgotten the session: messages in between may be missing")
        granted = connack.session_expiry_interval
        if granted is not None and granted < expiry and not status.reconnects:
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

    async def _flush(self, committing: asyncio.Task[None], within: float) -> None:
        """Wait until everything received is journalled and acknowledged, but not for ever."""
        flushing = asyncio.ensure_future(self._batcher.flush())
        await asyncio.wait((flushing, committing), timeout=within, return_when=asyncio.FIRST_COMPLETED)
        flushing.cancel()

    def _stop_timeout(self) -> float:
        """What is left of `stop_within` since the stop began."""
        now = asyncio.get_running_loop().time()
        self._stop_by = self._stop_by or now + self._stop_within
        return max(0.0, self._stop_by - now)
