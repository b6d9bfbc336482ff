"""Builds the parts of a service from its settings; no part is started here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from decoders import registry
from gateway import store
from gateway.config import ConfigError, HttpSource, Mqtt5Source, Mqtt311Source, Settings, StoreSettings
from gateway.envelopes import parser
from gateway.model import Journal, Store
from gateway.pipeline.choose import Chooser
from gateway.pipeline.memory import Memory
from gateway.pipeline.processor import Parser, Processor
from gateway.registry.fleet import Device, load_fleet


def journal_folder(settings: Settings) -> Path:
    """Where the journal is."""
    return settings.data_dir / "journal"


def open_store(settings: Settings) -> Store:
    """The configured timeseries database."""
    return store.open_store(settings.store, settings.data_dir)


def open_scratch(folder: Path) -> Store:
    """An empty store that keeps offsets, for a replay to build the truth in."""
    return store.open_store(StoreSettings(kind="duckdb"), folder)


def parsers(settings: Settings) -> dict[str, Parser]:
    """The envelope of each configured source."""
    return {name: parser(source, settings.pipeline) for name, source in settings.sources.items()}


def chooser(fleet: Mapping[str, Device]) -> Chooser:
    """Chooses decoders by the registry and what network servers say."""
    for device, row in fleet.items():
        if row.decoder is not None and registry.by_id(row.decoder) is None:
            raise ConfigError(f"fleet: device {device}: decoder {row.decoder!r} does not exist (see gateway decoders)")

    def registered(device: str) -> str | None:
        row = fleet.get(device)
        return row.decoder if row else None

    return Chooser(registered, registry)


def processor_factory(settings: Settings) -> Callable[[Memory], Processor]:
    """Builds pipelines that share envelopes and decoder choice."""
    envelopes, choice = parsers(settings), chooser(load_fleet(settings.fleet))
    return lambda memory: Processor(envelopes, choice, settings.pipeline, memory)


class Client(Protocol):
    """A transport: runs until cancelled."""

    @property
    def status(self) -> object:
        """What it is doing, for metrics and readiness."""

    async def run(self) -> None:
        """Receive, append to the journal, acknowledge."""


def transports(settings: Settings, journal: Journal) -> dict[str, Client]:
    """One client for each MQTT source, by name."""
    clients: dict[str, Client] = {}
    for name, source in settings.sources.items():
        if isinstance(source, Mqtt5Source):
            from gateway.transports.mqtt import Mqtt5Client  # noqa: PLC0415 - start-up time

            clients[name] = Mqtt5Client(name, source, journal)
        elif isinstance(source, Mqtt311Source):
            from gateway.transports.mqtt311 import Mqtt311Client  # noqa: PLC0415 - start-up time

            clients[name] = Mqtt311Client(name, source, journal, state=settings.data_dir / f"tts-{name}.json")
    return clients


def http_sources(settings: Settings) -> dict[str, HttpSource]:
    """The sources that post."""
    return {name: source for name, source in settings.sources.items() if isinstance(source, HttpSource)}
