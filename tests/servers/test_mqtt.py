"""The MQTT 5 source with a real Mosquitto: nothing lost, whatever is killed, restarted, refused or renewed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gateway.model import JournalUnavailableError
from gateway.transports.mqtt import Mqtt5Client
from tests.servers.mqtt_peer import Peer
from tests.servers.mqtt_support import bodies, client, crash, full_journal, numbered
from tests.unit.transports.mqtt_doubles import MemoryJournal, on_both_loops, running, stop, until

pytestmark = pytest.mark.mosquitto


ROOT = Path(__file__).resolve().parents[2]


@on_both_loops
async def test_a_message_is_journalled_and_then_acknowledged(mosquitto):
    journal = MemoryJournal()
    source = client(mosquitto, journal)
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.connected)
        await peer.publish("sensors/a", b"21.5", content_type="text/plain")
        await peer.publish("elsewhere", b"no")
        await peer.publish("sensors/b", b"", qos=0)
        await until(lambda: len(journal.messages) == 2)
        first, second = journal.messages
        assert (first.source, first.topic, first.body, first.content_type) == (
            "broker",
            "sensors/a",
            b"21.5",
            "text/plain",
        )
        assert (second.topic, second.body) == ("sensors/b", b"")
        assert not first.retained
        assert not first.duplicate
        await until(lambda: source.status.acked == 1)
        assert (source.status.received, source.status.pending) == (2, 0)
        assert source.status.last_message_at >= first.received_at > 0


@on_both_loops
async def test_what_is_not_journalled_is_not_acknowledged_and_comes_again_after_a_crash(mosquitto):
    stuck = full_journal()
    first = client(mosquitto, stuck)
    task = asyncio.create_task(first.run())
    await until(lambda: first.status.connected)
    messages = numbered(50)
    async with Peer(mosquitto.port) as peer:
        await peer.publish_all(messages)
    await until(lambda: first.status.received == 50)
    assert first.status.acked == 0
    crash(task, first)
    await stop(task)
    assert stuck.messages == []
    journal = MemoryJournal()
    async with running(client(mosquitto, journal)):
        await until(lambda: len(journal.messages) == 50)
        assert journal.bodies == bodies(messages)
        assert all(message.duplicate for message in journal.messages)


@pytest.mark.parametrize("qos", [1, 2])
async def test_a_process_killed_three_times_loses_nothing(mosquitto, tmp_path, qos):
    kept = tmp_path / "kept"
    kept.touch()
    messages = [("sensors/a", b"%06d" % n) for n in range(5000)]

    def lines() -> list[bytes]:
        return [line for line in kept.read_bytes().split(b"\n") if len(line) == 6]

    def receiver() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.servers.mqtt_receiver", str(mosquitto.port), str(qos), str(kept)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)

    process = receiver()
    try:
        await until(lambda: "sensors/# (QoS" in mosquitto.log)
        async with Peer(mosquitto.port) as peer:
            publishing = asyncio.create_task(peer.publish_all(messages, qos=qos))
            for count in (500, 1500, 3000):
                await until(lambda count=count: len(lines()) > count)
                process.kill()
                process.wait()
                process = receiver()
            await publishing
            await until(lambda: set(lines()) == {body for _, body in messages}, within=30)
    finally:
        process.kill()
        process.wait()


@on_both_loops
async def test_what_was_acknowledged_does_not_come_again(mosquitto):
    journal = MemoryJournal()
    task = asyncio.create_task((source := client(mosquitto, journal)).run())
    await until(lambda: source.status.connected)
    async with Peer(mosquitto.port) as peer:
        await peer.publish_all(numbered(200))
        await until(lambda: source.status.acked == 200)
        await stop(task)
        await peer.publish_all(numbered(10, first=1000))
        again = MemoryJournal()
        async with running(client(mosquitto, again)):
            await until(lambda: len(again.messages) >= 10)
            await peer.publish("sensors/last", b"last")
            await until(lambda: b"last" in again.bodies)
            assert again.bodies == [*bodies(numbered(10, first=1000)), b"last"]


@on_both_loops
async def test_a_graceful_stop_in_the_middle_of_a_stream_loses_and_doubles_nothing(mosquitto):
    messages = numbered(3000)
    journal = MemoryJournal()
    async with Peer(mosquitto.port) as peer:
        source = client(mosquitto, journal)
        task = asyncio.create_task(source.run())
        await until(lambda: source.status.connected)
        publishing = asyncio.create_task(peer.publish_all(messages))
        await until(lambda: source.status.received > 300)
        await stop(task)
        assert len(journal.messages) < 3000
        async with running(client(mosquitto, journal)):
            await publishing
            await until(lambda: len(journal.messages) >= 3000)
    assert Counter(journal.bodies) == Counter(bodies(messages))


@pytest.mark.parametrize("how", ["restart", "kill"])
@on_both_loops
async def test_the_broker_goes_and_comes_back(mosquitto, how):
    journal = MemoryJournal()
    source = client(mosquitto, journal)
    async with running(source):
        await until(lambda: source.status.connected)
        async with Peer(mosquitto.port) as peer:
            await peer.publish_all(numbered(100))
        await until(lambda: len(journal.messages) == 100)
        journal.unavailable = JournalUnavailableError("disk full", retry_after=0.01)
        async with Peer(mosquitto.port) as peer:
            await peer.publish_all(numbered(100, first=100))
        await until(lambda: source.status.received == 200)
        (mosquitto.stop if how == "restart" else mosquitto.kill)()
        await until(lambda: "cannot reach broker" in source.status.last_error)
        journal.unavailable = None
        mosquitto.start()
        await until(lambda: source.status.connects == 2 and source.status.connected)
        async with Peer(mosquitto.port) as peer:
            await peer.publish_all(numbered(100, first=200))
        await until(lambda: b"299" in journal.bodies)
        assert set(journal.bodies) == set(bodies(numbered(300)))
        assert source.status.sessions_lost == (0 if how == "restart" else 1)


@on_both_loops
async def test_while_the_journal_takes_nothing_the_broker_keeps_everything_and_the_connection_stays(mosquitto):
    journal = full_journal()
    source = client(mosquitto, journal, receive_maximum=20)
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.connected)
        await peer.publish_all(numbered(500))
        await until(lambda: journal.refusals > 3)
        assert source.status.received == 20
        assert source.status.acked == 0
        assert source.status.journal_error == "disk full"
        journal.unavailable = None
        await until(lambda: len(journal.messages) == 500)
        assert journal.bodies == bodies(numbered(500))
        assert source.status.connects == 1
        assert source.status.journal_error == ""


@on_both_loops
async def test_the_broker_holds_back_what_exceeds_the_receive_maximum(mosquitto):
    """Mosquitto 2.0.11 keeps to it until the first acknowledgements; what bounds memory then is the high-water mark."""
    journal = full_journal()
    source = client(mosquitto, journal, receive_maximum=7)
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.connected)
        await peer.publish_all(numbered(300))
        await until(lambda: source.status.received == 7)
        source._batcher._connection.ping(within=10)
        await until(lambda: source._batcher._connection._pong_timer is None)
        assert (source.status.received, source.status.acked) == (7, 0)
        journal.unavailable = None
        await until(lambda: len(journal.messages) == 300)
        assert journal.bodies == bodies(numbered(300))


@pytest.mark.parametrize("qos", [0, 1])
@on_both_loops
async def test_a_slow_journal_makes_the_broker_wait_instead_of_filling_memory(mosquitto, monkeypatch, qos):
    monkeypatch.setattr("gateway.transports.mqtt_batch.HIGH_WATER_BYTES", 100_000)
    journal = full_journal()
    source = client(mosquitto, journal, qos=qos)
    messages = [(f"sensors/{n % 7}", b"%05d" % n * 200) for n in range(10_000)]
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.connected)
        await peer.publish_all(messages, qos=qos)
        await until(lambda: source.status.paused)
        assert source.status.bytes < 100_000 + 300_000
        journal.unavailable = None
        await until(lambda: len(journal.messages) == 10_000)
        assert journal.bodies == bodies(messages)
        assert not source.status.paused
        assert source.status.connects == 1


@on_both_loops
async def test_two_clients_of_a_share_group_get_each_message_once(mosquitto):
    journals = [MemoryJournal(), MemoryJournal()]
    sources = [
        client(mosquitto, journal, share_group="gateway", client_id=f"gateway-{n}")
        for n, journal in enumerate(journals)
    ]
    async with running(sources[0]), running(sources[1]), Peer(mosquitto.port) as peer:
        await until(lambda: all(source.status.connected for source in sources))
        await peer.publish_all(numbered(400))
        await until(lambda: sum(len(journal.messages) for journal in journals) == 400)
        assert sorted(journals[0].bodies + journals[1].bodies) == sorted(bodies(numbered(400)))
        assert all(journal.messages for journal in journals)


@on_both_loops
async def test_retained_says_old_state_and_is_sent_once_for_a_new_subscription(mosquitto):
    journal = MemoryJournal()
    async with Peer(mosquitto.port) as peer:
        await peer.publish("sensors/old", b"old", retain=True)
        source = client(mosquitto, journal)
        async with running(source):
            await until(lambda: journal.messages)
            await peer.publish("sensors/new", b"live, and stored", retain=True)
            await until(lambda: len(journal.messages) == 2)
        await peer.publish("sensors/new", b"stored while away", retain=True)
        async with running(client(mosquitto, journal)):
            await until(lambda: len(journal.messages) == 3)
            await peer.publish("sensors/last", b"last")
            await until(lambda: journal.bodies[-1] == b"last")
    assert [(message.body, message.retained) for message in journal.messages] == [
        (b"old", True),
        (b"live, and stored", False),
        (b"stored while away", False),
        (b"last", False),
    ]


@pytest.mark.parametrize("qos", [0, 1, 2])
@on_both_loops
async def test_ten_thousand_messages_arrive_once_and_in_order(mosquitto, qos):
    journal = MemoryJournal()
    source = client(mosquitto, journal, qos=qos)
    messages = numbered(10_000)
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.connected)
        await peer.publish_all(messages, qos=qos)
        await until(lambda: len(journal.messages) >= 10_000, within=60)
        assert journal.bodies == bodies(messages)
        assert len(journal.batches) < 10_000
        if qos:
            await until(lambda: source.status.acked == 10_000)


class TestQos2:
    @on_both_loops
    async def test_over_a_reconnect_each_message_comes_once(self, mosquitto):
        journal = full_journal()
        source = client(mosquitto, journal, qos=2)
        async with running(source), Peer(mosquitto.port) as peer:
            await until(lambda: source.status.connected)
            await peer.publish_all(numbered(100), qos=2)
            await until(lambda: source.status.received == 100)
            source._batcher._connection._transport.abort()
            await until(lambda: source.status.connects == 2)
            journal.unavailable = None
            await peer.publish_all(numbered(100, first=100), qos=2)
            await until(lambda: len(journal.messages) >= 200)
            await until(lambda: not source._unreleased)
            assert Counter(journal.bodies) == Counter(bodies(numbered(200)))

    @on_both_loops
    async def test_after_a_crash_it_is_at_least_once_and_marked(self, mosquitto):
        stuck = full_journal()
        first = client(mosquitto, stuck, qos=2)
        task = asyncio.create_task(first.run())
        await until(lambda: first.status.connected)
        async with Peer(mosquitto.port) as peer:
            await peer.publish_all(numbered(30), qos=2)
        await until(lambda: first.status.received == 30)
        crash(task, first)
        await stop(task)
        journal = MemoryJournal()
        async with running(client(mosquitto, journal, qos=2)):
            await until(lambda: len(journal.messages) == 30)
            assert journal.bodies == bodies(numbered(30))
            assert all(message.duplicate for message in journal.messages)


@pytest.mark.parametrize("qos", [0, 1, 2])
@on_both_loops
async def test_messages_above_the_limit_are_dropped_counted_and_stop_nothing(mosquitto, qos):
    journal = MemoryJournal()
    source = client(mosquitto, journal, max_packet_size=20_000, receive_maximum=3, qos=qos)
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.connected)
        for _ in range(5):
            await peer.publish("sensors/a", os.urandom(300_000), qos=qos)
        await peer.publish("sensors/a", b"x" * 19_000, qos=qos)
        await until(lambda: journal.messages)
        assert [len(body) for body in journal.bodies] == [19_000]
        assert source.status.oversized == 5
        assert source.status.connects == 1


@on_both_loops
async def test_a_message_of_300_kilobytes_is_kept(mosquitto):
    journal = MemoryJournal()
    source = client(mosquitto, journal)
    body = os.urandom(300_000)
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.connected)
        await peer.publish("sensors/a", body)
        await until(lambda: journal.bodies == [body])


@on_both_loops
async def test_connected_but_silent_connects_again_and_keeps_the_session(mosquitto):
    journal = MemoryJournal()
    source = client(mosquitto, journal, silent_after=0.1)
    async with running(source), Peer(mosquitto.port) as peer:
        await until(lambda: source.status.silences == 2)
        await peer.publish("sensors/a", b"21")
        await until(lambda: journal.bodies == [b"21"])
        assert source.status.sessions_lost == 0


@on_both_loops
async def test_a_broker_that_hangs_is_noticed_by_its_missing_answer(mosquitto, monkeypatch):
    """Its sockets stay open: without the ping the connection would look alive for ever."""
    source = client(mosquitto, MemoryJournal(), keep_alive=5)
    monkeypatch.setattr(source, "_ping", lambda protocol, _: Mqtt5Client._ping(source, protocol, 0.2))
    async with running(source):
        await until(lambda: source.status.connected)
        mosquitto.suspend()
        await until(lambda: "not answered a ping" in source.status.last_error)
        mosquitto.resume()
        await until(lambda: source.status.connected)
        assert source.status.sessions_lost == 0


@on_both_loops
async def test_two_clients_with_one_id_are_told_so(mosquitto):
    """Mosquitto 2.0 closes the older connection without a DISCONNECT."""
    first, second = (client(mosquitto, MemoryJournal(), backoff_min=5, backoff_max=5) for _ in range(2))
    async with running(first):
        await until(lambda: first.status.connected)
        async with running(second):
            await until(lambda: second.status.connected)
            await until(lambda: first.status.last_error)
            assert "client_id 'gateway-test' used twice" in first.status.last_error
