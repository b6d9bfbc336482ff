"""What monitoring remembers, in monitoring.sqlite: states, faults, their history, and what each channel was told.

One process writes (the one that processes), any may read. A round is one transaction, so is making a message and
noting that it was delivered: a restart neither loses nor doubles a notice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from gateway.databases import connect, create, transaction
from gateway.monitoring.ledger import Changes
from gateway.monitoring.model import Condition, Finding, Key
from gateway.monitoring.presence import Lapse
from gateway.monitoring.rates import Baseline

FILE = "monitoring.sqlite"
FORMAT = 1
KEPT_CHANGES = 100_000
"""Changes of the history that are kept."""
KEPT_LAPSES = 200

_SCHEMA = f"""
pragma journal_mode = wal;
create table device(
  device text primary key, state text not null, since integer not null, known integer not null,
  looked_at integer not null default 0, baseline blob) without rowid;
create table fault(
  device text not null, condition text not null, subject text not null, since integer not null, value real,
  allowed real, primary key(device, condition, subject)) without rowid;
create table change(
  id integer primary key, at integer not null, began integer not null, device text not null, condition text not null,
  subject text not null, since integer not null, value real);
create table told(
  channel text not null, device text not null, condition text not null, subject text not null,
  since integer not null, value real, allowed real,
  primary key(channel, device, condition, subject)) without rowid;
create table message(
  channel text primary key, id text not null, body blob not null, began blob not null, ended blob not null,
  made_at integer not null, attempts integer not null default 0, next_at integer not null) without rowid;
create table told_at(channel text primary key, at integer not null) without rowid;
create table lapse(source text not null, start integer not null, stop integer not null);
create table meta(name text primary key, value integer not null) without rowid;
pragma user_version = {FORMAT};
"""


class DeviceState(msgspec.Struct, frozen=True, kw_only=True):
    """One watched device. `since`: of the state; `known`: on the list; `looked_at`: stored values looked at; ns."""

    device: str
    state: str
    since: int
    known: int
    looked_at: int = 0
    baseline: Baseline | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that waits for delivery: its body stays the same however often it is tried.

    `began` and `ended` are what the channel has been told when it is delivered.
    """

    channel: str
    id: str
    body: bytes
    began: tuple[Finding, ...]
    ended: tuple[Key, ...]
    made_at: int
    attempts: int = 0
    next_at: int = 0


_findings = msgspec.msgpack.Decoder(tuple[Finding, ...])
_keys = msgspec.msgpack.Decoder(tuple[Key, ...])
_baseline = msgspec.msgpack.Decoder(Baseline)


