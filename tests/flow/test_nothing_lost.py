"""Nothing lost, nothing double: 20,000 uplinks at QoS 1 while everything around breaks, at both stores.

The gateway is killed three times, the broker restarts, the database goes away and then answers errors, the disk takes
nothing for a while, and one message in a hundred is poison. Afterwards every good uplink stands in the store exactly
once for each series and time, and every bad one is a dead letter with its bytes.
"""

from __future__ import annotations

import http.server
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.config import load
from gateway.deadletters import DeadLetters
from gateway.model import Store
from tests.flow.gateway_process import GatewayProcess, wait_for
from tests.flow.sources import chirpstack
from tests.flow.uplinks import Fleet, poison
from tests.servers.influxd import TOKEN, Influxd
from tests.servers.mosquitto import Mosquitto

MESSAGES = 20_000
OUTAGE = 30.0
QUANTITIES = ("air_temperature", "relative_humidity", "battery_voltage")


class Publisher(threading.Thread):
    """Publishes at QoS 1 at a steady rate and waits for every PUBACK, over restarts of the broker."""

    def __init__(self, port: int, fleet: Fleet, rate: float) -> None:
        super().__init__(daemon=True)
        self._fleet, self._rate = fleet, rate
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="publisher", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._published
        self._client.connect("127.0.0.1", port, clean_start=True)
        self.sent = self.acknowledged = 0
        self.poison: list[bytes] = []
        self.done = threading.Event()

    def _published(self, *_: object) -> None:
        self.acknowledged += 1

    def run(self) -> None:
        self._client.loop_start()
        began = time.monotonic()
        numbers = list(range(MESSAGES))
        for number in numbers:
            good = self._fleet.message(number)
            batch = [good]
            if number % 100 == 50:
                batch.append(poison(number // 100, good))
                self.poison.append(batch[-1][1])
            for topic, body in batch:
                self._client.publish(topic, body, qos=1)
                self.sent += 1
            ahead = number / self._rate - (time.monotonic() - began)
            if ahead > 0.05:
                self.done.wait(ahead)
        wait_for(lambda: self.acknowledged >= self.sent, 120, "every PUBACK of the broker")
        self._client.disconnect()
        self._client.loop_stop()
        self.done.set()


class _Failing(http.server.BaseHTTPRequestHandler):
    """A database in trouble: answers every request with one of these, in turn."""

    answers = (500, 503, 429)
    count = 0

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        type(self).count += 1
        self.send_response(self.answers[self.count % len(self.answers)])
        self.send_header("Content-Length", "0")
        self.send_header("Retry-After", "1")
        self.end_headers()

    do_POST = do_GET = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def failing_database(port: int) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), _Failing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def configuration(broker: Mosquitto, store: str) -> str:
    return store + chirpstack(broker.port, "backoff_max = 1.0")


def through(condition: Callable[[], bool], seconds: float) -> None:
    """Let `seconds` pass, or until `condition` holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(0.05)


def kill_at_random(gateway: GatewayProcess, randomly: random.Random) -> None:
    before = gateway.metric("gateway_journalled_total")
    more = randomly.randrange(200, 900)
    wait_for(lambda: gateway.metric("gateway_journalled_total") >= before + more, 60, f"{more} more messages")
    gateway.kill()
    gateway.start()


def fill_disk(gateway: GatewayProcess, publisher: Publisher) -> None:
    """The disk takes nothing: not ready, nothing acknowledged; then it does, and everything goes on by itself."""
    gateway.limit_files(4096)
    wait_for(lambda: gateway.get("/readyz")[0] == 503, 30, "not ready while the disk is full")
    wait_for(lambda: gateway.metric("gateway_journal_up") == 0, 10, "the metric says so")
    stuck = gateway.metric("gateway_journalled_total")
    sent = publisher.sent
    wait_for(lambda: publisher.sent >= sent + 300 or publisher.done.is_set(), 60, "more messages meanwhile")
    assert gateway.metric("gateway_journalled_total") == stuck
    gateway.limit_files(-1)
    wait_for(lambda: gateway.metric("gateway_journalled_total") > stuck, 30, "resumed by itself")


def check_everything(gateway: GatewayProcess, store: Store, fleet: Fleet, bad: list[bytes]) -> None:
    expected = fleet.expected()
    devices = {device for device, _ in expected}
    stop = time.time_ns()
    found: dict[tuple[str, int], float | None] = {}
    for device in devices:
        points = store.observations(device, None, 0, stop, limit=1_000_000)
        keys = [(point.quantity, point.channel, point.time) for point in points]
        assert len(keys) == len(set(keys)), f"{device}: a point stands twice"
        assert {point.quantity for point in points} >= set(QUANTITIES)
        for quantity in QUANTITIES:
            assert sum(point.quantity == quantity for point in points) == fleet.count, (device, quantity)
        found |= {(device, point.time): point.value for point in points if point.quantity == "air_temperature"}
    assert found == expected
    with DeadLetters(gateway.data) as letters:
        kept = {letter.received.body for offset in letters.offsets() for letter in letters.show(offset)}
    assert set(bad) <= kept, f"{len(set(bad) - kept)} poison messages are not among the dead letters"
    assert kept <= set(bad), "a good message became a dead letter"


def finish(gateway: GatewayProcess, publisher: Publisher) -> None:
    publisher.join(180)
    assert publisher.done.is_set()
    wait_for(
        lambda: gateway.metric("gateway_lag_offsets") == 0 and gateway.metric("gateway_journalled_total") > 0,
        120,
        "everything stored",
    )
    assert gateway.stop() == 0, gateway.log


@pytest.mark.mosquitto
def test_duckdb(mosquitto: Mosquitto, tmp_path: Path) -> None:
    fleet, randomly = Fleet.of(MESSAGES), random.Random(7)
    with GatewayProcess(tmp_path / "gateway", configuration(mosquitto, 'store.kind = "duckdb"')) as gateway:
        wait_for(lambda: gateway.get("/readyz")[0] == 200, 30, "ready")
        publisher = Publisher(mosquitto.port, fleet, rate=900)
        publisher.start()
        for _ in range(3):
            kill_at_random(gateway, randomly)
        mosquitto.restart()
        fill_disk(gateway, publisher)
        finish(gateway, publisher)
        from gateway.app.parts import open_store

        store = open_store(load(gateway.path))
        try:
            check_everything(gateway, store, fleet, publisher.poison)
        finally:
            store.close()


@pytest.mark.mosquitto
@pytest.mark.influxd
def test_influxdb(mosquitto: Mosquitto, own_influxd: Influxd, tmp_path: Path) -> None:
    fleet, randomly = Fleet.of(MESSAGES), random.Random(11)
    bucket = own_influxd.bucket()
    secret = tmp_path / "token"
    secret.write_text(TOKEN)
    store = f"""
[store]
kind = "influxdb"
[store.influxdb]
url = "{own_influxd.url}"
org = "city"
bucket = "{bucket}"
token.file = "{secret}"
"""
    with GatewayProcess(tmp_path / "gateway", configuration(mosquitto, store)) as gateway:
        wait_for(lambda: gateway.get("/readyz")[0] == 200, 30, "ready")
        publisher = Publisher(mosquitto.port, fleet, rate=170)
        publisher.start()
        kill_at_random(gateway, randomly)
        own_influxd.kill()
        through(lambda: False, OUTAGE / 2)
        kill_at_random(gateway, randomly)
        through(lambda: False, OUTAGE / 2)
        with failing_database(own_influxd.port):
            mosquitto.restart()
            through(lambda: False, OUTAGE)
            assert _Failing.count > 0
        own_influxd.start()
        kill_at_random(gateway, randomly)
        fill_disk(gateway, publisher)
        finish(gateway, publisher)
        from gateway.store.influxdb import InfluxStore

        reader = InfluxStore(own_influxd.settings(bucket))
        try:
            check_everything(gateway, reader, fleet, publisher.poison)
        finally:
            reader.close()
