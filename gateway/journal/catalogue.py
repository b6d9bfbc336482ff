"""The journal's files as a reader sees them: which there are, what each holds, one of them open."""

from __future__ import annotations

import sqlite3
import time
from bisect import bisect_right
from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.databases import is_damage
from gateway.journal.blocks import BlockError
from gateway.journal.salvage import resume_after
from gateway.journal.segments import JournalDamagedError, SegmentFile, list_segments, open_reading
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


def first_offset(segment: SegmentFile) -> int:
    """Key to search a list of files by offset."""
    return segment.first


class Catalogue:
    """Finds and opens journal files for reading. Any thread, one at a time; `segments` are the files, oldest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.segments: list[SegmentFile] = []
        self._listed = -1
        self._open: tuple[SegmentFile, sqlite3.Connection] | None = None
        self._extents: dict[SegmentFile, Extent] = {}

    def close(self) -> None:
        """Release the file that is open; the next call opens it again."""
        if self._open is not None:
            with suppress(sqlite3.Error):
                self._open[1].close()
            self._open = None

    def refresh(self) -> None:
        """Look which files there are; to be called before each question, not within one.

        A file is final when a newer one stood in the list before it was read: nothing is added to it unseen.
        """
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            self.segments = []
            return
        if changed != self._listed:
            self.segments = list_segments(self._folder)
            self._listed = changed if time.time_ns() - changed > _SETTLED_NS else -1
            there = set(self.segments)
            self._extents = {key: value for key, value in self._extents.items() if key in there}

    def following(self, segment: SegmentFile) -> SegmentFile | None:
        """The next file."""
        place = bisect_right(self.segments, segment.first, key=first_offset)
        return self.segments[place] if place < len(self.segments) else None

    def onwards(self, after: int) -> list[SegmentFile]:
        """The files from the one that holds the entry behind `after`."""
        return self.segments[max(0, bisect_right(self.segments, after + 1, key=first_offset) - 1) :]

    def last(self, segment: SegmentFile) -> int | None:
        """Its last offset, below the file's first when it is empty; None when the file is gone."""
        if self.following(segment) is not None:
            extent = self.extent(segment)
            return None if extent is None else extent.last
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
        following = self.following(segment)
        try:
            connection = open_reading(segment, final=following is not None)
        except JournalDamagedError as error:
            error.resume = following.first - 1 if following else None
            raise
        except sqlite3.Error:
            if not segment.path.exists():
                return None
            raise
        self._open = segment, connection
        return connection
