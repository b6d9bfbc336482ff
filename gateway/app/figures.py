"""What a running service does with the aggregation: its worker, rebuilds that are asked for, metrics."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from prometheus_client import CollectorRegistry

from gateway.app.aggregates import Aggregates
from gateway.app.aggregation_metrics import AggregationCollector, AggregationMetrics
from gateway.app.rebuilds import rebuild_worker
from gateway.config import ConfigError, Settings
from gateway.model import Store, StoreUnavailableError


def open_figures(
    settings: Settings, store: Store, registry: CollectorRegistry
) -> tuple[Aggregates, list[Callable[[], Coroutine[Any, Any, None]]]]:
    """The aggregation, and what is to run for as long as the service does. Blocks.

    Raises:
        ConfigError, StoreUnavailableError: it cannot be opened.
    """
    aggregates = Aggregates(settings, store, observer=AggregationMetrics(registry))
    # Whoever asks as soon as the service is ready asks for areas that it knows. What cannot be read, the worker says.
    with suppress(ConfigError, StoreUnavailableError), aggregates.worker.exclusive:
        aggregates.engine.refresh()
    registry.register(AggregationCollector(aggregates.state))
    return aggregates, [aggregates.worker.run, rebuild_worker(settings, aggregates).run]
