"""Prometheus metrics of the aggregation: what waits, what was recomputed, how far behind the figures are.

gateway_aggregation_newest_seconds ───── lateness ─────┐
─────────────────── final ──────────────┤ provisional ─┤───────── now
                      gateway_aggregation_watermark_seconds
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.aggregator.recompute import Done
from gateway.model import SECOND_NS

_BUCKETS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300)


class AggregationMetrics:
    """Implements `gateway.aggregator.worker.Observer`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register with `registry`."""

        def counter(name: str, words: str) -> Counter:
            return Counter(f"gateway_aggregation_{name}", words, registry=registry)

        self._seconds = Histogram(
            "gateway_aggregation_round_seconds", "Rounds that recomputed or wrote something, by the clock",
            buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self._cpu = counter("cpu_seconds_total", "Processor time of all rounds")
        self._windows = counter("recomputed_total", "Device-hours that were recomputed")
        self._hours = counter("changed_hours_total", "Hours of quantities whose figures were others than before")
        self._read = counter("observations_read_total", "Stored observations read for it")
        self._written = counter("results_written_total", "Figures of areas written out")
        self._failures = counter("failures_total", "Rounds that failed; what waits is computed later")

    def worked(self, done: Done, seconds: float) -> None:
        """See Observer."""
        self._cpu.inc(done.seconds)
        if not done.device_hours and not done.written:
            return
        self._seconds.observe(seconds)
        self._windows.inc(done.device_hours)
        self._hours.inc(sum(len(hours) for hours in done.changed.values()))
        self._read.inc(done.rows)
        self._written.inc(done.written)

    def failed(self) -> None:
        """See Observer."""
        self._failures.inc()


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregationState:
    """What is true now. Times in ns since the epoch, 0: nothing is known yet.

    Attributes:
        problem: why figures stand still, "" when they do not.
        waiting: device-hours to be recomputed, and for how many seconds the oldest waits.
        unwritten: hours whose figures wait to be written out.
        late: observations that came after their hour had ended for a while.
        newest: time of the newest observation that figures are made of.
        watermark: windows that end up to here are final.
        revision: of the facts about places.
    """

    problem: str
    waiting: tuple[int, float]
    unwritten: int
    late: int
    newest: int
    watermark: int
    revision: int


class AggregationCollector(Collector):
    """Reads the state when Prometheus asks."""

    def __init__(self, state: Callable[[], AggregationState], clock: Callable[[], int] = time.time_ns) -> None:
        self._state, self._clock = state, clock

    def collect(self) -> Iterator[Metric]:
        """All families."""
        now = self._state()

        def gauge(name: str, words: str, value: float) -> Metric:
            return GaugeMetricFamily(f"gateway_aggregation_{name}", words, value=value)

        yield gauge("up", "1 when figures follow what is stored", float(not now.problem))
        yield gauge("dirty_windows", "Device-hours that wait to be recomputed", now.waiting[0])
        yield gauge("dirty_seconds", "For how long the oldest of them waits", now.waiting[1])
        yield gauge("results_waiting", "Hours whose figures wait to be written out", now.unwritten)
        yield gauge("plan_revision", "Revision of the facts about places", now.revision)
        yield CounterMetricFamily(
            "gateway_aggregation_late_observations", "Observations whose hour had ended for an hour or more",
            value=now.late,
        )  # fmt: skip
        if now.newest:
            yield gauge("newest_seconds", "Unix time of the newest observation in figures", now.newest / SECOND_NS)
            yield gauge("watermark_seconds", "Unix time up to which figures are final", now.watermark / SECOND_NS)
            yield gauge("lag_seconds", "How far the newest observation lies back", (self._clock() - now.newest) / 1e9)
