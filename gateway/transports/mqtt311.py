"""A source that is an MQTT 3.1.1 broker, such as The Things Stack: stays connected and subscribed.

    run ─┬─ commit: received messages → journal → acknowledgements      (mqtt_batch.py)
         ├─ connect → subscribe → wait for the end                      (mqtt311_connect.py, paho.py)
         └─ gap fill, where a storage integration is configured          (tts_storage.py)

At QoS 0 the session is clean: what is published while the connection is down is lost at the broker, and only a gap
fill brings it back. At QoS 1 with a `client_id` the session persists: the broker keeps what is not acknowledged, and
nothing is acknowledged before the journal has it on disk.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex

import structlog
from structlog.typing import FilteringBoundLogger

from gateway.config import Mqtt311Source
from gateway.model import Journal
from gateway.transports.mqtt311_connect import Make, opened, storage_authority, subscribe
from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_words import MqttError, Patience
from gateway.transports.paho import PahoConnection, heed_cancellation
from gateway.transports.reconnect import Attempts
from gateway.transports.tls import TlsFiles
from gateway.transports.tts_api import StorageApi
from gateway.transports.tts_seen import LiveJournal, Mark, Seen
from gateway.transports.tts_storage import GapFill, GapStatus


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
            api = StorageApi(settings.storage, storage_authority(settings))
            self._gap = GapFill(name, settings.storage, api, journal, seen, mark, clock, self._log, settle=settle)
            journal = LiveJournal(journal, seen, mark)
        self.gap: GapStatus | None = self._gap.status if self._gap else None
        self._batcher = Batcher(journal, self.status, self._log)
        self._attempts = Attempts(settings, self.status, self._log)

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
                await self._batcher.flush_within(self._stop_within, owned[0])
                for task in owned:
                    task.cancel()
                if self._batcher.busy:
                    self._log.error("stopped with messages that are not journalled", messages=self.status.pending)

    async def _stay_connected(self, committing: asyncio.Task[None]) -> None:
        while True:
            patience = await self._connection(committing)
            heed_cancellation()
            await self._attempts.wait(patience)

    async def _connection(self, committing: asyncio.Task[None]) -> Patience:
        """One connection from CONNECT to its end; how soon the next one makes sense."""
        persistent = bool(self._settings.qos and self._settings.client_id)
        try:
            async with opened(self._settings, self._tls, self._make(persistent=persistent)) as connection:
                self._attempts.accepted(session_present=connection.session_present, lasting=persistent)
                try:
                    await self._subscribed(connection)
                except asyncio.CancelledError:
                    connection.hold()
                    await self._batcher.flush_within(self._stop_within, committing)
                    raise
        except MqttError as error:
            self._attempts.failed(error)
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
        for topic, granted in (await subscribe(connection, topics, self._settings.qos)).items():
            if granted is not None:
                status.refused.pop(topic, None)
                continue
            missing.append(topic)
            status.subscribe_failures += 1
            if topic not in status.refused:
                self._log.error("topic filter refused", topic_filter=topic)
            status.refused[topic] = "refused by the broker"
        return missing
