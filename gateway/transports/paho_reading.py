"""How an MQTT 3.1.1 connection reads: aiomqtt (over paho), taught what this gateway needs.

- A message is acknowledged when the journal has it, not when it is received.
- When the journal does not keep up, reading stops and the connection stays; aiomqtt would gather without bound or
  discard. Pings go on meanwhile, though their answers stay unread.
- The DUP flag is kept, and a topic that is no UTF-8 ends nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from time import monotonic
from typing import Any

import aiomqtt
from paho.mqtt import client as paho

from gateway.model import Received
from gateway.transports.mqtt_batch import Batcher, MqttStatus

MAX_BODY = 1 << 20
"""Bytes of a message; larger ones are counted, acknowledged and dropped."""

MAX_PACKET = 16 << 20
"""Bytes of a packet above which the connection ends: nothing that a sensor's network server would send."""

_BURST = 256


class PahoReading(aiomqtt.Client):
    """A client whose messages go to a batcher, which acknowledges them."""

    def __init__(
        self,
        name: str,
        batcher: Batcher,
        status: MqttStatus,
        clock: Callable[[], int],
        flow: Callable[[bool], None] | None = None,
        **options: Any,
    ) -> None:
        """Prepare; for `name` to `flow` see PahoConnection, `options` are aiomqtt's."""
        super().__init__(**options)
        self._name, self._batcher, self._status, self._clock = name, batcher, status, clock
        self._flow = flow or (lambda _: None)
        self._abandoned = self._paused = self._held = False
        self._fd = -1
        self._taken = self._taken_bytes = 0
        self._client.manual_ack_set(True)

    # Called by the batcher.

    def acknowledge(self, acks: list[int]) -> None:
        """Send a PUBACK for each packet id."""
        if self._client.socket() is not None:
            for mid in acks:
                self._client.ack(mid, 1)

    def pause(self) -> None:
        """Stop reading: the broker's socket fills, and the broker waits."""
        if not self._paused and self._client.socket() is not None:
            self._paused = self._status.paused = True
            self._loop.remove_reader(self._fd)
            self._flow(True)

    def resume(self) -> None:
        """Read again."""
        if self._paused and not self._held and self._client.socket() is not None:
            self._paused = self._status.paused = False
            self._loop.add_reader(self._fd, self._read)
            self._loop.call_soon(self._read)  # TLS may have decrypted what the socket no longer shows
            self._flow(False)

    # Called by paho, in place of aiomqtt's own callbacks.

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:  # noqa: ARG002 - paho's signature
        self._loop.call_soon_threadsafe(self._opened, sock)

    def _opened(self, sock: Any) -> None:
        if self._abandoned or sock.fileno() < 0:
            self._client._sock_close()  # noqa: SLF001 - paho has no public way to drop a socket that hangs
            return
        self._fd = sock.fileno()
        self._loop.add_reader(self._fd, self._read)
        self._misc_task = self._loop.create_task(self._misc_loop(), name=f"{self._name}: ping")

    async def _misc_loop(self) -> None:
        while True:
            if self._paused:  # the answers to pings are among what is not read
                self._client._ping_t = 0  # noqa: SLF001 - paho has no public way to be patient
                self._client._last_bytes_received = monotonic()  # noqa: SLF001 - likewise
            if self._client.loop_misc() != paho.MQTT_ERR_SUCCESS:
                return
            await asyncio.sleep(1)

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:  # noqa: ARG002 - likewise
        self._taken += 1
        size = len(message.payload)
        self._taken_bytes += size
        if message.qos:
            self._batcher.acks.append(message.mid)
        if size > MAX_BODY:
            self._status.oversized += 1
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = message._topic.decode("utf-8", "replace")  # noqa: SLF001 - the public way raises
        now = self._clock()
        self._batcher.messages.append(
            Received(self._name, topic, bytes(message.payload), now, bool(message.retain), bool(message.dup))
        )
        self._status.last_message_at = now
        self._status.received += 1

    def _read(self) -> None:
        """Take what has come, a bounded number of messages at once."""
        if self._paused or self._client.socket() is None:
            return
        self._taken_bytes = 0
        acks = len(self._batcher.acks)
        messages = len(self._batcher.messages)
        try:
            again = self._read_burst()
        except Exception as error:  # noqa: BLE001 - whatever it is, the connection is of no more use
            again = False
            if not self._disconnected.done():
                self._disconnected.set_exception(error)
        self._status.bytes += self._taken_bytes
        if len(self._batcher.messages) > messages or len(self._batcher.acks) > acks:
            self._batcher.gathered(self._taken_bytes)
        if again:
            self._loop.call_soon(self._read)

    def _read_burst(self) -> bool:
        """Whether decrypted bytes are left, of which the socket knows nothing."""
        client = self._client
        for _ in range(_BURST):
            taken = self._taken
            if client.loop_read() != paho.MQTT_ERR_SUCCESS or (sock := client.socket()) is None:
                return False
            if client._in_packet["remaining_length"] > MAX_PACKET:  # noqa: SLF001 - paho sets no limit
                raise aiomqtt.MqttError(f"a packet of more than {MAX_PACKET} bytes")
            if self._taken == taken and not _pending(sock):
                return False
        return _pending(sock)


def _pending(sock: Any) -> bool:
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
