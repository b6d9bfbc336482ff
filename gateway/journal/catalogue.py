"""The journal's files as a reader sees them: which there are, what each holds, one of them open."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.databases import connect, is_damage
from gateway.journal.blocks import BlockError
from gateway.journal.salvage import resume_after
from gateway.journal.segments import JournalDamagedError, SegmentFile, list_segments, verify
from gateway.model import SECOND_NS, JournalUnavailableError

_SETTLED_NS = 2 * SECOND_NS
"""A folder changed within this time may change again without a new modification time."""

_EXTENT = """SELECT (SELECT max(last) FROM block), (SELECT min(received_min) FROM block),
  (SELECT max(received_max) FROM block)"""


@dataclass(frozen=True, slots=True)
class Extent:
    """Last offset, earliest and latest receive time of a file; `last` is below the file's first when it is empty."""

    last: int
    earliest: int
    latest: int


class Catalogue:
    """Finds and opens journal files for reading. Any thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: list[SegmentFile] = []
        self._listed = -1
        self._open: tuple[SegmentFile, sqlite3.Connection] | None = None
        self._extents: dict[SegmentFile, Extent] = {}

    def close(self) -> None:
        """Release the file that is open; the next call opens it again."""
        if self._open is not None:
            with suppress(sqlite3.Error):
                self._open[1].close()
            self._open = None

    def segments(self) -> list[SegmentFile]:
        """The files there are, oldest first."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return []
        if changed != self._listed:
            self._segments = list_segments(self._folder)
            self._listed = changed if time.time_ns() - changed > _SETTLED_NS else -1
            self._extents = {key: value for key, value in self._extents.items() if key in self._segments}
        return self._segments

    def following(self, segment: SegmentFile) -> SegmentFile | None:
        """The next file."""
        return next((other for other in self.segments() if other.first > segment.first), None)

    def last(self, segment: SegmentFile) -> int | None:
        """Its last offset, below the file's first when it is empty; None when the file is gone."""
        known = self._extents.get(segment)
        if known is not None:
            return known.last
        rows = self.query(segment, "SELECT max(last) FROM block")
        if not rows:
            return None
        return segment.first - 1 if rows[0][0] is None else int(rows[0][0])

    def extent(self, segment: SegmentFile) -> Extent | None:
        """What the file holds; None when it is gone. Final, hence remembered, once a newer file is in the list."""
        known = self._extents.get(segment)
        if known is not None:
            return known
        final = self.following(segment) is not None
        rows = self.query(segment, _EXTENT)
        if not rows:
            return None
        last, earliest, latest = rows[0]
        extent = Extent(segment.first - 1, 0, -1) if last is None else Extent(last, earliest, latest)
        if final:
            self._extents[segment] = extent
        return extent

    def query(self, segment: SegmentFile, statement: str, *values: int) -> list[tuple[Any, ...]]:
        """All rows of a short answer; none when the file is gone. Errors as `rows`."""
        return list(self.rows(segment, segment.first - 1, statement, *values))

    def rows(self, segment: SegmentFile, after: int, statement: str, *values: int) -> Generator[tuple[Any, ...]]:
        """Rows one by one, none when the file is gone. The file's lock is held until the iterator is closed.

        Raises:
            JournalUnavailableError: the file cannot be read now.
            JournalDamagedError: it cannot be read at all behind `after`.
        """
        try:
            connection = self._connect(segment)
            if connection is not None:
                with closing(connection.execute(statement, values)) as cursor:
                    yield from cursor
        except sqlite3.Error as error:
            if is_damage(error):
                raise self.damaged(segment, after, error) from error
            self.close()
            raise JournalUnavailableError(f"{segment.path}: {error}") from error

    def damaged(self, segment: SegmentFile, after: int, error: sqlite3.Error | BlockError) -> JournalDamagedError:
        """The error to raise for damage behind `after`, with the place where reading can go on."""
        self.close()
        try:
            resume = resume_after(segment.path, after)
        except sqlite3.Error as problem:
            raise JournalUnavailableError(f"{segment.path}: {problem}") from problem
        if resume is None:
            following = self.following(segment)
            resume = following.first - 1 if following else None
        return JournalDamagedError(segment.path, str(error), resume)

    def _connect(self, segment: SegmentFile) -> sqlite3.Connection | None:
        """A connection to the file, kept for the next call; None when the file is gone."""
        if self._open is not None and self._open[0] == segment:
            return self._open[1]
        self.close()
        try:
            connection = connect(segment.path, "ro")
        except sqlite3.Error:
            if not segment.path.exists():
                return None
            raise
        try:
            verify(connection, segment.path)
        except JournalDamagedError as error:
            connection.close()
            following = self.following(segment)
            error.resume = following.first - 1 if following else None
            raise
        except BaseException:
            connection.close()
            raise
        self._open = segment, connection
        return connection
