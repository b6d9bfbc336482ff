"""The protocol over a transport that only notes what is written: messages, acknowledgements, QoS 2, flow control."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    DisconnectPacket,
    DisconnectReasonCode,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
    PubCompPacket,
    PublishPacket,
    PubRecPacket,
    PubRelPacket,
    QoS,
    SubAckPacket,
    SubAckReasonCode,
    TopicFilter,
    read,
)

from gateway.model import JournalUnavailableError
from gateway.transports import mqtt_batch
from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_protocol import MqttProtocol
from gateway.transports.mqtt_words import MqttError, Patience
from tests.unit.transports.mqtt_doubles import MemoryJournal, mqtt_settings, until

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


async def test_a_message_keeps_what_the_broker_said_about_it():
    bench = Bench()
    bench.feed(message(b"21.5", 7, retain=True, duplicate=True, content_type="text/plain"), message(b""))
    await bench.commit()
    first, second = bench.journal.messages
    assert (first.source, first.topic, first.body, first.received_at) == ("broker", "sensors/a", b"21.5", NOW)
    assert (first.retained, first.duplicate, first.content_type) == (True, True, "text/plain")
    assert (second.body, second.retained, second.duplicate, second.content_type) == (b"", False, False, "")
    assert (bench.status.received, bench.status.last_message_at, bench.status.acked) == (2, NOW, 1)


async def test_nothing_is_acknowledged_before_the_append_and_then_all_in_one_write():
    bench = Bench()
    bench.journal.gate.clear()
    task = asyncio.create_task(bench.batcher.run())
    bench.feed(message(b"1", 1), message(b"2", 2))
    await until(lambda: bench.journal.waiting)
    bench.feed(message(b"3", 3))
    bench.feed(message(b"4", 4), message(b"5"), message(b"6", 60000))
    assert bench.transport.writes == []
    assert bench.status.pending == 6
    bench.journal.gate.set()
    await bench.batcher.flush()
    assert [[m.body for m in batch] for batch in bench.journal.batches] == [[b"1", b"2"], [b"3", b"4", b"5", b"6"]]
    assert bench.transport.writes == [
        PubAckPacket(1).write() + PubAckPacket(2).write(),
        PubAckPacket(3).write() + PubAckPacket(4).write() + PubAckPacket(60000).write(),
    ]
    assert bench.status.pending == 0
    task.cancel()


@given(st.lists(st.integers(1, 300), min_size=1, max_size=30))
def test_the_journal_gets_the_same_messages_however_the_stream_is_cut(sizes):
    async def check() -> None:
        bench = Bench()
        stream = b"".join(
            p.write()
            for n in range(1, 20)
            for p in (message(b"%d" % n, n, qos=n % 3), PubRelPacket(n) if n % 3 == 2 else PingRespPacket())
        )
        at = 0
        for size in (*sizes, *[sizes[-1]] * len(stream)):
            bench.protocol.data_received(stream[at : at + size])
            at += size
            if at >= len(stream):
                break
        await bench.commit()
        assert bench.journal.bodies == [b"%d" % n for n in range(1, 20)]
        written = shown(bench.transport.packets)
        assert [n for kind, n in written if kind == "PubAckPacket"] == [n for n in range(1, 20) if n % 3 == 1]
        assert [n for kind, n in written if kind == "PubRecPacket"] == [n for n in range(1, 20) if n % 3 == 2]

    asyncio.run(check())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the wire library's panics
@given(st.binary(max_size=300))
def test_garbage_never_raises_out_of_data_received(garbage):
    async def check() -> None:
        bench = Bench()
        bench.feed(message(b"good", 1), garbage)
        bench.feed(message(b"later", 2))
        assert bench.batcher.messages[0].body == b"good"
        bench.transport.abort()

    asyncio.run(check())


async def test_acknowledgements_are_not_sent_over_a_later_connection():
    """A packet id belongs to its session's state; in a new session it would acknowledge another message."""
    bench = Bench()
    bench.journal.gate.clear()
    task = asyncio.create_task(bench.batcher.run())
    bench.feed(message(b"1", 1))
    await until(lambda: bench.journal.waiting)
    bench.feed(message(b"2", 2))
    bench.transport.abort()
    bench.connect()
    bench.feed(message(b"3", 3))
    bench.journal.gate.set()
    await bench.batcher.flush()
    assert bench.journal.bodies == [b"1", b"2", b"3"]
    assert shown(bench.transport.packets) == [("PubAckPacket", 3)]
    task.cancel()


