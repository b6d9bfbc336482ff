"""The register-based atlas inside the service: its routes, its inbox, and who may upload."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import tomllib
from collections.abc import Callable
from pathlib import Path

import structlog
from fastapi import APIRouter
from starlette.requests import Request

from gateway.aggregator.query import Figures
from gateway.api.blocking import Blocking
from gateway.api.routes.joint import joint_router
from gateway.api.routes.registers import registers_router
from gateway.app.notices import Notices
from gateway.atlas.errors import AtlasError
from gateway.atlas.inbox import Handled, Inbox, watch
from gateway.atlas.opening import open_registers
from gateway.atlas.people import Person, load_people
from gateway.config import ConfigError, Settings
from gateway.transports.tokens import presented

_log = structlog.get_logger(__name__)


class Atlas:
    """Opened once; a context for as long as the service runs."""

    def __init__(self, settings: Settings, figures: Figures | None = None) -> None:
        """Open the database and read the definitions; raises ConfigError. `figures` are those of the sensors."""
        atlas = settings.atlas
        self._inbox = atlas.inbox
        try:
            folder = settings.data_dir / "atlas"
            people = atlas.people or folder / "people.toml"
            sender = _sender(people) if atlas.people is not None or people.exists() else None
            self._registers = open_registers(atlas.url.read(), folder)
        except AtlasError as error:
            raise ConfigError(f"atlas: {error}") from error
        try:
            self._notices = Notices(self._registers, atlas.notify)
        except ConfigError:
            self.close()
            raise
        blocking = Blocking()
        self.routers: tuple[APIRouter, ...] = (
            registers_router(self._registers, blocking, sender),
            joint_router(self._registers, figures, blocking),
        )

    async def run(self) -> None:
        """Write and tell notices, watch the inbox, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._notices.run(), name="atlas notices")
            if self._inbox is not None:
                self._inbox.mkdir(parents=True, exist_ok=True)
                tasks.create_task(watch(Inbox(self._registers, self._inbox), _told, asyncio.Event()), name="inbox")

    def close(self) -> None:
        """Release the database."""
        self._registers.engine.dispose()


def _told(handled: Handled) -> None:
    if handled.imported is None:
        _log.warning("delivery refused", file=handled.file)  # why stands beside the file: it may quote its content
    else:
        _log.info("delivery taken over", file=handled.file)


def _sender(path: Path) -> Callable[[Request], Person | None]:
    """Who uploads: people.toml names each person's token by its SHA-256, [tokens] name = "hex"."""
    people = load_people(path)
    tokens = tomllib.loads(path.read_text(encoding="utf-8")).get("tokens", {})
    for name, digest in tokens.items():
        if name not in people or not isinstance(digest, str) or len(digest) != 64:
            raise ConfigError(f"{path}: [tokens] {name}: a person of [people] and a SHA-256 in hex are wanted")

    def sender(request: Request) -> Person | None:
        token = presented(request.headers)
        if token is None:
            return None
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = None
        for name, expected in tokens.items():
            if hmac.compare_digest(digest, expected.lower()):
                found = people[name]
        return found

    return sender
