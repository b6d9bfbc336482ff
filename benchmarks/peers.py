"""Real servers and processes for the benchmarks, and how much CPU and memory a process has used."""

from __future__ import annotations

import asyncio
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mqtt5

from gateway.demo.wrap import chirpstack

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
TAGS = {"decoder": "milesight-em300-th", "siting": "background", "district": "Elberfeld", "mast": "Laurentiusplatz 4"}


def cpu(pid: int) -> float:
    """User and system time of a process so far, s."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> float:
    """Resident memory of a process now, MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


def wait_for(condition: Callable[[], bool], seconds: float, what: str, every: float = 0.05) -> None:
    """Return as soon as it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(every)


def uplink(number: int, start: float, devices: int = 1000) -> tuple[str, bytes]:
    """A ChirpStack uplink of about 1 kB with three readings (Milesight EM300-TH)."""
    index, device = divmod(number, devices)
    payload = struct.pack("<BBhBBBBBB", 0x03, 0x67, 180 + number % 100, 0x04, 0x68, 120, 0x01, 0x75, 92)
    at = start + index * 0.2 + device / devices / 10
    return chirpstack(f"24e124{device:010x}", "EM300-TH", payload, 85, at, index, TAGS)


class _Publisher(asyncio.Protocol):
    """Publishes messages at QoS 1, as fast as the broker acknowledges or at a rate."""

    def __init__(self, message: Callable[[int], tuple[str, bytes]], count: int, rate: float | None) -> None:
        self._message, self._count, self._rate = message, count, rate
        self._buffer = bytearray()
        self.acknowledged = self._sent = 0
        self.done = asyncio.get_running_loop().create_future()
        self._window = 500

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(mqtt5.ConnectPacket(f"bench-{os.getpid()}", clean_start=True).write())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        at = 0
        with memoryview(self._buffer) as view:
            while at < len(view):
                try:
                    packet, size = mqtt5.read(view[at:])
                except IndexError:
                    break
                at += size
                if isinstance(packet, mqtt5.PubAckPacket):
                    self.acknowledged += 1
                elif isinstance(packet, mqtt5.ConnAckPacket):
                    self._window = min(self._window, packet.receive_max)
        del self._buffer[:at]
        self._send()

    def _send(self) -> None:
        room = self._window - (self._sent - self.acknowledged)
        if self._rate is None:
            self._write(min(self._count, self._sent + room))
        if self.acknowledged == self._count and not self.done.done():
            self.done.set_result(None)

    def _write(self, stop: int) -> None:
        qos = mqtt5.QoS.AT_LEAST_ONCE
        packets = [
            mqtt5.PublishPacket(*self._message(number), qos=qos, packet_id=number % 65535 + 1).write()
            for number in range(self._sent, stop)
        ]
        if packets:
            self._transport.write(b"".join(packets))
            self._sent = stop

    async def paced(self) -> None:
        assert self._rate is not None
        began = time.monotonic()
        while self._sent < self._count:
            self._write(min(self._count, int((time.monotonic() - began) * self._rate) + 1))
            await asyncio.sleep(0.005)


async def publish(
    port: int, message: Callable[[int], tuple[str, bytes]], count: int, rate: float | None = None
) -> None:
    """Publish messages 0 to `count` at QoS 1 and wait for every acknowledgement; `rate` in messages per second."""
    _, protocol = await asyncio.get_running_loop().create_connection(
        lambda: _Publisher(message, count, rate), "127.0.0.1", port
    )
    if rate is not None:
        await protocol.paced()
    await protocol.done


def publish_apart(port: int, count: int, start: float | None, rate: float | None = None) -> subprocess.Popen[bytes]:
    """The same in a process of its own, so that its CPU is not the gateway's. `start` None: each uplink is of now."""
    when = "time.time() - (n // 1000) * 0.2" if start is None else repr(start)
    code = (
        "import asyncio, time; from benchmarks.peers import publish, uplink;"
        f"asyncio.run(publish({port}, lambda n: uplink(n, {when}), {count}, {rate}))"
    )
    return subprocess.Popen([sys.executable, "-c", code])


def telegraf_binary() -> str | None:
    """Telegraf: on PATH, or where `.ci/build-telegraf` keeps what it builds."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quartier-gateway"
    built = sorted(cache.glob("telegraf-v*/telegraf"))
    return shutil.which("telegraf") or (str(built[-1]) if built else None)
