"""The service as its operators meet it: started, asked, checked, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import HTTP, TOKEN, chirpstack
from tests.flow.uplinks import Fleet
from tests.servers.mosquitto import Mosquitto


def measurement(value: float, at: float) -> bytes:
    return json.dumps({"device": "pole-7", "time": at, "air_temperature": value}).encode()


def test_what_is_posted_can_be_queried_and_survives_a_kill(tmp_path: Path) -> None:
    now = round(time.time())
    with GatewayProcess(tmp_path / "gateway", HTTP) as gateway:
        assert gateway.post(measurement(21.5, now - 60)) == 204
        assert gateway.post(measurement(22.5, now), token="wrong" * 8) == 401
        gateway.kill()
        gateway.start()
        assert gateway.post(measurement(22.0, now)) == 204
        query = "/v1/observations?device=pole-7&quantity=air_temperature"
        wait_for(lambda: len((gateway.get(query)[1] or {}).get("data", [])) == 2, 20, "both observations")
        values = [row["value"] for row in gateway.get(query)[1]["data"]]
        assert values == [21.5, 22.0]
        status, text = gateway.get(query + "&format=csv")
        assert status == 200
        assert "21,5" in text
        assert gateway.stop() == 0
        assert TOKEN not in gateway.log


def test_an_unreadable_message_becomes_a_dead_letter_and_settles_after_the_fix(tmp_path: Path) -> None:
    now = round(time.time())
    with GatewayProcess(tmp_path / "gateway", HTTP) as gateway:
        body = json.dumps({"device": "pole-8", "time": now, "temp": 19.5}).encode()
        assert gateway.post(body) == 204
        wait_for(lambda: gateway.metric("gateway_rejected_total") == 1, 20, "one dead letter")
        listed = gateway.run("deadletters", "list").stdout
        assert "pole-8" in listed
        offset = listed.split()[0]
        shown = gateway.run("deadletters", "show", offset).stdout
        assert '"temp": 19.5' in shown
        gateway.stop()
        gateway.config += 'mapping.fields = [{ path = "temp", quantity = "air_temperature", unit = "Cel" }]\n'
        gateway.configure()
        gateway.start()
        replayed = gateway.run("deadletters", "replay").stdout  # the running service does it
        assert "settled:            1" in replayed, replayed
        assert gateway.run("deadletters", "list").stdout == ""
        rows = gateway.get("/v1/observations?device=pole-8")[1]["data"]
        assert [row["value"] for row in rows] == [19.5]


def test_personal_identifiers_are_rejected_and_their_bytes_are_in_no_log_and_no_dead_letter(tmp_path: Path) -> None:
    with GatewayProcess(tmp_path / "gateway", HTTP) as gateway:
        body = b'{"device":"wifi-counter","time":%d,"people_count":3,"mac":"a4:5e:60:c2:11:7f"}' % time.time()
        assert gateway.post(body) == 204
        wait_for(lambda: gateway.metric("gateway_rejected_total") == 1, 20, "rejected")
        assert "privacy" in gateway.run("deadletters", "list").stdout
        gateway.stop()
        assert "a4:5e:60" not in gateway.log
        assert b"a4:5e:60" not in (gateway.data / "deadletters.sqlite").read_bytes()


@pytest.mark.mosquitto
def test_check_reaches_every_server_and_says_what_is_wrong(mosquitto: Mosquitto, tmp_path: Path) -> None:
    good = GatewayProcess(tmp_path / "good", chirpstack(mosquitto.port))
    good.configure()
    result = good.run("check")
    assert "FEHLER" not in result.stdout
    assert "source cs" in result.stdout
    mosquitto.stop()
    result = good.run("check", check=False)
    assert result.returncode == 1
    assert "FEHLER  source cs" in result.stdout
    assert str(mosquitto.port) in result.stdout
    good.path.write_text(good.path.read_text().replace("client_id", "cliend_id"))
    result = good.run("check", check=False)
    assert result.returncode == 2
    assert "cliend_id" in result.stderr
    assert str(good.path) in result.stderr


@pytest.mark.mosquitto
def test_a_graceful_stop_loses_nothing_and_ingest_and_process_can_be_apart(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    fleet = Fleet.of(2000, devices=20)
    config = chirpstack(mosquitto.port)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="p", protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(100)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    with (
        GatewayProcess(tmp_path / "gateway", config, arguments=("--role", "ingest")) as ingest,
        GatewayProcess(tmp_path / "second", config, arguments=("--role", "process", "--role", "api")) as process,
    ):
        process.stop()
        process.configure(ingest.data)
        process.start()
        wait_for(lambda: ingest.get("/readyz")[0] == 200, 20, "ready")
        for number in range(2000):
            client.publish(*fleet.message(number), qos=1)
            if number in (700, 1400):
                ingest.wait_healthy()
                assert ingest.stop() == 0, ingest.log
                ingest.start(ready=False)
        wait_for(lambda: process.metric("gateway_uplinks_total") >= 2000, 60, "all stored")
        found = sum(
            len(
                process.get(f"/v1/observations?device={fleet.device(n)}&quantity=air_temperature&limit=1000")[1]["data"]
            )
            for n in range(20)
        )
        assert found == 2000
        assert process.stop() == 0, process.log
    client.disconnect()
    client.loop_stop()


def test_a_second_process_on_the_same_data_is_refused_in_words(tmp_path: Path) -> None:
    with GatewayProcess(tmp_path / "gateway", HTTP) as gateway:
        text = gateway.path.read_text().replace(f"port = {gateway.port}", "port = 0")
        (tmp_path / "other.toml").write_text(text)
        other = GatewayProcess(tmp_path / "gateway", HTTP)
        other.path.write_text(text)
        result = other.run("run", check=False)
        assert result.returncode == 2
        assert str(gateway.data) in result.stderr


def test_systemd_is_told_when_the_service_is_ready_alive_and_stopping(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(20)
        environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"}
        with GatewayProcess(tmp_path / "gateway", HTTP, environment=environment) as gateway:
            seen = {systemd.recv(100) for _ in range(4)}
            assert {b"READY=1", b"WATCHDOG=1"} <= seen
            assert gateway.process is not None
            os.kill(gateway.process.pid, signal.SIGTERM)
            while systemd.recv(100) != b"STOPPING=1":
                pass
            assert gateway.process.wait(20) == 0


def test_the_port_being_taken_is_said_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gateway = GatewayProcess(tmp_path / "gateway", HTTP, port=taken.getsockname()[1])
        gateway.folder.mkdir()
        gateway.path.write_text(f'data_dir = "{gateway.data}"\n{HTTP}\n[http]\nport = {gateway.port}\n')
        result = gateway.run("run", check=False)
        assert result.returncode == 2
        assert str(gateway.port) in result.stderr
