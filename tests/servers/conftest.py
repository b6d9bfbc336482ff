"""Real servers as fixtures; each test gets its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require
from tests.servers.mosquitto import BINARY, Authority, Mosquitto


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
