"""Connecting against a scripted broker: refusals, answers that make no sense or do not come, and the trial."""

from __future__ import annotations

import asyncio

import pytest
import structlog
from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    DisconnectPacket,
    DisconnectReasonCode,
    PubAckPacket,
    RetainHandling,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
)

from gateway.config import ConfigError
from gateway.transports.mqtt import Mqtt5Client
from gateway.transports.mqtt_connect import probe
from gateway.transports.mqtt_words import MqttError
from tests.unit.transports.mqtt_doubles import (
    MemoryJournal,
    ScriptedBroker,
    mqtt_settings,
    on_both_loops,
    running,
    until,
)
from tests.unit.transports.mqtt_doubles import scripted_client as client

pytestmark = pytest.mark.usefixtures("quick_goodbye")


class TestRefused:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD, "bad user name or password"),
            (ConnAckReasonCode.NOT_AUTHORIZED, "not authorised"),
            (ConnAckReasonCode.CLIENT_ID_NOT_VALID, "does not accept this client_id"),
            (ConnAckReasonCode.SERVER_BUSY, "server busy"),
        ],
    )
    @on_both_loops
    async def test_the_reason_is_told_without_the_password(self, code, words):
        async with ScriptedBroker() as broker:
            source = client(broker, username="gw", password={"value": "geheim"})
            with structlog.testing.capture_logs() as logs:
                async with running(source):
                    for _ in range(3):
                        (await broker.link()).send(ConnAckPacket(reason_code=code, reason_str="go away"))
                    assert not source.status.connected
                    assert source.status.connects == 0
                    assert words in source.status.last_error
                    assert "'gw'" in source.status.last_error
                    assert "go away" in source.status.last_error
            assert "geheim" not in f"{logs}{source.status}"
            assert [log["event"] for log in logs] == ["not connected"], "the same cause is logged once"

    @on_both_loops
    async def test_bad_credentials_wait_longer_than_a_busy_broker(self):
        """Wrong passwords sent twice a second lock accounts and fill the broker's log."""
        async with ScriptedBroker() as broker:
            loop = asyncio.get_running_loop()
            waits = {}
            for code in (ConnAckReasonCode.SERVER_BUSY, ConnAckReasonCode.NOT_AUTHORIZED):
                async with running(client(broker, backoff_min=0.001, backoff_max=0.6)):
                    (await broker.link()).send(ConnAckPacket(reason_code=code))
                    started = loop.time()
                    await broker.link()
                    waits[int(code)] = loop.time() - started
            assert waits[int(ConnAckReasonCode.NOT_AUTHORIZED)] >= 0.3 > waits[int(ConnAckReasonCode.SERVER_BUSY)]

    @on_both_loops
    async def test_a_broker_of_mqtt_3_is_recognised(self):
        async with ScriptedBroker() as broker:
            source = client(broker)
            async with running(source):
                (await broker.link()).send(b"\x20\x02\x00\x01")
                await until(lambda: source.status.last_error)
                assert "mqtt311" in source.status.last_error

    @on_both_loops
    async def test_a_server_of_another_kind_is_recognised(self):
        async with ScriptedBroker() as broker:
            source = client(broker)
            async with running(source):
                (await broker.link()).send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                await until(lambda: source.status.last_error)
                assert "is it an MQTT 5 broker?" in source.status.last_error

    @on_both_loops
    async def test_a_listener_that_closes_at_once_may_want_tls(self):
        async with ScriptedBroker() as broker:
            source = client(broker)
            async with running(source):
                (await broker.link()).close()
                await until(lambda: source.status.last_error)
                assert "TLS" in source.status.last_error

    @on_both_loops
    async def test_nobody_listens(self):
        async with ScriptedBroker() as broker:
            port = broker.port
        source = Mqtt5Client("broker", mqtt_settings(port), MemoryJournal())
        async with running(source):
            await until(lambda: source.status.last_error)
            assert f"cannot reach broker 127.0.0.1:{port}" in source.status.last_error

    @pytest.mark.parametrize("changes", [{"host": "a..b"}, {"host": "x" * 300}, {"client_id": "x" * 70_000}])
    @on_both_loops
    async def test_a_name_that_cannot_be_one(self, changes):
        source = Mqtt5Client("broker", mqtt_settings(**changes), MemoryJournal())
        async with running(source):
            await until(lambda: source.status.last_error)
            assert "broker" in source.status.last_error

    @on_both_loops
    async def test_a_secret_that_cannot_be_read_is_told_and_read_again(self, tmp_path):
        secret = tmp_path / "password"
        async with ScriptedBroker() as broker:
            source = client(broker, username="gw", password={"file": str(secret)})
            async with running(source):
                await until(lambda: str(secret) in source.status.last_error)
                secret.write_text("neu\n")
                link, _ = await broker.accepted()
                assert link.connect is not None
                assert link.connect.password == b"neu"

    @on_both_loops
    async def test_a_refused_filter_is_told_tried_again_and_the_others_keep_going(self):
        async with ScriptedBroker() as broker:
            journal = MemoryJournal()
            source = client(broker, journal, topics=("sensors/#", "secret/#"))
            async with running(source):
                link = await broker.link()
                link.send(ConnAckPacket())
                for attempt in range(3):
                    subscribe = await link.expect(SubscribePacket)
                    topics = [topic.pattern for topic in subscribe.topic_filters]
                    assert topics == (["secret/#"] if attempt else ["sensors/#", "secret/#"])
                    codes = [SubAckReasonCode.NOT_AUTHORIZED]
                    link.send(SubAckPacket(subscribe.packet_id, codes if attempt else [SubAckReasonCode(1), *codes]))
                    await until(lambda n=attempt + 1: source.status.subscribe_failures == n)
                    assert source.status.refused == {"secret/#": "not authorised"}
                link.publish(b"21", 1)
                assert (await link.expect(PubAckPacket | SubscribePacket)) is not None
                await until(lambda: journal.bodies == [b"21"])
                assert source.status.connected
                await link.grant_all()
                await until(lambda: not source.status.refused)

    @pytest.mark.parametrize(
        ("changes", "connack"),
        [
            ({"share_group": "city"}, {"shared_subscription_available": False}),
            ({}, {"wildcard_subscription_available": False}),
        ],
    )
    @on_both_loops
    async def test_what_the_broker_does_not_offer_is_told_before_it_is_asked(self, changes, connack):
        async with ScriptedBroker() as broker:
            source = client(broker, **changes)
            async with running(source):
                (await broker.link()).send(ConnAckPacket(**connack))
                await until(lambda: source.status.last_error)
                assert "has no" in source.status.last_error

    @on_both_loops
    async def test_another_client_with_the_same_id_starts_no_fight(self):
        async with ScriptedBroker() as broker:
            source = client(broker, backoff_min=0.001, backoff_max=0.6)
            loop = asyncio.get_running_loop()
            async with running(source):
                link, _ = await broker.accepted()
                await until(lambda: source.status.connected)
                link.send(DisconnectPacket(reason_code=DisconnectReasonCode.SESSION_TAKEN_OVER))
                started = loop.time()
                await until(lambda: not source.status.connected)
                assert "two use this client_id ('gateway-test')" in source.status.last_error
                await broker.link()
                assert loop.time() - started >= 0.3

    @pytest.mark.parametrize("topic", ["a/#/b", "", "a+/b", "a\0"])
    def test_a_filter_that_is_not_valid_is_refused_before_anything_starts(self, topic):
        with pytest.raises(ConfigError, match="topic filter"):
            Mqtt5Client("broker", mqtt_settings(topics=(topic,)), MemoryJournal())

    @pytest.mark.parametrize("group", ["", "a/b", "a+"])
    def test_a_share_group_that_is_not_valid_as_well(self, group):
        with pytest.raises(ConfigError, match="share_group"):
            Mqtt5Client("broker", mqtt_settings(share_group=group), MemoryJournal())


