"""The source against a scripted broker: what no real broker can be made to do on command."""

from __future__ import annotations

import asyncio

import pytest
import structlog
from mqtt5 import (
    DisconnectPacket,
    DisconnectReasonCode,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
    RetainHandling,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
)

from gateway.config import Mqtt5Source
from gateway.model import JournalUnavailableError
from gateway.transports.mqtt import Mqtt5Client
from tests.unit.transports.mqtt_doubles import (
    MemoryJournal,
    ScriptedBroker,
    mqtt_settings,
    on_both_loops,
    running,
    stop,
    until,
)
from tests.unit.transports.mqtt_doubles import scripted_client as client

pytestmark = pytest.mark.usefixtures("quick_goodbye")


@on_both_loops
async def test_it_continues_its_session_and_announces_its_limits():
    async with ScriptedBroker() as broker:
        settings = {"username": "gw", "password": {"value": "geheim"}, "session_expiry": 3600, "receive_maximum": 77}
        source = client(broker, **settings, max_packet_size=5000, keep_alive=42)
        async with running(source):
            link, _ = await broker.accepted(session_present=True)
            await until(lambda: source.status.connected)
            connect = link.connect
            assert connect is not None
            assert (connect.client_id, connect.username, connect.password) == ("gateway-test", "gw", b"geheim")
            assert (connect.clean_start, connect.session_expiry_interval) == (False, 3600)
            assert (connect.receive_max, connect.keep_alive) == (77, 42)
            assert connect.max_packet_size is None, "announced, it stops the stream of Mosquitto 2.0.11"
            assert connect.topic_alias_max == 0


@on_both_loops
async def test_without_session_expiry_it_starts_clean():
    async with ScriptedBroker() as broker, running(client(broker, session_expiry=0)):
        link, _ = await broker.accepted()
        assert link.connect is not None
        assert link.connect.clean_start


@on_both_loops
async def test_it_subscribes_so_that_retained_means_old_state():
    async with ScriptedBroker() as broker:
        source = client(broker, topics=("a/+", "b/#"), share_group="city", qos=2)
        async with running(source):
            _, subscribe = await broker.accepted()
            assert [topic.pattern for topic in subscribe.topic_filters] == ["$share/city/a/+", "$share/city/b/#"]
            for topic in subscribe.topic_filters:
                assert int(topic.max_qos) == 2
                assert not topic.retain_as_published
                assert not topic.no_local  # not allowed in a shared subscription
                assert topic.retain_handling == RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS


@on_both_loops
async def test_many_filters_go_in_several_packets():
    async with ScriptedBroker() as broker:
        source = client(broker, topics=tuple(f"t/{n}" for n in range(20)))
        async with running(source):
            link, first = await broker.accepted()
            topics = [topic.pattern for topic in first.topic_filters]
            while len(topics) < 20:
                more = await link.expect(SubscribePacket)
                topics += [topic.pattern for topic in more.topic_filters]
                link.send(SubAckPacket(more.packet_id, [SubAckReasonCode(1)] * len(more.topic_filters)))
            assert topics == [f"t/{n}" for n in range(20)]
            await until(lambda: source.status.connected)


@on_both_loops
async def test_it_subscribes_again_after_every_reconnect_also_in_a_session_that_is_present():
    async with ScriptedBroker() as broker:
        source = client(broker)
        async with running(source):
            for n in range(3):
                link, _ = await broker.accepted(session_present=n > 0)
                await until(lambda n=n: source.status.connects == n + 1 and source.status.connected)
                link.close()
                await until(lambda: not source.status.connected)
            assert "closed the connection" in source.status.last_error
            assert source.status.reconnects == 2
            assert source.status.sessions_lost == 0


@on_both_loops
async def test_a_session_that_the_broker_has_forgotten_is_told():
    async with ScriptedBroker() as broker:
        source = client(broker)
        with structlog.testing.capture_logs() as logs:
            async with running(source):
                for _ in range(2):
                    link, _ = await broker.accepted(session_present=False)
                    await until(lambda: source.status.connected)
                    link.close()
                    await until(lambda: not source.status.connected)
        assert source.status.sessions_lost == 1
        assert sum("forgotten the session" in log["event"] for log in logs) == 1


