"""The MQTT 3.1.1 source against a real Mosquitto, and The Things Stack's storage beside it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from paho.mqtt import client as paho_client

from gateway.config import Mqtt311Source
from gateway.model import JournalUnavailableError
from gateway.transports import mqtt_batch, paho_reading
from gateway.transports.mqtt311 import Mqtt311Client
from gateway.transports.mqtt311_connect import probe
from gateway.transports.mqtt_words import MqttError, Patience
from tests.conftest import require
from tests.servers.mosquitto import BINARY, Mosquitto
from tests.servers.mqtt_peer import Peer
from tests.tts_stack import API_KEY, SAMPLE, Storage, encode, uplink
from tests.unit.transports.mqtt_doubles import MemoryJournal, on_both_loops, running, stop, until

pytestmark = pytest.mark.mosquitto

TOPIC = "v3/umwelt@ttn/devices/pegel-7/up"


def settings(broker: Mosquitto, **changes) -> Mqtt311Source:
    values = {
        "type": "mqtt311",
        "format": "tts",
        "host": "127.0.0.1",
        "port": broker.port,
        "tls": None,
        "backoff_min": 0.02,
        "backoff_max": 0.1,
    }
    return Mqtt311Source.model_validate(values | changes)


def source(broker: Mosquitto, journal, *, state=None, settle=60.0, **changes) -> Mqtt311Client:
    return Mqtt311Client("tts", settings(broker, **changes), journal, state=state, stop_within=5.0, settle=settle)


@on_both_loops
async def test_messages_come_whole_and_in_order(mosquitto):
    journal = MemoryJournal()
    bodies = [b"\x00\xff" + str(number).encode() for number in range(2000)]
    client = source(mosquitto, journal, topics=("v3/+/devices/+/#", "other"), qos=1)
    async with Peer(mosquitto.port) as peer:
        await peer.publish("other", b"old", retain=True)
        async with running(client):
            await until(lambda: client.status.connected)
            before = time.time_ns()
            await peer.publish_all([(TOPIC, body) for body in bodies])
            await until(lambda: len(journal.messages) == len(bodies) + 1)
            assert client.status.received == client.status.journalled == len(bodies) + 1
    old, *messages = journal.messages
    assert (old.topic, old.body, old.retained) == ("other", b"old", True)
    assert sorted(message.body for message in messages) == sorted(bodies)
    assert {(message.source, message.topic, message.retained) for message in messages} == {("tts", TOPIC, False)}
    assert all(before <= message.received_at <= time.time_ns() for message in messages)
    assert len(journal.batches) < 500  # what gathers while one append runs is one batch


@on_both_loops
async def test_after_a_restart_of_the_broker_it_is_subscribed_again(mosquitto):
    journal = MemoryJournal()
    client = source(mosquitto, journal)
    async with running(client):
        await until(lambda: client.status.connected)
        for count in (1, 2, 3):
            mosquitto.restart()
            await until(lambda count=count: client.status.connects > count and client.status.connected)
            async with Peer(mosquitto.port) as peer:
                await peer.publish(TOPIC, str(count).encode())
            await until(lambda count=count: len(journal.messages) == count)
    assert journal.bodies == [b"1", b"2", b"3"]
    assert client.status.reconnects >= 3


async def test_a_broker_that_is_not_there_yet_is_waited_for(tmp_path):
    require("mosquitto", BINARY is not None)
    broker = Mosquitto(tmp_path / "broker")
    client = source(broker, MemoryJournal())
    async with running(client):
        await until(lambda: "cannot reach broker" in client.status.last_error)
        with broker:
            await until(lambda: client.status.connected)
            assert client.status.last_error == ""


async def test_at_qos_1_nothing_is_acknowledged_before_it_is_durable(mosquitto):
    """Whoever dies between receiving and journalling gets the messages again from the session."""
    journal = MemoryJournal()
    journal.gate.clear()
    first = source(mosquitto, journal, qos=1, client_id="gateway-1")
    first._stop_within = 0.05
    async with Peer(mosquitto.port) as peer:
        async with running(first):
            await until(lambda: first.status.connected)
            await peer.publish_all([(TOPIC, str(number).encode()) for number in range(50)])
            await until(lambda: first.status.received == 50)
            assert first.status.acked == 0
        assert not journal.messages
        journal = MemoryJournal()
        second = source(mosquitto, journal, qos=1, client_id="gateway-1")
        async with running(second):
            await until(lambda: len(journal.messages) == 50)
            await until(lambda: second.status.acked == 50)
        assert all(message.duplicate for message in journal.messages)
        journal = MemoryJournal()
        third = source(mosquitto, journal, qos=1, client_id="gateway-1")
        async with running(third):
            await until(lambda: third.status.connected)
            await peer.publish(TOPIC, b"last")
            await until(lambda: journal.messages)
        assert journal.bodies == [b"last"]


async def test_a_journal_that_takes_nothing_is_waited_for_with_the_connection_held(mosquitto):
    journal = MemoryJournal()
    journal.unavailable = JournalUnavailableError("disk full", 0.01)
    client = source(mosquitto, journal, qos=1, client_id="gateway-1")
    async with Peer(mosquitto.port) as peer, running(client):
        await until(lambda: client.status.connected)
        await peer.publish_all([(TOPIC, str(number).encode()) for number in range(100)])
        await until(lambda: journal.refusals > 3)
        assert client.status.journal_error == "disk full"
        journal.unavailable = None
        await until(lambda: len(journal.messages) == 100)
        await until(lambda: client.status.acked == 100)
        assert client.status.connects == 1
        assert not client.status.journal_error


@on_both_loops
async def test_when_the_journal_does_not_keep_up_reading_stops_and_the_connection_stays(mosquitto, monkeypatch):
    """Also longer than the keep-alive: the clock of the client runs twenty times as fast here."""
    monkeypatch.setattr(mqtt_batch, "HIGH_WATER_MESSAGES", 100)
    monkeypatch.setattr(paho_client, "time_func", lambda: time.monotonic() * 20)
    monkeypatch.setattr(paho_reading, "monotonic", lambda: time.monotonic() * 20)
    journal = MemoryJournal()
    journal.gate.clear()
    client = source(mosquitto, journal, keep_alive=10)
    async with Peer(mosquitto.port) as peer, running(client):
        await until(lambda: client.status.connected)
        await peer.publish_all([(TOPIC, b"x" * 1000) for _ in range(3000)])
        await until(lambda: client.status.paused)
        pings = mosquitto.log.count("Received PINGREQ")
        await until(lambda: mosquitto.log.count("Received PINGREQ") >= pings + 3)
        assert client.status.paused
        assert client.status.pending < 100 + 2 * 256
        journal.gate.set()
        await until(lambda: len(journal.messages) == 3000)
        assert client.status.connects == 1
        assert not client.status.paused


@on_both_loops
async def test_stopping_journals_and_acknowledges_what_was_received_and_says_goodbye(mosquitto):
    journal = MemoryJournal()
    journal.gate.clear()
    client = source(mosquitto, journal, qos=1, client_id="gateway-1")
    async with Peer(mosquitto.port) as peer:
        task = asyncio.create_task(client.run())
        await until(lambda: client.status.connected)
        await peer.publish_all([(TOPIC, str(number).encode()) for number in range(20)])
        await until(lambda: client.status.received == 20)
        task.cancel()
        await until(lambda: not task.done())
        journal.gate.set()
        await stop(task)
    assert len(journal.messages) == 20
    assert client.status.acked == 20
    await until(lambda: "Received DISCONNECT from gateway-1" in mosquitto.log)


async def test_stopping_does_not_wait_for_a_broker_that_hangs(mosquitto):
    client = source(mosquitto, MemoryJournal())
    task = asyncio.create_task(client.run())
    await until(lambda: client.status.connected)
    mosquitto.suspend()
    async with asyncio.timeout(5):
        await stop(task)


async def test_stopping_while_connecting_leaves_nothing_behind(mosquitto):
    mosquitto.suspend()
    client = source(mosquitto, MemoryJournal())
    task = asyncio.create_task(client.run())
    async with asyncio.timeout(5):
        await asyncio.sleep(0.05)
        await stop(task)
    mosquitto.resume()


@on_both_loops
async def test_tls_with_a_private_authority_and_a_client_certificate(tls_mosquitto):
    broker = tls_mosquitto
    certificate, key = broker.authority.issue("gateway", "gateway")
    tls = {"ca": broker.authority.ca, "certificate": certificate, "key": key}
    journal = MemoryJournal()
    client = source(broker, journal, tls=tls, qos=1)
    import ssl

    context = ssl.create_default_context(cafile=broker.authority.ca)
    context.load_cert_chain(certificate, key)
    async with running(client), Peer(broker.port, ssl=context) as peer:
        await until(lambda: client.status.connected)
        bodies = [str(number).encode() * 500 for number in range(500)]
        await peer.publish_all([(TOPIC, body) for body in bodies])
        await until(lambda: len(journal.messages) == 500)
    assert sorted(journal.bodies) == sorted(bodies)


async def test_a_certificate_of_another_authority_is_refused(tls_mosquitto):
    client = source(tls_mosquitto, MemoryJournal(), tls={})
    async with running(client):
        await until(lambda: "certificate" in client.status.last_error.lower())


@pytest.fixture
def guarded(tmp_path):
    """A broker with a user who may read v3/# alone."""
    require("mosquitto", BINARY is not None)
    rules = tmp_path / "acl"
    rules.write_text("user umwelt@ttn\ntopic readwrite v3/#\n")
    rules.chmod(0o644)
    with Mosquitto(tmp_path / "broker", {"umwelt@ttn": "right"}, options=(f"acl_file {rules}",)) as broker:
        yield broker


