"""The aggregation inside the service: opened from the settings, its worker, its routes. Loaded only when enabled."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter

from gateway.aggregation.calendar import DayBasis
from gateway.aggregator.dirty import touched_times
from gateway.aggregator.engine import Engine
from gateway.aggregator.guard import Guard
from gateway.aggregator.marking import MarkingStore
from gateway.aggregator.places import FilePlaces, PlanSource
from gateway.aggregator.query import Figures
from gateway.aggregator.reading import FramesReading, Numbered, NumberedReading, Reading
from gateway.aggregator.rebuild import Rebuilder, RebuildRequest, RebuildResult
from gateway.aggregator.results import Results
from gateway.aggregator.worker import Observer, Worker
from gateway.aggregator.written import Writer
from gateway.api.blocking import Blocking
from gateway.api.routes.aggregates import aggregates_router
from gateway.api.routes.health import CheckResult
from gateway.app.aggregation_metrics import AggregationState
from gateway.areas.files import read_layer
from gateway.areas.loading import Mapping, to_areas
from gateway.areas.model import Area, AreaError
from gateway.areas.tilemap import demo_areas
from gateway.config import AggregationSettings, AreaFile, ConfigError, InfluxSettings, Settings
from gateway.model import SECOND_NS, Store
from gateway.registry.errors import RegistryError
from gateway.registry.opening import create_file
from gateway.registry.places import RegistryPlaces
from gateway.registry.published import Published
from gateway.registry.service import Registry

if TYPE_CHECKING:
    from gateway.aggregator.influx import InfluxFigures

FILE = "aggregates.duckdb"


class Aggregates:
    """Opened once; for as long as the service runs."""

    def __init__(
        self, settings: Settings, store: Store, clock: Callable[[], int] = time.time_ns,
        observer: Observer | None = None,
    ) -> None:  # fmt: skip
        """Open results and facts; raises ConfigError, StoreUnavailableError."""
        config = settings.aggregation
        assert isinstance(store, MarkingStore)
        dirty, inner = store.dirty, store.inner
        self._source = plan_source(settings)
        self._gate: Published | None = None
        self._results = Results(settings.data_dir / FILE)
        try:
            reading: Reading = (
                NumberedReading(inner) if isinstance(inner, Numbered)
                else FramesReading(inner, self._results.number_series)
            )  # fmt: skip
            if isinstance(inner, Numbered):
                # What the store took while nobody marked, as after a crash between its commit and the mark.
                dirty.add(touched_times(inner.said_since(self._results.note("offset"))), heard=True)
            self.engine = Engine(self._results, reading, self._source, dirty, clock=clock)
            basis = DayBasis(config.day_basis)
            self._gate = _gate(settings)
            guard = Guard(lambda: self.engine.places.sites if self.engine.places else (), house=basis)
            sink = _sink(settings)
            self._writer = Writer(self._results, basis, sink, guard, self._gate, config.gauges, clock)
            self._store = store
            self.worker = Worker(
                self.engine, self._writer, dirty, committed=store.committed, keep_days=config.keep_days,
                observer=observer,
            )  # fmt: skip
            self._rebuilder = Rebuilder(self.engine, self._writer, dirty, reading, inner, sink)
            self.figures = Figures(self.engine, reading, lateness=round(config.lateness * SECOND_NS),
                                   guard=guard, gate=self._gate, gauges=config.gauges)  # fmt: skip
        except BaseException:
            self.close()
            raise
        self.router: APIRouter = aggregates_router(self.figures, Blocking())

    async def check(self) -> CheckResult:
        """What `/readyz` asks: facts that contradict each other or a full disk make figures stand still."""
        return CheckResult(ok=not self.worker.problem, detail=self.worker.problem, value=self._store.dirty.waiting())

    def state(self) -> AggregationState:
        """What is true now, for metrics."""
        dirty = self._store.dirty
        return AggregationState(
            problem=self.worker.problem, waiting=(dirty.waiting(), dirty.waiting_for()),
            unwritten=self._writer.waiting, late=self._store.late, newest=self._results.note("newest"),
            watermark=self.figures.watermark(), revision=self.engine.revision,
        )  # fmt: skip

    def rebuild(self, request: RebuildRequest, progress: Callable[[str], None]) -> RebuildResult:
        """Compute figures anew; the worker waits meanwhile. Raises StoreUnavailableError, ConfigError."""
        with self.worker.exclusive:
            return self._rebuilder.run(request, progress)

    def close(self) -> None:
        """Release the file, and the registry's connections."""
        self._results.close()
        if self._gate is not None:
            self._gate.close()
        if isinstance(self._source, RegistryPlaces):
            self._source.close()


def _gate(settings: Settings) -> Published | None:
    """What may be published; None without `registry.gate`: everything."""
    return Published(settings) if settings.registry.gate else None


def plan_source(settings: Settings) -> PlanSource:
    """Where the facts come from; raises ConfigError."""
    config = settings.aggregation
    if config.places is None:
        try:
            return RegistryPlaces(Registry(create_file(settings)), load_areas(config))
        except RegistryError as error:
            raise ConfigError(f"aggregation.places is missing, and the registry: {error}") from error
    return FilePlaces(config.places, load_areas(config))


def load_areas(config: AggregationSettings) -> list[Area]:
    """The configured areas; raises ConfigError naming file and cause."""
    areas = demo_areas() if config.schematic else []
    for each in config.areas:
        try:
            areas += to_areas(read_layer(Path(each.file)), _mapping(each))
        except AreaError as error:
            raise ConfigError(f"aggregation.areas: {error}") from error
    return areas


def _mapping(row: AreaFile) -> Mapping:
    return Mapping(
        level=row.level, number=row.number, name=row.name, parent=row.parent, parent_level=row.parent_level,
        digits=row.digits, epsg=row.epsg, start=row.start, stop=row.stop,
    )  # fmt: skip


def bucket_settings(settings: Settings) -> InfluxSettings | None:
    """The bucket for figures, None without InfluxDB."""
    if settings.store.kind != "influxdb":
        return None
    return settings.store.influxdb.model_copy(update={"bucket": settings.aggregation.bucket})


def _sink(settings: Settings) -> InfluxFigures | None:
    influx = bucket_settings(settings)
    if influx is None:
        return None
    from gateway.aggregator.influx import InfluxFigures  # noqa: PLC0415 - only with InfluxDB
    from gateway.store.influx_http import WriteConnection  # noqa: PLC0415 - as above

    token = influx.token.read() or ""
    return InfluxFigures(WriteConnection(influx, token), influx, token)
