"""What tests of the MQTT source use instead of a journal and, where no real broker can be made to do it, a broker."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Self, TypeVar

import pytest
import uvloop
from mqtt5 import (
    ConnAckPacket,
    ConnectPacket,
    Packet,
    PublishPacket,
    QoS,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
)

from gateway.config import Mqtt5Source
from gateway.model import JournalUnavailableError, Received
from gateway.transports.mqtt import Mqtt5Client
from tests.servers.mqtt_peer import read_packet

P = TypeVar("P")


def on_both_loops(test: Callable[..., Any]) -> Callable[..., None]:
    """Run an async test on uvloop (production) and on asyncio's own loop (where uvloop cannot be had)."""

    @functools.wraps(test)
    def run_it(*args: Any, run: Callable[[Any], None], **fixtures: Any) -> None:
        run(test(*args, **fixtures))

    own = inspect.signature(test)
    run = inspect.Parameter("run", inspect.Parameter.KEYWORD_ONLY)
    run_it.__signature__ = own.replace(parameters=[*own.parameters.values(), run])  # type: ignore[attr-defined] # pytest asks for it
    return pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])(run_it)


async def until(condition: Callable[[], Any], what: str = "", within: float = 15.0) -> None:
    """Return as soon as the condition holds."""
    try:
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110 - conditions of any kind, not all tell when they change
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"did not come true within {within} s: {what or condition}") from None


def mqtt_settings(port: int = 1883, **changes: Any) -> Mqtt5Source:
    """A source on this machine with short waits."""
    values = {
        "type": "mqtt5",
        "format": "plain",
        "host": "127.0.0.1",
        "port": port,
        "topics": ("sensors/#",),
        "client_id": "gateway-test",
        "backoff_min": 0.01,
        "backoff_max": 0.05,
    }
    return Mqtt5Source.model_validate(values | changes)


class MemoryJournal:
    """Keeps what is appended. `gate` closed: appends wait. `unavailable`: appends are refused.

    Attributes:
        batches: what was appended, append by append.
        waiting: the batch of the append that stands before the closed gate.
    """

    def __init__(self) -> None:
        self.batches: list[list[Received]] = []
        self.waiting: list[Received] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.unavailable: JournalUnavailableError | None = None
        self.refusals = 0
        self.fault: Exception | None = None

    @property
    def messages(self) -> list[Received]:
        return [message for batch in self.batches for message in batch]

    @property
    def bodies(self) -> list[bytes]:
        return [message.body for message in self.messages]

    async def append(self, messages: Sequence[Received]) -> int:
        if self.fault:
            raise self.fault
        if self.unavailable:
            self.refusals += 1
            raise self.unavailable
        self.waiting = list(messages)
        await self.gate.wait()
        self.waiting = []
        if self.unavailable:
            self.refusals += 1
            raise self.unavailable
        self.batches.append(list(messages))
        return len(self.messages) - 1


@contextlib.asynccontextmanager
async def running(client: Mqtt5Client) -> AsyncIterator[asyncio.Task[None]]:
    """The client's task; stopped gracefully at the end of the block."""
    task = asyncio.create_task(client.run())
    try:
        yield task
    finally:
        await stop(task)


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel, and wait for the end."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Link:
    """The broker's end of one connection: the test says what the broker does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer
        self.connect: ConnectPacket | None = None

    async def packet(self) -> Packet:
        return await asyncio.wait_for(read_packet(self._reader), 15)

    async def expect(self, kind: type[P]) -> P:
        """The next packet of this kind; pings in between are passed over."""
        while True:
            packet = await self.packet()
            if isinstance(packet, kind):
                return packet
            assert type(packet).__name__ == "PingReqPacket", f"expected {kind.__name__}, got {packet}"

    def send(self, *packets: Any) -> None:
        """Send packets or raw bytes."""
        self.writer.write(b"".join(p if isinstance(p, bytes) else p.write() for p in packets))

    def publish(self, body: bytes, packet_id: int | None = None, *, qos: int = 1, **options: Any) -> None:
        level = QoS(qos if packet_id else 0)
        self.send(PublishPacket("sensors/a", body, qos=level, packet_id=packet_id, **options))

    async def grant_all(self) -> None:
        """Grant the subscription that is asked for next."""
        subscribe = await self.expect(SubscribePacket)
        self.send(SubAckPacket(subscribe.packet_id, [SubAckReasonCode(1)] * len(subscribe.topic_filters)))

    async def ended(self) -> None:
        """Until the client has closed."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await self.packet()

    def close(self) -> None:
        self.writer.close()


class ScriptedBroker:
    """A listener whose connections are handed to the test one by one."""

    async def __aenter__(self) -> Self:
        self._links: asyncio.Queue[Link] = asyncio.Queue()
        self._all: list[Link] = []
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for link in self._all:
            link.close()
            with contextlib.suppress(ConnectionError):
                await link.writer.wait_closed()
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(reader, writer)
        self._all.append(link)
        self._links.put_nowait(link)

    async def link(self) -> Link:
        """The next connection, its CONNECT read and not yet answered."""
        link = await asyncio.wait_for(self._links.get(), 15)
        link.connect = await link.expect(ConnectPacket)
        return link

    async def accepted(self, *, session_present: bool = False, **connack: Any) -> tuple[Link, SubscribePacket]:
        """The next connection, accepted and with its subscription granted."""
        link = await self.link()
        link.send(ConnAckPacket(session_present=session_present, **connack))
        subscribe = await link.expect(SubscribePacket)
        granted = [SubAckReasonCode(int(topic.max_qos)) for topic in subscribe.topic_filters]
        link.send(SubAckPacket(subscribe.packet_id, granted))
        return link, subscribe


def scripted_client(broker: ScriptedBroker, journal: MemoryJournal | None = None, **settings: Any) -> Mqtt5Client:
    return Mqtt5Client("broker", mqtt_settings(broker.port, **settings), journal or MemoryJournal(), stop_within=2)
