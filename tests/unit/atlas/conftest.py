"""A database of its own for each test, invented deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gateway.atlas.definitions import Definitions, load_definitions
from gateway.atlas.demo.generator import Sample, samples
from gateway.atlas.opening import open_engine
from gateway.atlas.registers import Registers


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return load_definitions()


@pytest.fixture(scope="session")
def demo(definitions: Definitions) -> dict[tuple[str, int], Sample]:
    return {(s.dataset, s.stichtag.year): s for s in samples(definitions.areas["wuppertal"])}


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = datetime(2024, 8, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registers(definitions: Definitions, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registers]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('atlas') / 'atlas.sqlite'}")
    found = Registers(engine, definitions, clock)
    found.create_tables()
    yield found
    engine.dispose()
