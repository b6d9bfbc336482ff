"""What has been received and is not yet durable: gathered, appended to the journal, then acknowledged.

Natural batching: the next append starts when the previous one has ended and something waits; while it runs, the
next batch gathers. No timer delays it. Messages outlive their connection (what came at QoS 0 comes only once);
acknowledgements do not: a packet id means something else on the next connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from gateway.model import Journal, JournalUnavailableError, Received

HIGH_WATER_BYTES = 16 << 20
HIGH_WATER_MESSAGES = 20_000
"""Above these, nothing more is read until the journal has caught up. One read (256 kB) and one packet may come on
top. They bind at QoS 0; at QoS 1 and 2 the receive maximum mostly binds before."""

WORTHWHILE_READ = 32 << 10
"""While an append runs, reads smaller than this stop until it ends: the socket gathers the bytes for nothing, where
each wake-up of the event loop costs as much as some messages. Nothing comes later by it, since what comes during an
append waits for its end in any case. Large reads go on, to be parsed while the disk is busy."""


@dataclass(slots=True)
class MqttStatus:
    """What a source is doing, for metrics and readiness. Counts since the start of the process; times in ns.

    Attributes:
        connected: the broker has accepted the connection and answered the subscription.
        connects, reconnects: connections accepted; those of them after the first.
        received, bytes: messages taken in; bytes on the wire (without TLS).
        journalled, acked: messages made durable; acknowledgements sent (PUBACK, PUBREC).
        pending: messages received and not yet durable.
        last_message_at: receive time of the last message, 0 when there was none.
        refused: topic filters that the broker refuses now, with its reason.
        subscribe_failures: refusals of a topic filter, each attempt counted.
        sessions_lost: times the broker had forgotten a session that should have lasted: messages may be missing.
        silences: times a connection was given up because nothing came for `silent_after`.
        oversized: messages above `max_packet_size`; dropped.
        malformed: connections ended because the broker sent what is no MQTT 5.
        paused: reading has stopped because the journal does not keep up.
        journal_error: why the journal takes nothing at the moment, "" when it does.
        last_error: why the last connection ended or could not be made, "" while connected.
    """

    name: str
    connected: bool = False
    connects: int = 0
    reconnects: int = 0
    received: int = 0
    bytes: int = 0
    journalled: int = 0
    acked: int = 0
    pending: int = 0
    last_message_at: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    subscribe_failures: int = 0
    sessions_lost: int = 0
    silences: int = 0
    oversized: int = 0
    malformed: int = 0
    paused: bool = False
    journal_error: str = ""
    last_error: str = ""


class Connection(Protocol):
    """What the batcher needs of the connection that messages come from."""

    def acknowledge(self, acks: list[int]) -> None:
        """Send acknowledgements: each the four bytes of its packet as a number."""

    def pause(self) -> None:
        """Stop reading."""

    def resume(self) -> None:
        """Read again."""


class Batcher:
    """Between the connections of one source and the journal.

    Attributes:
        messages: gathered for the next append.
        acks: to be sent after it, in the order the messages came; may refer to messages of earlier appends.
    """

    def __init__(self, journal: Journal, status: MqttStatus, log: FilteringBoundLogger) -> None:
        self.messages: list[Received] = []
        self.acks: list[int] = []
        self._journal, self._status, self._log = journal, status, log
        self._connection: Connection | None = None
        self._gathered_bytes = 0
        self._appending = 0
        self._appending_bytes = 0
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def busy(self) -> bool:
        """Something has been received that is not yet durable and acknowledged."""
        return not self._idle.is_set()

    def attach(self, connection: Connection) -> None:
        """From now on messages come from this connection."""
        self._connection = connection

    def detach(self, connection: Connection) -> None:
        """The connection is gone: what it sent is kept, but can no longer be acknowledged."""
        if self._connection is connection:
            self._connection = None
            self.acks = []

    def gathered(self, size: int) -> None:
        """`messages` or `acks` have grown by what stood in `size` bytes."""
        self._gathered_bytes += size
        self._idle.clear()
        self._wake.set()
        self._status.pending = self._appending + len(self.messages)
        waiting = self._appending_bytes + self._gathered_bytes
        if waiting > HIGH_WATER_BYTES or self._status.pending > HIGH_WATER_MESSAGES:
            self._status.paused = True
            self._room.clear()
        elif not self._appending or size > WORTHWHILE_READ or self._status.journal_error:
            return
        if self._connection is not None:
            self._connection.pause()

    async def room(self) -> None:
        """Return when less than the high-water mark is waiting: a new connection brings the same messages again."""
        await self._room.wait()

    async def flush(self) -> None:
        """Return when everything received so far is durable and acknowledged."""
        await self._idle.wait()

    async def flush_within(self, seconds: float, committing: asyncio.Task[None]) -> None:
        """The same, but return when `seconds` have passed or `committing`, the task of `run`, has ended."""
        flushing = asyncio.ensure_future(self.flush())
        await asyncio.wait((flushing, committing), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        flushing.cancel()

    async def run(self) -> None:
        """Append batch after batch, for ever.

        Raises:
            Exception: whatever the journal raises but JournalUnavailableError; nothing of that batch is acknowledged.
        """
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self.messages or self.acks:
                await self._commit()
            self._idle.set()

    async def _commit(self) -> None:
        messages, acks, connection = self.messages, self.acks, self._connection
        self.messages, self.acks = [], []
        self._appending, self._appending_bytes, self._gathered_bytes = len(messages), self._gathered_bytes, 0
        if messages:
            await self._append(messages)
        self._status.journalled += len(messages)
        self._status.pending = len(self.messages)
        self._appending = self._appending_bytes = 0
        self._status.paused = False
        self._room.set()
        if self._connection is None:
            return
        if acks and self._connection is connection:
            connection.acknowledge(acks)
            self._status.acked += len(acks)
        self._connection.resume()

    async def _append(self, messages: list[Received]) -> None:
        """Append; as long as the journal takes nothing, offer the same batch again."""
        while True:
            try:
                await self._journal.append(messages)
            except JournalUnavailableError as error:
                if not self._status.journal_error:
                    self._log.warning("journal takes nothing, nothing is acknowledged", error=str(error))
                self._status.journal_error = str(error)
                if self._connection is not None and not self._status.paused:
                    self._connection.resume()  # as far as memory allows: an answer to a ping must be heard
                await asyncio.sleep(error.retry_after)
            else:
                break
        if self._status.journal_error:
            self._status.journal_error = ""
            self._log.info("journal takes messages again")


class NoJournal:
    """For a trial, which keeps nothing."""

    async def append(self, messages: Sequence[Received]) -> int:
        """Take them, and forget them."""
        return len(messages) - 1
