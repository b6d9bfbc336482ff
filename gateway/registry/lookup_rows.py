"""Reads from the database what `lookup.Known` keeps in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.config import Settings
from gateway.engines import READING, cause_of
from gateway.registry import tables
from gateway.registry.errors import RegistryError
from gateway.registry.fleet import Device as Row
from gateway.registry.model import EVERY, Attribute, Status
from gateway.registry.opening import database_url, open_ready

DEFAULT_INTERVAL = Row().expected_interval
_PUBLISHABLE = frozenset({Status.APPROVED, Status.ACTIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The registry as of `version`: devices by every id, and their sources.

    `allowed`: the sources whose data may pass, and when each was approved, ns.
    """

    version: int
    rows: Mapping[str, Row]
    source_of: Mapping[str, str]
    allowed: Mapping[str, int]


class Database:
    """The open database. Raises RegistryError where it cannot be used."""

    def __init__(self, settings: Settings) -> None:
        """Open it and see that its tables are of this version."""
        url = database_url(settings)
        assert url is not None
        self._data_dir = settings.data_dir
        self._engine = open_ready(url).execution_options(**{READING: True})

    def close(self) -> None:
        """Release the connection."""
        self._engine.dispose()

    def read(self, known: int) -> Found | None:
        """Everything, or None while the version is still the known one."""
        try:
            return self._read(self._engine, known)
        except SQLAlchemyError as error:
            raise RegistryError("die Registrierung ist nicht erreichbar", f"not reached: {cause_of(error)}") from None

    def _path(self, name: str) -> Path | None:
        return self._data_dir / name if name else None

    def _read(self, engine: Engine, known: int) -> Found | None:
        with engine.connect() as connection:
            version = int(connection.execute(select(tables.state.c.version)).scalar_one())
            if version == known:
                return None
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
            approved = select(s.id, s.approved_at).where(s.status.in_(_PUBLISHABLE))
            allowed = {id_: at or 0 for id_, at in connection.execute(approved)}
        return Found(version=version, rows=rows, source_of=source_of, allowed=allowed)
