"""Prometheus metrics: what was received, journalled, stored and rejected, and how far behind we are.

Counters of the processing loop are added to for each batch; states of transports, journal and consumers are read when
somebody asks. Reasons and sources are closed or configured sets: nothing a device says becomes a label.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.app.health import StateReader
from gateway.model import SECOND_NS, Entry
from gateway.pipeline.processed import Processed


class ProcessMetrics:
    """Counts what the processing loop did."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register with `registry`."""
        self.uplinks = Counter("gateway_uplinks_total", "Uplinks that gave observations", registry=registry)
        self.observations = Counter("gateway_observations_total", "Observations stored", ["flag"], registry=registry)
        self.rejected = Counter("gateway_rejected_total", "Dead letters", ["reason", "source"], registry=registry)
        self.nothing = Counter(
            "gateway_no_observation_total", "Messages that rightly mean no observation", ["what"], registry=registry
        )
        self.clocks = Counter("gateway_clock_rejected_total", "Network times out of bounds", registry=registry)
        self.unmapped = Gauge("gateway_unmapped", "Names of readings that are not in the vocabulary", registry=registry)
        self.commit_seconds = Histogram(
            "gateway_journal_commit_duration_seconds",
            "Journal commits with their fsync",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=registry,
        )
        self.store_up = Gauge("gateway_store_up", "1 when the store took the last batch", registry=registry)
        self.store_failures = Counter("gateway_store_failures_total", "Batches put off by the store", registry=registry)
        self.last_store_error = ""
        self.rejected_now = 0
        self._unmapped: set[tuple[str, str]] = set()

    def processed(self, batch: Processed, last: Entry) -> None:  # noqa: ARG002 - the Protocol's signature
        """A batch is stored."""
        self.store_up.set(1)
        self.last_store_error = ""
        self.uplinks.inc(batch.uplinks)
        flags: dict[int, int] = {}
        for point in batch.observations:
            flags[point.flag] = flags.get(point.flag, 0) + 1
        for flag, count in flags.items():
            self.observations.labels(str(flag)).inc(count)
        for letter in batch.rejected:
            self.rejected.labels(letter.reason, letter.entry.received.source).inc()
        self.rejected_now += len(batch.rejected)
        for what, count in batch.nothing.items():
            self.nothing.labels(what if what.isidentifier() else "other").inc(count)
        self.clocks.inc(sum(batch.clocks.values()))
        if batch.unmapped - self._unmapped and len(self._unmapped) < 100_000:
            self._unmapped |= batch.unmapped
            self.unmapped.set(len(self._unmapped))

    def committed(self, seconds: float, messages: int) -> None:  # noqa: ARG002 - the journal's signature
        """The journal made messages durable."""
        self.commit_seconds.observe(seconds)

    def store_failed(self, detail: str) -> None:
        """The store did not take a batch."""
        self.store_up.set(0)
        self.store_failures.inc()
        self.last_store_error = detail


class StateCollector(Collector):
    """Reads the states of transports and journal when Prometheus asks."""

    def __init__(self, state: StateReader) -> None:
        """`state` gives what is true now."""
        self._state = state

    def collect(self) -> Iterator[Metric]:
        """All families."""
        received = CounterMetricFamily("gateway_received", "Messages received", labels=["source"])
        size = CounterMetricFamily("gateway_received_bytes", "Bytes received", labels=["source"])
        connected = GaugeMetricFamily("gateway_connected", "1 when the source is connected", labels=["source"])
        reconnects = CounterMetricFamily("gateway_reconnects", "Connections made again", labels=["source"])
        last = GaugeMetricFamily("gateway_last_message_seconds", "Unix time of the last message", labels=["source"])
        refused = CounterMetricFamily("gateway_http_refused", "Requests refused", labels=["source", "status"])
        for source, status in self._state.statuses().items():
            received.add_metric([source], getattr(status, "received", 0))
            size.add_metric([source], getattr(status, "bytes", 0))
            last.add_metric([source], (getattr(status, "last_message_at", 0) or 0) / SECOND_NS)
            if hasattr(status, "connected"):
                connected.add_metric([source], float(status.connected))
                reconnects.add_metric([source], getattr(status, "reconnects", 0))
            for code, count in getattr(status, "rejected", {}).items():
                refused.add_metric([source, str(code)], count)
        yield from (received, size, connected, reconnects, last, refused)
        yield from self._troubles()
        filled = CounterMetricFamily(
            "gateway_gap_filled", "Uplinks fetched from storage after an outage", labels=["source"]
        )
        gap = GaugeMetricFamily("gateway_gap_pending", "1 while uplinks may be missing", labels=["source"])
        for source, client in self._state.clients.items():
            if (status := getattr(client, "gap", None)) is not None:
                filled.add_metric([source], status.filled)
                gap.add_metric([source], float(status.pending))
        yield from (filled, gap)
        journal = self._state.journal
        if journal is not None:
            stats = journal.stats()
            yield CounterMetricFamily("gateway_journalled", "Messages made durable", value=stats.messages)
            yield CounterMetricFamily("gateway_journalled_bytes", "Bytes made durable", value=stats.bytes)
            yield CounterMetricFamily("gateway_journal_commits", "Commits", value=stats.commits)
            yield CounterMetricFamily("gateway_journal_failures", "Commits that the disk refused", value=stats.failures)
            yield GaugeMetricFamily("gateway_journal_up", "1 when the journal takes messages", value=stats.available)
            yield GaugeMetricFamily("gateway_journal_pending", "Messages not yet durable", value=stats.pending_messages)
            yield GaugeMetricFamily("gateway_journal_commit_seconds", "The last commit took", value=stats.last_commit)
        if (lag := self._state.lag()) is not None:
            yield GaugeMetricFamily("gateway_lag_offsets", "Journal entries not yet stored", value=lag.offsets)
            yield GaugeMetricFamily("gateway_lag_seconds", "Age of the oldest entry not yet stored", value=lag.seconds)

    def _troubles(self) -> Iterator[Metric]:
        """What goes wrong at sources, each kind counted."""
        kinds = ("sessions_lost", "silences", "oversized", "malformed", "subscribe_failures")
        troubles = CounterMetricFamily("gateway_source_troubles", "What went wrong", labels=["source", "kind"])
        for source, status in self._state.statuses().items():
            for kind in kinds:
                if hasattr(status, kind):
                    troubles.add_metric([source, kind], getattr(status, kind))
        yield troubles
