"""What receiving a message over MQTT 5 costs: CPU of this process per message, with a journal that keeps nothing.

    python benchmarks/mqtt_receive.py [--messages 100000] [--size 1000] [--qos 1] [--tls] [--broker mosquitto|iotcore]
                                      [--loop uvloop|asyncio] [--live] [--commit SECONDS] [--profile]

The messages wait in the session at the broker before the clock starts (they are published while the source is
disconnected), so the source reads as fast as it can. `--live` publishes from another process instead while it reads;
then a read brings one or two messages, and what a wake-up costs counts. `--commit 0.005` takes as long as a disk.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import cProfile
import os
import pstats
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import uvloop

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gateway.config import Mqtt5Source  # noqa: E402 - the path comes first
from gateway.demo.broker import broker as rumqttd  # noqa: E402 - the path comes first
from gateway.model import Received  # noqa: E402 - the path comes first
from gateway.transports.mqtt import Mqtt5Client  # noqa: E402 - the path comes first
from tests.servers.mosquitto import Authority, Mosquitto  # noqa: E402 - the path comes first
from tests.servers.mqtt_peer import Peer  # noqa: E402 - the path comes first


class NullJournal:
    """Keeps nothing, and takes as long as a disk takes to sync."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def append(self, messages: Sequence[Received]) -> int:
        """Wait as for a disk."""
        if self._seconds:
            await asyncio.sleep(self._seconds)
        return len(messages)


@contextlib.contextmanager
def broker(kind: str, folder: Path, tls: bool) -> Iterator[tuple[int, dict[str, Any], ssl.SSLContext | None]]:
    """A running broker: port, TLS settings and context for clients."""
    if kind == "iotcore":
        with rumqttd(folder) as port:
            yield port, {}, None
        return
    authority = Authority(folder / "pki") if tls else None
    with Mosquitto(folder / "broker", authority=authority) as mosquitto:
        if authority is None:
            yield mosquitto.port, {}, None
            return
        certificate, key = authority.issue("bench", "bench@city.example")
        context = ssl.create_default_context(cafile=str(authority.ca))
        context.load_cert_chain(certificate, key)
        files = {"ca": str(authority.ca), "certificate": str(certificate), "key": str(key)}
        yield mosquitto.port, {"tls": files}, context


async def publish(port: int, context: ssl.SSLContext | None, count: int, size: int, qos: int) -> None:
    async with Peer(port, ssl=context) as peer:
        for first in range(0, count, 5000):
            numbers = range(first, min(first + 5000, count))
            await peer.publish_all(
                (
                    (f"application/c0ffee/device/{n % 1000:016x}/event/up", (b"%010d" % n).ljust(size, b"x"))
                    for n in numbers
                ),
                qos=qos,
            )


async def measure(options: argparse.Namespace, port: int, tls: dict[str, Any], context: ssl.SSLContext | None) -> None:
    settings = Mqtt5Source.model_validate(
        {
            "type": "mqtt5",
            "format": "plain",
            "host": "127.0.0.1",
            "port": port,
            "topics": ["application/+/device/+/event/up"],
            "client_id": "bench",
            "qos": options.qos,
            **tls,
        }
    )
    source = Mqtt5Client("bench", settings, NullJournal(options.commit))
    task = asyncio.create_task(source.run())
    while not source.status.connected:  # noqa: ASYNC110 - the status has no event
        await asyncio.sleep(0.01)
    feeding = None
    if options.live:
        command = [sys.executable, __file__, "--feed", str(port), "--messages", str(options.messages)]
        command += ["--size", str(options.size), "--qos", str(options.qos)]
        feeding = await asyncio.create_subprocess_exec(*command)
    else:
        task.cancel()
        await asyncio.wait((task,))
        await publish(port, context, options.messages, options.size, max(options.qos, 1))
        source = Mqtt5Client("bench", settings, NullJournal(options.commit))
    profile = cProfile.Profile() if options.profile else None
    before, began = os.times(), time.perf_counter()
    if profile:
        profile.enable()
    if not options.live:
        task = asyncio.create_task(source.run())
    while source.status.journalled < options.messages:  # noqa: ASYNC110 - the status has no event
        await asyncio.sleep(0.02)
    after, ended = os.times(), time.perf_counter()
    if profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(15)
    task.cancel()
    await asyncio.wait((task,))
    if feeding:
        await feeding.wait()
    if source.status.received != options.messages:
        print(f"{source.status.received} messages received instead of {options.messages}")
    each = 1e6 / options.messages
    user, system = (after.user - before.user) * each, (after.system - before.system) * each
    rate = options.messages / (ended - began)
    what = f"{options.broker} {'TLS ' if options.tls else ''}QoS {options.qos} {options.size} B"
    print(f"{what}: {user + system:.2f} us CPU per message ({user:.2f} user, {system:.2f} system), {rate:,.0f}/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--qos", type=int, default=1, choices=(0, 1, 2))
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--broker", default="mosquitto", choices=("mosquitto", "iotcore"))
    parser.add_argument("--loop", default="uvloop", choices=("uvloop", "asyncio"))
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--commit", type=float, default=0.0)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--feed", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.live = options.live or options.qos == 0  # a broker need not keep messages at QoS 0 for those who are away
    run = uvloop.run if options.loop == "uvloop" else asyncio.run
    if options.feed:
        run(publish(options.feed, None, options.messages, options.size, options.qos))
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        broker(options.broker, Path(folder), options.tls) as (port, tls, context),
    ):
        run(measure(options, port, tls, context))


if __name__ == "__main__":
    main()
