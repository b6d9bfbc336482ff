"""Who may connect to a real Mosquitto, and over what: users, rights, TLS and its renewal."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import structlog

from gateway.config import TlsSettings
from gateway.transports.mqtt_connect import probe
from gateway.transports.mqtt_words import MqttError
from tests.conftest import require
from tests.servers.mosquitto import BINARY, DYNAMIC_SECURITY, Authority, Mosquitto
from tests.servers.mqtt_peer import Peer
from tests.servers.mqtt_support import bodies, client, numbered
from tests.unit.transports.mqtt_doubles import MemoryJournal, mqtt_settings, on_both_loops, running, until

pytestmark = pytest.mark.mosquitto


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
