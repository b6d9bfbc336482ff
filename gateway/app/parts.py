"""Builds the parts of a service from its settings; no part is started here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog

from decoders import registry
from gateway import store
from gateway.app.registered import RegisteredProcessor
from gateway.codecs.decoder import Codecs, recognised
from gateway.config import ConfigError, HttpSource, Mqtt5Source, Mqtt311Source, Settings, StoreSettings
from gateway.envelopes import parser
from gateway.model import Journal, Store
from gateway.pipeline.choose import Chooser, Decodes
from gateway.pipeline.memory import Memory
from gateway.pipeline.processor import Parser, Processor
from gateway.registry.errors import RegistryError
from gateway.registry.fleet import Device

if TYPE_CHECKING:
    from gateway.registry.lookup import Known

_log = structlog.get_logger(__name__)


def journal_folder(settings: Settings) -> Path:
    """Where the journal is."""
    return settings.data_dir / "journal"


def open_store(settings: Settings) -> Store:
    """The configured timeseries database; with aggregation it marks what changes in it."""
    found = store.open_store(settings.store, settings.data_dir)
    if settings.aggregation.enabled:
        from gateway.aggregator.marking import marking  # noqa: PLC0415 - what it needs costs a start 0.4 s

        return marking(found, settings.data_dir)
    return found


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


def known_devices(settings: Settings) -> Known:
    """Registered devices: the registry's first, then the fleet file's; raises ConfigError. Close it after use."""
    from gateway.registry.lookup import Known  # noqa: PLC0415 - start-up time of commands that read no registry

    try:
        return Known(settings)
    except RegistryError as error:
        raise ConfigError(str(error)) from error


def registered_chooser(known: Known, codecs: Codecs) -> Chooser:
    """Chooses by the registry as it is when asked, then by the fleet file, then by what network servers say.

    What the fleet file names must be there at the start; a codec of the registry that cannot be used is reported, and
    its device is treated as one that names none.
    """
    chooser(known.from_file, codecs)

    def registered(device: str) -> str | None:
        row = known.get(device)
        if row is None or row.codec is None:
            return row.decoder if row else None
        try:
            return codecs.add(row.codec, row.mapping)
        except ConfigError as error:
            _log.warning("codec cannot be used", device=device, detail=str(error))
            return None

    for device, row in known.items():  # codecs known at the start decode whole batches ahead
        if row.codec is not None:
            registered(device)
    return Chooser(registered, Catalogue(codecs))


def processor(settings: Settings, choice: Chooser, codecs: Codecs, memory: Memory, known: Known) -> Processor:
    """A pipeline with this choice of decoders that follows the registry (`registry.gate`: and what it holds back)."""
    return RegisteredProcessor(
        known,
        choice,
        parsers(settings),
        settings.pipeline,
        memory,
        gate=settings.registry.gate,
        ahead=codecs,
        recognise=recognised,
    )


def processor_factory(settings: Settings, known: Known | None = None) -> Callable[[Memory], Processor]:
    """Builds pipelines that share registry, decoder choice and the process for codecs.

    `known` belongs to whoever calls, and is closed there; without it the registry is opened here.
    """
    codecs, devices = Codecs(), known_devices(settings) if known is None else known
    choice = registered_chooser(devices, codecs)
    return lambda memory: processor(settings, choice, codecs, memory, devices)


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
