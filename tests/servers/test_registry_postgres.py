"""The registry in PostgreSQL does what it does in SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, text

from gateway import migrating
from gateway.atlas import tables as atlas
from gateway.atlas.migrations import HISTORY
from gateway.registry import tables
from gateway.registry.errors import RegistryError, RegistryUnavailableError
from gateway.registry.model import Device, Installation, Site
from gateway.registry.opening import VERSION_TABLE, open_engine, upgrade
from gateway.registry.service import Registry
from tests.servers.postgres import Postgres
from tests.unit.registry.behaviour import ALL

pytestmark = pytest.mark.postgres


@pytest.fixture
def empty(postgres: Postgres) -> str:
    """The URL of a database without tables."""
    engine = open_engine(postgres.url)
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    engine.dispose()
    return postgres.url


@pytest.fixture
def registry(empty: str) -> Iterator[Registry]:
    engine = open_engine(empty)
    assert upgrade(engine)
    engine.dispose()
    found = Registry(empty)
    yield found
    found.close()


@pytest.mark.parametrize("shows", ALL, ids=lambda each: each.__name__)
def test_in_postgresql(registry: Registry, shows: Callable[[Registry], None]):
    shows(registry)


def test_it_is_upgraded_by_command_only_and_again_changes_nothing(empty: str):
    with pytest.raises(RegistryUnavailableError, match="gateway registry upgrade"):
        Registry(empty)
    engine = open_engine(empty)
    assert upgrade(engine)
    assert not upgrade(engine)
    engine.dispose()
    Registry(empty).close()


def test_the_migrations_make_the_tables_that_the_code_knows(empty: str):
    engine = open_engine(empty)
    upgrade(engine)
    migrating.upgrade(engine, HISTORY)  # the atlas may live in the same database
    both = MetaData()
    for metadata in (tables.metadata, atlas.metadata):
        for table in metadata.sorted_tables:
            table.to_metadata(both)
    both.reflect(engine, only=[HISTORY.table])
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, both) == []
    engine.dispose()


def test_simultaneous_changes_come_one_by_one(registry: Registry):
    with registry.change("m") as edit:
        edit.save_device(Device(id="d"))
    outcomes = list[str]()

    def install(number: int) -> None:
        try:
            with registry.change(f"m{number}") as edit:
                edit.save_site(Site(id=f"C{number}"))
                edit.install(Installation(device="d", site=f"C{number}"))
            outcomes.append("installed")
        except RegistryError:
            outcomes.append("refused")

    threads = [threading.Thread(target=install, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["installed", "refused", "refused", "refused"]
