"""The MQTT 5 source with a real Mosquitto: nothing lost, whatever is killed, restarted, refused or renewed."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import structlog

from gateway.config import TlsSettings
from gateway.model import JournalUnavailableError
from gateway.transports.mqtt import Mqtt5Client
from gateway.transports.mqtt_connect import probe
from gateway.transports.mqtt_words import MqttError
from tests.conftest import require
from tests.servers.mosquitto import BINARY, DYNAMIC_SECURITY, Authority, Mosquitto
from tests.servers.mqtt_peer import Peer
from tests.unit.transports.mqtt_doubles import MemoryJournal, mqtt_settings, on_both_loops, running, stop, until

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.mosquitto


def client(broker: Mosquitto, journal: MemoryJournal, **settings: Any) -> Mqtt5Client:
    return Mqtt5Client("broker", mqtt_settings(broker.port, **settings), journal, stop_within=3, files_every=0.02)


def crash(task: asyncio.Task[None], source: Mqtt5Client) -> None:
    """End as SIGKILL does: no flush, no acknowledgement, no DISCONNECT."""
    source._batcher._connection._transport.abort()
    source._stop_within = 0
    task.cancel()


def full_journal() -> MemoryJournal:
    """A journal that takes nothing until `unavailable` is None."""
    journal = MemoryJournal()
    journal.unavailable = JournalUnavailableError("disk full", retry_after=0.01)
    return journal


def numbered(count: int, first: int = 0) -> list[tuple[str, bytes]]:
    return [(f"sensors/{n % 7}", b"%d" % n) for n in range(first, first + count)]


def bodies(messages: list[tuple[str, bytes]]) -> list[bytes]:
    return [body for _, body in messages]


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


class TestAccess:
    @pytest.fixture
    def guarded(self, tmp_path: Path):
        require("mosquitto", BINARY is not None)
        with Mosquitto(tmp_path / "broker", users={"gw": "geheim"}) as broker:
            yield broker

    @on_both_loops
    async def test_name_and_password(self, guarded):
        source = client(guarded, MemoryJournal(), username="gw", password={"value": "geheim"})
        async with running(source):
            await until(lambda: source.status.connected)

    @on_both_loops
    async def test_a_wrong_password_is_told_without_showing_it(self, guarded):
        source = client(guarded, MemoryJournal(), username="gw", password={"value": "falsch"})
        with structlog.testing.capture_logs() as logs:
            async with running(source):
                await until(lambda: source.status.last_error)
                assert "not authorised: check user name, password" in source.status.last_error
                assert "'gw'" in source.status.last_error
                assert source.status.connects == 0
        assert "falsch" not in str(logs)
        with pytest.raises(MqttError, match="not authorised"):
            await probe(mqtt_settings(guarded.port, username="gw", password={"value": "falsch"}))

    @on_both_loops
    async def test_probe_says_what_it_found(self, guarded):
        words = await probe(mqtt_settings(guarded.port, username="gw", password={"value": "geheim"}, share_group="g"))
        assert words == f"MQTT 5 broker 127.0.0.1:{guarded.port}: 1 topic filters granted, no TLS"

    @on_both_loops
    async def test_a_filter_that_may_not_be_subscribed_leaves_the_others_working(self, tmp_path):
        """Mosquitto checks the right to subscribe in its dynamic security plugin."""
        require("mosquitto", BINARY is not None and DYNAMIC_SECURITY is not None)
        rules = tmp_path / "security.json"
        rules.write_text(
            '{"defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true, "subscribe": false,'
            ' "unsubscribe": true}, "clients": [], "groups": [{"groupname": "all", "roles": [{"rolename": "r"}]}],'
            ' "roles": [{"rolename": "r", "acls": [{"acltype": "subscribePattern", "topic": "sensors/#",'
            ' "priority": 1, "allow": true}]}], "anonymousGroup": "all"}'
        )
        options = (f"plugin {DYNAMIC_SECURITY}", f"plugin_opt_config_file {rules}")
        with Mosquitto(tmp_path / "broker", options=options) as broker:
            journal = MemoryJournal()
            source = client(broker, journal, topics=("secret/#", "sensors/#"))
            async with running(source), Peer(broker.port) as peer:
                await until(lambda: source.status.subscribe_failures > 2)
                assert source.status.refused == {"secret/#": "not authorised"}
                assert source.status.connected
                await peer.publish("sensors/a", b"21")
                await until(lambda: journal.bodies == [b"21"])
                assert source.status.connects == 1
            with pytest.raises(MqttError, match="secret/#: not authorised"):
                await probe(mqtt_settings(broker.port, topics=("secret/#", "sensors/#")))


class TestTls:
    @staticmethod
    def settings(broker: Mosquitto) -> dict[str, Any]:
        assert broker.authority
        certificate, key = broker.authority.issue("gateway", "gateway@city.example")
        return {"tls": {"ca": str(broker.authority.ca), "certificate": str(certificate), "key": str(key)}}

    @staticmethod
    def remove(path: str) -> None:
        Path(path).unlink()

    @staticmethod
    def peer(broker: Mosquitto) -> Peer:
        assert broker.authority
        context = ssl.create_default_context(cafile=str(broker.authority.ca))
        context.load_cert_chain(*broker.authority.issue("peer", "peer@city.example"))
        return Peer(broker.port, ssl=context)

    @on_both_loops
    async def test_messages_come_over_tls_with_a_client_certificate(self, tls_mosquitto):
        journal = MemoryJournal()
        tls = self.settings(tls_mosquitto)
        source = client(tls_mosquitto, journal, **tls)
        async with running(source), self.peer(tls_mosquitto) as peer:
            await until(lambda: source.status.connected)
            body = os.urandom(300_000)
            await peer.publish("sensors/a", body)
            await peer.publish_all(numbered(2000))
            await until(lambda: len(journal.messages) == 2001)
            assert journal.bodies == [body, *bodies(numbered(2000))]
        assert "TLS" in await probe(mqtt_settings(tls_mosquitto.port, **tls))

    @on_both_loops
    async def test_renewed_certificates_mean_a_graceful_reconnect(self, tls_mosquitto):
        journal = MemoryJournal()
        source = client(tls_mosquitto, journal, **self.settings(tls_mosquitto))
        async with running(source), self.peer(tls_mosquitto) as peer:
            await until(lambda: source.status.connected)
            publishing = asyncio.create_task(peer.publish_all(numbered(3000)))
            await until(lambda: source.status.received > 300)
            self.settings(tls_mosquitto)
            await until(lambda: source.status.connects == 2 and source.status.connected)
            await publishing
            await until(lambda: len(journal.messages) >= 3000)
            assert Counter(journal.bodies) == Counter(bodies(numbered(3000)))
            assert source.status.sessions_lost == 0

    @on_both_loops
    async def test_half_renewed_certificates_leave_the_connection_alone(self, tls_mosquitto):
        journal = MemoryJournal()
        tls = self.settings(tls_mosquitto)
        source = client(tls_mosquitto, journal, **tls)
        with structlog.testing.capture_logs() as logs:
            async with running(source), self.peer(tls_mosquitto) as peer:
                await until(lambda: source.status.connected)
                self.remove(tls["tls"]["key"])
                await until(lambda: any("cannot be used" in log["event"] for log in logs))
                await peer.publish("sensors/a", b"21")
                await until(lambda: journal.bodies == [b"21"])
                assert source.status.connects == 1
                self.settings(tls_mosquitto)
                await until(lambda: source.status.connects == 2 and source.status.connected)

    @on_both_loops
    async def test_an_authority_that_is_not_ours_is_told(self, tls_mosquitto, tmp_path):
        other = TlsSettings(ca=Authority(tmp_path / "other").ca)
        source = client(tls_mosquitto, MemoryJournal(), tls=other)
        async with running(source):
            await until(lambda: source.status.last_error)
            assert "its certificate is not trusted" in source.status.last_error

    @on_both_loops
    async def test_a_missing_client_certificate_is_told(self, tls_mosquitto):
        source = client(tls_mosquitto, MemoryJournal(), tls=TlsSettings(ca=tls_mosquitto.authority.ca))
        async with running(source):
            await until(lambda: source.status.last_error)
            assert "does it ask for a client certificate?" in source.status.last_error

    @on_both_loops
    async def test_a_name_that_the_certificate_does_not_hold_is_told(self, tls_mosquitto):
        source = client(tls_mosquitto, MemoryJournal(), host="127.0.0.2", **self.settings(tls_mosquitto))
        tls_mosquitto.stop()
        tls_mosquitto.address = "0.0.0.0"
        tls_mosquitto.start()
        async with running(source):
            await until(lambda: "not trusted" in source.status.last_error)
            assert "127.0.0.2" in source.status.last_error
