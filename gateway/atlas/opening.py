"""Open the atlas's database: SQLite by default, PostgreSQL the same way."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from gateway import engines
from gateway.atlas.definitions import load_definitions
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.registers import Registers
from gateway.engines import EngineError, cause_of


def open_engine(url: str) -> Engine:
    """An engine; SQLite gets a write-ahead log, patience with other writers, and checked foreign keys.

    Raises:
        AtlasError: the URL is no database URL. The message never holds a password.
    """
    try:
        return engines.open_engine(url)
    except EngineError as error:
        raise AtlasError(text("keine brauchbare Datenbank-URL", f"unusable database URL: {error}")) from None


def _own_file(folder: Path) -> Path:
    """The database file, which its owner alone may read: confidential counts are in it."""
    path = (folder / "atlas.sqlite").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise AtlasError(text(f"{path} ist nicht beschreibbar", f"cannot be written: {error.strerror}")) from error
    return path


def open_registers(url: str | None, folder: Path) -> Registers:
    """The registers of a database URL, or of `folder`/atlas.sqlite; own definitions lie in `folder`."""
    if url is None:
        url = f"sqlite:///{_own_file(folder)}"
    registers = Registers(open_engine(url), load_definitions(folder))
    try:
        registers.create_tables()
    except SQLAlchemyError as error:
        registers.engine.dispose()
        raise AtlasError(
            text("die Datenbank ist nicht erreichbar", f"the database cannot be reached: {cause_of(error)}")
        ) from None
    return registers