async def test_a_wrong_password_is_said_and_not_shown(guarded):
    client = source(guarded, MemoryJournal(), username="umwelt@ttn", password={"value": "wr0ng-password"})
    async with running(client):
        await until(lambda: client.status.last_error)
    assert "refuses the connection: not authorised" in client.status.last_error
    assert "wr0ng-password" not in client.status.last_error


async def test_probe_tells_what_works_and_what_does_not(guarded):
    right = {"username": "umwelt@ttn", "password": {"value": "right"}}
    found = await probe(settings(guarded, **right))
    assert found == f"MQTT 3.1.1 broker 127.0.0.1:{guarded.port}: 1 topic filters granted, no TLS"
    with pytest.raises(MqttError, match="not authorised") as caught:
        await probe(settings(guarded, **right | {"password": {"value": "wrong"}}))
    assert caught.value.patience is Patience.LONG
    guarded.stop()
    with pytest.raises(MqttError, match="cannot reach broker"):
        await probe(settings(guarded, **right))


async def test_probe_asks_the_storage_too(mosquitto):
    async with Storage() as storage:
        values = {"url": storage.url, "application": "umwelt"}
        found = await probe(settings(mosquitto, storage=values | {"api_key": {"value": API_KEY}}))
        assert found.endswith("storage answers")
        with pytest.raises(MqttError, match="API key is not accepted"):
            await probe(settings(mosquitto, storage=values | {"api_key": {"value": "wrong"}}))


