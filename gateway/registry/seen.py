"""Which devices were heard, when and how: the list behind `gateway devices`, kept in devices.sqlite.

The gateway learns of devices by hearing them. What is kept here is a convenience that the journal can always give
again, so it is written every few seconds, not with every batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec

from gateway.databases import connect, create, transaction

_SCHEMA = """
pragma journal_mode = wal;
create table seen(
    device text primary key, source text not null, first_seen integer not null, last_seen integer not null,
    count integer not null, name text not null, hints text not null, decoder text not null, counter integer,
    rejected_clocks integer not null, latitude real, longitude real, altitude real,
    undated integer not null default 0, failures integer not null default 0, joins integer not null default 0,
    restarts integer not null default 0
) without rowid;
"""
_LATER = ("undated", "failures", "joins", "restarts")
"""Columns that files of the first form lack."""
REORDERED = 16
"""Frame counters may arrive in another order by this much; a larger step back is a new start."""
_UPSERT = f"""
insert into seen values (:device, :source, :last_seen, :last_seen, :count, :name, :hints, :decoder, :counter,
    :rejected_clocks, :latitude, :longitude, :altitude, :undated, :failures, :joins, :restarts)
on conflict(device) do update set
    source = excluded.source, last_seen = max(last_seen, excluded.last_seen), count = count + excluded.count,
    name = iif(excluded.name = '', name, excluded.name), hints = excluded.hints, decoder = excluded.decoder,
    counter = excluded.counter, rejected_clocks = rejected_clocks + excluded.rejected_clocks,
    latitude = coalesce(excluded.latitude, latitude), longitude = coalesce(excluded.longitude, longitude),
    altitude = coalesce(excluded.altitude, altitude), undated = undated + excluded.undated,
    failures = failures + excluded.failures, joins = joins + excluded.joins,
    restarts = restarts + excluded.restarts + coalesce(excluded.counter < counter - {REORDERED}, 0)
"""  # noqa: S608 - the number is ours


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One device as it was heard. Times are ns since the epoch; `hints` is what its network server says it is.

    Counts, since the device was first heard: `count` of all messages; `rejected_clocks`, whose time was out of bounds;
    `undated`, dated by our clock because they bring no usable time; `failures`, which gave no observation though they
    should; `joins`; `restarts`, how often the
    frame counter was found to have begun anew (counted by the table, from one update to the next).
    """

    device: str
    source: str
    first_seen: int = 0
    last_seen: int
    count: int
    name: str = ""
    hints: str = ""
    decoder: str = ""
    counter: int | None = None
    rejected_clocks: int = 0
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    undated: int = 0
    failures: int = 0
    joins: int = 0
    restarts: int = 0


class SeenDevices:
    """The table of heard devices. Any process may read it; the one that processes writes it."""

    def __init__(self, path: Path) -> None:
        """`path` of the SQLite file; it is made when it is not there."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        create(path, _SCHEMA)
        with closing(self._connect()) as database:
            present = {row[1] for row in database.execute("pragma table_info(seen)")}
            for column in _LATER:
                if column not in present:
                    database.execute(f"alter table seen add column {column} integer not null default 0")

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path, patience=30)

    def update(self, heard: Iterable[Heard]) -> None:
        """Add what was heard since the last call."""
        with closing(self._connect()) as database, transaction(database):
            database.executemany(_UPSERT, (msgspec.structs.asdict(row) for row in heard))

    def all(self) -> list[Heard]:
        """Every device, the most recently heard first."""
        with closing(self._connect()) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute("select * from seen order by last_seen desc, device")
            return [Heard(**dict(row)) for row in rows]
