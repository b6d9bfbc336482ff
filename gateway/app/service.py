"""The running service: which parts a role needs, in which order they start and stop.

Roles: `ingest` (transports → journal), `process` (journal → store, replays), `aggregate` (figures of areas, and queries
about them; where aggregation is enabled), `api` (queries). Health and metrics are
served by every process. With DuckDB, `process` and `api` share a process, because the file belongs to one.

Stop: transports first (what was received is journalled and acknowledged), then the web server (requests under way are
answered), the processing loop with its current batch, and at last the journal.
"""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, closing
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.routes.catalogue import catalogue_router
from gateway.api.routes.devices import devices_router
from gateway.api.routes.health import Check, store_check
from gateway.app import parts, signals, systemd
from gateway.app.approvals import Approvals
from gateway.app.catalogue import Catalogue
from gateway.app.health import StateReader
from gateway.app.jobs import Jobs, ownership
from gateway.app.metrics import ProcessMetrics, StateCollector
from gateway.app.monitoring import Monitoring
from gateway.app.process import CONSUMER, ProcessLoop
from gateway.app.replays import Replays, ReplayWorker
from gateway.app.retention import keep_bounded
from gateway.app.watched import DeviceReports
from gateway.app.web import WebServer, bind
from gateway.config import ConfigError, Settings
from gateway.deadletters import DeadLetters, DeadLettersError
from gateway.journal import Consumer, SegmentedJournal
from gateway.model import Journal, Store, StoreUnavailableError
from gateway.registry.seen import SeenDevices
from gateway.transports.http import IngestRouter, create_ingest_router

if TYPE_CHECKING:
    from gateway.registry.published import Published

_log = structlog.get_logger(__name__)
STUCK = 600.0
"""Seconds in one batch after which systemd's watchdog is no longer fed."""


Feeds = Callable[[Journal], Mapping[str, parts.Client]]
"""Makes sources beside the configured ones, by name: a simulator, an import of what another system kept. While the
status of one says `catching_up`, its old messages count neither as lag nor do they make devices silent."""


class Role(StrEnum):
    """What a process does."""

    INGEST = "ingest"
    PROCESS = "process"
    AGGREGATE = "aggregate"
    API = "api"


ALL_ROLES = frozenset(Role)


