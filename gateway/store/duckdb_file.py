"""One DuckDB file, opened when first needed and opened again after an error that DuckDB does not survive.

DuckDB rolls back a transaction that could not be written (disk full) and goes on, except when the write failed while
it moved its log into the file: then it refuses everything until the file is opened anew. The log still holds all
commits, so nothing is lost; only all cursors must be gone first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import duckdb

from gateway.model import StoreUnavailableError

_TEMPORARY = (duckdb.OperationalError, duckdb.FatalException, duckdb.InternalException)


class DatabaseFile:
    """Hands out cursors, one for each thread and task; any thread may ask."""

    def __init__(self, path: Path, config: dict[str, str | bool | int | float | list[str]], create: str) -> None:
        """Nothing is opened yet.

        Args:
            path: the file; it and its folder are made when absent.
            config: DuckDB's settings.
            create: SQL that makes the tables of a new file and changes nothing in an old one.
        """
        self._path, self._config, self._create = path, config, create
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._lock = Lock()
        self._active = 0
        self._broken = False

    @contextmanager
    def cursor(self, on_error: Callable[[], None] = lambda: None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one task; `on_error` is called when DuckDB fails inside it.

        Raises:
            StoreUnavailableError: the file cannot be opened, read or written now.
        """
        with self._lock:
            try:
                cursor = self._opened().cursor()
            except duckdb.Error as error:
                raise self._unavailable(error, "opened") from error
            self._active += 1
        try:
            yield cursor
        except duckdb.Error as error:
            on_error()
            if isinstance(error, duckdb.FatalException | duckdb.InternalException):
                self._broken = True
            if isinstance(error, _TEMPORARY):
                raise self._unavailable(error, "used") from error
            raise
        finally:
            cursor.close()
            with self._lock:
                self._active -= 1

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._broken:
            if self._active:
                raise StoreUnavailableError(f"DuckDB file {self._path} is being opened again", 0.2)
            self._close()
        if self._connection is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreUnavailableError(f"folder {self._path.parent} cannot be made: {error}", 5) from error
            connection = duckdb.connect(self._path, config=self._config)
            try:
                connection.execute(self._create)
            except duckdb.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _unavailable(self, error: duckdb.Error, what: str) -> StoreUnavailableError:
        words = str(error)
        if "Could not set lock on file" in words:
            return StoreUnavailableError(f"DuckDB file {self._path} is in use by another process: {words}", 5)
        return StoreUnavailableError(f"DuckDB file {self._path} cannot be {what}: {words}", 1)

    def _close(self) -> None:
        connection, self._connection, self._broken = self._connection, None, False
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Move the log into the file and release it."""
        with self._lock:
            self._close()
