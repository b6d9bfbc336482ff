"""Writes, finds and removes dead letters."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from gateway.databases import connect, create, transaction
from gateway.deadletters.letter import DeadLetter, DeadLettersError, Filter
from gateway.deadletters.statements import FORMAT, LETTERS, OFFSETS, PUT_LETTER, PUT_MESSAGE, SCHEMA, SURPLUS
from gateway.model import Reason, Rejected

FILE = "deadletters.sqlite"
DETAIL_LENGTH = 1000
NAME_LENGTH = 200


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
            again = {(letter.entry.offset, _text(part, NAME_LENGTH)) for part, letter in letters}
            resolved = _resolve(connection, reprocessed, again, now)
            messages = {(letter.entry.offset, letter.reason is Reason.PRIVACY): letter for _, letter in letters}
            connection.executemany(PUT_MESSAGE, map(_message, messages.values()))
            connection.executemany(
                PUT_LETTER,
                (
                    (
                        letter.entry.offset,
                        _text(part, NAME_LENGTH),
                        letter.reason,
                        _text(letter.detail, DETAIL_LENGTH),
                        _text(letter.device, NAME_LENGTH),
                        now,
                        now,
                    )
                    for part, letter in letters
                ),
            )
        return resolved

    def find(
        self, wanted: Filter | None = None, *, limit: int = 100, before: tuple[int, str] | None = None
    ) -> list[DeadLetter]:
        """Letters without bodies, newest offset first; the next page is `before` the (offset, part) of the last."""
        conditions, values = (wanted or Filter()).conditions()
        if before is not None:
            conditions += ' AND ("offset", part) < (?, ?)'
            values += before
        order = 'ORDER BY "offset" DESC, part DESC LIMIT ?'
        return self._letters(f"{LETTERS.format(body='NULL')} WHERE {conditions} {order}", *values, limit)

    def show(self, offset: int) -> list[DeadLetter]:
        """All letters of one message, with its body; empty when there are none."""
        return self._letters(f'{LETTERS.format(body="body")} WHERE "offset" = ? ORDER BY part', offset)

    def counts(self) -> dict[Reason, int]:
        """Number of letters that are not resolved, for every reason."""
        with self._connected() as connection:
            rows = connection.execute("SELECT reason, count(*) FROM letter WHERE resolved_at IS NULL GROUP BY reason")
            found = dict(rows.fetchall())
        return {reason: found.get(reason, 0) for reason in Reason}

    def offsets(self, wanted: Filter | None = None) -> list[int]:
        """Journal offsets of the letters, oldest first: what is to be replayed."""
        conditions, values = (wanted or Filter()).conditions()
        with self._connected() as connection:
            rows = connection.execute(f"{OFFSETS} WHERE {conditions} ORDER BY 1", values)
            return [offset for (offset,) in rows]

    def last_offset(self) -> int:
        """The highest journal offset that any letter names, 0 without letters: a floor for new offsets."""
        with self._connected() as connection:
            return int(connection.execute('SELECT coalesce(max("offset"), 0) FROM message').fetchone()[0])

    def delete(self, offsets: Collection[int]) -> int:
        """Delete the letters of these messages; returns how many letters there were."""
        with self._transaction() as connection:
            return _delete(connection, offsets)

    def prune(self, *, before: int | None = None, max_bytes: int | None = None) -> int:
        """Delete letters last written before a time (ns), then the oldest until all take `max_bytes` at most.

        Of what is too much, resolved ones go first. Returns how many were deleted.
        """
        deleted = 0
        with self._transaction() as connection:
            if before is not None:
                deleted += connection.execute("DELETE FROM letter WHERE last_at < ?", (before,)).rowcount
                connection.execute('DELETE FROM message WHERE "offset" NOT IN (SELECT "offset" FROM letter)')
            if max_bytes is not None:
                deleted += _delete(connection, [row[0] for row in connection.execute(SURPLUS, (max_bytes,))])
        if deleted:
            with self._connected() as connection:
                connection.executescript("PRAGMA incremental_vacuum")  # `execute` would stop after one page
        return deleted

    def check(self) -> str:
        """What `PRAGMA integrity_check` says: "ok", or what is wrong."""
        with self._connected() as connection:
            return "; ".join(str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)"))

    def _letters(self, statement: str, *values: object) -> list[DeadLetter]:
        with self._connected() as connection:
            return [DeadLetter.of(row) for row in connection.execute(statement, values)]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
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
        with self._connected() as connection, transaction(connection):
            yield connection

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        create(self._path, SCHEMA)
        self._connection = connection = connect(self._path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            raise sqlite3.DatabaseError(f"has format {version}; this program knows format {FORMAT}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")


def _text(text: str, limit: int) -> str:
    """At most `limit` characters, without the lone surrogates that JSON may carry and SQLite refuses."""
    return text[:limit].encode("utf-8", "replace").decode()


def _message(rejected: Rejected) -> tuple[object, ...]:
    received, private = rejected.entry.received, rejected.reason is Reason.PRIVACY
    return (
        rejected.entry.offset,
        received.source,
        received.topic.partition("?")[0] if private else received.topic,
        received.received_at,
        received.retained,
        received.duplicate,
        received.content_type,
        len(received.body),
        private,
        None if private else received.body,
    )


def _delete(connection: sqlite3.Connection, offsets: Collection[int]) -> int:
    keys = [(offset,) for offset in offsets]
    connection.executemany('DELETE FROM message WHERE "offset" = ?', keys)
    return connection.executemany('DELETE FROM letter WHERE "offset" = ?', keys).rowcount


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
