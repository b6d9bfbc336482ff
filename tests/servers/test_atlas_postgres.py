"""The atlas in PostgreSQL does what it does in SQLite."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest

from gateway.atlas.definitions import Definitions, load_definitions
from gateway.atlas.demo.generator import samples
from gateway.atlas.errors import AtlasError
from gateway.atlas.opening import open_engine
from gateway.atlas.registers import Registers
from tests.servers.postgres import Postgres
from tests.unit.atlas.support import CHECKER, RELEASER, SENDER, deliver, released

pytestmark = pytest.mark.postgres

DEFINITIONS: Definitions = load_definitions()
DEMO = {(s.dataset, s.stichtag.year): s for s in samples(DEFINITIONS.areas["wuppertal"])}
DAY = date(2023, 12, 31)


@pytest.fixture
def registers(postgres: Postgres) -> Iterator[Registers]:
    from gateway.atlas.tables import metadata

    engine = open_engine(postgres.url)
    metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("drop table if exists atlas_version")
    found = Registers(engine, DEFINITIONS)
    found.create_tables()
    yield found
    engine.dispose()


def test_a_released_edition_is_the_same_as_in_sqlite(registers: Registers):
    first = released(registers, DEMO, 2023)
    engine = open_engine("sqlite://")
    beside = Registers(engine, DEFINITIONS)
    beside.create_tables()
    released(beside, DEMO, 2023)
    ours, theirs = (r.find("sozialdatenatlas", DAY, public=True) for r in (registers, beside))
    actions = [entry["action"] for entry in beside.log()]
    engine.dispose()
    assert ours["id"] == first
    assert ours["public"] == theirs["public"]
    assert ours["results"] == theirs["results"]
    assert ours["facts"] == theirs["facts"]
    assert [entry["action"] for entry in registers.log()] == actions


def test_of_two_simultaneous_deliveries_one_is_accepted(registers: Registers):
    sample, outcomes = DEMO["ba-sgb2", 2023], list[str]()

    def run() -> None:
        try:
            deliver(registers, sample)
            outcomes.append("accepted")
        except AtlasError:
            outcomes.append("refused")

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["accepted", "refused", "refused", "refused"]
    assert [d.state for d in registers.deliveries()] == ["accepted"]


def test_a_revision_supersedes(registers: Registers):
    first = released(registers, DEMO, 2023)
    identity = registers.deliveries("ba-sgb2")[0].id
    registers.withdraw_delivery(identity, SENDER, "Probe")
    deliver(registers, DEMO["ba-sgb2", 2023])
    second = registers.find("sozialdatenatlas", DAY)["id"]
    registers.check(second, CHECKER)
    registers.release(second, RELEASER)
    assert registers.edition(first)["state"] == "superseded"


def test_two_last_deliveries_at_once_compute_one_edition(registers: Registers):
    start, failed = threading.Barrier(2), list[Exception]()

    def run(dataset: str) -> None:
        start.wait()
        try:
            deliver(registers, DEMO[dataset, 2023])
        except Exception as error:  # noqa: BLE001 - whatever a thread meets is shown by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(dataset,)) for dataset in ("melderegister", "ba-sgb2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    edition = registers.find("sozialdatenatlas", DAY)
    assert (edition["revision"], edition["state"]) == (1, "provisional")
    assert [entry["action"] for entry in registers.log()].count("compute") == 1
