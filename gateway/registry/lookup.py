"""What the running pipeline asks of the registry: which decoder reads a device, and whether its data is held back.

Everything is in memory; whether the registry has changed is asked of one row, every few seconds. While the database
cannot be reached, what was known goes on to hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.config import Settings
from gateway.registry import tables
from gateway.registry.errors import RegistryError
from gateway.registry.fleet import Device as Row
from gateway.registry.fleet import load_fleet
from gateway.registry.model import EVERY, Attribute, Status
from gateway.registry.opening import database_url, open_engine, ready

DEFAULT_INTERVAL = Row().expected_interval
_log = structlog.get_logger(__name__)
_PUBLISHABLE = frozenset({Status.APPROVED, Status.ACTIVE})


class Known(Mapping[str, Row]):
    """Registered devices by every id under which they are reported: the database's first, then the fleet file's.

    Safe to read from any thread; `refresh` replaces what is known at once. `from_file`: the fleet file's alone.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Read both.

        Raises:
            ConfigError: the fleet file cannot be used. RegistryError: there is a database, and it cannot be used.
        """
        self._settings, self._clock = settings, clock
        self.from_file = load_fleet(settings.fleet)
        self._rows: Mapping[str, Row] = self.from_file
        self._source_of: Mapping[str, str] = {}
        self._allowed: frozenset[str] = frozenset()
        self._engine: Engine | None = None
        self._version = -1
        self._failing = False
        self._due = 0.0
        self._load()

    def close(self) -> None:
        """Release the connection."""
        if self._engine is not None:
            self._engine.dispose()

    def __getitem__(self, device: str) -> Row:
        return self._rows[device]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def held(self, source: str, device: str) -> bool:
        """Whether data is held back: neither the device's source nor, without one, the configured is approved."""
        return (self._source_of.get(device) or source) not in self._allowed

    def refresh(self) -> bool:
        """Look, not more often than `registry.refresh` says, whether anything changed; True when it did."""
        if self._clock() < self._due:
            return False
        try:
            differs = self._load()
        except RegistryError as error:
            if not self._failing:
                _log.warning("registry not reached, what was known holds", detail=str(error))
            self._failing = True
            return False
        if self._failing:
            _log.info("registry reached again")
        self._failing = False
        return differs

    def _load(self) -> bool:
        self._due = self._clock() + self._settings.registry.refresh
        if self._engine is None:
            url = database_url(self._settings)
            if url is None:
                return False
            engine = open_engine(url)
            try:
                ready(engine)
            except BaseException:
                engine.dispose()
                raise
            self._engine = engine.execution_options(registry_read=True)
        try:
            return self._read(self._engine)
        except SQLAlchemyError as error:
            problem = type(error.__cause__ or error).__name__
            raise RegistryError("die Registrierung ist nicht erreichbar", f"not reached: {problem}") from None

    def _path(self, name: str) -> Path | None:
        return self._settings.data_dir / name if name else None

    def _read(self, engine: Engine) -> bool:
        with engine.connect() as connection:
            version = int(connection.execute(select(tables.state.c.version)).scalar_one())
            if version == self._version:
                return False
            f, d, n = tables.fact.c, tables.device.c, tables.identifier.c
            now = (f.attribute == Attribute.EXPECTED, f.stop.is_(None), f.site == "", f.channel == EVERY)
            query = select(f.device, f.value).where(*now, f.quantity == EVERY)
            expected: dict[str, float] = {row.device: row.value for row in connection.execute(query)}
            rows: dict[str, Row] = {}
            source_of: dict[str, str] = {}
            query_ = select(d.id, d.name, d.decoder, d.codec, d.mapping, d.source)
            for id_, name, decoder, codec, mapping, source in connection.execute(query_):
                rows[id_] = Row(
                    name=name, decoder=decoder or None, codec=self._path(codec), mapping=self._path(mapping),
                    expected_interval=expected.get(id_, DEFAULT_INTERVAL),
                )  # fmt: skip
                if source:
                    source_of[id_] = source
            for identifier, device in connection.execute(select(n.identifier, n.device)):
                if device in rows:
                    rows[identifier] = rows[device]
                    if device in source_of:
                        source_of[identifier] = source_of[device]
            s = tables.source.c
            allowed = frozenset(connection.execute(select(s.id).where(s.status.in_(_PUBLISHABLE))).scalars())
        self._rows, self._source_of, self._allowed = {**self.from_file, **rows}, source_of, allowed
        self._version = version
        return True
