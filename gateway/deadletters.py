"""Dead letters: what gave no observation where it should have, with its bytes and the reason, until somebody looks.

One SQLite file, `data_dir/deadletters.sqlite`, shared by all processes. A letter is keyed by journal offset and part, so
that writing the same again after a crash changes nothing but `last_at`. A replay that succeeds marks letters as
resolved. Letters whose reason is privacy are kept without body and without the query of an HTTP request.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from gateway.model import Reason, Received, Rejected

FILE = "deadletters.sqlite"

_FORMAT = 1
_SCHEMA = f"""
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS letter(
  "offset" INTEGER NOT NULL, part TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
  source TEXT NOT NULL, topic TEXT NOT NULL, device TEXT NOT NULL, received_at INTEGER NOT NULL,
  content_type TEXT NOT NULL, retained INTEGER NOT NULL, duplicate INTEGER NOT NULL,
  size INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, resolved_at INTEGER,
  body BLOB, PRIMARY KEY("offset", part));
CREATE INDEX IF NOT EXISTS letter_reason ON letter(resolved_at, reason);
CREATE INDEX IF NOT EXISTS letter_device ON letter(device);
PRAGMA user_version = {_FORMAT};
COMMIT;
"""
_COLUMNS = (
    '"offset", part, reason, detail, source, topic, device, received_at, content_type, retained, duplicate, '
    "size, first_at, last_at, resolved_at"
)
_UPSERT = f"""INSERT INTO letter({_COLUMNS}, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)
ON CONFLICT DO UPDATE SET reason = excluded.reason, detail = excluded.detail, device = excluded.device,
  topic = excluded.topic, size = excluded.size, body = excluded.body, last_at = excluded.last_at, resolved_at = NULL"""


class DeadLettersError(Exception):
    """The file of dead letters cannot be read or written; the message names it and the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One letter as it is kept; times in ns since the epoch.

    Attributes:
        offset: the journal entry it came from.
        part: which of several within that message ("" the whole, else what the writer chose: "3", "air_temperature").
        reason: why there is no observation.
        detail: the reason for people, without values of the payload.
        received: the message; its body is empty in lists (`size` tells its length) and for reason privacy.
        device: as far as it is known.
        size: bytes of the body that came in.
        first_at: when it was first written.
        last_at: when it was last written.
        resolved_at: when a replay brought this message to observations; None: it is still dead.
    """

    offset: int
    part: str
    reason: Reason
    detail: str
    received: Received
    device: str
    size: int
    first_at: int
    last_at: int
    resolved_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which letters to list; everything that is set has to hold. Times of receipt in `[start, stop)` ns."""

    reason: Reason | None = None
    source: str | None = None
    device: str | None = None
    start: int | None = None
    stop: int | None = None
    resolved: bool | None = False


