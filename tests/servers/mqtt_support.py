"""Sources and messages for the tests of MQTT 5 with a real broker."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.model import JournalUnavailableError
from gateway.transports.mqtt import Mqtt5Client
from tests.servers.mosquitto import Mosquitto
from tests.unit.transports.mqtt_doubles import MemoryJournal, mqtt_settings


def client(broker: Mosquitto, journal: MemoryJournal, **settings: Any) -> Mqtt5Client:
    return Mqtt5Client("broker", mqtt_settings(broker.port, **settings), journal, stop_within=3, files_every=0.02)


def crash(task: asyncio.Task[None], source: Mqtt5Client) -> None:
    """End as SIGKILL does: no flush, no acknowledgement, no DISCONNECT."""
    source._batcher._connection._transport.abort()
    source._stop_within = 0
    task.cancel()


def full_journal() -> MemoryJournal:
    """A journal that takes nothing until `unavailable` is None."""
    journal = MemoryJournal()
    journal.unavailable = JournalUnavailableError("disk full", retry_after=0.01)
    return journal


def numbered(count: int, first: int = 0) -> list[tuple[str, bytes]]:
    return [(f"sensors/{n % 7}", b"%d" % n) for n in range(first, first + count)]


def bodies(messages: list[tuple[str, bytes]]) -> list[bytes]:
    return [body for _, body in messages]
