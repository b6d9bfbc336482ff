"""A connection over a transport that only notes what is written."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from mqtt5 import (
    ConnAckPacket,
    PublishPacket,
    QoS,
    read,
)

from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_protocol import MqttProtocol
from gateway.transports.mqtt_words import MqttError
from tests.unit.transports.mqtt_doubles import MemoryJournal, mqtt_settings

NOW = 1_700_000_000_000_000_000


class FakeTransport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.reading = True
        self.closing = False
        self.protocol: Any = None

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        if not self.closing:
            self.closing = True
            self.protocol.connection_lost(None)

    @property
    def packets(self) -> list[Any]:
        data, found = b"".join(self.writes), []
        while data:
            packet, size = read(memoryview(data))
            found.append(packet)
            data = data[size:]
        return found


class Bench:
    """A protocol with its batcher, journal and transport."""

    def __init__(self, **settings: Any) -> None:
        self.journal = MemoryJournal()
        self.status = MqttStatus("broker")
        self.log = structlog.get_logger()
        self.batcher = Batcher(self.journal, self.status, self.log)
        self.unreleased: set[int] = set()
        self.settings = mqtt_settings(**settings)
        self.connect()

    def connect(self, *, session_present: bool = False) -> None:
        """A new connection, accepted by the broker."""
        self.transport = FakeTransport()
        self.protocol = MqttProtocol(
            "broker", self.settings, self.batcher, self.unreleased, self.status, lambda: NOW, self.log
        )
        self.transport.protocol = self.protocol
        self.protocol.connection_made(self.transport)
        self.feed(ConnAckPacket(session_present=session_present))

    def feed(self, *packets: Any) -> None:
        self.protocol.data_received(b"".join(p if isinstance(p, bytes) else p.write() for p in packets))

    async def commit(self) -> None:
        """Let everything gathered be appended and acknowledged."""
        task = asyncio.create_task(self.batcher.run())
        await self.batcher.flush()
        task.cancel()
        await asyncio.wait((task,))

    @property
    def end(self) -> MqttError:
        assert self.protocol.ended.done()
        return self.protocol.ended.result()


def message(body: bytes, packet_id: int | None = None, qos: int = 1, **options: Any) -> PublishPacket:
    qos = qos if packet_id else 0
    return PublishPacket("sensors/a", body, qos=QoS(qos), packet_id=packet_id if qos else None, **options)


def shown(packets: list[Any]) -> list[tuple[str, int]]:
    return [(type(packet).__name__, getattr(packet, "packet_id", 0)) for packet in packets]
