"""Removes old files of the journal: by age and by total size, whole files only.

Never the newest file, which is being written, and never one that a registered consumer has not read to its end.
May run in any process, beside the writer and readers.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.config import JournalSettings
from gateway.databases import COMPANIONS, connect, delete
from gateway.journal.offsets import committed_offsets
from gateway.journal.segments import DAY_NS, SegmentFile, list_segments


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What a run of retention did.

    Attributes:
        removed: names of the files that were removed.
        removed_bytes: their size on disk.
        kept: number of files that are left.
        kept_bytes: their size on disk.
        held_by: consumers that kept files which age or size would remove; one that never comes back must be
            forgotten, or the disk fills.
    """

    removed: tuple[str, ...]
    removed_bytes: int
    kept: int
    kept_bytes: int
    held_by: tuple[str, ...]


def enforce(folder: Path, settings: JournalSettings, now: int) -> Retained:
    """Remove what may go; `now` in ns since the epoch.

    Raises:
        JournalUnavailableError, JournalDamagedError: the consumers' offsets cannot be read; nothing was removed.
        OSError: a file cannot be removed.
    """
    committed = committed_offsets(folder)
    segments = list_segments(folder)
    sizes = [segment.size() for segment in segments]
    number, held_by = _removable(segments, sizes, committed, settings, now)
    for segment in segments[:number]:
        delete(segment.path)
    _remove_orphans(folder)
    _settle(segments[number:-1])
    return Retained(
        removed=tuple(segment.path.name for segment in segments[:number]),
        removed_bytes=sum(sizes[:number]),
        kept=len(segments) - number,
        kept_bytes=sum(sizes[number:]),
        held_by=held_by,
    )


def _removable(
    segments: list[SegmentFile], sizes: list[int], committed: dict[str, int], settings: JournalSettings, now: int
) -> tuple[int, tuple[str, ...]]:
    """How many of the oldest files may go, and which consumers keep the next one."""
    total = sum(sizes)
    for number, (end, following) in enumerate(zip(_days(segments), segments[1:], strict=False)):
        old = settings.retention_days is not None and end <= now - settings.retention_days * DAY_NS
        large = settings.retention_bytes is not None and total > settings.retention_bytes
        if not old and not large:
            return number, ()
        held_by = tuple(name for name, offset in committed.items() if offset < following.first - 1)
        if held_by:
            return number, held_by
        total -= sizes[number]
    return max(0, len(segments) - 1), ()


def _days(segments: list[SegmentFile]) -> list[int]:
    """End of the day of each file, ns: no later than that of the files after it, whatever the clock said then."""
    ends: list[int] = []
    for segment in reversed(segments):
        end = segment.stop()
        ends.append(min(end, ends[-1]) if ends else end)
    return ends[::-1]


def _remove_orphans(folder: Path) -> None:
    """Companions of a database that is gone: a removal was interrupted."""
    for suffix in COMPANIONS[1:]:
        for path in folder.glob(f"????-??-??-*.sqlite{suffix}"):
            if not path.with_name(path.name.removesuffix(suffix)).exists():
                with suppress(FileNotFoundError):
                    path.unlink()


def _settle(segments: list[SegmentFile]) -> None:
    """Move logs into files that are final: a writer was killed, or somebody read on when it sealed the file."""
    for segment in segments:
        if segment.has_log():
            with suppress(sqlite3.Error), closing(connect(segment.path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
