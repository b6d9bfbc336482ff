"""Reads the journal: onwards from an offset, or by the time of receipt. From any thread or process, beside the writer.

A file that was deleted by retention is passed over. A damaged one raises JournalDamagedError, whose `resume` says
where reading can go on: what to do about it is the caller's decision, never a silent gap.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gateway.journal.blocks import BlockError, unpack
from gateway.journal.catalogue import Catalogue
from gateway.journal.segments import JournalDamagedError, SegmentFile
from gateway.model import SECOND_NS, Entry

READ_BYTES = 8 << 20

_FAR = 1 << 62
"""An offset that no journal reaches."""

# Offsets are sought from below (>=): seeking from the one before (>) would touch the page before, damaged or not.
_ONWARDS = "SELECT last, count, crc, entries FROM block WHERE last >= ? ORDER BY last LIMIT ?"
_OLDEST = "SELECT received_min FROM block WHERE last >= ? ORDER BY last LIMIT 1"
_WITHIN = "SELECT min(last), max(last) FROM block WHERE received_max >= ? AND received_min < ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """What a consumer has before it: number of entries, and for how many seconds the oldest of them has waited."""

    offsets: int
    seconds: float


class JournalReader:
    """A reading end of the journal folder. Any thread, one at a time; each thread may have its own.

    Methods raise JournalUnavailableError when a file cannot be read now (try again later) and JournalDamagedError
    when it cannot be read at all.
    """

    def __init__(self, folder: Path) -> None:
        self._files = Catalogue(folder)
        self._rest: list[Entry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file that is open; the next call opens it again."""
        self._files.close()
        self._rest = []

    def read(self, after: int, limit: int, max_bytes: int = READ_BYTES) -> list[Entry]:
        """Entries that follow `after` in order, `limit` at most; empty when there are none yet.

        Reading stops at the end of a file and after the block that fills `max_bytes`: fewer than `limit` does not
        mean that nothing follows.
        """
        if self._rest and self._rest[0].offset == after + 1:
            entries = self._rest
        else:
            self._files.refresh()
            attempts = (self._read(segment, after, limit, max_bytes) for segment in self._files.onwards(after))
            entries = next((found for found in attempts if found), [])
        self._rest = entries[limit:]
        return entries[:limit]

    def head(self) -> int:
        """Offset of the newest entry; 0 when there never was one."""
        self._files.refresh()
        lasts = (self._files.last(segment) for segment in reversed(self._files.segments))
        return next((last for last in lasts if last is not None), 0)

    def lag(self, after: int, now: int) -> Lag:
        """What follows `after`; `now` in ns since the epoch. Damaged files count as empty."""
        self._files.refresh()
        offsets, seconds = 0, 0.0
        for segment in self._files.onwards(after):
            try:
                last = self._files.last(segment)
                if last is None or last <= after:
                    continue
                oldest = self._files.query(segment, _OLDEST, after + 1) if not offsets else []
            except JournalDamagedError:
                continue
            offsets += last - max(after, segment.first - 1)
            if oldest:
                seconds = max(0.0, (now - oldest[0][0]) / SECOND_NS)
        return Lag(offsets=offsets, seconds=seconds)

    def offsets_between(self, start: int, stop: int) -> tuple[int, int] | None:
        """A range of offsets (after, last] with every entry received in `[start, stop)` ns, None when there is none.

        It holds others too: those of the same block, and where the clock went backwards. `between` leaves them out.
        Of a damaged file it holds everything.
        """
        self._files.refresh()
        spans = [span for segment in self._files.segments if (span := self._span(segment, start, stop))]
        return (spans[0][0], spans[-1][1]) if spans else None

    def between(
        self,
        start: int,
        stop: int,
        *,
        containing: Sequence[str] = (),
        limit: int = 2000,
        on_damage: Callable[[JournalDamagedError], None] | None = None,
    ) -> Iterator[list[Entry]]:
        """Entries received in `[start, stop)` ns that are there now, in order, in lists of up to `limit`.

        Args:
            start: ns since the epoch.
            stop: ns since the epoch, exclusive.
            containing: only entries whose topic or body holds one of these texts, whatever the case. It may let
                through too many (the text stands elsewhere in the body), and misses only what a sender wrote with
                escapes.
            limit: how many entries at a time.
            on_damage: told of each damaged place, which is then passed over; None: it raises.
        """
        after, last = self.offsets_between(start, stop) or (0, 0)
        needles = [text.lower().encode() for text in containing]
        while after < last:
            try:
                entries = self.read(after, min(limit, last - after))
            except JournalDamagedError as error:
                if on_damage is None:
                    raise
                on_damage(error)
                after = last if error.resume is None else error.resume
                continue
            if not entries:
                return
            after = entries[-1].offset
            chosen = [entry for entry in entries if start <= entry.received.received_at < stop]
            if needles:
                chosen = [entry for entry in chosen if _holds(entry, needles)]
            if chosen:
                yield chosen

    def _read(
        self, segment: SegmentFile, after: int, limit: int, max_bytes: int, blocks: int = sys.maxsize
    ) -> list[Entry]:
        entries: list[Entry] = []
        size = 0
        try:
            with closing(self._files.rows(segment, after, _ONWARDS, after + 1, blocks)) as rows:
                for last, count, crc, body in rows:
                    block = unpack(last, count, crc, body)
                    entries += block if last - count >= after else block[after - last :]
                    size += len(body)
                    if len(entries) >= limit or size >= max_bytes:
                        break
        except BlockError as error:
            if not entries:
                raise self._files.damaged(segment, after, error) from error
        except JournalDamagedError:
            if entries:  # what stands before the damage comes first; the next call meets the damage itself
                return entries
            if blocks > 1:  # the sqlite3 module steps on before it hands out a row: this one may be sound
                return self._read(segment, after, limit, max_bytes, 1)
            raise
        return entries

    def _span(self, segment: SegmentFile, start: int, stop: int) -> tuple[int, int] | None:
        try:
            extent = self._files.extent(segment)
            if extent is None or extent.earliest >= stop or extent.latest < start:
                return None
            rows = self._files.query(segment, _WITHIN, start, stop)
            if not rows or rows[0][0] is None:
                return None
            first = self._files.query(segment, "SELECT last - count FROM block WHERE last = ?", rows[0][0])
            return (first[0][0], rows[0][1]) if first else None
        except JournalDamagedError:
            following = self._files.following(segment)
            return segment.first - 1, following.first - 1 if following else _FAR


def _holds(entry: Entry, needles: Sequence[bytes]) -> bool:
    topic, body = entry.received.topic.encode().lower(), entry.received.body.lower()
    return any(needle in topic or needle in body for needle in needles)