class TestKeepAlive:
    @on_both_loops
    async def test_the_brokers_interval_holds_and_a_missing_answer_ends_the_connection(self):
        async with ScriptedBroker() as broker:
            source = client(broker, keep_alive=3600)
            async with running(source):
                link, _ = await broker.accepted(server_keep_alive=1)
                loop = asyncio.get_running_loop()
                assert isinstance(await link.packet(), PingReqPacket)
                link.send(PingRespPacket())
                assert isinstance(await link.packet(), PingReqPacket)
                started = loop.time()
                await link.ended()
                assert 1.0 < loop.time() - started < 3.0
                assert "not answered a ping within 1.5 s" in source.status.last_error
                await broker.link()

    @on_both_loops
    async def test_connected_but_silent_connects_again(self):
        async with ScriptedBroker() as broker:
            journal = MemoryJournal()
            source = client(broker, journal, silent_after=0.2)
            with structlog.testing.capture_logs() as logs:
                async with running(source):
                    link, _ = await broker.accepted()
                    link.publish(b"21")
                    await until(lambda: journal.bodies)
                    await link.expect(DisconnectPacket)
                    link.close()
                    await broker.accepted(session_present=True)
                    await until(lambda: source.status.connects == 2)
                    assert source.status.silences == 1
            assert "connected but silent" in [log["event"] for log in logs]

    @on_both_loops
    async def test_silence_while_the_journal_takes_nothing_is_our_own(self):
        async with ScriptedBroker() as broker:
            journal = MemoryJournal()
            journal.unavailable = JournalUnavailableError("disk full", retry_after=0.01)
            source = client(broker, journal, silent_after=0.05)
            async with running(source):
                link, _ = await broker.accepted()
                link.publish(b"21", 1)
                await until(lambda: journal.refusals > 20)
                assert (source.status.silences, source.status.connects) == (0, 1)
                journal.unavailable = None
                assert (await link.expect(PubAckPacket)).packet_id == 1


class TestStop:
    @on_both_loops
    async def test_what_was_received_is_journalled_acknowledged_and_the_session_kept(self, monkeypatch):
        monkeypatch.setattr("gateway.transports.mqtt_link._CLOSE_WITHIN", 15)
        async with ScriptedBroker() as broker:
            journal = MemoryJournal()
            journal.gate.clear()
            source = client(broker, journal)
            task = asyncio.create_task(source.run())
            link, _ = await broker.accepted()
            link.publish(b"1", 1)
            await until(lambda: journal.waiting)
            link.publish(b"2", 2)
            await until(lambda: source.status.received == 2)
            task.cancel()
            await until(lambda: not source.status.connected)
            journal.gate.set()
            assert (await link.expect(PubAckPacket)).packet_id == 1
            assert (await link.expect(PubAckPacket)).packet_id == 2
            goodbye = await link.expect(DisconnectPacket)
            assert goodbye.reason_code == DisconnectReasonCode.NORMAL_DISCONNECTION
            assert goodbye.session_expiry_interval is None
            link.publish(b"3")
            link.publish(b"4", 3)
            link.close()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert journal.bodies == [b"1", b"2", b"3"]

    @on_both_loops
    async def test_it_does_not_wait_for_ever_for_the_journal(self):
        async with ScriptedBroker() as broker:
            journal = MemoryJournal()
            journal.unavailable = JournalUnavailableError("disk full", retry_after=60)
            source = Mqtt5Client("broker", mqtt_settings(broker.port), journal, stop_within=0.05)
            with structlog.testing.capture_logs() as logs:
                task = asyncio.create_task(source.run())
                link, _ = await broker.accepted()
                link.publish(b"1", 1)
                await until(lambda: journal.refusals)
                task.cancel()
                await link.expect(DisconnectPacket)
                link.close()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert logs[-1]["messages"] == 1
            assert "not journalled" in logs[-1]["event"]

    @on_both_loops
    async def test_a_broker_that_does_not_close_does_not_hold_it_up(self):
        async with ScriptedBroker() as broker:
            task = asyncio.create_task(client(broker).run())
            link, _ = await broker.accepted()
            await stop(task)
            await link.ended()

    @on_both_loops
    async def test_while_it_waits_for_the_next_attempt(self):
        async with ScriptedBroker() as broker:
            source = client(broker, backoff_min=3600, backoff_max=3600)
            task = asyncio.create_task(source.run())
            (await broker.link()).close()
            await until(lambda: source.status.last_error)
            await stop(task)

    @on_both_loops
    async def test_a_fault_of_the_journal_ends_the_source_and_acknowledges_nothing(self):
        async with ScriptedBroker() as broker:
            journal = MemoryJournal()
            journal.fault = RuntimeError("database is corrupt")
            task = asyncio.create_task(client(broker, journal).run())
            link, _ = await broker.accepted()
            link.publish(b"1", 1)
            await link.expect(DisconnectPacket)
            link.close()
            with pytest.raises(ExceptionGroup) as raised:
                await task
            assert raised.group_contains(RuntimeError, match="database is corrupt")


def test_a_password_never_shows():
    settings = Mqtt5Source.model_validate(mqtt_settings().model_dump() | {"password": {"value": "geheim"}})
    assert "geheim" not in repr(settings)
