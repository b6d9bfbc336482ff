"""A folder in which files arrive."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from pathlib import Path

from gateway.atlas.inbox import Handled, Inbox, watch
from gateway.atlas.registers import Registers


def test_files_are_taken_over_when_they_no_longer_grow(registers: Registers, demo, tmp_path: Path):
    inbox = Inbox(registers, tmp_path)
    sample = demo["ba-sgb2", 2023]
    path = tmp_path / sample.name
    path.write_bytes(sample.content[:100])
    assert inbox.scan() == []
    path.write_bytes(sample.content)
    assert inbox.scan() == []
    (handled,) = inbox.scan()
    assert handled.imported is not None
    assert handled.imported.delivery.person == "Eingangsordner"
    assert (tmp_path / "accepted" / sample.name).exists()
    assert not path.exists()
    assert inbox.scan() == []


def test_refused_files_are_put_aside_with_the_reason(registers: Registers, tmp_path: Path):
    for name in ("ba-sgb2_2023-12-31.csv", "brief.txt", "ba-sgb2_2023-13-31.csv", "unbekannt_2023-12-31.csv"):
        (tmp_path / name).write_bytes(b"Quartier;SGB II\r\n62;viele\r\n")
    (tmp_path / ".versteckt").write_bytes(b"x")
    (tmp_path / "ba-sgb2_2023-12-31.csv.part").write_bytes(b"x")
    inbox = Inbox(registers, tmp_path)
    inbox.scan()
    handled = inbox.scan()
    assert len(handled) == 4
    assert all(entry.imported is None for entry in handled)
    reasons = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "refused").glob("*.txt")}
    assert "SGB II U18" in reasons["ba-sgb2_2023-12-31.csv.txt"]
    assert "DATASET_YYYY-MM-DD" in reasons["brief.txt.txt"]
    assert "unknown dataset" in reasons["unbekannt_2023-12-31.csv.txt"]
    assert (tmp_path / ".versteckt").exists()


def test_a_second_file_of_the_same_name_overwrites_nothing(registers: Registers, demo, tmp_path: Path):
    inbox = Inbox(registers, tmp_path)
    sample = demo["bewohnerparken", 2023]
    for _ in range(2):
        (tmp_path / sample.name).write_bytes(sample.content)
        inbox.scan()
        inbox.scan()
    assert (tmp_path / "accepted" / sample.name).exists()
    assert "the same file" in (tmp_path / "refused" / f"{sample.name}.txt").read_text(encoding="utf-8")


async def test_the_last_file_leads_to_an_edition_within_two_seconds(registers: Registers, demo, tmp_path: Path):
    first, last = demo["melderegister", 2023], demo["ba-sgb2", 2023]
    registers.import_delivery(first.content, first.name, first.dataset, first.stichtag, _person())
    stop, told = asyncio.Event(), list[Handled]()

    def tell(handled: Handled) -> None:
        told.append(handled)
        stop.set()

    watching = asyncio.create_task(watch(Inbox(registers, tmp_path), tell, stop, interval=0.2))
    (tmp_path / last.name).write_bytes(last.content)
    start = time.perf_counter()
    await asyncio.wait_for(watching, 20)
    assert time.perf_counter() - start < 2
    assert [notice["kind"] for notice in registers.notices()] == ["late", "computed"]
    assert told[0].imported is not None
    assert told[0].imported.computed[0][:2] == ("sozialdatenatlas", date(2023, 12, 31))


def _person():
    from tests.unit.atlas.support import SENDER

    return SENDER
