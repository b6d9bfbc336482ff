"""The conversation about the connection itself: pings, subscriptions, ends and what breaks them."""

from __future__ import annotations

import asyncio

import pytest
from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    DisconnectPacket,
    DisconnectReasonCode,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
    PublishPacket,
    QoS,
    SubAckPacket,
    SubAckReasonCode,
    TopicFilter,
)

from gateway.transports.mqtt_protocol import MqttProtocol
from gateway.transports.mqtt_words import MqttError, Patience
from tests.unit.transports.mqtt_bench import NOW, Bench, FakeTransport, message, shown
from tests.unit.transports.mqtt_doubles import until


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