class Service:
    """One process of the gateway.

    Attributes:
        ready: set when everything is started and messages are taken.
        port: of the HTTP server, known once `ready` is set.
        state: reads of everything that is shown: metrics, health, the demo's status line.
    """

    def __init__(self, settings: Settings, roles: frozenset[Role] = ALL_ROLES, *, feeds: Feeds | None = None) -> None:
        """Nothing is opened yet; `feeds` makes further sources. Raises ConfigError for roles that cannot be alone."""
        if settings.store.kind == "duckdb" and (Role.PROCESS in roles) != (Role.API in roles):
            raise ConfigError("store.kind = duckdb: the roles process and api must run in one process")
        if settings.aggregation.enabled and (Role.PROCESS in roles) != (Role.AGGREGATE in roles):
            raise ConfigError("aggregation: the roles process and aggregate must run in one process")
        self._settings, self._roles, self._feeds = settings, roles, feeds
        self._registry = CollectorRegistry()
        self.metrics = ProcessMetrics(self._registry)
        self.state = StateReader(parts.journal_folder(settings))
        self.ready = asyncio.Event()
        self.port = 0
        self._stopping = asyncio.Event()
        self._checks: dict[str, Check] = {}
        self._loop: ProcessLoop | None = None
        self._gate: Published | None = None

    def stop(self) -> None:
        """Begin an orderly stop."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until `stop`, SIGTERM or SIGINT."""
        signals.take(self.stop)
        self._settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as stack:
            sock = stack.enter_context(bind(self._settings.http))
            self.port = sock.getsockname()[1]
            store = self._open_store(stack)
            await self._run(store, sock)

    def _open_store(self, stack: ExitStack) -> Store | None:
        if not self._roles & {Role.PROCESS, Role.API}:
            return None
        if Role.PROCESS in self._roles:
            stack.enter_context(ownership(self._settings.data_dir))
        store = parts.open_store(self._settings)
        stack.callback(store.close)
        self._checks["store"] = store_check(store)
        return store

    async def _run(self, store: Store | None, sock: socket.socket) -> None:
        settings = self._settings
        async with AsyncExitStack() as stack:
            working: list[Callable[[], Coroutine[Any, Any, None]]] = []
            journal, ingest = None, None
            clients: Mapping[str, parts.Client] = {}
            if Role.INGEST in self._roles:
                journal = SegmentedJournal(
                    parts.journal_folder(settings),
                    settings.journal,
                    floor=self._floor(store),
                    on_commit=self.metrics.committed,
                )
                await stack.enter_async_context(journal)
                clients = parts.transports(settings, journal)
                if self._feeds is not None:
                    clients = {**clients, **self._feeds(journal)}
                ingest = create_ingest_router(parts.http_sources(settings), journal)
                working.append(partial(keep_bounded, settings))
                self.state.journal, self.state.clients, self.state.http = journal, clients, ingest.status
            if Role.PROCESS in self._roles:
                assert store is not None
                working += self._process(stack, store, journal)
            routers = self._always(stack)
            if Role.API in self._roles and settings.monitoring.enabled:
                reports = stack.enter_context(DeviceReports(settings))
                routers.append(devices_router(reports.read, Blocking()))
            figures = None
            if Role.AGGREGATE in self._roles and settings.aggregation.enabled:
                from gateway.app.figures import open_figures  # noqa: PLC0415 - 1 s that a start without need not take

                assert store is not None
                aggregates, work = await asyncio.to_thread(open_figures, settings, store, self._registry)
                stack.callback(aggregates.close)
                routers.append(aggregates.router)
                figures = aggregates.figures
                working += work
                self._checks["aggregation"] = aggregates.check
            if Role.API in self._roles and settings.atlas.enabled:
                from gateway.app.registers import Atlas  # noqa: PLC0415 - 0.5 s that a start without atlas need not take

                atlas = await asyncio.to_thread(Atlas, settings, figures)
                stack.callback(atlas.close)
                routers += atlas.routers
                working.append(atlas.run)
            working.append(partial(signals.keep, self.stop))
            web = WebServer(self._app(store, ingest, routers), settings.http, sock)
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(web.run(), name="web")
                receiving = [tasks.create_task(client.run(), name=name) for name, client in clients.items()]
                background = [tasks.create_task(work()) for work in working]
                background.append(tasks.create_task(systemd.watchdog(self._alive), name="watchdog"))
                await self._until_stopped(web)
                await ended(receiving)
                web.stop()
                await asyncio.wait([serving])
                await ended(background)

    def _alive(self) -> bool:
        """Whether the event loop runs (it asks) and the processing thread is not stuck in one batch."""
        return self._loop is None or self._loop.busy_for() < STUCK

    def _floor(self, store: Store | None) -> int:
        """The highest offset that anything remembers: a journal that was restored or emptied goes on above it."""
        try:
            committed = (store.committed() or 0) if store else 0
            with DeadLetters(self._settings.data_dir) as letters:
                return max(committed, letters.last_offset())
        except (StoreUnavailableError, DeadLettersError) as error:
            _log.warning("highest known offset cannot be asked for", detail=str(error))
            return 0

    def _process(
        self, stack: AsyncExitStack, store: Store, journal: SegmentedJournal | None
    ) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What the role `process` runs: the loop, and replays beside it."""
        settings = self._settings
        consumer = Consumer(parts.journal_folder(settings), CONSUMER, journal=journal)
        deadletters = stack.enter_context(DeadLetters(settings.data_dir))
        known = stack.enter_context(closing(parts.known_devices(settings)))
        loop = ProcessLoop(
            consumer=stack.enter_context(consumer),
            store=store,
            deadletters=deadletters,
            seen=SeenDevices(settings.data_dir / "devices.sqlite"),
            make_processor=parts.processor_factory(settings, known),
            memory_file=settings.data_dir / "memory.msgpack",
            batch=settings.pipeline.batch,
            linger=settings.pipeline.linger,
            observer=self.metrics,
        )
        self._loop = loop
        self.state.offset = lambda: loop.offset
        replays = Replays(settings, store, deadletters, loop.lock)
        working = [loop.run, ReplayWorker(Jobs(settings.data_dir), replays).run]
        if settings.registry.gate:
            begin = store.committed()
            fresh = not (consumer.committed if begin is None else begin)
            working.append(Approvals(known, Jobs(settings.data_dir), settings.registry.refresh, fresh=fresh).run)
        if settings.monitoring.enabled:

            def noted() -> int | None:
                return None if self.state.catching_up() else loop.noted

            watch = Monitoring(settings, store, self.state, self._registry, noted=noted)
            stack.callback(watch.close)
            working.append(watch.run)
        return working

    def _app(self, store: Store | None, ingest: IngestRouter | None, routers: Sequence[APIRouter]) -> FastAPI:
        self._checks |= self.state.checks()
        self._registry.register(StateCollector(self.state))
        return create_app(
            checks=self._checks,
            registry=self._registry,
            store=self._shown(store) if Role.API in self._roles else None,
            ingest=ingest,
            routers=routers,
            version=version("quartier-gateway"),
        )

    def _always(self, stack: AsyncExitStack) -> list[APIRouter]:
        """What the role `api` has in every installation: the catalogue, and the gate where it is set."""
        if Role.API not in self._roles:
            return []
        if self._settings.registry.gate:
            from gateway.registry.published import Published  # noqa: PLC0415 - SQLAlchemy takes 0.5 s to import

            self._gate = stack.enter_context(closing(Published(self._settings)))
        sources = stack.enter_context(closing(Catalogue(self._settings)))
        return [catalogue_router(sources.read, Blocking())]

    def _shown(self, store: Store | None) -> Store | None:
        """The store as the public may see it: with the gate, only what is approved."""
        if store is None or self._gate is None:
            return store
        from gateway.app.shown import ShownStore  # noqa: PLC0415 - only with the gate

        return ShownStore(store, self._gate)

    async def _until_stopped(self, web: WebServer) -> None:
        stopping = asyncio.create_task(self._stopping.wait())
        while not web.started and not stopping.done():
            await asyncio.wait([stopping], timeout=0.005)
        if not stopping.done():
            spare_the_collector()
            self.ready.set()
            systemd.notify("READY=1")
            _log.info("ready", roles=sorted(self._roles), port=self.port)
        await stopping
        gc.unfreeze()  # at the end everything may be collected, or DuckDB's binding complains of leaks
        systemd.notify("STOPPING=1")
        _log.info("stopping")


def spare_the_collector() -> None:
    """Make cyclic garbage collection rare: messages make no cycles, and looking for them cost a quarter of the CPU.

    What was imported so far is never looked at again; 50,000 new containers start a look instead of 700.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel and wait until each has ended in its own way."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