class TestQos2:
    async def test_pubrec_after_the_append_and_pubcomp_for_pubrel(self):
        bench = Bench()
        bench.feed(message(b"1", 5, qos=2))
        assert bench.transport.writes == []
        await bench.commit()
        bench.feed(PubRelPacket(5))
        assert bench.transport.writes == [PubRecPacket(5).write(), PubCompPacket(5).write()]
        assert bench.unreleased == set()

    async def test_sent_again_before_pubrel_it_is_acknowledged_but_not_taken_twice(self):
        bench = Bench()
        bench.feed(message(b"1", 5, qos=2))
        bench.feed(message(b"1", 5, qos=2, duplicate=True))
        await bench.commit()
        bench.feed(message(b"1", 5, qos=2, duplicate=True))
        await bench.commit()
        assert bench.journal.bodies == [b"1"]
        assert shown(bench.transport.packets) == [("PubRecPacket", 5)] * 3

    async def test_the_same_packet_id_after_pubrel_is_a_new_message(self):
        bench = Bench()
        bench.feed(message(b"1", 5, qos=2), PubRelPacket(5), message(b"2", 5, qos=2))
        await bench.commit()
        assert bench.journal.bodies == [b"1", b"2"]

    async def test_it_is_remembered_over_a_reconnect_of_the_same_session(self):
        bench = Bench()
        bench.feed(message(b"1", 5, qos=2))
        bench.transport.abort()
        bench.connect(session_present=True)
        bench.feed(message(b"1", 5, qos=2, duplicate=True))
        await bench.commit()
        assert bench.journal.bodies == [b"1"]
        assert shown(bench.transport.packets) == [("PubRecPacket", 5)]

    async def test_it_is_forgotten_with_the_session_also_when_the_message_comes_with_connack(self):
        bench = Bench()
        bench.feed(message(b"1", 5, qos=2))
        bench.transport.abort()
        bench.connect(session_present=False)
        bench.feed(message(b"other", 5, qos=2))
        await bench.commit()
        assert bench.journal.bodies == [b"1", b"other"]


