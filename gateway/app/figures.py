"""What a running service does with the aggregation: its worker, rebuilds that are asked for, metrics."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from prometheus_client import CollectorRegistry

from gateway.app.aggregates import Aggregates
from gateway.app.aggregation_metrics import AggregationCollector, AggregationMetrics
from gateway.app.rebuilds import rebuild_worker
from gateway.config import Settings
from gateway.model import Store


def open_figures(
    settings: Settings, store: Store, registry: CollectorRegistry
) -> tuple[Aggregates, list[Callable[[], Coroutine[Any, Any, None]]]]:
    """The aggregation, and what is to run for as long as the service does. Blocks.

    Raises:
        ConfigError, StoreUnavailableError: it cannot be opened.
    """
    aggregates = Aggregates(settings, store, observer=AggregationMetrics(registry))
    registry.register(AggregationCollector(aggregates.state))
    return aggregates, [aggregates.worker.run, rebuild_worker(settings, aggregates).run]
