"""SQLite files of this product: made whole, readable by their owner only, opened with explicit transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

COMPANIONS = ("", "-wal", "-shm")
"""A database in WAL mode is its file and what SQLite puts beside it; the file goes first when they are deleted."""

BUSY_SECONDS = 5.0


def connect(
    path: Path, mode: str = "rw", *, immutable: bool = False, patience: float = BUSY_SECONDS
) -> sqlite3.Connection:
    """Open an existing file; `mode` is "ro" or "rw". Any thread, one at a time; no implicit transactions.

    `patience` is how many seconds another process may hold the file before that is an error.
    `immutable` promises that nobody writes the file and that no log belongs to it: it is read without locks, and no
    companions are put beside it.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}",
        uri=True,
        isolation_level=None,
        timeout=patience,
        check_same_thread=False,
    )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """What is written within is committed together at the end, or taken back together on any failure."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):  # the first failure is the one to tell of
                connection.execute("ROLLBACK")
        raise


def create(path: Path, schema: str) -> None:
    """Make a database with this schema unless the file is there already, durably.

    It comes into being under another name ("….new…") and gets its own when it is complete: no other process ever sees
    half of it, and of several that make it at the same time one wins. Nothing is left behind on failure.

    Raises:
        sqlite3.Error, OSError: the disk does not take it.
    """
    if path.exists():
        return
    fresh = path.with_suffix(f".new{os.getpid()}-{threading.get_ident()}")
    try:
        delete(fresh)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with closing(connect(fresh)) as connection:
            connection.executescript(schema)
        _sync(fresh)
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            fresh.rename(path)
        _sync(path.parent)
    finally:
        with suppress(OSError):
            delete(fresh)


def delete(path: Path) -> None:
    """Remove a database and its companions; whoever has it open reads on."""
    for suffix in COMPANIONS:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is broken (and not: busy, full, not readable now)."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or code == sqlite3.SQLITE_IOERR_SHORT_READ


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
