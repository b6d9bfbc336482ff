"""One change of the registry: what is read, put and taken away in one transaction, with its log and its windows.

Entries are read once, changed in memory and written together at the end; then, from what stood there before and what
stands there now, follow the lines of the audit log and the windows whose results have to be computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Table, and_, bindparam, insert, select, update

from gateway.registry import tables
from gateway.registry.model import (
    AreaVersion,
    Device,
    Entry,
    Fact,
    Identifier,
    Installation,
    Owner,
    Site,
    Source,
    Tenant,
)

E = TypeVar("E", bound=Entry)
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of entry is stored."""

    name: str
    table: Table

    def key(self, entry: Entry) -> Key:
        """Its primary key."""
        return tuple(getattr(entry, column.name) for column in self.table.primary_key)


KINDS: Mapping[type[Entry], Kind] = {
    Tenant: Kind("tenant", tables.tenant),
    Owner: Kind("owner", tables.owner),
    Site: Kind("site", tables.site),
    Device: Kind("device", tables.device),
    Identifier: Kind("identifier", tables.identifier),
    Installation: Kind("installation", tables.installation),
    Fact: Kind("fact", tables.fact),
    Source: Kind("source", tables.source),
    AreaVersion: Kind("area", tables.area),
}
_LISTS = {"publication", "keywords", "themes"}


_NAMES: Mapping[type[Entry], tuple[str, ...]] = {type_: tuple(f.name for f in fields(type_)) for type_ in KINDS}


def to_row(entry: Entry) -> dict[str, Any]:
    """An entry as a database row."""
    return {name: getattr(entry, name) for name in _NAMES[type(entry)]}


def to_entry(type_: type[E], row: Mapping[str, Any]) -> E:
    """A database row as an entry."""
    values = {name: row[name] for name in _NAMES[type_]}
    for name in _LISTS & values.keys():
        values[name] = tuple(tuple(item) if isinstance(item, list) else item for item in values[name])
    return type_(**values)


def to_json(entry: Entry | None) -> dict[str, Any] | None:
    """An entry for the audit log; geometry by its size only."""
    if entry is None:
        return None
    row = to_row(entry)
    if isinstance(entry, AreaVersion):
        row["geometry"] = f"{len(entry.geometry)} bytes"
    return row


