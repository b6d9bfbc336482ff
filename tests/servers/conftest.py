"""Real servers as fixtures; each test gets its own, or what it may share: a bucket of a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require
from tests.servers.influxd import BINARY as INFLUXD
from tests.servers.influxd import Influxd
from tests.servers.mosquitto import BINARY, Authority, Mosquitto
from tests.servers.postgres import BIN as POSTGRES
from tests.servers.postgres import Postgres


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running Mosquitto on 127.0.0.1 that anybody may use, with persistence."""
    require("mosquitto", BINARY is not None)
    with Mosquitto(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def tls_mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running Mosquitto that speaks TLS and asks for a client certificate of its `authority`."""
    require("mosquitto", BINARY is not None)
    with Mosquitto(tmp_path / "broker", authority=Authority(tmp_path / "pki")) as broker:
        yield broker


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """A running InfluxDB 2 for all tests: each makes its own `bucket()`, none may stop it."""
    require("influxd", INFLUXD is not None)
    with Influxd(tmp_path_factory.mktemp("influxd")) as server:
        yield server


@pytest.fixture
def own_influxd(tmp_path: Path) -> Iterator[Influxd]:
    """A running InfluxDB 2 that the test may stop, kill and start again."""
    require("influxd", INFLUXD is not None)
    with Influxd(tmp_path / "influxd") as server:
        yield server


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL for the tests of one file."""
    require("postgres", POSTGRES is not None)
    with Postgres() as server:
        yield server
