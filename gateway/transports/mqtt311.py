"""A source that is an MQTT 3.1.1 broker, such as The Things Stack: stays connected and subscribed.

    run ─┬─ commit: received messages → journal → acknowledgements      (mqtt_batch.py)
         ├─ connect → subscribe → wait for the end                      (paho.py)
         └─ gap fill, where a storage integration is configured          (tts_storage.py)

At QoS 0 the session is clean: what is published while the connection is down is lost at the broker, and only a gap
fill brings it back. At QoS 1 with a `client_id` the session persists: the broker keeps what is not acknowledged, and
nothing is acknowledged before the journal has it on disk.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import structlog
from structlog.typing import FilteringBoundLogger

from gateway.config import ConfigError, Mqtt311Source
from gateway.model import Journal, Received
from gateway.transports.mqtt import backoff
from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_words import MqttError, Patience
from gateway.transports.paho import PahoConnection, heed_cancellation
from gateway.transports.tls import TlsFiles, client_context
from gateway.transports.tts_api import StorageApi, StorageError
from gateway.transports.tts_seen import LiveJournal, Mark, Seen
from gateway.transports.tts_storage import GapFill, GapStatus

__all__ = ["GapStatus", "Mqtt311Client", "MqttError", "MqttStatus", "probe"]

FILTERS_AT_ONCE = 8

Make = Callable[[ssl.SSLContext | None], PahoConnection]
"""Makes a connection, over TLS or not."""


class Mqtt311Client:
    """One broker as a source of messages.

    Attributes:
        status: what the connection is doing, for metrics and readiness.
        gap: what the gap fill is doing; None where no storage is configured.
    """

    def __init__(
        self,
        name: str,
        settings: Mqtt311Source,
        journal: Journal,
        clock: Callable[[], int] = time.time_ns,
        log: FilteringBoundLogger | None = None,
        *,
        state: Path | None = None,
        stop_within: float = 10.0,
        settle: float = 60.0,
    ) -> None:
        """Prepare; nothing is connected before `run`.

        Args:
            name: of the source, as in the configuration.
            settings: of the source.
            journal: takes the messages.
            clock: receive time, ns since the epoch.
            log: the source's name is bound to it.
            state: file that remembers up to when nothing is missing; None: a restart is no gap that could be filled.
            stop_within: seconds that a graceful stop may wait for the journal.
            settle: see `GapFill`.

        Raises:
            ConfigError: the settings of the storage cannot work.
        """
        self.status = MqttStatus(name)
        self._name, self._settings, self._clock = name, settings, clock
        self._log = (log or structlog.get_logger()).bind(source=name)
        self._tls = TlsFiles(settings.tls) if settings.tls else None
        self._stop_within = stop_within
        self._client_id = settings.client_id or f"quartier-gateway-{token_hex(6)}"
        self._gap: GapFill | None = None
        if settings.storage is not None:
            seen, mark = Seen(), Mark(state, self._log)
            api = StorageApi(settings.storage, _private_authority(settings))
            self._gap = GapFill(name, settings.storage, api, journal, seen, mark, clock, self._log, settle=settle)
            journal = LiveJournal(journal, seen, mark)
        self.gap: GapStatus | None = self._gap.status if self._gap else None
        self._batcher = Batcher(journal, self.status, self._log)
        self._up_since: float | None = None

    async def run(self) -> None:
        """Stay connected until cancelled, which stops gracefully: what was received is journalled and acknowledged.

        Raises:
            ExceptionGroup: the journal failed with something else than JournalUnavailableError.
        """
        async with asyncio.TaskGroup() as tasks:
            owned = [tasks.create_task(self._batcher.run(), name=f"{self._name}: commit")]
            if self._gap:
                owned.append(tasks.create_task(self._gap.run(), name=f"{self._name}: gap fill"))
            try:
                await self._stay_connected(owned[0])
            finally:
                await self._flush(owned[0])
                for task in owned:
                    task.cancel()
                if self._batcher.busy:
                    self._log.error("stopped with messages that are not journalled", messages=self.status.pending)

    async def _stay_connected(self, committing: asyncio.Task[None]) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            self._up_since = None
            patience = await self._connection(committing)
            heed_cancellation()
            if self._up_since is not None and loop.time() - self._up_since > self._settings.backoff_max:
                failures = 0
            longest = self._settings.backoff_max
            shortest = longest if patience is Patience.LONG else self._settings.backoff_min
            await asyncio.sleep(backoff(failures, shortest, longest, random.random()))  # noqa: S311 - jitter, no secret
            failures += 1

    async def _connection(self, committing: asyncio.Task[None]) -> Patience:
        """One connection from CONNECT to its end; how soon the next one makes sense."""
        persistent = bool(self._settings.qos and self._settings.client_id)
        try:
            async with opened(self._settings, self._tls, self._make(persistent=persistent)) as connection:
                self._accepted(connection, persistent=persistent)
                try:
                    await self._subscribed(connection)
                except asyncio.CancelledError:
                    connection.hold()
                    await self._flush(committing)
                    raise
        except MqttError as error:
            if str(error) != self.status.last_error:
                self._log.warning("not connected", reason=str(error), next_attempt=error.patience.value)
            self.status.last_error = str(error)
            return error.patience
        finally:
            self.status.connected = False
            if self._gap:
                self._gap.lost()
        raise AssertionError("a connection ends with an error or by cancellation")

    def _make(self, *, persistent: bool) -> Make:
        def make(context: ssl.SSLContext | None) -> PahoConnection:
            return PahoConnection(
                self._name,
                self._settings,
                context,
                self._batcher,
                self.status,
                self._clock,
                client_id=self._client_id,
                clean_session=not persistent,
                flow=self._flow,
            )

        return make

    def _flow(self, paused: bool) -> None:
        """While nothing is read, the broker may drop what it cannot send."""
        if self._gap and paused:
            self._gap.lost()
        elif self._gap and self.status.connected:
            self._gap.back()

    def _accepted(self, connection: PahoConnection, *, persistent: bool) -> None:
        status = self.status
        self._up_since = asyncio.get_running_loop().time()
        status.connects += 1
        status.reconnects = status.connects - 1
        if status.reconnects and persistent and not connection.session_present:
            status.sessions_lost += 1
            self._log.warning("the broker has forgotten the session: messages in between may be missing")

    async def _subscribed(self, connection: PahoConnection) -> None:
        """Subscribe, and again to what was refused, until the connection ends; raises MqttError."""
        missing = list(self._settings.topics)
        ended = asyncio.ensure_future(connection.ended())
        try:
            while True:
                missing = await self._subscribe(connection, missing)
                if len(missing) == len(self._settings.topics):
                    words = "; ".join(f"{topic}: {why}" for topic, why in self.status.refused.items())
                    raise MqttError(f"every topic filter is refused: {words}", Patience.LONG)
                if not self.status.connected:
                    self.status.connected, self.status.last_error = True, ""
                    self._log.info("connected", broker=f"{self._settings.host}:{self._settings.port}")
                    if self._gap:
                        self._gap.back()
                wait = self._settings.backoff_max if missing else None
                done, _ = await asyncio.wait((ended,), timeout=wait)
                if done:
                    raise ended.result()
        finally:
            ended.cancel()

    async def _subscribe(self, connection: PahoConnection, topics: Sequence[str]) -> list[str]:
        """Subscribe to some topic filters; those that are refused."""
        status, missing = self.status, []
        for at in range(0, len(topics), FILTERS_AT_ONCE):
            some = list(topics[at : at + FILTERS_AT_ONCE])
            for topic, granted in (await connection.granted(some, self._settings.qos)).items():
                if granted is not None:
                    status.refused.pop(topic, None)
                    continue
                missing.append(topic)
                status.subscribe_failures += 1
                if topic not in status.refused:
                    self._log.error("topic filter refused", topic_filter=topic)
                status.refused[topic] = "refused by the broker"
        return missing

    async def _flush(self, committing: asyncio.Task[None]) -> None:
        """Wait until everything received is journalled and acknowledged, but not for ever."""
        flushing = asyncio.ensure_future(self._batcher.flush())
        await asyncio.wait((flushing, committing), timeout=self._stop_within, return_when=asyncio.FIRST_COMPLETED)
        flushing.cancel()


@asynccontextmanager
async def opened(settings: Mqtt311Source, tls: TlsFiles | None, make: Make) -> AsyncIterator[PahoConnection]:
    """A connection that the broker has accepted; left at the end of the block.

    Raises:
        MqttError: no connection, or the broker refuses it; the words say why.
    """
    try:
        connection = make(await asyncio.to_thread(tls.context) if tls else None)
    except ConfigError as error:
        raise MqttError(f"cannot connect to broker {settings.host}:{settings.port}: {error}") from error
    try:
        await connection.open()
        yield connection
    finally:
        await connection.leave()


class _NoJournal:
    async def append(self, messages: Sequence[Received]) -> int:
        """A trial keeps nothing."""
        return len(messages) - 1


async def probe(settings: Mqtt311Source) -> str:
    """Try what the source will do, beside a running gateway: connect, subscribe, ask the storage, then leave.

    It connects under a client id of its own and without a session, at QoS 0.

    Returns:
        What was found, in words.

    Raises:
        MqttError: the broker cannot be reached, refuses the connection or a topic filter, or the storage refuses.
        ConfigError: the configuration cannot work.
    """
    status = MqttStatus("check")
    batcher = Batcher(_NoJournal(), status, structlog.get_logger().bind(source="check"))
    tls = TlsFiles(settings.tls) if settings.tls else None
    refused = []

    def make(context: ssl.SSLContext | None) -> PahoConnection:
        name = f"quartier-gateway-check-{token_hex(4)}"
        return PahoConnection(
            "check", settings, context, batcher, status, time.time_ns, client_id=name, clean_session=True
        )

    async with opened(settings, tls, make) as connection:
        for at in range(0, len(settings.topics), FILTERS_AT_ONCE):
            answers = await connection.granted(list(settings.topics[at : at + FILTERS_AT_ONCE]), 0)
            refused += [topic for topic, granted in answers.items() if granted is None]
    where = f"{settings.host}:{settings.port}"
    if refused:
        raise MqttError(f"broker {where} refuses topic filters: {', '.join(refused)}", Patience.LONG)
    notes = [f"{len(settings.topics)} topic filters granted", "TLS" if tls else "no TLS"]
    if settings.storage is not None:
        try:
            async with StorageApi(settings.storage, _private_authority(settings)) as api:
                async for _ in api.lines(time.time_ns(), 1):
                    pass
        except StorageError as error:
            raise MqttError(str(error), error.patience) from error
        notes.append("storage answers")
    return f"MQTT 3.1.1 broker {where}: {', '.join(notes)}"


def _private_authority(settings: Mqtt311Source) -> ssl.SSLContext | None:
    """The storage stands beside the broker: a private authority holds for both."""
    return client_context(settings.tls) if settings.tls and settings.tls.ca else None
