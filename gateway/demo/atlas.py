"""Loads the invented register values as a city would: delivered, computed, checked by one, released by another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gateway.atlas.demo.generator import YEARS, samples
from gateway.atlas.opening import open_registers
from gateway.atlas.people import load_people

_PEOPLE = """# Demo: who may do what with deliveries and editions
[people]
Demo-Lieferung = ["deliver"]
Demo-Pruefung = ["check"]
Demo-Freigabe = ["release"]
"""


def load(data_dir: Path) -> None:
    """Bring three years of every dataset to released editions; what is there already stays."""
    folder = data_dir / "atlas"
    folder.mkdir(parents=True, exist_ok=True)
    people_file = folder / "people.toml"
    people_file.write_text(_PEOPLE, encoding="utf-8")
    people = load_people(people_file)
    registers = open_registers(None, folder)
    try:
        for sample in samples(registers.definitions.areas["wuppertal"]):
            if registers.values(sample.dataset, sample.stichtag) is None:
                registers.import_delivery(
                    sample.content, sample.name, sample.dataset, sample.stichtag, people["Demo-Lieferung"],
                    confirm_jumps=True,
                )  # fmt: skip
        for product in registers.definitions.products:
            for year in YEARS:
                edition = registers.find(product, date(year, 12, 31))
                if edition["state"] == "provisional":
                    registers.check(edition["id"], people["Demo-Pruefung"])
                if edition["state"] in {"provisional", "checked"}:
                    registers.release(edition["id"], people["Demo-Freigabe"])
    finally:
        registers.engine.dispose()
