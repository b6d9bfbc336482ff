"""Histories of tables (Alembic): a folder of versions, applied in one transaction, by one process at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One history.

    Attributes:
        folder: of `env.py` and `versions/`; `env.py` finds connection and version table in the attributes it is given.
        head: the newest version; known without importing Alembic.
        table: where a database notes its version.
        lock: number of the advisory lock that lets one process at a time change PostgreSQL's tables.
    """

    folder: Path
    head: str
    table: str
    lock: int


_ONE_AT_A_TIME = threading.Lock()
"""Alembic's `op` and `context` are of the whole process: two histories at once would write into each other's tables."""


def current_version(connection: Connection, table: str) -> str | None:
    """The version of the tables, None when there are none."""
    if not inspect(connection).has_table(table):
        return None
    return connection.execute(text(f"select version_num from {table}")).scalar()  # noqa: S608 - a constant


def upgrade(engine: Engine, history: History) -> bool:
    """Bring the tables up to this version in one transaction; again changes nothing. Returns whether it did."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": history.lock})
        if current_version(connection, history.table) == history.head:
            return False
        from alembic import command  # noqa: PLC0415 - only who changes tables pays for it
        from alembic.config import Config  # noqa: PLC0415 - only who changes tables pays for it

        config = Config()
        config.set_main_option("script_location", str(history.folder))
        config.attributes["connection"] = connection
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
        return True
