"""Publishes what the demo city measures now, over MQTT at QoS 1, as its network servers and devices do."""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

import decoders
from decoders import registry
from gateway.demo import wrap
from gateway.demo.messages import Post
from gateway.demo.state import Progress

INFLIGHT = 1000
TICK = 1.0
NOTE_EVERY = 30.0
"""Seconds between two notes of how far it is."""


def published_payloads(t: float) -> Iterator[tuple[str, wrap.Message]]:
    """Real payloads that vendors and public repositories published for these devices: (source, message)."""
    number = 0
    for id_, decoder in registry.all_decoders().items():
        module = registry.modules().get(id_)
        if module is None:
            continue
        vectors = Path(decoders.__file__).parent.joinpath(*module.split(".")[1:]).with_suffix(".toml")
        for vector in tomllib.loads(vectors.read_text(encoding="utf-8"))["vector"]:
            if "error" in vector or vector.get("source", "made").startswith("made"):
                continue
            number += 1
            payload = bytes.fromhex(vector["payload"].replace(" ", ""))
            tags = {"decoder": id_, "source": vector["source"]}
            name = f"{decoder.vendor} {decoder.model}"
            yield (
                vector["source"],
                wrap.chirpstack(f"5eed{number:012x}", name, payload, vector["port"], t, number, tags),
            )


class Live:
    """A thread that publishes from where the past ended; `published` counts the messages."""

    def __init__(self, host: str, port: int, post: Post, progress: Progress) -> None:
        """Nothing is connected yet."""
        self._host, self._port, self._post, self._progress = host, port, post, progress
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._room = threading.Semaphore(INFLIGHT)
        self.published = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End and wait for the thread."""
        self._stop.set()
        for _ in range(INFLIGHT):
            self._room.release()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="demo-simulator", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.max_inflight_messages_set(INFLIGHT)
        client.on_publish = lambda *_: self._room.release()
        client.connect(self._host, self._port)
        client.loop_start()
        try:
            if not self._progress.state.payloads:
                for _, (topic, body) in published_payloads(time.time()):
                    self._publish(client, topic, body)
                self._progress.change(payloads=True)
            self._go_on(client)
        finally:
            client.disconnect()
            client.loop_stop()

    def _publish(self, client: mqtt.Client, topic: str, body: bytes) -> None:
        self._room.acquire()
        if not self._stop.is_set():
            client.publish(topic, body, qos=1)
            self.published += 1

    def _go_on(self, client: mqtt.Client) -> None:
        last, noted = self._progress.state.until, time.monotonic()
        while not self._stop.wait(TICK):
            now = time.time()
            for arrival in self._post.between(last, now):
                self._publish(client, arrival.topic, arrival.body)
            last = max(last, now)
            if time.monotonic() - noted >= NOTE_EVERY:
                self._progress.reached(last)
                noted = time.monotonic()
        self._progress.reached(last)
