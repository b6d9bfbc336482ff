"""Work asked for from the command line while the service runs: replays, in jobs.sqlite; rebuilds, in rebuilds.sqlite.

The DuckDB file belongs to one process, and a replay has to be serialised with live writes: so the process that owns
the store does it, and the command line waits for it. When no service runs, the command line owns the store itself.
"""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
import structlog

from gateway.config import ConfigError
from gateway.databases import connect, create

_log = structlog.get_logger(__name__)
_SCHEMA = """
pragma journal_mode = wal;
create table job(
    id integer primary key autoincrement, request blob not null, state text not null default 'queued',
    message text not null default '', result blob
);
"""


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to process again. Times are receive times, `[start, stop)` ns; `offsets` names single entries instead.

    `sources` are those that devices belong to (the registry's word before the configured source a message came by);
    `approved_at`: ns of the approval that asks for it, 0 when a person does.
    """

    start: int = 0
    stop: int = 0
    devices: tuple[str, ...] = ()
    decoder: str = ""
    offsets: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    approved_at: int = 0


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


Q = TypeVar("Q", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Job(Generic[Q, R]):
    """One request and how far it is: queued → running → done | failed (`message` says how far, or why)."""

    id: int
    request: Q
    state: str
    message: str
    result: R | None


class Queue(Generic[Q, R]):
    """A table of jobs of one kind; any process may ask, the owner of the store works."""

    def __init__(self, path: Path, request: type[Q], result: type[R]) -> None:
        """`path` of the SQLite file is made when absent."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._request, self._result = path, request, result
        create(self._path, _SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path, patience=30)

    def ask(self, request: Q, result: R | None = None) -> int:
        """Queue a request; returns its id. With a `result` it is noted as done already."""
        state, encoded = ("queued", None) if result is None else ("done", msgspec.msgpack.encode(result))
        with closing(self._connect()) as database:
            cursor = database.execute(
                "insert into job(request, state, result) values (?, ?, ?)",
                (msgspec.msgpack.encode(request), state, encoded),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def get(self, id_: int) -> Job[Q, R]:
        """The job as it stands; raises KeyError."""
        with closing(self._connect()) as database:
            return self._job(database.execute("select * from job where id = ?", (id_,)).fetchone(), id_)

    def next(self) -> Job[Q, R] | None:
        """The oldest job that is to be done; one that a crash left running is done again (all are idempotent)."""
        with closing(self._connect()) as database:
            row = database.execute("select * from job where state in ('queued', 'running') order by id").fetchone()
            return None if row is None else self._job(row, row[0])

    def all(self) -> list[Job[Q, R]]:
        """Every job, the newest first."""
        with closing(self._connect()) as database:
            rows = database.execute("select * from job order by id desc").fetchall()
            return [self._job(row, row[0]) for row in rows]

    def update(self, id_: int, state: str, message: str = "", result: R | None = None) -> None:
        """Say how far a job is."""
        encoded = None if result is None else msgspec.msgpack.encode(result)
        with closing(self._connect()) as database:
            database.execute(
                "update job set state = ?, message = ?, result = ? where id = ?", (state, message, encoded, id_)
            )

    def _job(self, row: tuple[int, bytes, str, str, bytes | None] | None, id_: int) -> Job[Q, R]:
        if row is None:
            raise KeyError(id_)
        _, request, state, message, result = row
        return Job(
            id_,
            msgspec.msgpack.decode(request, type=self._request),
            state,
            message,
            None if result is None else msgspec.msgpack.decode(result, type=self._result),
        )


class Jobs(Queue[ReplayRequest, ReplayResult]):
    """The replays."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the data folder."""
        super().__init__(folder / "jobs.sqlite", ReplayRequest, ReplayResult)


class JobWorker(Generic[Q, R]):
    """Takes jobs while the service runs, one at a time."""

    def __init__(
        self, jobs: Queue[Q, R], carry_out: Callable[[Q, Callable[[str], None]], R], every: float = 1.0
    ) -> None:
        """`carry_out` blocks; `every` is how often the table of jobs is looked at, s."""
        self._jobs, self._carry_out, self._every = jobs, carry_out, every

    async def run(self) -> None:
        """Work until cancelled; a job that was begun is then begun again by the next process."""
        while True:
            try:
                job = await asyncio.to_thread(self._jobs.next)
                if job is not None:
                    await asyncio.to_thread(self._work, job)
            except sqlite3.Error as error:  # a full disk: jobs wait, and the service goes on
                _log.warning("jobs cannot be read or noted", detail=str(error))
                job = None
            if job is None:
                await asyncio.sleep(self._every)

    def _work(self, job: Job[Q, R]) -> None:
        def progress(words: str) -> None:
            self._jobs.update(job.id, "running", words)

        progress("started")
        try:
            result = self._carry_out(job.request, progress)
        except Exception as error:  # noqa: BLE001 - whoever waits for the job must learn that it failed, and why
            _log.exception("job failed", job=job.id, request=type(job.request).__name__)
            self._jobs.update(job.id, "failed", f"{type(error).__name__}: {error}")
        else:
            self._jobs.update(job.id, "done", "", result)


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


def have_done(jobs: Queue[Q, R], name: str, request: Q, progress: Callable[[str], None], patience: float = 0.2) -> R:
    """Ask the running service for a job and block until it is done, telling its states as they change.

    `name` is what messages call the job; `patience` is in seconds.

    Raises:
        ConfigError: it failed; the message has the cause.
    """
    number = jobs.ask(request)
    last: tuple[str, str] | None = None
    while True:
        job = jobs.get(number)
        if (job.state, job.message) != last:
            last = (job.state, job.message)
            progress(f"{job.state} {job.message}")
        if job.state in ("done", "failed"):
            break
        time.sleep(patience)
    if job.result is None:
        raise ConfigError(f"{name} {number}: {job.message}")
    return job.result
