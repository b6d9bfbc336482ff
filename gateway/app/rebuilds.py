"""Rebuilds of figures: carried out by the running service if there is one, else here and now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gateway.aggregator.rebuild import RebuildRequest, RebuildResult
from gateway.app import parts
from gateway.app.aggregates import Aggregates
from gateway.app.jobs import AlreadyRunningError, JobWorker, Queue, have_done, ownership
from gateway.config import ConfigError, Settings
from gateway.model import StoreUnavailableError


class Rebuilds(Queue[RebuildRequest, RebuildResult]):
    """The rebuilds that were asked for."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the data folder."""
        super().__init__(folder / "rebuilds.sqlite", RebuildRequest, RebuildResult)


def rebuild_worker(settings: Settings, aggregates: Aggregates) -> JobWorker[RebuildRequest, RebuildResult]:
    """What a service with aggregation runs beside its worker."""
    return JobWorker(Rebuilds(settings.data_dir), aggregates.rebuild)


def carry_out(settings: Settings, request: RebuildRequest, progress: Callable[[str], None]) -> RebuildResult:
    """Block until it is done; raises ConfigError with the cause when it fails."""
    if not settings.aggregation.enabled:
        raise ConfigError("aggregation.enabled = false: there are no figures")
    try:
        with ownership(settings.data_dir):
            store = parts.open_store(settings)
            try:
                aggregates = Aggregates(settings, store)
                try:
                    return aggregates.rebuild(request, progress)
                finally:
                    aggregates.close()
            finally:
                store.close()
    except StoreUnavailableError as error:
        raise ConfigError(str(error)) from error
    except AlreadyRunningError:
        return have_done(Rebuilds(settings.data_dir), "rebuild", request, progress)
