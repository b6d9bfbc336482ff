"""Monitoring inside the service: rounds in a thread, notifications beside them, metrics about both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.app.health import StateReader
from gateway.app.parts import journal_folder
from gateway.app.watched import Watched
from gateway.config import PlainMapping, Settings, TellSettings
from gateway.journal import JournalReader
from gateway.model import SECOND_NS, Store
from gateway.monitoring.channels import TextChannel
from gateway.monitoring.model import STATES, UNREGISTERED, Condition
from gateway.monitoring.notifier import Notifier
from gateway.monitoring.rounds import Facts, Rounds, Summary
from gateway.monitoring.storage import MonitoringStore
from gateway.registry.seen import SeenDevices

_log = structlog.get_logger(__name__)


class MonitoringMetrics:
    """Devices are counted by state; none is a label, because how many there are is not ours to bound."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register with `registry`."""
        self.devices = Gauge("gateway_devices", "Devices, each by its worst state", ["state"], registry=registry)
        self.faults = Gauge("gateway_device_faults", "Devices (sources) by fault", ["condition"], registry=registry)
        self.took = Gauge("gateway_monitoring_round_seconds", "The last round took", registry=registry)
        self.at = Gauge("gateway_monitoring_last_round_seconds", "Unix time of the last round", registry=registry)
        self.rounds = Counter("gateway_monitoring_rounds_total", "Rounds made", registry=registry)
        self.failures = Counter("gateway_monitoring_failures_total", "Rounds that failed", registry=registry)
        self.notices = Counter(
            "gateway_notifications_total", "Tries to tell somebody", ["channel", "result"], registry=registry
        )

    def summary(self, summary: Summary, seconds: float, now: int) -> None:
        """A round is done."""
        for state in STATES:
            self.devices.labels(state).set(summary.states.get(state, 0))
        self.devices.labels(UNREGISTERED).set(summary.unregistered)
        for condition in Condition:
            self.faults.labels(condition.value).set(summary.conditions.get(condition, 0))
        self.took.set(seconds)
        self.at.set(now / SECOND_NS)
        self.rounds.inc()

    def counted(self, channel: str, result: str) -> None:
        """A try to deliver a message."""
        self.notices.labels(channel, result).inc()


def timed_sources(settings: Settings) -> frozenset[str]:
    """Sources whose messages carry times of their own, by format or by mapping."""
    always = ("chirpstack", "tts")
    none = PlainMapping().time
    return frozenset(
        name
        for name, source in settings.sources.items()
        if source.format in always or (source.format == "plain" and source.mapping.time != none)
    )


def channels(notify: TellSettings) -> dict[str, Callable[[], TextChannel]]:
    """Builders of the configured ways to tell people, by name; they raise ConfigError."""
    found: dict[str, Callable[[], TextChannel]] = {}
    if (webhook := notify.webhook) is not None:
        from gateway.monitoring.webhook import Webhook  # noqa: PLC0415 - only where it is configured

        found["webhook"] = partial(Webhook, webhook, notify)
    if (mail := notify.mail) is not None:
        from gateway.monitoring.mail import Mail  # noqa: PLC0415 - only where it is configured

        found["mail"] = partial(Mail, mail, notify)
    return found


class Monitoring:
    """Owned by the process that stores."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        state: StateReader,
        registry: CollectorRegistry,
        *,
        noted: Callable[[], int | None],
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Nothing is judged yet; raises ConfigError for a registry or notifications that cannot work.

        Args:
            settings: all of them.
            store: holds the observations.
            state: says which sources have no connection.
            registry: of metrics.
            noted: the journal offset up to which the list of heard devices is complete; None while
                that is not known, and nothing is judged.
            clock: ns.
        """
        self._settings, self._state, self._noted, self._clock = settings, state, noted, clock
        self._seen = SeenDevices(settings.data_dir / "devices.sqlite")
        self._watched = Watched(settings, timed_sources(settings))
        self._metrics = MonitoringMetrics(registry)
        kept = MonitoringStore(settings.data_dir)
        self._rounds = Rounds(store, kept, settings.monitoring)
        self._notifier = Notifier(
            kept,
            [build() for build in channels(settings.monitoring.notify).values()],
            settings.monitoring.notify,
            clock=clock,
            counted=self._metrics.counted,
        )

    def close(self) -> None:
        """Release the registry."""
        self._watched.close()

    async def run(self) -> None:
        """Make rounds until cancelled; one under way is finished."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._notifier.run(), name="notifications")
            tasks.create_task(self._make_rounds(), name="monitoring")

    async def _make_rounds(self) -> None:
        while True:
            disconnected = frozenset(
                name for name, status in self._state.statuses().items() if getattr(status, "connected", True) is False
            )
            task = asyncio.create_task(asyncio.to_thread(self._round, disconnected))
            try:
                made = await asyncio.shield(task)
            except asyncio.CancelledError:
                self._rounds.hurry.set()
                await asyncio.wait([task])
                raise
            if made:
                self._notifier.wake()
            await asyncio.sleep(self._settings.monitoring.every)

    def _round(self, disconnected: frozenset[str]) -> bool:
        """One round; returns whether there are messages to deliver. A round that fails is made again next time."""
        began, now = time.monotonic(), self._clock()
        if (noted := self._noted()) is None:
            return False
        try:
            with JournalReader(journal_folder(self._settings)) as journal:
                lag = journal.lag(noted, now)  # before the list is read: it holds at least that much
            watched, unregistered = self._watched.targets(self._seen.all())
            facts = Facts(
                targets=watched,
                unregistered=unregistered,
                as_of=now - (round(lag.seconds * SECOND_NS) if lag.offsets else 0),
                disconnected=disconnected,
            )
            summary = self._rounds.round(facts, now)
            names = {device: target.name for device, target in watched.items()}
            sources = {device: target.source for device, target in watched.items()}
            made = self._notifier.make(summary.faults, names, sources, now)
        except Exception as error:  # noqa: BLE001 - monitoring must not stop what it monitors
            self._metrics.failures.inc()
            _log.warning("monitoring round failed", detail=f"{type(error).__name__}: {error}")
            return False
        self._metrics.summary(summary, time.monotonic() - began, now)
        return made
