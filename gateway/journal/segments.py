"""The files of the journal: one SQLite database for each UTC day, named by day and first offset.

    data/journal/2026-11-22-0000000000000001.sqlite       sealed: never written again
                 2026-11-23-0000000000184467.sqlite       the newest by offset is the one being written
                 2026-11-23-0000000000184467.sqlite-wal
                 consumers.sqlite  journal.lock

The order of the files is that of their first offsets, so a clock that is set back cannot change it.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

from gateway.databases import COMPANIONS, connect, create, is_damage, transaction
from gateway.journal.blocks import Row
from gateway.model import SECOND_NS

APPLICATION_ID = 0x514A524E
FORMAT = 1
PAGE_SIZE = 8192
DAY_NS = 86400 * SECOND_NS

_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{16,19})\.sqlite")
_SCHEMA = f"""
PRAGMA page_size = {PAGE_SIZE};
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
PRAGMA journal_mode = WAL;
CREATE TABLE block(
  last INTEGER PRIMARY KEY, count INTEGER NOT NULL, received_min INTEGER NOT NULL, received_max INTEGER NOT NULL,
  crc INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE INDEX block_latest ON block(received_max, received_min);
CREATE INDEX block_earliest ON block(received_min);
CREATE TABLE room(id INTEGER PRIMARY KEY, body BLOB);
"""  # `room` is written and emptied again to find out whether the disk takes data
_INSERT = "INSERT INTO block VALUES(?, ?, ?, ?, ?, ?)"


class JournalDamagedError(Exception):
    """A file of the journal cannot be used.

    Attributes:
        path: the file.
        resume: read on after this offset to pass over the damage; None: nothing readable follows yet.
    """

    def __init__(self, path: Path, detail: str, resume: int | None = None) -> None:
        super().__init__(f"{path}: {detail}")
        self.path, self.detail, self.resume = path, detail, resume


@dataclass(frozen=True, slots=True, order=True)
class SegmentFile:
    """What the name of a journal file says: its first offset and the UTC day it was begun on."""

    first: int
    day: date
    path: Path

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """The segment of that name, or None when this is no journal file."""
        match = _NAME.fullmatch(path.name)
        if match is None:
            return None
        try:
            return cls(int(match[2]), date.fromisoformat(match[1]), path)
        except ValueError:
            return None

    def stop(self) -> int:
        """End of its day, ns since the epoch."""
        after = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC) + timedelta(days=1)
        return int(after.timestamp()) * SECOND_NS

    def size(self) -> int:
        """Bytes on disk together with its companions; 0 when it is gone."""
        total = 0
        for suffix in COMPANIONS:
            with suppress(FileNotFoundError):
                total += Path(f"{self.path}{suffix}").stat().st_size
        return total

    def has_log(self) -> bool:
        """Whether a write-ahead log with content belongs to it."""
        try:
            return Path(f"{self.path}-wal").stat().st_size > 0
        except FileNotFoundError:
            return False


def list_segments(folder: Path) -> list[SegmentFile]:
    """The journal's files in order of their offsets; other files are passed over."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a journal of years holds a thousand names: strings are enough
    except FileNotFoundError:
        return []
    return sorted(segment for name in names if (segment := SegmentFile.of(folder / name)) is not None)


def open_reading(segment: SegmentFile, *, final: bool) -> sqlite3.Connection:
    """Open a file for reading; `final` says that a newer one was in the list before.

    Raises:
        JournalDamagedError: it is no journal file, or of another format.
        sqlite3.Error: it cannot be read, or is gone.
    """
    connection = connect(segment.path, "ro", immutable=final and not segment.has_log())
    try:
        verify(connection, segment.path)
    except BaseException:
        connection.close()
        raise
    return connection


def utc_day(now: int) -> date:
    """UTC day of a time in ns since the epoch."""
    return date(1970, 1, 1) + timedelta(days=now // DAY_NS)


def verify(connection: sqlite3.Connection, path: Path) -> None:
    """Raise JournalDamagedError unless this is a journal file of the format this program knows."""
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        if is_damage(error):
            raise JournalDamagedError(path, str(error)) from error
        raise
    if application != APPLICATION_ID:
        raise JournalDamagedError(path, f"is no journal file (application id {application:#x})")
    if version != FORMAT:
        raise JournalDamagedError(path, f"has journal format {version}; this program knows format {FORMAT}")


class Segment:
    """The journal file being written. One thread; sqlite3.Error and OSError say that the disk does not take data."""

    def __init__(self, file: SegmentFile) -> None:
        """Open an existing file; raises JournalDamagedError when it cannot be used."""
        self.file = file
        self._inode = file.path.stat().st_ino
        self._connection = connect(file.path)
        try:
            verify(self._connection, file.path)
            self._connection.executescript(
                "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864"
            )
            row = self._connection.execute("SELECT max(last) FROM block").fetchone()
        except sqlite3.Error as error:
            self.close()
            if is_damage(error):
                raise JournalDamagedError(file.path, str(error)) from error
            raise
        except JournalDamagedError:
            self.close()
            raise
        self.last: int = file.first - 1 if row[0] is None else row[0]
        self.since_checkpoint = 0

    @classmethod
    def create(cls, folder: Path, day: date, first: int) -> Self:
        """Make and open a new file; nothing is left behind when that fails."""
        file = SegmentFile(first, day, folder / f"{day.isoformat()}-{first:016d}.sqlite")
        create(file.path, _SCHEMA)
        return cls(file)

    @property
    def empty(self) -> bool:
        """Whether nothing was ever written to it."""
        return self.last < self.file.first

    def in_place(self) -> bool:
        """False when somebody took the file away: what is written now would be gone with the last close."""
        try:
            return self.file.path.stat().st_ino == self._inode
        except FileNotFoundError:
            return False

    def insert(self, rows: Sequence[Row]) -> None:
        """Make rows durable, all or none."""
        if len(rows) == 1:
            self._connection.execute(_INSERT, rows[0])
        else:
            with transaction(self._connection):
                self._connection.executemany(_INSERT, rows)
        self.last = rows[-1][0]
        self.since_checkpoint += sum(len(row[5]) for row in rows) + 4 * PAGE_SIZE

    def make_room(self, size: int) -> None:
        """Write and delete `size` bytes: returns when the disk takes them. The pages are used by what follows."""
        self._connection.execute("INSERT OR REPLACE INTO room VALUES(1, zeroblob(?))", (size,))
        self._connection.execute("DELETE FROM room")
        self.since_checkpoint += size

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the database, so that the log can start anew."""
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self.since_checkpoint = 0

    def seal(self) -> None:
        """Close for good: the log moves into the database, unless somebody is reading from it just now."""
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA busy_timeout = 100")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.close()

    def close(self) -> None:
        """Close the file; SQLite moves its log into the database when nobody else has it open."""
        with suppress(sqlite3.Error):  # a full disk: the log stays and is read when the file is opened again
            self._connection.close()
