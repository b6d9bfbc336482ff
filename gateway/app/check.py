"""`gateway check`: reaches everything the configuration names and says in words what it found."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from gateway.app import parts
from gateway.app.jobs import AlreadyRunningError, ownership
from gateway.config import ConfigError, HttpSource, Mqtt5Source, Settings, Source
from gateway.journal import JournalDamagedError, check
from gateway.model import JournalUnavailableError, StoreUnavailableError
from gateway.monitoring.channels import Channel
from gateway.transports.tokens import Keyring

TIMEOUT = 15.0


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, one after the other; nothing raises."""
    yield await _ask("fleet", lambda: asyncio.to_thread(_fleet, settings))
    yield await _ask("data_dir", lambda: asyncio.to_thread(_folder, settings.data_dir))
    yield await _ask("journal", lambda: asyncio.to_thread(_journal, settings))
    yield await _ask(f"store {settings.store.kind}", lambda: asyncio.to_thread(_store, settings))
    if settings.registry.url is not None or settings.registry.gate:
        yield await _ask("registry", lambda: asyncio.to_thread(_registry, settings))
    if settings.aggregation.enabled:
        from gateway.app.figures_check import look  # noqa: PLC0415 - 1 s that a check without need not take

        yield await _ask("aggregation", lambda: asyncio.to_thread(look, settings))
    for name, source in settings.sources.items():
        yield await _ask(f"source {name}", partial(_source, name, source))
    if settings.monitoring.enabled:
        from gateway.app.monitoring import channels  # noqa: PLC0415 - start-up time of other commands

        for name, build in channels(settings.monitoring.notify).items():
            yield await _ask(f"notify {name}", partial(_channel, build))
    if settings.atlas.enabled:
        from gateway.app.monitoring import channels  # noqa: PLC0415 - as above

        for name, build in channels(settings.atlas.notify).items():
            yield await _ask(f"atlas notify {name}", partial(_channel, build))


async def _ask(what: str, look: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(TIMEOUT):
            return Finding(what, ok=True, detail=await look())
    except TimeoutError:
        return Finding(what, ok=False, detail=f"no answer within {TIMEOUT:g} s")
    except Exception as error:  # noqa: BLE001 - whatever it is, the person who asked must read it
        return Finding(what, ok=False, detail=str(error) or type(error).__name__)


def _fleet(settings: Settings) -> str:
    with closing(parts.known_devices(settings)) as known:
        parts.chooser(known)
        return f"{len(known)} devices"


def _folder(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"x" * 4096)
        file.flush()
    return f"{folder} can be written"


def _journal(settings: Settings) -> str:
    try:
        report = check(parts.journal_folder(settings))
    except (JournalUnavailableError, JournalDamagedError) as error:
        raise ConfigError(str(error)) from error
    if report.problems:
        raise ConfigError("; ".join(report.problems))
    return f"{report.files} files, {report.entries} entries"


def _registry(settings: Settings) -> str:
    from gateway.registry.errors import RegistryError  # noqa: PLC0415 - SQLAlchemy takes 0.5 s to import
    from gateway.registry.model import Device, Source  # noqa: PLC0415 - as above
    from gateway.registry.opening import create_file  # noqa: PLC0415 - as above
    from gateway.registry.service import Registry  # noqa: PLC0415 - as above

    try:
        with closing(Registry(create_file(settings))) as found:
            devices, sources = len(found.entries(Device)), found.entries(Source)
    except RegistryError as error:
        raise ConfigError(str(error)) from error
    passing = sum(source.status in {"approved", "active"} for source in sources)
    if settings.registry.gate and not passing:
        raise ConfigError("registry.gate = true, and no source is approved: nothing would be stored")
    return f"{devices} devices, {passing} of {len(sources)} sources approved"


def _store(settings: Settings) -> str:
    try:
        with ownership(settings.data_dir):
            store = parts.open_store(settings)
            try:
                return store.ping()
            finally:
                store.close()
    except AlreadyRunningError:
        return "in use by the running gateway (see /readyz)"
    except StoreUnavailableError as error:
        raise ConfigError(str(error)) from error


async def _channel(build: Callable[[], Channel]) -> str:
    return await build().probe()


async def _source(name: str, source: Source) -> str:
    if isinstance(source, HttpSource):
        Keyring(name, source)
        return "token is set"
    if isinstance(source, Mqtt5Source):
        from gateway.transports.mqtt_connect import probe  # noqa: PLC0415 - one of two, as the source demands

        return await probe(source)
    from gateway.transports.mqtt311_connect import probe as probe311  # noqa: PLC0415 - one of two, as the source demands

    return await probe311(source)
