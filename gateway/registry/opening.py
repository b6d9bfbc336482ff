"""Open the registry's database: SQLite by default, PostgreSQL the same way; bring its tables up to this version."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway import engines, migrating
from gateway.config import Settings
from gateway.engines import READING, EngineError, cause_of
from gateway.registry.errors import RegistryError, RegistryUnavailableError
from gateway.registry.migrations import HEAD
from gateway.registry.place import FILE

VERSION_TABLE = "gateway_version"
HISTORY = migrating.History(
    folder=Path(__file__).with_name("migrations"), head=HEAD, table=VERSION_TABLE, lock=0x51554152
)


def database_url(settings: Settings) -> str | None:
    """The configured database, or the file in `data_dir` where there is one; None: there is no registry yet."""
    if settings.registry.url is not None:
        url = make_url(settings.registry.url)
        password = settings.registry.password.read()
        return (url.set(password=password) if password else url).render_as_string(hide_password=False)
    path = settings.data_dir / FILE
    return f"sqlite:///{path.absolute()}" if path.exists() else None


def create_file(settings: Settings) -> str:
    """The configured database; the file in `data_dir` is made, for its owner alone."""
    found = database_url(settings)
    if found is not None:
        return found
    path = (settings.data_dir / FILE).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise RegistryUnavailableError(
            f"{path} ist nicht beschreibbar", f"cannot be written: {error.strerror}"
        ) from error
    return f"sqlite:///{path}"


def open_engine(url: str) -> Engine:
    """An engine; SQLite gets a write-ahead log, patience with other writers and explicit transactions.

    Raises:
        RegistryError: the URL is no database URL. The message never holds a password.
    """
    try:
        engine = engines.open_engine(url)
    except EngineError as error:
        raise RegistryError(
            "keine brauchbare Datenbank-URL (sqlite:///… oder postgresql://…)", f"unusable database URL: {error}"
        ) from None
    if engine.dialect.name not in {"sqlite", "postgresql"}:
        raise RegistryError(f"{engine.dialect.name}: SQLite oder PostgreSQL", "SQLite or PostgreSQL only")
    return engine


def open_ready(url: str) -> Engine:
    """An engine whose tables are those of this version; see `open_engine` and `ready` for what may be wrong."""
    engine = open_engine(url)
    try:
        ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def current_version(connection: Connection) -> str | None:
    """The version of the tables, None when there are none."""
    return migrating.current_version(connection, VERSION_TABLE)


def upgrade(engine: Engine) -> bool:
    """Bring the tables up to this version in one transaction; again changes nothing. Returns whether it did."""
    return migrating.upgrade(engine, HISTORY)


def ready(engine: Engine) -> None:
    """Make sure that the tables are those of this version: SQLite is upgraded, PostgreSQL by command only.

    Raises:
        RegistryUnavailableError: the database cannot be reached, or is of another version.
    """
    try:
        with engine.execution_options(**{READING: True}).connect() as connection:
            found = current_version(connection)
        if found == HEAD:
            return
        if engine.dialect.name == "sqlite" and (found is None or found < HEAD):
            upgrade(engine)
            return
    except SQLAlchemyError as error:
        raise RegistryUnavailableError(
            "die Registrierung ist nicht erreichbar", f"the registry's database cannot be reached: {cause_of(error)}"
        ) from None
    if found is not None and found > HEAD:
        raise RegistryUnavailableError(
            f"die Tabellen sind von einer neueren Fassung ({found}, hier {HEAD})",
            f"the tables are of a newer version ({found}, here {HEAD})",
        )
    raise RegistryUnavailableError(
        f"die Tabellen sind auf Stand {found or 'leer'}, gebraucht wird {HEAD}: gateway registry upgrade",
        f"the tables are at {found or 'nothing'}, {HEAD} is needed: run gateway registry upgrade",
    )