class MonitoringStore:
    """Every call opens the file for itself: rounds are a minute apart, and threads change."""

    def __init__(self, data_dir: Path) -> None:
        """`data_dir` is the data folder; nothing is made before the first write."""
        self.path = data_dir / FILE

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        create(self.path, _SCHEMA)
        with closing(connect(self.path)) as database:
            version = database.execute("pragma user_version").fetchone()[0]
            if version != FORMAT:
                raise sqlite3.DatabaseError(f"{self.path} has format {version}; this program knows format {FORMAT}")
            yield database

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._open() as database, transaction(database):
            yield database

    def devices(self) -> dict[str, DeviceState]:
        """Every watched device as the last round left it."""
        with self._open() as database:
            rows = database.execute("select device, state, since, known, looked_at, baseline from device")
            return {
                row[0]: DeviceState(
                    device=row[0],
                    state=row[1],
                    since=row[2],
                    known=row[3],
                    looked_at=row[4],
                    baseline=None if row[5] is None else _baseline.decode(row[5]),
                )
                for row in rows
            }

    def faults(self) -> dict[Key, Finding]:
        """Every fault that holds."""
        with self._open() as database:
            rows = database.execute("select device, condition, subject, since, value, allowed from fault")
            return {finding.key: finding for finding in map(_finding, rows)}

    def history(self, limit: int = 1000) -> list[tuple[int, bool, Finding]]:
        """(when, whether it began, the fault), newest first."""
        with self._open() as database:
            rows = database.execute(
                "select at, began, device, condition, subject, since, value, null from change order by id desc limit ?",
                (limit,),
            )
            return [(row[0], bool(row[1]), _finding(row[2:])) for row in rows]

    def meta(self) -> dict[str, int]:
        """Small facts: `round` (when the last one was), and `drift:…` when each quantity was compared; ns."""
        with self._open() as database:
            return dict(database.execute("select name, value from meta").fetchall())

    def lapses(self) -> list[Lapse]:
        """When nothing could be heard, in order of the start."""
        with self._open() as database:
            return [Lapse(*row) for row in database.execute("select source, start, stop from lapse order by start")]

    def save(
        self,
        *,
        devices: Iterable[DeviceState],
        gone: Iterable[str],
        changes: Changes,
        lapses: Iterable[Lapse],
        meta: Mapping[str, int],
        at: int,
    ) -> None:
        """Write what a round found, at once: devices that changed, those no longer watched, faults, lapses, facts."""
        with self._write() as database:
            database.executemany("insert into lapse values (?, ?, ?)", map(msgspec.structs.astuple, lapses))
            database.execute(
                "delete from lapse where rowid <= (select max(rowid) from lapse) - ?",
                (KEPT_LAPSES,),
            )
            database.executemany(
                "insert or replace into device values (?, ?, ?, ?, ?, ?)",
                (
                    (
                        d.device,
                        d.state,
                        d.since,
                        d.known,
                        d.looked_at,
                        d.baseline and msgspec.msgpack.encode(d.baseline),
                    )
                    for d in devices
                ),
            )
            database.executemany("delete from device where device = ?", ((device,) for device in gone))
            database.executemany(
                "insert or replace into fault values (?, ?, ?, ?, ?, ?)",
                map(_row, (*changes.began, *changes.updated)),
            )
            database.executemany(
                "delete from fault where device = ? and condition = ? and subject = ?",
                (_key(finding.key) for finding in changes.ended),
            )
            database.executemany(
                "insert into change(at, began, device, condition, subject, since, value) values (?, ?, ?, ?, ?, ?, ?)",
                (
                    (at, began, *_row(finding)[:5])
                    for began, findings in ((0, changes.ended), (1, changes.began))
                    for finding in findings
                ),
            )
            if changes.began or changes.ended:
                database.execute(
                    "delete from change where id <= (select max(id) from change) - ?",
                    (KEPT_CHANGES,),
                )
            database.executemany("insert or replace into meta values (?, ?)", meta.items())

    def told(self, channel: str) -> dict[Key, Finding]:
        """The faults that a channel knows of."""
        with self._open() as database:
            rows = database.execute(
                "select device, condition, subject, since, value, allowed from told where channel = ?", (channel,)
            )
            return {finding.key: finding for finding in map(_finding, rows)}

    def told_at(self, channel: str) -> int:
        """When a message of this channel was made last, ns; 0 when never."""
        with self._open() as database:
            row = database.execute("select at from told_at where channel = ?", (channel,)).fetchone()
            return 0 if row is None else int(row[0])

    def message(self, channel: str) -> Message | None:
        """The message of a channel that waits for delivery."""
        with self._open() as database:
            row = database.execute(
                "select id, body, began, ended, made_at, attempts, next_at from message where channel = ?", (channel,)
            ).fetchone()
        if row is None:
            return None
        return Message(
            channel=channel,
            id=row[0],
            body=row[1],
            began=_findings.decode(row[2]),
            ended=_keys.decode(row[3]),
            made_at=row[4],
            attempts=row[5],
            next_at=row[6],
        )

    def put(self, message: Message) -> None:
        """Keep a message until it is delivered, in place of one that waits."""
        with self._write() as database:
            database.execute(
                "insert or replace into message values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    message.channel,
                    message.id,
                    message.body,
                    msgspec.msgpack.encode(message.began),
                    msgspec.msgpack.encode(message.ended),
                    message.made_at,
                    message.attempts,
                    message.next_at,
                ),
            )
            database.execute("insert or replace into told_at values (?, ?)", (message.channel, message.made_at))

    def delivered(self, message: Message) -> None:
        """The channel knows it now."""
        with self._write() as database:
            database.execute("delete from message where channel = ? and id = ?", (message.channel, message.id))
            database.executemany(
                "insert or replace into told values (?, ?, ?, ?, ?, ?, ?)",
                ((message.channel, *_row(finding)) for finding in message.began),
            )
            database.executemany(
                "delete from told where channel = ? and device = ? and condition = ? and subject = ?",
                ((message.channel, *_key(key)) for key in message.ended),
            )

    def failed(self, message: Message, next_at: int) -> None:
        """It was tried once more, in vain; not again before `next_at` ns."""
        with self._write() as database:
            database.execute(
                "update message set attempts = attempts + 1, next_at = ? where channel = ? and id = ?",
                (next_at, message.channel, message.id),
            )

    def give_up(self, message: Message) -> None:
        """Forget a message that nobody takes: what it said is still untold, and stands in the next one."""
        with self._write() as database:
            database.execute("delete from message where channel = ? and id = ?", (message.channel, message.id))


def _key(key: Key) -> tuple[str, str, str]:
    return key.device, key.condition.value, key.subject


def _row(finding: Finding) -> tuple[str, str, str, int, float | None, float | None]:
    return (*_key(finding.key), finding.since, finding.value, finding.limit)


def _finding(row: tuple[str, str, str, int, float | None, float | None]) -> Finding:
    device, condition, subject, since, value, limit = row
    return Finding(Key(device, Condition(condition), subject), since, value, limit)