class TestBrokenBroker:
    @pytest.mark.parametrize(
        "broken", [b"\x00\x00\x00", b"\x36\x05\x00\x01a\x00\x01", b"\xd0\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n"]
    )
    @on_both_loops
    async def test_malformed_data_means_a_new_connection(self, broken):
        async with ScriptedBroker() as broker:
            journal = MemoryJournal()
            source = client(broker, journal)
            async with running(source):
                link, _ = await broker.accepted()
                link.publish(b"before", 1)
                link.send(broken)
                await link.ended()
                link, _ = await broker.accepted(session_present=True)
                link.publish(b"after", 2)
                await link.expect(PubAckPacket)
                assert b"before" in journal.bodies
                assert b"after" in journal.bodies
                assert source.status.malformed == 1

    @on_both_loops
    async def test_a_suback_for_another_number_of_filters(self):
        async with ScriptedBroker() as broker:
            source = client(broker)
            async with running(source):
                link = await broker.link()
                link.send(ConnAckPacket())
                subscribe = await link.expect(SubscribePacket)
                link.send(SubAckPacket(subscribe.packet_id, [SubAckReasonCode(0), SubAckReasonCode(0)]))
                await until(lambda: "another number" in source.status.last_error)

    @on_both_loops
    async def test_a_broker_that_does_not_answer(self, monkeypatch):
        monkeypatch.setattr("gateway.transports.mqtt_connect.ANSWER_WITHIN", 0.05)
        async with ScriptedBroker() as broker:
            source = client(broker)
            async with running(source):
                link = await broker.link()
                await until(lambda: "did not answer CONNECT" in source.status.last_error)
                await link.ended()
                link = await broker.link()
                link.send(ConnAckPacket())
                await until(lambda: "did not answer SUBSCRIBE" in source.status.last_error)
                assert not source.status.connected


class TestProbe:
    @on_both_loops
    async def test_it_disturbs_nothing(self):
        async with ScriptedBroker() as broker:
            task = asyncio.create_task(probe(mqtt_settings(broker.port, share_group="city", qos=2)))
            link, subscribe = await broker.accepted(session_expiry_interval=60)
            assert link.connect is not None
            assert (link.connect.client_id, link.connect.clean_start) == ("gateway-test-check", True)
            assert link.connect.session_expiry_interval == 0
            (topic,) = subscribe.topic_filters
            assert (topic.pattern, int(topic.max_qos)) == ("sensors/#", 0)
            assert topic.retain_handling == RetainHandling.SEND_NEVER
            await link.expect(DisconnectPacket)
            link.close()
            assert "1 topic filters granted" in await task

    @on_both_loops
    async def test_it_says_what_is_wrong(self):
        async with ScriptedBroker() as broker:
            task = asyncio.create_task(probe(mqtt_settings(broker.port)))
            (await broker.link()).send(ConnAckPacket(reason_code=ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD))
            with pytest.raises(MqttError, match="bad user name or password"):
                await task
            task = asyncio.create_task(probe(mqtt_settings(broker.port)))
            link = await broker.link()
            link.send(ConnAckPacket())
            subscribe = await link.expect(SubscribePacket)
            link.send(SubAckPacket(subscribe.packet_id, [SubAckReasonCode.NOT_AUTHORIZED]))
            await link.expect(DisconnectPacket)
            link.close()
            with pytest.raises(MqttError, match="sensors/#: not authorised"):
                await task
