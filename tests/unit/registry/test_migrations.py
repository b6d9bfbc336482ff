"""One history of tables, from nothing to today, alike to what the code knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import gateway.registry.migrations as package
from gateway.registry import tables
from gateway.registry.errors import RegistryUnavailableError
from gateway.registry.opening import VERSION_TABLE, open_engine, upgrade
from gateway.registry.service import Registry


def test_the_newest_version_is_the_one_the_code_names():
    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [package.HEAD]


def test_the_migrations_make_the_tables_that_the_code_knows(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/r.sqlite")
    assert upgrade(engine)
    assert not upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_sqlite_is_upgraded_when_it_is_opened(tmp_path):
    url = f"sqlite:///{tmp_path}/r.sqlite"
    for _ in range(2):
        registry = Registry(url)
        assert registry.version() == 0
        registry.close()


def test_tables_of_a_newer_version_are_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path}/r.sqlite"
    Registry(url).close()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"update {VERSION_TABLE} set version_num = 'r9999'"))
    engine.dispose()
    with pytest.raises(RegistryUnavailableError, match="newer version"):
        Registry(url)


def test_a_failed_upgrade_leaves_nothing_behind(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/r.sqlite")
    with engine.begin() as connection:
        connection.execute(text("create table registry_tenant (other text)"))  # in the way
    with pytest.raises(Exception, match="already exists"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == ["registry_tenant"]
    engine.dispose()
