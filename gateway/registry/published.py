"""What may be published now, asked of the registry with every question: a withdrawn approval hides at once.

A device belongs to the source that the registry names, else to the one its messages come by. While the registry's
database cannot be reached, what was known holds.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Hashable, Mapping
from threading import Lock

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.config import Settings
from gateway.engines import READING, cause_of
from gateway.registry import tables
from gateway.registry.change import KINDS
from gateway.registry.errors import RegistryError
from gateway.registry.model import (
    Attribute,
    Device,
    Identifier,
    Level,
    PrivacyClass,
    Siting,
    Source,
    Status,
    publication_level,
)
from gateway.registry.opening import database_url, open_ready
from gateway.registry.seen import SeenDevices

_log = structlog.get_logger(__name__)
_ORDER = tuple(Level)
_Facts = tuple[Mapping[str, Source], Mapping[str, str], frozenset[str], frozenset[str]]
_NAMED = (KINDS[Device].name, KINDS[Identifier].name)
"""Kinds of entries whose key is the id of a device."""
SEEN_AGAIN = 5.0
"""Seconds between two looks at which source a device was heard by."""


def coarsest(*levels: Level) -> Level:
    """The one that tells least; `none` without any."""
    return max(levels, key=_ORDER.index, default=Level.NONE)


class Snapshot:
    """Implements `gateway.aggregator.gate.Allowed`."""

    def __init__(
        self, sources: Mapping[str, Source], source_of: Mapping[str, str], personal: frozenset[str],
        guarded: frozenset[str], heard_by: Callable[[str], str], configured: tuple[str, ...], digest: Hashable = None,
    ) -> None:  # fmt: skip
        """Build it.

        Args:
            sources: of the registry, by id.
            source_of: device → source, as the registry has it.
            personal: devices whose single values are personal data.
            guarded: devices in private hands, indoors, on the move or removed: their single readings are not shown.
            heard_by: the configured source by which a device is heard, "" when it was not.
            configured: names of all configured sources.
            digest: see Allowed.
        """
        self._sources, self._source_of = sources, source_of
        self._personal, self._guarded = personal, guarded
        self._heard_by, self._configured = heard_by, configured
        self.digest = digest

    def source(self, device: str) -> str:
        """The source a device belongs to, "" when that is not known."""
        return self._source_of.get(device) or self._heard_by(device)

    def level(self, device: str, quantity: str) -> str:
        """See `gateway.aggregator.gate.Allowed`."""
        name = self.source(device)
        if name:
            level = self._of_source(name, quantity)
        else:  # never heard: no source that it may come by says more
            level = coarsest(*(self._of_source(each, quantity) for each in self._configured))
        return coarsest(level, Level.QUARTIER) if device in self._personal else level

    def readings(self, device: str, quantity: str) -> bool:
        """Whether single readings of a quantity of a device may be published."""
        return device not in self._guarded and self.level(device, quantity) == Level.SITE

    def _of_source(self, name: str, quantity: str) -> Level:
        source = self._sources.get(name)
        level = publication_level(source, quantity)
        personal = source is not None and source.privacy == PrivacyClass.PERSONAL
        return coarsest(level, Level.QUARTIER) if personal else level


class Published:
    """Implements `gateway.aggregator.gate.Gate` over the registry. Any thread may ask."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is opened yet: the registry may begin while the service runs."""
        self._settings, self._clock = settings, clock
        self._lock = Lock()
        self._engine: Engine | None = None
        self._version = -1
        self._failing = False
        self._seen: Mapping[str, str] = {}
        self._unheard: set[str] = set()
        self._seen_due = 0.0
        self._generation = 0
        self._facts: _Facts = ({}, {}, frozenset(), frozenset())
        self._snapshot = self._made()

    def close(self) -> None:
        """Release the connections."""
        if self._engine is not None:
            self._engine.dispose()

    def now(self) -> Snapshot:
        """See Gate."""
        with self._lock:
            try:
                self._refresh()
            except (RegistryError, SQLAlchemyError) as error:
                if not self._failing:
                    detail = str(error) if isinstance(error, RegistryError) else cause_of(error)
                    _log.warning("registry not reached, what was published holds", detail=detail)
                self._failing = True
            else:
                self._failing = False
            self._hear()
            return self._snapshot

    def _refresh(self) -> None:
        if self._engine is None:
            url = database_url(self._settings)
            if url is None:
                return
            self._engine = open_ready(url)
        with self._engine.connect().execution_options(**{READING: True}) as connection:
            version = int(connection.execute(select(tables.state.c.version)).scalar_one())
            if version == self._version:
                return
            s, d, n = tables.source, tables.device.c, tables.identifier.c
            sources = {
                row["id"]: Source(
                    id=row["id"], status=Status(row["status"]), privacy=PrivacyClass(row["privacy"]),
                    publication=tuple((quantity, level) for quantity, level in row["publication"]),
                )
                for row in connection.execute(select(s.c.id, s.c.status, s.c.privacy, s.c.publication)).mappings()
            }  # fmt: skip
            source_of: dict[str, str] = {}
            personal: set[str] = set()
            i, p = tables.installation, tables.site.c
            hung = select(i.c.device).join_from(i, tables.site, i.c.site == p.id)
            guarded = set(connection.execute(hung.where(p.private | (p.siting == Siting.INDOOR))).scalars())
            guarded |= set(connection.execute(select(d.id).where(d.mobile)).scalars())
            f = tables.fact.c
            guarded |= set(connection.execute(select(f.device).where(f.attribute == Attribute.MOBILE)).scalars())
            a = tables.audit.c
            taken = select(a.key).where(a.kind.in_(_NAMED), a.action == "remove")
            removed = set(connection.execute(taken).scalars())  # nobody says any more whose they are
            for device, source, privacy in connection.execute(select(d.id, d.source, d.privacy)):
                removed.discard(device)
                if source:
                    source_of[device] = source
                if privacy == PrivacyClass.PERSONAL:
                    personal.add(device)
            for identifier, device in connection.execute(select(n.identifier, n.device)):
                removed.discard(identifier)
                if device in source_of:
                    source_of[identifier] = source_of[device]
                for some in (personal, guarded):
                    if device in some:
                        some.add(identifier)
        self._version, self._facts = version, (
            sources, source_of, frozenset(personal), frozenset(guarded | removed),
        )  # fmt: skip
        self._generation += 1
        self._snapshot = self._made()

    def _made(self) -> Snapshot:
        configured = tuple(sorted(self._settings.sources))
        return Snapshot(*self._facts, self._heard_by, configured, self._generation)

    def _heard_by(self, device: str) -> str:
        found = self._seen.get(device, "")
        if not found:
            self._unheard.add(device)
        return found

    def _hear(self) -> None:
        """Look, not too often, whether devices that were asked for in vain have been heard."""
        if self._clock() < self._seen_due or (self._seen_due and not self._unheard):
            return
        self._seen_due = self._clock() + SEEN_AGAIN
        path = self._settings.data_dir / "devices.sqlite"
        try:
            self._seen = {row.device: row.source for row in SeenDevices(path).all()} if path.exists() else {}
        except sqlite3.Error as error:
            _log.warning("heard devices cannot be read", detail=str(error))
            return
        if self._unheard & self._seen.keys():
            self._unheard -= self._seen.keys()
            self._generation += 1
            self._snapshot = self._made()