class TestFlowControl:
    async def test_reading_stops_above_the_high_water_mark_and_goes_on_below(self, monkeypatch):
        monkeypatch.setattr(mqtt_batch, "HIGH_WATER_MESSAGES", 10)
        bench = Bench()
        bench.feed(*[message(b"x")] * 10)
        assert bench.transport.reading
        bench.feed(message(b"x"))
        assert not bench.transport.reading
        assert bench.status.paused
        await bench.commit()
        assert bench.transport.reading
        assert not bench.status.paused

    async def test_bytes_count_as_well_also_those_in_the_append(self, monkeypatch):
        monkeypatch.setattr(mqtt_batch, "HIGH_WATER_BYTES", 3000)
        bench = Bench()
        bench.journal.gate.clear()
        task = asyncio.create_task(bench.batcher.run())
        bench.feed(message(b"x" * 2000))
        await until(lambda: bench.journal.waiting)
        assert not bench.status.paused
        bench.feed(message(b"x" * 2000))
        assert bench.status.paused
        assert not bench.transport.reading
        bench.journal.gate.set()
        await bench.batcher.flush()
        assert bench.transport.reading
        assert not bench.status.paused
        task.cancel()

    async def test_while_an_append_runs_small_reads_are_left_to_the_socket_and_large_ones_go_on(self):
        """A wake-up for each message costs more than the message."""
        bench = Bench()
        bench.journal.gate.clear()
        task = asyncio.create_task(bench.batcher.run())
        bench.feed(message(b"1"))
        await until(lambda: bench.journal.waiting)
        bench.feed(*[message(b"x" * 1000)] * 100)
        assert bench.transport.reading
        bench.feed(message(b"2"))
        assert not bench.transport.reading
        assert not bench.status.paused, "it is no sign of a slow journal"
        bench.journal.gate.set()
        await bench.batcher.flush()
        assert bench.transport.reading
        assert len(bench.journal.messages) == 102
        task.cancel()

    async def test_while_the_journal_takes_nothing_reading_goes_on_to_the_high_water_mark(self, monkeypatch):
        """Answers to pings must be heard in an outage of hours, and memory must not grow in it."""
        monkeypatch.setattr(mqtt_batch, "HIGH_WATER_MESSAGES", 5)
        bench = Bench()
        bench.journal.gate.clear()
        task = asyncio.create_task(bench.batcher.run())
        bench.feed(message(b"x"))
        await until(lambda: bench.journal.waiting)
        bench.feed(message(b"x"))
        assert not bench.transport.reading
        bench.journal.unavailable = JournalUnavailableError("disk full", retry_after=0.001)
        bench.journal.gate.set()
        await until(lambda: bench.journal.refusals)
        assert bench.transport.reading
        for _ in range(3):
            bench.feed(message(b"x"))
        assert bench.transport.reading
        bench.feed(message(b"x"))
        refusals = bench.journal.refusals
        await until(lambda: bench.journal.refusals > refusals + 2)
        assert not bench.transport.reading
        waiting = asyncio.create_task(bench.batcher.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        bench.journal.unavailable = None
        await waiting
        await bench.batcher.flush()
        assert bench.transport.reading
        assert len(bench.journal.messages) == 6
        task.cancel()

    async def test_while_the_journal_takes_nothing_the_same_batch_is_offered_again(self):
        bench = Bench()
        bench.journal.unavailable = JournalUnavailableError("disk full", retry_after=0.001)
        task = asyncio.create_task(bench.batcher.run())
        bench.feed(message(b"1", 1))
        await until(lambda: bench.journal.refusals > 3)
        bench.feed(message(b"2", 2))
        assert bench.status.journal_error == "disk full"
        assert bench.transport.writes == []
        bench.journal.unavailable = None
        await bench.batcher.flush()
        assert bench.journal.bodies == [b"1", b"2"]
        assert bench.status.journal_error == ""
        assert shown(bench.transport.packets) == [("PubAckPacket", 1), ("PubAckPacket", 2)]
        task.cancel()

    async def test_a_new_connection_is_not_paused_because_the_old_one_was(self, monkeypatch):
        monkeypatch.setattr(mqtt_batch, "HIGH_WATER_MESSAGES", 4)
        bench = Bench()
        bench.feed(*[message(b"1")] * 5)
        assert bench.status.paused
        bench.transport.abort()
        bench.connect()
        assert bench.transport.reading
        bench.feed(message(b"2"))
        assert not bench.transport.reading
        await bench.commit()
        assert bench.transport.reading
        assert bench.journal.bodies == [*[b"1"] * 5, b"2"]


class TestPing:
    async def test_an_answer_keeps_the_connection(self):
        bench = Bench()
        bench.protocol.ping(within=60)
        assert isinstance(bench.transport.packets[0], PingReqPacket)
        bench.feed(PingRespPacket())
        bench.protocol.ping(within=0.001)
        await until(bench.protocol.ended.done)
        assert "ping" in str(bench.end)

    async def test_messages_do_not_stand_for_an_answer(self):
        """A connection that is broken in one direction still brings messages."""
        bench = Bench()
        bench.protocol.ping(within=0.01)
        while not bench.protocol.ended.done():
            bench.feed(message(b"x"))
            await asyncio.sleep(0)
        assert "ping" in str(bench.end)

    async def test_while_reading_is_paused_no_answer_can_be_missed(self):
        bench = Bench()
        bench.protocol.pause()
        bench.protocol.ping(within=0.001)
        timers = {bench.protocol._pong_timer}
        await until(lambda: timers.add(bench.protocol._pong_timer) or len(timers) > 3)
        assert not bench.protocol.ended.done()
        bench.protocol.resume()
        bench.feed(PingRespPacket())
        assert bench.protocol._pong_timer is None
        bench.transport.abort()


class TestSubscribe:
    async def test_the_answer_is_told_by_its_packet_id(self):
        bench = Bench()
        asking = asyncio.create_task(bench.protocol.subscribe([TopicFilter("a"), TopicFilter("b")]))
        await until(lambda: bench.transport.writes)
        subscribe = bench.transport.packets[0]
        codes = [SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE, SubAckReasonCode.NOT_AUTHORIZED]
        bench.feed(SubAckPacket(subscribe.packet_id, codes))
        assert (await asking).reason_codes == codes

    async def test_whoever_waits_hears_that_the_connection_is_lost(self):
        bench = Bench()
        asking = asyncio.create_task(bench.protocol.subscribe([TopicFilter("a")]))
        await until(lambda: bench.transport.writes)
        bench.protocol.connection_lost(ConnectionResetError("reset by peer"))
        with pytest.raises(MqttError, match="reset by peer"):
            await asking
        with pytest.raises(MqttError, match="reset by peer"):
            await bench.protocol.subscribe([TopicFilter("a")])


class TestBrokenConversation:
    @pytest.mark.parametrize(
        ("packet", "words"),
        [
            (b"\x30\x04\x00\x00\x00x", "without a topic"),
            (PublishPacket("", b"x", topic_alias=5), "without a topic"),
            (PublishPacket("", b"x", qos=QoS.AT_LEAST_ONCE, packet_id=1, topic_alias=5), "without packet id or topic"),
            (b"\x32\x06\x00\x01a\x00\x00\x00", "without packet id"),
            (PubAckPacket(1), "unexpected PubAckPacket"),
            (SubAckPacket(9, [SubAckReasonCode.GRANTED_QOS_AT_MOST_ONCE]), "unexpected SubAckPacket"),
            (ConnAckPacket(), "unexpected ConnAckPacket"),
            (PingReqPacket(), "unexpected PingReqPacket"),
        ],
    )
    async def test_it_is_ended_with_a_reason(self, packet, words):
        bench = Bench()
        bench.feed(message(b"before", 3), packet, message(b"after", 4))
        assert words in str(bench.end)
        assert bench.status.malformed == 1
        goodbye = bench.transport.packets[-1]
        assert isinstance(goodbye, DisconnectPacket)
        codes = (DisconnectReasonCode.PROTOCOL_ERROR, DisconnectReasonCode.MALFORMED_PACKET)
        assert goodbye.reason_code in codes
        await bench.commit()
        assert bench.journal.bodies == [b"before"]

    async def test_bytes_that_are_no_mqtt_end_it(self):
        bench = Bench()
        bench.feed(message(b"before", 3), b"\x00\x00\x00\x00")
        assert "cannot be read" in str(bench.end)
        assert bench.transport.packets[-1].reason_code is DisconnectReasonCode.MALFORMED_PACKET

    async def test_the_broker_says_why_it_ends_it(self):
        bench = Bench()
        bench.feed(DisconnectPacket(reason_code=DisconnectReasonCode.SESSION_TAKEN_OVER))
        assert "two use this client_id ('gateway-test')" in str(bench.end)
        assert bench.end.patience is Patience.LONG

    async def test_an_oversized_message_is_dropped_counted_and_acknowledged(self):
        """Unacknowledged it would come again after each reconnect and stop the stream."""
        bench = Bench(max_packet_size=1024)
        bench.feed(message(b"x" * 2000, 1), message(b"good", 2), message(b"x" * 2000), message(b"x" * 2000, 3, qos=2))
        await bench.commit()
        assert bench.journal.bodies == [b"good"]
        assert bench.status.oversized == 3
        assert shown(bench.transport.packets) == [("PubAckPacket", 1), ("PubAckPacket", 2), ("PubRecPacket", 3)]


class TestDisconnect:
    async def test_what_is_still_under_way_at_qos_0_is_taken_the_rest_is_left_to_the_session(self):
        bench = Bench()
        bench.protocol.hold()
        leaving = asyncio.create_task(bench.protocol.disconnect())
        await until(lambda: bench.transport.writes)
        assert bench.transport.reading
        bench.feed(message(b"comes once"), message(b"comes again", 1), message(b"comes again", 2, qos=2))
        bench.transport.abort()
        await leaving
        await bench.commit()
        assert bench.journal.bodies == [b"comes once"]
        assert shown(bench.transport.packets) == [("DisconnectPacket", 0)]
        assert bench.unreleased == set()

    async def test_held_it_reads_nothing_though_the_journal_catches_up(self):
        bench = Bench()
        bench.feed(message(b"1", 1))
        bench.protocol.hold()
        await bench.commit()
        assert not bench.transport.reading
        assert shown(bench.transport.packets) == [("PubAckPacket", 1)]


async def test_a_refusal_is_no_protocol_error():
    bench = Bench()
    bench.transport = FakeTransport()
    protocol = MqttProtocol("broker", bench.settings, bench.batcher, set(), bench.status, lambda: NOW, bench.log)
    protocol.connection_made(bench.transport)
    asking = asyncio.create_task(protocol.connect(b"CONNECT"))
    await until(lambda: bench.transport.writes == [b"CONNECT"])
    protocol.data_received(ConnAckPacket(reason_code=ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD).write())
    assert (await asking).reason_code is ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD
