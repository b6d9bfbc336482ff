"""SQLAlchemy engines of the product's own databases, registry and atlas: SQLite by default, PostgreSQL likewise."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

READING = "only_reads"
"""Execution option of connections that only read: on SQLite they take no write lock."""


class EngineError(Exception):
    """No database URL; the message names the kind of fault and never holds a password."""


def open_engine(url: str) -> Engine:
    """An engine; SQLite gets a write-ahead log, patience with other writers, checked foreign keys and explicit
    transactions.

    Raises:
        EngineError: the URL is no database URL, or its driver is not installed.
    """  # noqa: D205 - the first sentence needs two lines
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed)
    except (ArgumentError, SQLAlchemyError, ModuleNotFoundError) as error:
        raise EngineError(type(error).__name__) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def cause_of(error: SQLAlchemyError) -> str:
    """What went wrong, by the name of the driver's error alone: its words may hold a password or somebody's data."""
    return type(error.__cause__ or error).__name__


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver at its own moment
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 10000", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
