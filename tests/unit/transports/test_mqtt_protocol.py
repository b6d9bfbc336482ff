"""The protocol over a transport that only notes what is written: messages, acknowledgements, QoS 2, flow control."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mqtt5 import (
    PingRespPacket,
    PubAckPacket,
    PubCompPacket,
    PubRecPacket,
    PubRelPacket,
)

from gateway.model import JournalUnavailableError
from gateway.transports import mqtt_batch
from tests.unit.transports.mqtt_bench import NOW, Bench, message, shown
from tests.unit.transports.mqtt_doubles import until


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
