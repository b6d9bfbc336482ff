"""The MQTT 3.1.1 connection against a broker that does what no real one can be made to do."""

from __future__ import annotations

import asyncio
import contextlib

import aiomqtt
import pytest

from gateway.config import Mqtt311Source
from gateway.transports.mqtt311 import Mqtt311Client
from gateway.transports.mqtt_words import Patience
from gateway.transports.paho import PahoConnection
from gateway.transports.paho_reading import MAX_PACKET
from tests.unit.transports.mqtt_doubles import MemoryJournal, running, stop, until

CONNACK = b"\x20\x02\x00\x00"


class Broker:
    """Answers CONNECT with `connack` and SUBSCRIBE with `granted`, then sends `after`.

    Attributes:
        connections: how many there have been.
        acks: packet ids acknowledged.
    """

    def __init__(self, *, connack=CONNACK, granted=b"\x00", after=b""):
        self.connack, self.granted, self.after = connack, granted, after
        self.connections, self.acks = 0, []
        self._serving = {}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()  # Python 3.11 does not wait for the connections
        for writer in self._serving.values():
            writer.close()
        if self._serving:
            await asyncio.wait(list(self._serving))

    async def _serve(self, reader, writer):
        self.connections += 1
        task = asyncio.current_task()
        self._serving[task] = writer
        task.add_done_callback(self._serving.pop)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, length = await reader.readexactly(2)
                body = await reader.readexactly(length)
                if kind >> 4 == 1:
                    writer.write(self.connack)
                    if not self.connack:
                        break
                elif kind >> 4 == 8:
                    writer.write(bytes([0x90, 2 + len(self.granted)]) + body[:2] + self.granted + self.after)
                elif kind >> 4 == 4:
                    self.acks.append(int.from_bytes(body[:2], "big"))
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def source(broker, journal=None, **changes):
    values = {
        "type": "mqtt311", "format": "tts", "host": "127.0.0.1", "port": broker.port, "tls": None,
        "topics": ["a/#"], "backoff_min": 0.01, "backoff_max": 0.05,
    }  # fmt: skip
    return Mqtt311Client("tts", Mqtt311Source.model_validate(values | changes), journal or MemoryJournal())


def publish(topic, body, *, qos=0, mid=1, flags=0):
    rest = len(topic).to_bytes(2, "big") + topic + (mid.to_bytes(2, "big") if qos else b"") + body
    assert len(rest) < 128
    return bytes([0x30 | qos << 1 | flags, len(rest)]) + rest


async def test_flags_are_kept_and_a_topic_that_is_no_utf_8_ends_nothing():
    journal = MemoryJournal()
    sent = publish(b"a/\xff", b"1", qos=1, mid=7, flags=8) + publish(b"a/b", b"2", flags=1)
    async with Broker(after=sent) as broker, running(source(broker, journal)):
        await until(lambda: len(journal.messages) == 2 and broker.acks)
    first, second = journal.messages
    assert (first.topic, first.duplicate, first.retained) == ("a/\ufffd", True, False)
    assert (second.topic, second.duplicate, second.retained) == ("a/b", False, True)
    assert broker.acks == [7]


async def test_a_packet_beyond_all_bounds_ends_the_connection_before_it_is_read():
    length = MAX_PACKET + 1
    head = bytes([0x30, *((length >> 7 * place & 0x7F) | 0x80 for place in range(3)), length >> 21])
    async with Broker(after=head + b"x" * 100) as broker:
        client = source(broker)
        async with running(client):
            await until(lambda: "a packet of more than" in client.status.last_error)
            await until(lambda: broker.connections >= 2)


@pytest.mark.parametrize(
    ("connack", "words"),
    [
        (b"\x20\x02\x00\x05", "not authorised"),
        (b"\x20\x02\x00\x04", "bad user name or password"),
        (b"\x20\x02\x00\x03", "refuses the connection"),
        (b"\x20\x02\x00\x01", "closed the connection"),
        (b"", "does it want TLS"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" * 5, "cannot reach broker"),
        (b"\x00" * 50, "cannot reach broker"),
    ],
)
async def test_an_answer_that_is_no_welcome_is_put_into_words(connack, words):
    async with Broker(connack=connack) as broker:
        client = source(broker)
        async with running(client):
            await until(lambda: words in client.status.last_error)
            await until(lambda: broker.connections >= 2)


async def test_a_topic_filter_that_is_refused_is_asked_for_again_and_the_others_work():
    journal = MemoryJournal()
    async with Broker(granted=b"\x00\x80", after=publish(b"a/b", b"1")) as broker:
        client = source(broker, journal, topics=["a/#", "b/#"])
        async with running(client):
            await until(lambda: client.status.connected and client.status.refused)
            assert list(client.status.refused) == ["b/#"]
            broker.granted = b"\x00"
            await until(lambda: not client.status.refused)
            assert client.status.connects == 1
    assert journal.bodies[0] == b"1"


async def test_when_every_topic_filter_is_refused_it_is_not_connected():
    async with Broker(granted=b"\x80") as broker:
        client = source(broker)
        async with running(client):
            await until(lambda: "every topic filter is refused" in client.status.last_error)
            assert not client.status.connected
            assert await client._connection(asyncio.get_running_loop().create_future()) is Patience.LONG


async def test_a_fault_of_the_journal_ends_the_source_instead_of_being_swallowed():
    journal = MemoryJournal()
    journal.fault = ValueError("a bug")
    async with Broker(after=publish(b"a/b", b"1", qos=1)) as broker:
        with pytest.raises(ExceptionGroup) as caught:
            await source(broker, journal).run()
        assert caught.value.subgroup(ValueError)
    assert not broker.acks


def test_what_is_used_of_the_inside_of_aiomqtt_is_there():
    """These names are private; a new release that lacks one must not reach production unnoticed."""
    for name in ("_on_connect", "_on_disconnect", "_on_socket_open", "_on_socket_close", "_on_message", "_misc_loop"):
        assert callable(getattr(aiomqtt.Client, name))
        assert getattr(PahoConnection, name) is not getattr(aiomqtt.Client, name)


async def test_whenever_it_is_stopped_it_stops():
    """Until Python 3.12 `asyncio.wait_for`, which aiomqtt uses, may swallow a cancellation that meets an answer."""
    async with Broker() as broker:
        for moment in range(150):
            task = asyncio.create_task(source(broker).run())
            for _ in range(moment):
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                await stop(task)


async def test_a_stop_that_meets_the_answer_to_subscribe_is_heard(monkeypatch):
    subscribe = aiomqtt.Client.subscribe

    async def answered_while_cancelled(self, *args, **kwargs):
        codes = await subscribe(self, *args, **kwargs)
        task.cancel()
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            return codes

    monkeypatch.setattr(aiomqtt.Client, "subscribe", answered_while_cancelled)
    async with Broker() as broker:
        task = asyncio.create_task(source(broker).run())
        done, _ = await asyncio.wait((task,), timeout=10)
        monkeypatch.undo()
        await stop(task)
    assert done
