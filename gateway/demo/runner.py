"""Runs broker, gateway and simulated city together and says how they do, until Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.app.parts import Client
from gateway.app.service import Service
from gateway.demo import atlas, welcome
from gateway.demo.broker import broker
from gateway.demo.city import City
from gateway.demo.feed import Feed
from gateway.demo.live import Live
from gateway.demo.messages import Post
from gateway.demo.setting_up import configure, prepare
from gateway.demo.state import Progress, State, load
from gateway.demo.weather import DAY
from gateway.model import Journal

LONGEST_GAP = 31 * DAY
Say = Callable[[str], None]
_PACE = 1 if sys.stdout.isatty() else 5
"""Seconds between two lines of progress: one line that changes, or a file that grows."""


async def run(data: Path, http_port: int, days: float, say: Say) -> None:
    """Run until SIGINT. The first start begins with a history of `days`; a later one goes on where the last ended."""
    now = time.time()
    state = await asyncio.to_thread(load, data) or State(begun=now, days=days, until=now - days * DAY)
    progress = Progress(data, state)
    progress.reached(max(state.until, now - LONGEST_GAP))
    city = City(state.begun, state.days)
    with broker(data) as broker_port:
        settings = configure(city, data, http_port, broker_port)
        say(welcome.FIRST if state.until < state.begun else welcome.AGAIN)
        await asyncio.to_thread(prepare, city, settings)
        demo = _Demo(city, progress, now, say)
        service = Service(settings, feeds=demo.feeds)
        await demo.run(service, data, broker_port)


class _Demo:
    """What runs beside the service."""

    def __init__(self, city: City, progress: Progress, now: float, say: Say) -> None:
        self._city, self._progress, self._now, self._say = city, progress, now, say
        self._feed: Feed | None = None
        self._service: Service | None = None
        self._first = progress.state.until < city.begun

    def feeds(self, journal: Journal) -> Mapping[str, Client]:
        """The past as a source."""
        self._feed = Feed(journal, self._progress, self._now, self._stored)
        return {"history": self._feed}

    def _stored(self) -> int | None:
        """Offset up to which the journal is stored."""
        offset = self._service.state.offset if self._service else None
        return offset() if offset else None

    async def run(self, service: Service, data: Path, broker_port: int) -> None:
        """Serve; tell how far the past is; then go live."""
        self._service = service
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(service.run(), name="gateway")
            ready = tasks.create_task(service.ready.wait())
            await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                ready.cancel()
                return
            assert self._feed is not None
            self._say(welcome.ready(data, service.port, self._city, broker_port, first=self._first))
            live = Live("127.0.0.1", broker_port, Post(self._city), self._progress)
            registers = tasks.create_task(asyncio.to_thread(atlas.load, data))
            beside = [
                tasks.create_task(self._go_live(service, self._feed, live)),
                tasks.create_task(self._tell(service, self._feed, data, registers)),
            ]
            try:
                await serving
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.to_thread(live.stop)

    async def _go_live(self, service: Service, feed: Feed, live: Live) -> None:
        """Publish as soon as the past is in the journal and every source has subscribed."""
        await feed.fed.wait()
        while not all(getattr(status, "connected", True) for status in service.state.statuses().values()):  # noqa: ASYNC110 - a status is a value that nobody announces
            await asyncio.sleep(0.02)
        live.start()

    async def _tell(self, service: Service, feed: Feed, data: Path, registers: asyncio.Task[None]) -> None:
        """How far the past is, in one line; then what there is to see; then rate and lag."""
        began = self._now
        total = max(1.0, self._now - feed.status.at)
        while feed.status.catching_up:
            await asyncio.sleep(_PACE)
            part = 1 - (self._now - feed.status.at) / total
            self._line(f"{welcome.PAST} {100 * part:3.0f} % ({_day(feed.status.at)})", service, feed.status.received)
        while await asyncio.to_thread(_waiting, service.port):
            await asyncio.sleep(_PACE)
            self._line(welcome.COUNTING, service, feed.status.received)
        await registers
        self._line("", None, 0)
        self._say(
            welcome.complete(data, service.port, self._city, self._now, feed.status.received, time.time() - began)
        )
        while True:
            await asyncio.sleep(1 if sys.stdout.isatty() else 30)
            received = sum(getattr(status, "received", 0) for status in service.state.statuses().values())
            self._line(welcome.LIVE, service, received)

    def _line(self, what: str, service: Service | None, received: int) -> None:
        """One line, written over itself on a terminal."""
        counts = "" if service is None else (
            f"   {received} Nachrichten/messages   {service.metrics.rejected_now} verworfen/rejected"
        )  # fmt: skip
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\x1b[K{what}{counts}")
            sys.stdout.flush()
        elif what:
            self._say(what + counts)


def _day(t: float) -> str:
    return time.strftime("%d.%m.", time.localtime(t))


def _waiting(port: int) -> int:
    """How many device-hours wait to be aggregated."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            found = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            found = json.loads(error.read())
    except OSError:
        return 1
    return int(next((check["value"] for check in found["checks"] if check["name"] == "aggregation"), 0) or 0)