class Change:
    """A transaction under way. Reads see what was put before."""

    def __init__(self, connection: Connection, *, who: str, at: int, reason: str = "") -> None:
        """`at` is now, ns; `who` and `reason` go to the audit log."""
        self.connection, self.who, self.at, self.reason = connection, who, at, reason
        self._before: dict[type[Entry], dict[Key, Entry]] = {type_: {} for type_ in KINDS}
        self._now: dict[type[Entry], dict[Key, Entry | None]] = {type_: {} for type_ in KINDS}
        self._of_device: dict[type[Entry], dict[str, set[Key]]] = {Installation: {}, Fact: {}, Identifier: {}}
        self._listed: set[tuple[type[Entry], str]] = set()
        self._whole: set[type[Entry]] = set()
        self._undo: list[tuple[type[Entry], Key, Entry | None]] | None = None

    def preload(self, *types: type[Entry]) -> None:
        """Read whole tables at once, for changes that touch most of them."""
        for type_ in types:
            if type_ not in self._whole:
                self._remember(type_, self.connection.execute(select(KINDS[type_].table)).mappings())
                self._whole.add(type_)

    def _remember(self, type_: type[E], rows: Iterable[Mapping[Any, Any]]) -> None:
        kind, before, now = KINDS[type_], self._before[type_], self._now[type_]
        for row in rows:
            entry = to_entry(type_, cast("Mapping[str, Any]", row))
            key = kind.key(entry)
            if key not in now:
                before[key] = now[key] = entry
                self._index(type_, entry, key)

    def _index(self, type_: type[Entry], entry: Entry, key: Key) -> None:
        if type_ in self._of_device:
            assert isinstance(entry, Installation | Fact | Identifier)
            self._of_device[type_].setdefault(entry.device, set()).add(key)

    def get(self, type_: type[E], *key: Any) -> E | None:
        """The entry with this key, None when there is none."""
        now = self._now[type_]
        if key not in now and type_ not in self._whole:
            table = KINDS[type_].table
            where = and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
            self._remember(type_, self.connection.execute(select(table).where(where)).mappings())
            now.setdefault(key, None)
        return cast("E | None", now.get(key))

    def all(self, type_: type[E]) -> list[E]:
        """Every entry of a kind."""
        self.preload(type_)
        return [cast("E", entry) for entry in self._now[type_].values() if entry is not None]

    def of_device(self, type_: type[E], device: str) -> list[E]:
        """Installations, facts or identifiers of a device, in order of their keys."""
        known = self._of_device[type_]
        if type_ not in self._whole and (type_, device) not in self._listed:
            table = KINDS[type_].table
            self._remember(type_, self.connection.execute(select(table).where(table.c.device == device)).mappings())
            self._listed.add((type_, device))
        now = self._now[type_]
        found = [now.get(key) for key in sorted(known.get(device, ()))]
        return [cast("E", entry) for entry in found if entry is not None]

    def put(self, entry: Entry) -> None:
        """Add an entry or set it in place of the one with its key, which must have been read before."""
        type_ = type(entry)
        self._set(type_, KINDS[type_].key(entry), entry)
        self._index(type_, entry, KINDS[type_].key(entry))

    def take(self, entry: Entry) -> None:
        """Take an entry away."""
        self._set(type(entry), KINDS[type(entry)].key(entry), None)

    def _set(self, type_: type[Entry], key: Key, entry: Entry | None) -> None:
        if self._undo is not None:
            self._undo.append((type_, key, self._now[type_].get(key)))
        self._now[type_][key] = entry

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is put inside counts as a whole, or, when an error passes, not at all."""
        undo: list[tuple[type[Entry], Key, Entry | None]] = []
        self._undo = undo
        try:
            yield
        except BaseException:
            for type_, key, entry in reversed(undo):
                self._now[type_][key] = entry
            raise
        finally:
            self._undo = None

    def differences(self) -> Iterator[tuple[type[Entry], Key, Entry | None, Entry | None]]:
        """(kind, key, before, after) of every entry that is no longer what it was."""
        for type_, now in self._now.items():
            before = self._before[type_]
            for key, entry in now.items():
                if entry != before.get(key):
                    yield type_, key, before.get(key), entry

    def devices_with(self, type_: type[Installation | Fact], before: bool) -> Mapping[str, list[Any]]:
        """Installations or facts of every device that was read, as they stood before or stand now."""
        found: dict[str, list[Any]] = {}
        for entry in (self._before if before else self._now)[type_].values():
            if entry is not None:
                assert isinstance(entry, Installation | Fact)
                found.setdefault(entry.device, []).append(entry)
        return found

    def write(self) -> int:
        """Write what differs, with its audit lines; returns how many entries changed."""
        added: dict[type[Entry], list[dict[str, Any]]] = {}
        altered: dict[type[Entry], list[dict[str, Any]]] = {}
        removed: dict[type[Entry], list[Key]] = {}
        log = []
        for type_, key, before, after in self.differences():
            if after is None:
                removed.setdefault(type_, []).append(key)
            else:
                (added if before is None else altered).setdefault(type_, []).append(to_row(after))
            action = "remove" if after is None else "add" if before is None else "change"
            log.append(
                {"at": self.at, "who": self.who, "action": action, "kind": KINDS[type_].name,
                 "key": "/".join(map(str, key)), "before": to_json(before), "after": to_json(after),
                 "reason": self.reason}
            )  # fmt: skip
        for type_, keys in removed.items():
            table = KINDS[type_].table
            where = and_(*(column == bindparam(f"_{column.name}") for column in table.primary_key))
            names = [f"_{column.name}" for column in table.primary_key]
            self.connection.execute(table.delete().where(where), [dict(zip(names, k, strict=True)) for k in keys])
        for type_, rows in altered.items():
            table = KINDS[type_].table
            keys_of = [column.name for column in table.primary_key]
            where = and_(*(table.c[name] == bindparam(f"_{name}") for name in keys_of))
            values: dict[str, Any] = {
                column.name: bindparam(column.name) for column in table.c if column.name not in keys_of
            }
            self.connection.execute(
                update(table).where(where).values(values),
                [{(f"_{name}" if name in keys_of else name): value for name, value in row.items()} for row in rows],
            )
        for type_, rows in added.items():
            self.connection.execute(insert(KINDS[type_].table), rows)
        if log:
            self.connection.execute(insert(tables.audit), log)
        return len(log)
