"""Work asked for from the command line while the service runs: replays, in jobs.sqlite.

The DuckDB file belongs to one process, and a replay has to be serialised with live writes: so the process that owns
the store does it, and the command line waits for it. When no service runs, the command line owns the store itself.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from gateway.databases import connect, create

_SCHEMA = """
pragma journal_mode = wal;
create table job(
    id integer primary key autoincrement, request blob not null, state text not null default 'queued',
    message text not null default '', result blob
);
"""


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to process again. Times are receive times, `[start, stop)` ns; `offsets` names single entries instead."""

    start: int = 0
    stop: int = 0
    devices: tuple[str, ...] = ()
    decoder: str = ""
    offsets: tuple[int, ...] = ()


class ReplayResult(msgspec.Struct, kw_only=True):
    """What a replay did.

    Attributes:
        entries: journal entries processed again.
        observations: points written.
        removed: points that no longer come out.
        rejected: entries that give nothing, by reason.
        resolved: dead letters that now give observations.
        kept: points older than the journal reaches, left alone because their origin cannot be known.
    """

    entries: int = 0
    observations: int = 0
    removed: int = 0
    rejected: dict[str, int] = {}
    resolved: int = 0
    kept: int = 0


class Job(msgspec.Struct, frozen=True):
    """One request and how far it is: queued → running → done | failed (`message` says how far, or why)."""

    id: int
    request: ReplayRequest
    state: str
    message: str
    result: ReplayResult | None


class Jobs:
    """The table of jobs; any process may ask, the owner of the store works."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the data folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "jobs.sqlite"
        create(self._path, _SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path, patience=30)

    def ask(self, request: ReplayRequest) -> int:
        """Queue a request; returns its id."""
        with closing(self._connect()) as database:
            cursor = database.execute("insert into job(request) values (?)", (msgspec.msgpack.encode(request),))
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def get(self, id_: int) -> Job:
        """The job as it stands; raises KeyError."""
        with closing(self._connect()) as database:
            return _job(database.execute("select * from job where id = ?", (id_,)).fetchone(), id_)

    def next(self) -> Job | None:
        """The oldest job that is to be done; one that a crash left running is done again (replays are idempotent)."""
        with closing(self._connect()) as database:
            row = database.execute("select * from job where state in ('queued', 'running') order by id").fetchone()
            return None if row is None else _job(row, row[0])

    def update(self, id_: int, state: str, message: str = "", result: ReplayResult | None = None) -> None:
        """Say how far a job is."""
        encoded = None if result is None else msgspec.msgpack.encode(result)
        with closing(self._connect()) as database:
            database.execute(
                "update job set state = ?, message = ?, result = ? where id = ?", (state, message, encoded, id_)
            )


def _job(row: tuple[int, bytes, str, str, bytes | None] | None, id_: int) -> Job:
    if row is None:
        raise KeyError(id_)
    _, request, state, message, result = row
    return Job(
        id_,
        msgspec.msgpack.decode(request, type=ReplayRequest),
        state,
        message,
        None if result is None else msgspec.msgpack.decode(result, type=ReplayResult),
    )


class AlreadyRunningError(Exception):
    """Another process owns the data folder's store."""


@contextmanager
def ownership(folder: Path) -> Iterator[None]:
    """Own the processing of this data folder; raises AlreadyRunningError when another process does.

    The lock is the kernel's: it is gone with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "process.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError(f"{folder} is in use by another gateway process") from error
        yield


def wait(jobs: Jobs, id_: int, patience: float = 0.2) -> Iterator[Job]:
    """The job's states as they change, until it is done or failed. `patience` is in seconds."""
    last: tuple[str, str] | None = None
    while True:
        job = jobs.get(id_)
        if (job.state, job.message) != last:
            last = (job.state, job.message)
            yield job
        if job.state in ("done", "failed"):
            return
        time.sleep(patience)
