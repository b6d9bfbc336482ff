"""Publishes the demo city's messages: a week of history at once, then live, over MQTT at QoS 1."""

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
from gateway.demo.city import SimulatedDevice, devices

HISTORY = 7 * 86400
INFLIGHT = 1000


def message(device: SimulatedDevice, t: float) -> wrap.Message:
    """What the device's network server publishes when it measures at Unix time `t`."""
    values = device.values(t)
    if device.network == "plain":
        return wrap.plain(device.id, values, t)
    decoder = registry.by_id(device.decoder)
    assert decoder is not None, device.decoder
    payload = decoder.encode(values, device.port)
    counter = int(t // device.interval) % 65536
    if device.network == "tts":
        name = f"{device.ttn[1]}-{device.id[4:8]}"
        return wrap.tts(device.id, name, payload, device.port, t, counter, device.ttn)
    tags = {"decoder": device.decoder, "ort": device.place}
    return wrap.chirpstack(device.id, f"{decoder.vendor} {decoder.model}", payload, device.port, t, counter, tags)


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


class Simulator:
    """A thread that publishes; `published` counts the messages that the broker has acknowledged or taken."""

    def __init__(self, host: str, port: int, *, history: float = HISTORY, speed: float = 1.0) -> None:
        """`history` in seconds before now; `speed` makes the live part faster than the clock."""
        self._host, self._port, self._history, self._speed = host, port, history, speed
        self._devices = devices()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._room = threading.Semaphore(INFLIGHT)
        self.published = 0
        self.state = "history"

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End and wait for the thread."""
        self._stop.set()
        for _ in range(INFLIGHT):
            self._room.release()
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
            now = time.time()
            self._send_history(client, now)
            for _, (topic, body) in published_payloads(time.time()):
                self._publish(client, topic, body)
            self.state = "live"
            self._send_live(client, now)
        finally:
            client.disconnect()
            client.loop_stop()

    def _publish(self, client: mqtt.Client, topic: str, body: bytes) -> None:
        self._room.acquire()
        if not self._stop.is_set():
            client.publish(topic, body, qos=1)
            self.published += 1

    def _send_history(self, client: mqtt.Client, now: float) -> None:
        steps = int(self._history // 600)
        first = now - steps * 600
        for step in range(steps):
            for device in self._devices:
                if self._stop.is_set():
                    return
                self._publish(client, *message(device, first + step * 600 + _phase(device)))

    def _send_live(self, client: mqtt.Client, start: float) -> None:
        due = {device.id: start + _phase(device) for device in self._devices}
        while not self._stop.wait(0.2):
            now = start + (time.time() - start) * self._speed
            for device in self._devices:
                if due[device.id] <= now:
                    due[device.id] += device.interval
                    self._publish(client, *message(device, time.time()))


def _phase(device: SimulatedDevice) -> float:
    """Each device at its own second within the interval; never later than now in the history."""
    return sum(device.id.encode()) * 37 % device.interval
