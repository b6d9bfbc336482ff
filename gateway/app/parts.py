"""Builds the parts of a service from its settings; no part is started here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from decoders import registry
from gateway import store
from gateway.codecs.decoder import Codecs, recognised
from gateway.config import ConfigError, HttpSource, Mqtt5Source, Mqtt311Source, Settings, StoreSettings
from gateway.envelopes import parser
from gateway.model import Journal, Store
from gateway.pipeline.choose import Chooser, Decodes
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
    return {
        name: parser(source, settings.pipeline, radio=settings.pipeline.radio)
        for name, source in settings.sources.items()
    }


class Catalogue:
    """The decoder library, and beside it the vendors' codecs that the fleet names."""

    def __init__(self, codecs: Codecs) -> None:
        """`codecs` may grow."""
        self._codecs = codecs
        self.by_ttn, self.by_profile = registry.by_ttn, registry.by_profile

    def by_id(self, id_: str) -> Decodes | None:
        """By decoder id, "vendor-model" or "codec:name"."""
        return self._codecs.by_id(id_) or registry.by_id(id_)


def chooser(fleet: Mapping[str, Device], codecs: Codecs | None = None) -> Chooser:
    """Chooses decoders by the registry and what network servers say; loads the codecs that the fleet names."""
    known = Codecs() if codecs is None else codecs
    ids: dict[str, str] = {}
    for device, row in fleet.items():
        if row.codec is not None:
            ids[device] = known.add(row.codec, row.mapping)
        elif row.decoder is not None:
            if registry.by_id(row.decoder) is None:
                raise ConfigError(
                    f"fleet: device {device}: decoder {row.decoder!r} does not exist (see gateway decoders)"
                )
            ids[device] = row.decoder
    return Chooser(ids.get, Catalogue(known))


def processor(settings: Settings, choice: Chooser, codecs: Codecs, memory: Memory) -> Processor:
    """A pipeline with this choice of decoders."""
    return Processor(
        parsers(settings),
        choice,
        settings.pipeline,
        memory,
        ahead=codecs.ahead if codecs else None,
        recognise=recognised,
    )


def processor_factory(settings: Settings) -> Callable[[Memory], Processor]:
    """Builds pipelines that share the decoder choice and the process for codecs."""
    codecs = Codecs()
    choice = chooser(load_fleet(settings.fleet), codecs)
    return lambda memory: processor(settings, choice, codecs, memory)


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