class DeadLetters:
    """The dead letters of one data folder; a context manager. Any thread, one at a time; any number of processes."""

    def __init__(self, data_dir: Path, clock: Callable[[], int] = time.time_ns) -> None:
        self._path, self._clock = data_dir / FILE, clock
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; the next call opens it again."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def record(self, letters: Sequence[tuple[str, Rejected]], *, reprocessed: Collection[int] = ()) -> int:
        """Write (part, rejected) pairs durably, in one transaction; to be done before the consumer's commit.

        Args:
            letters: parts of one message need different names, the same ones whenever it is processed again.
            reprocessed: offsets of all messages that a replay went through; their older letters that do not come
                again are marked as resolved.

        Returns:
            Number of letters that were resolved.

        Raises:
            DeadLettersError: nothing was written.
        """
        now = self._clock()
        with self._transaction() as connection:
            resolved = _resolve(connection, reprocessed, {(letter.entry.offset, part) for part, letter in letters}, now)
            connection.executemany(_UPSERT, (_row(part, rejected, now) for part, rejected in letters))
        return resolved

    def list(
        self, wanted: Filter | None = None, *, limit: int = 100, before: tuple[int, str] | None = None
    ) -> list[DeadLetter]:
        """Letters without bodies, newest offset first; the next page is `before` the (offset, part) of the last."""
        conditions, values = _conditions(wanted or Filter())
        if before is not None:
            conditions.append('("offset", part) < (?, ?)')
            values += before
        where = " AND ".join(conditions) or "1"
        with self._reading() as connection:
            rows = connection.execute(
                f'SELECT {_COLUMNS}, NULL FROM letter WHERE {where} ORDER BY "offset" DESC, part DESC LIMIT ?',  # noqa: S608 - only constants are put together, values are bound
                (*values, limit),
            )
            return [_letter(row) for row in rows]

    def show(self, offset: int) -> list[DeadLetter]:
        """All letters of one message, with its body; empty when there are none."""
        with self._reading() as connection:
            rows = connection.execute(
                f'SELECT {_COLUMNS}, body FROM letter WHERE "offset" = ? ORDER BY part',  # noqa: S608 - constants only
                (offset,),
            )
            return [_letter(row) for row in rows]

    def counts(self) -> dict[Reason, int]:
        """Number of letters that are not resolved, for every reason."""
        with self._reading() as connection:
            rows = connection.execute("SELECT reason, count(*) FROM letter WHERE resolved_at IS NULL GROUP BY reason")
            found = dict(rows.fetchall())
        return {reason: found.get(reason, 0) for reason in Reason}

    def offsets(self, wanted: Filter | None = None) -> list[int]:
        """Journal offsets of the letters, oldest first: what `gateway deadletters replay` goes through."""
        conditions, values = _conditions(wanted or Filter())
        where = " AND ".join(conditions) or "1"
        with self._reading() as connection:
            rows = connection.execute(
                f'SELECT DISTINCT "offset" FROM letter WHERE {where} ORDER BY "offset"',  # noqa: S608 - constants only
                values,
            )
            return [offset for (offset,) in rows]

    def last_offset(self) -> int:
        """The highest journal offset that any letter names, 0 without letters: a floor for new offsets."""
        with self._reading() as connection:
            return int(connection.execute('SELECT coalesce(max("offset"), 0) FROM letter').fetchone()[0])

    def delete(self, offset: int) -> int:
        """Delete the letters of one message; returns how many there were."""
        with self._transaction() as connection:
            return connection.execute('DELETE FROM letter WHERE "offset" = ?', (offset,)).rowcount

    def prune(self, *, before: int | None = None, max_bytes: int | None = None) -> int:
        """Delete letters last written before a time (ns), then the oldest until the bodies take `max_bytes` at most.

        Resolved ones go first. Returns how many were deleted.
        """
        with self._transaction() as connection:
            deleted = 0
            if before is not None:
                deleted += connection.execute("DELETE FROM letter WHERE last_at < ?", (before,)).rowcount
            if max_bytes is not None:
                deleted += connection.execute(
                    """DELETE FROM letter WHERE rowid IN (SELECT rowid FROM (
                         SELECT rowid, sum(coalesce(length(body), 0) + 500) OVER (
                           ORDER BY resolved_at IS NOT NULL, "offset" DESC, part DESC) AS total FROM letter)
                       WHERE total > ?)""",
                    (max_bytes,),
                ).rowcount
        if deleted:
            with self._reading() as connection:
                connection.execute("PRAGMA incremental_vacuum").fetchall()
        return deleted

    def check(self) -> str:
        """What `PRAGMA integrity_check` says: "ok", or what is wrong."""
        with self._reading() as connection:
            return "; ".join(str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)"))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._connection is None:
                self._open()
            assert self._connection is not None
            yield self._connection
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise DeadLettersError(f"{self._path}: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        self._connection = connection = sqlite3.connect(
            self._path, isolation_level=None, timeout=5, check_same_thread=False
        )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in {0, _FORMAT}:
            raise sqlite3.DatabaseError(f"has format {version}; this program knows format {_FORMAT}")
        connection.execute("PRAGMA synchronous = FULL")
        if version == 0:
            connection.executescript(_SCHEMA)


def _row(part: str, rejected: Rejected, now: int) -> tuple[object, ...]:
    received, private = rejected.entry.received, rejected.reason is Reason.PRIVACY
    return (
        rejected.entry.offset,
        part,
        rejected.reason,
        rejected.detail,
        received.source,
        received.topic.partition("?")[0] if private else received.topic,
        rejected.device,
        received.received_at,
        received.content_type,
        received.retained,
        received.duplicate,
        len(received.body),
        now,
        now,
        None if private else received.body,
    )


def _resolve(
    connection: sqlite3.Connection, reprocessed: Collection[int], again: Collection[tuple[int, str]], now: int
) -> int:
    """Mark the letters of these offsets as resolved, except those that are written again."""
    if not reprocessed:
        return 0
    wanted = frozenset(reprocessed)
    dead = connection.execute(
        'SELECT "offset", part FROM letter WHERE "offset" BETWEEN ? AND ? AND resolved_at IS NULL',
        (min(wanted), max(wanted)),
    ).fetchall()
    alive = [key for key in dead if key[0] in wanted and key not in again]
    connection.executemany(
        'UPDATE letter SET resolved_at = ? WHERE "offset" = ? AND part = ?', ((now, *key) for key in alive)
    )
    return len(alive)


def _conditions(wanted: Filter) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    for condition, value in (
        ("reason = ?", wanted.reason),
        ("source = ?", wanted.source),
        ("device = ?", wanted.device),
        ("received_at >= ?", wanted.start),
        ("received_at < ?", wanted.stop),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if wanted.resolved is not None:
        conditions.append("resolved_at IS NOT NULL" if wanted.resolved else "resolved_at IS NULL")
    return conditions, values


def _letter(row: tuple[object, ...]) -> DeadLetter: ...
