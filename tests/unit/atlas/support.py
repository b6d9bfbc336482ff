"""People with roles, and short ways through an edition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gateway.atlas.demo.generator import Sample
from gateway.atlas.edition_status import Imported
from gateway.atlas.people import Person
from gateway.atlas.registers import Registers

SENDER = Person("Lieferung", frozenset({"deliver"}))
CHECKER = Person("Prüferin", frozenset({"check"}))
RELEASER = Person("Leitung", frozenset({"release"}))


def deliver(registers: Registers, sample: Sample, **more: object) -> Imported:
    return registers.import_delivery(sample.content, sample.name, sample.dataset, sample.stichtag, SENDER, **more)  # type: ignore[arg-type] # keyword options


def released(registers: Registers, demo: dict[tuple[str, int], Sample], year: int) -> int:
    for dataset in ("melderegister", "ba-sgb2"):
        deliver(registers, demo[dataset, year])
    identity = registers.find("sozialdatenatlas", date(year, 12, 31))["id"]
    registers.check(identity, CHECKER)
    registers.release(identity, RELEASER)
    return int(identity)


def changed_csv(sample: Sample, area: str, column: int, value: str) -> Sample:
    """The same CSV with one cell changed."""
    lines = sample.content.decode("cp1252").split("\r\n")
    for number, line in enumerate(lines):
        cells = line.split(";")
        if cells[0] == area:
            cells[column] = value
            lines[number] = ";".join(cells)
    return replace(sample, content="\r\n".join(lines).encode("cp1252"), name="korrektur.csv")
