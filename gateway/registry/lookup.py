"""What the running pipeline asks of the registry: which decoder reads a device, and whether its data is held back.

Everything is in memory; whether the registry has changed is asked of one row, every few seconds. While the database
cannot be reached, what was known goes on to hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from gateway.config import Settings
from gateway.registry.errors import RegistryError
from gateway.registry.fleet import Device as Row
from gateway.registry.fleet import load_fleet
from gateway.registry.place import has_database

if TYPE_CHECKING:
    from gateway.registry.lookup_rows import Database

_log = structlog.get_logger(__name__)


class Known(Mapping[str, Row]):
    """Registered devices by every id under which they are reported: the database's first, then the fleet file's.

    Safe to use from any thread; `refresh` replaces what is known at once. `from_file`: the fleet file's alone.
    `changes`: how often it was replaced.
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
        self._allowed: Mapping[str, int] = {}
        self._lock = Lock()
        self.changes = 0
        self._database: Database | None = None
        self._version = -1
        self._failing = False
        self._due = 0.0
        self._load()

    def close(self) -> None:
        """Release the connection."""
        if self._database is not None:
            self._database.close()

    def __getitem__(self, device: str) -> Row:
        return self._rows[device]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def approvals(self) -> Mapping[str, int]:
        """The sources whose data may pass, and when each was approved, ns."""
        return self._allowed

    @property
    def sources(self) -> Mapping[str, str]:
        """Device → source, as far as the registry says it."""
        return self._source_of

    def belongs(self, source: str, device: str) -> str:
        """The source of a device: the registry's word, else the configured one that its message came by."""
        return self._source_of.get(device) or source

    def held(self, source: str, device: str) -> bool:
        """Whether data is held back: neither the device's source nor, without one, the configured is approved."""
        return self.belongs(source, device) not in self._allowed

    def refresh(self) -> bool:
        """Look, not more often than `registry.refresh` says, whether anything changed; True when it did."""
        with self._lock:
            return self._refresh()

    def _refresh(self) -> bool:
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
        if self._database is None:
            if not has_database(self._settings):
                return False
            # SQLAlchemy takes 0.5 s to import, which a start without registry need not take.
            from gateway.registry.lookup_rows import Database  # noqa: PLC0415 - see above

            self._database = Database(self._settings)
        found = self._database.read(self._version)
        if found is None:
            return False
        self._version = found.version
        self._rows, self._source_of = {**self.from_file, **found.rows}, found.source_of
        self._allowed = found.allowed
        self.changes += 1
        return True
