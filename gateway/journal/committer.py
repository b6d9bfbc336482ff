"""Brings messages to disk: offsets, the change of day, damaged files. Synchronous; one thread owns it.

Offsets are never used twice:

- the next one follows the last row of the newest file, the commits of all consumers and `floor` (what others know);
- a newest file that cannot be read is left as it is, and a new one begins at least `DAMAGE_GAP` offsets later,
  more than any day can hold;
- a file is chosen by offset, not by date, so a clock set back never opens an older one again.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog

from gateway.databases import delete, is_damage
from gateway.journal.blocks import pack
from gateway.journal.offsets import committed_offsets
from gateway.journal.segments import JournalDamagedError, Segment, list_segments, utc_day
from gateway.model import JournalUnavailableError, Received

CHECKPOINT_BYTES = 16 << 20
"""The write-ahead log is moved into the database when it has grown by this much."""

DAMAGE_GAP = 10**12
"""Offsets left free after a file whose last offset cannot be known."""

_log = structlog.get_logger(__name__)


class Committer:
    """The writing end of the journal folder, which it keeps locked against other writers."""

    def __init__(self, folder: Path, clock: Callable[[], int], floor: int = 0) -> None:
        """`floor`: the highest offset that anybody remembers, for a folder that was emptied or restored."""
        self.head = 0
        self._folder, self._clock, self._floor = folder, clock, floor
        self._segment: Segment | None = None
        self._lock: int | None = None

    @property
    def file(self) -> str:
        """Name of the file being written, "" when none is open."""
        return self._segment.file.path.name if self._segment else ""

    def lock(self) -> None:
        """Make the folder (mode 0700) and take it; raises JournalUnavailableError when another process has it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        path = self._folder / "journal.lock"
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise JournalUnavailableError(f"{self._folder}: process {owner} writes this journal already") from error
        self._lock = descriptor
        with suppress(OSError):  # a full disk must not keep the gateway from starting
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)

    def open(self) -> None:
        """Open the newest file or begin one; raises sqlite3.Error or OSError when the disk does not take it now."""
        if self._segment is not None:
            self._segment.close()
            self._segment = None
        for stray in self._folder.glob("????-??-??-*.new*"):  # begun and not finished by a process that was killed
            stray.unlink(missing_ok=True)
        self.head = max(self.head, self._floor, self._committed())
        segments = list_segments(self._folder)
        if segments:
            newest = segments[-1]
            try:
                self._segment = Segment(newest)
            except JournalDamagedError as error:
                self._pass_over(newest.first, error)
                return
            self.head = max(self.head, self._segment.last)
        else:
            self._begin()

    def commit(self, messages: Sequence[Received], size: int) -> int:
        """Make messages durable and return the offset of the last one.

        Raises:
            ValueError: a message cannot be encoded; nothing was kept.
            sqlite3.Error, OSError: the disk does not take them; nothing was kept.
        """
        segment = self._current()
        rows = pack(messages, self.head + 1, size)
        try:
            segment.insert(rows)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            self._pass_over(segment.file.first, JournalDamagedError(segment.file.path, str(error)))
            rows = pack(messages, self.head + 1, size)
            self._current().insert(rows)
        self.head = rows[-1][0]
        return self.head

    def tidy(self) -> None:
        """Work that may follow an acknowledgement: move the write-ahead log into the database when it is long."""
        if self._segment is not None and self._segment.since_checkpoint >= CHECKPOINT_BYTES:
            self._segment.checkpoint()

    def probe(self, size: int) -> None:
        """Return when the disk takes `size` bytes again; raises sqlite3.Error or OSError while it does not."""
        self.open()
        self._current().make_room(size)

    def close(self) -> None:
        """Close the file and give the folder free."""
        if self._segment is not None:
            self._segment.close()
            self._segment = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _current(self) -> Segment:
        """The file for now: a new one when the day has changed or the file was taken away."""
        segment = self._segment
        if segment is None:
            self.open()
            segment = self._segment
            assert segment is not None
        today = utc_day(self._clock())
        # A clock that is put right by some minutes may be back in yesterday: no reason for a new file. One that was
        # wrong by days (a year in the future) must not hold the journal in one file until then.
        due = not segment.file.day - timedelta(days=1) <= today <= segment.file.day
        if not segment.in_place():
            _log.error("journal.file_taken_away", path=str(segment.file.path))
            due = True
        return self._begin() if due else segment

    def _begin(self) -> Segment:
        old, self._segment = self._segment, None  # whatever happens now, it is never written again
        try:
            self._segment = segment = Segment.create(self._folder, utc_day(self._clock()), self.head + 1)
        finally:
            if old is not None:
                old.seal()
        if old is not None and old.empty and old.in_place():
            with suppress(OSError):
                delete(old.file.path)
        return segment

    def _pass_over(self, first: int, error: JournalDamagedError) -> None:
        _log.error("journal.file_damaged", path=str(error.path), detail=error.detail)
        if self._segment is not None:
            self._segment.close()
            self._segment = None
        self.head = max(self.head, first + DAMAGE_GAP)
        self._begin()

    def _committed(self) -> int:
        try:
            return max(committed_offsets(self._folder).values(), default=0)
        except (JournalDamagedError, JournalUnavailableError) as error:
            _log.error("journal.consumers_unreadable", detail=str(error))
            return 0
