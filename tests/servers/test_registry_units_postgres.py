"""Every test of the registry that asks for a `registry`, once more on PostgreSQL."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from gateway.registry import tables
from gateway.registry.opening import open_engine, upgrade
from gateway.registry.service import Registry
from tests.conftest import require
from tests.servers.postgres import BIN, Postgres
from tests.unit.registry import (
    test_catalogue,
    test_importing,
    test_places,
    test_registry,
    test_removing,
    test_sources,
)
from tests.unit.registry.conftest import settle_city

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database with the tables of this version."""
    require("postgres", BIN is not None)
    with Postgres() as server:
        engine = open_engine(server.url)
        upgrade(engine)
        engine.dispose()
        yield server.url


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    """An empty registry."""
    engine = open_engine(url)
    names = ", ".join(table.name for table in tables.metadata.sorted_tables if table.name != "registry_state")
    with engine.begin() as connection:
        connection.execute(text(f"truncate {names} restart identity"))
        tables.state.create(connection, checkfirst=True)  # a test took it away
        connection.execute(tables.state.delete())
        connection.execute(tables.state.insert().values(id=1, version=0))
    engine.dispose()
    found = Registry(url)
    yield found
    found.close()


@pytest.fixture
def city(registry: Registry) -> Registry:
    """See tests/unit/registry."""
    return settle_city(registry)


for _module in (test_catalogue, test_importing, test_places, test_registry, test_removing, test_sources):
    for _name, _test in vars(_module).items():
        asks = inspect.isfunction(_test) and {"registry", "city"} & inspect.signature(_test).parameters.keys()
        if _name.startswith("test_") and asks and _name != "test_in_sqlite":
            assert _name not in globals(), _name
            globals()[_name] = _test
