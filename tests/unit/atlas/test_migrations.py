"""One history of the atlas's tables, from nothing to today, alike to what the code knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from gateway.atlas import tables
from gateway.atlas.errors import AtlasError
from gateway.atlas.migrations import HISTORY
from gateway.atlas.opening import open_engine, open_registers
from gateway.migrating import upgrade


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        options = {"version_table": HISTORY.table, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata))


def test_the_newest_version_is_the_one_the_code_names():
    config = Config()
    config.set_main_option("script_location", str(HISTORY.folder))
    assert ScriptDirectory.from_config(config).get_heads() == [HISTORY.head]


@pytest.mark.parametrize("made_before", [False, True])
def test_the_migrations_make_the_tables_that_the_code_knows(tmp_path: Path, made_before: bool):
    """Tables that were made without a history are taken into it."""
    engine = open_engine(f"sqlite:///{tmp_path}/a.sqlite")
    if made_before:
        first = [t for t in tables.metadata.sorted_tables if t.name not in {"atlas_message", "atlas_told"}]
        tables.metadata.create_all(engine, tables=first)
    assert upgrade(engine, HISTORY)
    assert not upgrade(engine, HISTORY)
    assert differences(engine) == []
    engine.dispose()


def test_the_database_is_upgraded_when_it_is_opened(tmp_path: Path):
    for _ in range(2):
        registers = open_registers(None, tmp_path)
        assert HISTORY.table in inspect(registers.engine).get_table_names()
        registers.engine.dispose()


def test_tables_of_a_newer_version_are_left_alone(tmp_path: Path):
    open_registers(None, tmp_path).engine.dispose()
    engine = open_engine(f"sqlite:///{tmp_path}/atlas.sqlite")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"update {HISTORY.table} set version_num = 'a9999'")
    engine.dispose()
    with pytest.raises(AtlasError, match="newer version"):
        open_registers(None, tmp_path)