async def test_a_message_that_is_too_large_is_counted_and_does_not_come_again(mosquitto, monkeypatch):
    monkeypatch.setattr(paho_reading, "MAX_BODY", 1000)
    journal = MemoryJournal()
    client = source(mosquitto, journal, qos=1, client_id="gateway-1")
    async with Peer(mosquitto.port) as peer, running(client):
        await until(lambda: client.status.connected)
        await peer.publish(TOPIC, b"x" * 1001)
        await peer.publish(TOPIC, b"ok")
        await until(lambda: client.status.acked == 2)
    assert journal.bodies == [b"ok"]
    assert client.status.oversized == 1


async def test_what_was_published_during_an_outage_comes_from_the_storage_once(mosquitto, tmp_path: Path):
    """The Things Stack: QoS 0, no session. Live, outage, live again: each uplink is journalled exactly once."""
    start = time.time_ns()
    ups = [uplink(SAMPLE, number, start + number * 1_000_000) for number in range(9)]
    journal = MemoryJournal()
    async with Storage() as storage:
        storage.uplinks = ups
        values = {"url": storage.url, "application": "umwelt", "api_key": {"value": API_KEY}, "overlap": 60}
        client = source(mosquitto, journal, storage=values, state=tmp_path / "tts.json")
        storage.uplinks = []
        async with running(client):
            await until(lambda: client.gap and not client.gap.pending)
            async with Peer(mosquitto.port) as peer:
                for up in ups[:3]:
                    await peer.publish(TOPIC, encode(up))
                await until(lambda: len(journal.messages) == 3)
            mosquitto.stop()
            await until(lambda: client.gap.pending)
            storage.failures = [503]
            mosquitto.start()
            await until(lambda: client.status.connected)
            async with Peer(mosquitto.port) as peer:
                for up in ups[6:]:
                    await peer.publish(TOPIC, encode(up))
                await until(lambda: len(journal.messages) >= 6)
            storage.uplinks = ups
            await until(lambda: len(journal.messages) == 9)
            await until(lambda: not client.gap.pending)
    counters = []
    for message in journal.messages:
        body = json.loads(message.body)
        counters.append((body.get("result") or body)["uplink_message"]["f_cnt"])
    assert sorted(counters) == list(range(9))
    assert client.gap.filled == 3


async def test_uplinks_missed_while_nothing_was_read_are_fetched_too(mosquitto, monkeypatch):
    monkeypatch.setattr(mqtt_batch, "HIGH_WATER_MESSAGES", 10)
    journal = MemoryJournal()
    async with Storage() as storage:
        values = {"url": storage.url, "application": "umwelt", "api_key": {"value": API_KEY}}
        client = source(mosquitto, journal, storage=values)
        async with running(client), Peer(mosquitto.port) as peer:
            await until(lambda: client.gap and not client.gap.pending)
            journal.gate.clear()
            await peer.publish_all([(TOPIC, encode(uplink(SAMPLE, n, time.time_ns()))) for n in range(300)])
            await until(lambda: client.status.paused)
            assert client.gap.pending
            storage.uplinks = [uplink(SAMPLE, 999, time.time_ns())]
            journal.gate.set()
            await until(lambda: len(journal.messages) == 301)
            await until(lambda: not client.gap.pending)
