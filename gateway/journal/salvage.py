"""Where reading can go on behind damage within a journal file.

A damaged page of a database makes the rows on it unreadable, and those a search has to pass; rows with higher keys
can still be reached from above.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.databases import connect, is_damage
from gateway.journal.segments import JournalDamagedError, verify

_NEXT = "SELECT last, count FROM block WHERE last >= ? ORDER BY last LIMIT 1"


def resume_after(path: Path, after: int) -> int | None:
    """The offset to read on after when the block behind `after` cannot be read; None: nothing in this file can be.

    Raises:
        sqlite3.Error: the file cannot be read now, for another reason than damage.
    """
    try:
        with closing(connect(path, "ro")) as connection:
            verify(connection, path)
            return _resume(connection, after)
    except JournalDamagedError:
        return None


def _resume(connection: sqlite3.Connection, after: int) -> int | None:
    end = (1 << 63) - 1
    found = _next(connection, after)
    if found is not None:  # its key can be read, its content cannot
        return found[0]
    unreadable, step = 0, 1
    while found is None:
        if after + step >= end:
            return None
        found = _next(connection, after + step)
        if found is None:
            unreadable, step = step, 2 * step
    while step - unreadable > 1:
        middle = (step + unreadable) // 2
        nearer = _next(connection, after + middle)
        if nearer is None:
            unreadable = middle
        else:
            found, step = nearer, middle
    last, count = found
    return max(after + 1, last - count)


def _next(connection: sqlite3.Connection, after: int) -> tuple[int, int] | None:
    """Last offset and length of the first block behind `after`; None when there is none or it cannot be reached."""
    try:
        found: tuple[int, int] | None = connection.execute(_NEXT, (after + 1,)).fetchone()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return None
    return found
