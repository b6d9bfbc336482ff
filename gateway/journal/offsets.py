"""How far each consumer has got: one small database beside the journal's files, shared by all processes.

A consumer commits the offset up to which everything is stored for good; retention keeps what lies after it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from gateway.databases import connect, create, is_damage
from gateway.journal.segments import JournalDamagedError
from gateway.model import JournalUnavailableError

FILE = "consumers.sqlite"

_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE consumer(
  name TEXT PRIMARY KEY, committed INTEGER NOT NULL, committed_at INTEGER NOT NULL) WITHOUT ROWID;
"""


class ConsumerOffsets:
    """The committed offset of every consumer. Any thread, one at a time; any number of processes.

    Every method raises JournalUnavailableError when the disk does not answer (try again later), and
    JournalDamagedError when the file is broken. Deleted, it is made anew: then consumers begin at the oldest entry,
    which costs time and loses nothing, because what they do can be repeated.
    """

    def __init__(self, folder: Path, clock: Callable[[], int] = time.time_ns) -> None:
        self._path, self._clock = folder / FILE, clock
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def register(self, name: str) -> int:
        """Make the consumer known, so that retention waits for it, and return its committed offset (0: none yet)."""
        self._execute("INSERT INTO consumer VALUES(?, 0, ?) ON CONFLICT(name) DO NOTHING", name, self._clock())
        rows = self._execute("SELECT committed FROM consumer WHERE name = ?", name)
        return int(rows[0][0])

    def commit(self, name: str, offset: int) -> None:
        """Note durably that everything up to and including `offset` is done. It never goes backwards."""
        self._execute(
            "INSERT INTO consumer VALUES(?1, ?2, ?3) ON CONFLICT(name) DO UPDATE"
            " SET committed = max(committed, ?2), committed_at = ?3",
            name,
            offset,
            self._clock(),
        )

    def all(self) -> dict[str, int]:
        """Committed offset by name."""
        return dict(self._execute("SELECT name, committed FROM consumer ORDER BY name"))

    def forget(self, name: str) -> bool:
        """Remove a consumer that will not come back; retention no longer waits for it. False: there was none."""
        return bool(self._execute("DELETE FROM consumer WHERE name = ? RETURNING 1", name))

    def check(self) -> str:
        """What `PRAGMA integrity_check` says: "ok", or what is wrong."""
        return "; ".join(str(row[0]) for row in self._execute("PRAGMA integrity_check(5)"))

    def close(self) -> None:
        """Release the file; the next call opens it again."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _execute(self, statement: str, *values: str | int) -> list[tuple[str, int]]:
        try:
            if self._connection is None:
                self._open()
            assert self._connection is not None
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self.close()
            if is_damage(error) or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR:  # no such table
                raise JournalDamagedError(
                    self._path, f"{error}; delete this file to let all consumers begin at the oldest entry"
                ) from error
            raise JournalUnavailableError(f"{self._path}: {error}") from error
        except OSError as error:
            raise JournalUnavailableError(f"{self._path}: {error.strerror}") from error

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create(self._path, _SCHEMA)
        self._connection = connect(self._path)
        self._connection.execute("PRAGMA synchronous = FULL")


def committed_offsets(folder: Path) -> dict[str, int]:
    """Committed offset of every consumer known in this journal folder; makes no file where none is."""
    if not (folder / FILE).exists():
        return {}
    with ConsumerOffsets(folder) as consumers:
        return consumers.all()
