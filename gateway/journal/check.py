"""Verifies the journal's files for `gateway check`: nothing is changed, and the writer may be at work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.databases import COMPANIONS
from gateway.journal.blocks import BlockError, unpack
from gateway.journal.offsets import FILE, ConsumerOffsets
from gateway.journal.segments import (
    JournalDamagedError,
    SegmentFile,
    list_segments,
    open_reading,
)
from gateway.model import JournalUnavailableError

_OWN = {"journal.lock", *(FILE + suffix for suffix in COMPANIONS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a check found.

    Attributes:
        files: number of journal files.
        entries: number of messages in them, by their offsets.
        first: oldest offset, 0 when there is none.
        last: newest offset, 0 when there is none.
        consumers: committed offset by name.
        problems: one sentence each, with the file's name; empty when all is well.
    """

    files: int
    entries: int
    first: int
    last: int
    consumers: dict[str, int]
    problems: tuple[str, ...]


def check(folder: Path, *, thorough: bool = False) -> Report:
    """Look at every file's header, place and mode; `thorough` reads every message as well (seconds for each GB)."""
    segments = list_segments(folder)
    problems = list(_strangers(folder, segments))
    entries = first = last = 0
    for segment in segments:
        try:
            with closing(open_reading(segment, final=segment != segments[-1])) as connection:
                found = _extent(connection)
                if found is not None:
                    if found[0] <= last or found[0] < segment.first:
                        problems.append(f"{segment.path}: offset {found[0]} stands where a higher one should")
                    first, last = first or found[0], max(last, found[1])
                    entries += found[1] - found[0] + 1
                if thorough:
                    problems += [f"{segment.path}: {detail}" for detail in _read(connection)]
        except JournalDamagedError as error:
            problems.append(str(error))
        except sqlite3.Error as error:
            if not segment.path.exists():  # retention has removed it meanwhile
                continue
            problems.append(f"{segment.path}: {error}")
    consumers, trouble = _consumers(folder, segments, last)
    return Report(
        files=len(segments),
        entries=entries,
        first=first,
        last=last,
        consumers=consumers,
        problems=(*problems, *trouble),
    )


def _extent(connection: sqlite3.Connection) -> tuple[int, int] | None:
    """First and last offset, None when the file is empty."""
    row = connection.execute(
        "SELECT (SELECT last - count + 1 FROM block ORDER BY last LIMIT 1), (SELECT max(last) FROM block)"
    ).fetchone()
    return None if row[0] is None else (row[0], row[1])


def _read(connection: sqlite3.Connection) -> Iterator[str]:
    for (detail,) in connection.execute("PRAGMA integrity_check(20)"):
        if detail != "ok":
            yield str(detail)
    before = 0
    for last, count, crc, body in connection.execute("SELECT last, count, crc, entries FROM block ORDER BY last"):
        if last - count < before:
            yield f"block that ends at offset {last} overlaps the one before it"
        before = last
        try:
            unpack(last, count, crc, body)
        except BlockError as error:
            yield str(error)


def _strangers(folder: Path, segments: list[SegmentFile]) -> Iterator[str]:
    """Files that do not belong there, and such that others may read."""
    own = _OWN | {segment.path.name + suffix for segment in segments for suffix in COMPANIONS}
    if not folder.is_dir():
        return
    if folder.stat().st_mode & 0o077:
        yield f"{folder}: others may enter this folder (mode {folder.stat().st_mode & 0o777:o} instead of 700)"
    for path in sorted(folder.iterdir()):
        try:
            mode = path.stat().st_mode & 0o777
        except FileNotFoundError:
            continue
        if path.name not in own and not _is_new(path):
            yield f"{path}: is no file of the journal; move it away"
        elif mode & 0o077:
            yield f"{path}: others may read this file (mode {mode:o} instead of 600)"


def _consumers(folder: Path, segments: list[SegmentFile], last: int) -> tuple[dict[str, int], list[str]]:
    if not (folder / FILE).exists():
        return {}, []
    try:
        with ConsumerOffsets(folder) as offsets:
            consumers, integrity = offsets.all(), offsets.check()
    except (JournalDamagedError, JournalUnavailableError) as error:
        return {}, [str(error)]
    problems = [] if integrity == "ok" else [f"{folder / FILE}: {integrity}"]
    end = max(last, segments[-1].first - 1) if segments else 0
    problems += [
        f"consumer {name} has committed offset {offset}, but the journal ends at {end}: files were taken away"
        for name, offset in consumers.items()
        if offset > end
    ]
    return consumers, problems


def _is_new(path: Path) -> bool:
    """Whether it is a journal file, begun after the list was made, or one being made."""
    name = path.name.removesuffix("-wal").removesuffix("-shm").partition(".new")[0].removesuffix(".sqlite")
    return SegmentFile.of(path.with_name(f"{name}.sqlite")) is not None
