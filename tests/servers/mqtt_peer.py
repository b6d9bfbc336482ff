"""A small MQTT 5 client for tests: publishes as a network server does, at any QoS, and can subscribe."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterable
from typing import Any, Self

from mqtt5 import (
    ConnAckPacket,
    ConnectPacket,
    DisconnectPacket,
    Packet,
    PubAckPacket,
    PubCompPacket,
    PublishPacket,
    PubRecPacket,
    PubRelPacket,
    QoS,
    SubAckPacket,
    SubscribePacket,
    TopicFilter,
    read,
)

_names = itertools.count()


async def read_packet(reader: asyncio.StreamReader) -> Packet:
    """The next packet; IncompleteReadError at the end."""
    data = await reader.readexactly(2)
    while data[-1] & 0x80:
        data += await reader.readexactly(1)
    length = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(data[1:]))
    data += await reader.readexactly(length)
    return read(memoryview(data))[0]


class Peer:
    """`async with Peer(port) as peer: await peer.publish("a/b", b"21.5", qos=1)`."""

    def __init__(self, port: int, *, client_id: str = "", ssl: Any = None, **connect: Any) -> None:
        self._port, self._ssl = port, ssl
        connect = {"clean_start": True, "keep_alive": 3600} | connect  # no keep-alive is refused by rumqttd
        self._connect = ConnectPacket(client_id or f"peer-{next(_names)}", **connect)
        self._ids = itertools.cycle(range(1, 65536))
        self._answers: dict[int, asyncio.Future[Packet]] = {}
        self.messages: list[PublishPacket] = []

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._ssl)
        self._writer.write(self._connect.write())
        self.connack = await read_packet(self._reader)
        assert isinstance(self.connack, ConnAckPacket), self.connack
        self._window = asyncio.Semaphore(self.connack.receive_max)
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._writer.is_closing():
            self._writer.write(DisconnectPacket().write())
        self._writer.close()
        with contextlib.suppress(OSError):  # the broker was killed
            await self._writer.wait_closed()
        await self._task

    async def publish(self, topic: str, body: bytes, *, qos: int = 1, **options: Any) -> None:
        """Publish and wait until the broker has it (QoS 1 and 2)."""
        if qos == 0:
            self._writer.write(PublishPacket(topic, body, **options).write())
            await self._writer.drain()
            return
        async with self._window:
            packet_id = next(self._ids)
            await self._ask(packet_id, PublishPacket(topic, body, qos=QoS(qos), packet_id=packet_id, **options).write())

    async def publish_all(self, messages: Iterable[tuple[str, bytes]], *, qos: int = 1) -> None:
        """Publish many, as many at once as the broker allows."""
        if qos == 0:
            for topic, body in messages:
                await self.publish(topic, body, qos=0)
            return
        await asyncio.gather(*(self.publish(topic, body, qos=qos) for topic, body in messages))

    async def subscribe(self, pattern: str, **options: Any) -> SubAckPacket:
        """Subscribe; what comes is in `messages` (and acknowledged)."""
        packet_id = next(self._ids)
        answer = await self._ask(packet_id, SubscribePacket(packet_id, [TopicFilter(pattern, **options)]).write())
        assert isinstance(answer, SubAckPacket)
        return answer

    async def _ask(self, packet_id: int, packet: bytes) -> Packet:
        self._answers[packet_id] = answer = asyncio.get_running_loop().create_future()
        self._writer.write(packet)
        await self._writer.drain()
        return await answer

    async def _listen(self) -> None:
        try:
            while True:
                match await read_packet(self._reader):
                    case PubAckPacket() | PubCompPacket() | SubAckPacket() as packet:
                        self._answers.pop(packet.packet_id).set_result(packet)
                    case PubRecPacket() as packet:
                        self._writer.write(PubRelPacket(packet.packet_id).write())
                    case PublishPacket() as packet:
                        self.messages.append(packet)
                        if packet.packet_id:
                            self._writer.write(PubAckPacket(packet.packet_id).write())
        except (OSError, asyncio.IncompleteReadError) as error:
            for answer in self._answers.values():
                answer.set_exception(ConnectionError(f"the broker is gone: {error}"))
                answer.exception()
