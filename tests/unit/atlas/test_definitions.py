"""Definitions as data: what is shipped fits together, what an installation adds is checked and wins."""

from __future__ import annotations

import re
import stat
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from gateway.atlas.definitions import load_definitions
from gateway.atlas.errors import AtlasError, DefinitionError
from gateway.atlas.methods import load as load_method
from gateway.atlas.opening import open_engine, open_registers
from gateway.atlas.people import load_people

SHIPPED = files("gateway.atlas")


def own(tmp_path: Path, kind: str, name: str, change: tuple[str, str]) -> Path:
    text = (SHIPPED / kind / name).read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / kind).mkdir()
    (tmp_path / kind / name).write_text(text.replace(*change, 1), encoding="utf-8")
    return tmp_path


def test_the_shipped_areas_are_69_quartiere_in_ten_districts(shared: Path):
    areas = load_definitions().areas["wuppertal"]
    lines = (shared / "data/wuppertal_quartiere.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [f"{code},{name}" for code, name in areas.quartiere.items()] == [",".join(s.split(",")[:2]) for s in lines]
    assert len(areas.of_level("bezirk")) == 10
    assert areas.parent["05"] == "bezirk-0"
    assert areas.parent["bezirk-0"] == areas.parent["keine-angabe"] == "wuppertal"
    assert areas.level("62") == "quartier"


def test_due_dates_follow_the_sender():
    datasets = load_definitions().datasets
    assert datasets["ba-sgb2"].due_on(date(2023, 12, 31)) == date(2024, 6, 30)
    assert datasets["ba-sgb2"].stichtage(date(2017, 6, 30)) == (date(2015, 12, 31), date(2016, 12, 31))


def test_the_sender_with_a_minimum_cell_of_ten_is_refused_below_it():
    sgb2 = load_definitions().datasets["ba-sgb2"]
    assert sgb2.refuse_small
    assert sgb2.variables["sgb2"].min_cell == 10


def test_an_installations_own_file_wins(tmp_path: Path):
    folder = own(tmp_path, "datasets", "ba-sgb2.toml", ("min_cell = 10", "min_cell = 20"))
    assert load_definitions(folder).datasets["ba-sgb2"].variables["sgb2"].min_cell == 20


@pytest.mark.parametrize(
    ("content", "words"), [(b"x" * ((1 << 20) + 1), "larger than"), ('id = "Döppersberg"'.encode("cp1252"), "no UTF-8")]
)
def test_a_file_that_is_no_text_of_a_definition_is_named(tmp_path: Path, content: bytes, words: str):
    (tmp_path / "datasets").mkdir()
    path = tmp_path / "datasets" / "own.toml"
    path.write_bytes(content)
    with pytest.raises(DefinitionError, match=f"^{re.escape(str(path))}: {words}"):
        load_definitions(tmp_path)
    with pytest.raises(DefinitionError, match=f"^{re.escape(str(path))}: {words}"):
        load_method(str(path))


@pytest.mark.parametrize(
    ("kind", "name", "change", "words"),
    [
        ("datasets", "ba-sgb2.toml", ('areas = "wuppertal"', 'areas = "nowhere"'), "areas 'nowhere' are not defined"),
        ("datasets", "ba-sgb2.toml", ("melderegister.population", "melderegister.people"), "is part of"),
        ("datasets", "ba-sgb2.toml", ('variable = "sgb2"', 'variable = "sgb3"'), "exactly the variables"),
        ("datasets", "ba-sgb2.toml", ("min_cell", "mincell"), "mincell"),
        ("datasets", "melderegister.toml", ('part_of = "population"', 'part_of = "people"'), "not declared"),
        ("products", "sozialdatenatlas.toml", ("sozialdatenatlas-standardised", "official"), "method 'official'"),
        ("products", "sozialdatenatlas.toml", ('sgb2 = "ba-sgb2.sgb2"', ""), "no source for sgb2"),
        ("products", "sozialdatenatlas.toml", ("ba-sgb2.sgb2", "ba-sgb2.sgb3"), "is not defined"),
        (
            "products",
            "sozialdatenatlas.toml",
            ("melderegister.area_ha", "melderegister.migrants"),
            "not the method's unit",
        ),
        ("products", "sozialdatenatlas.toml", ('numerator = "migrants"', 'numerator = "x"'), "ratio migration_rate"),
    ],
)
def test_definitions_that_do_not_fit_are_named(
    tmp_path: Path, kind: str, name: str, change: tuple[str, str], words: str
):
    folder = own(tmp_path, kind, name, change)
    with pytest.raises(DefinitionError) as refused:
        load_definitions(folder)
    assert words in str(refused.value)
    assert re.search(r"ba-sgb2|melderegister|sozialdatenatlas", str(refused.value))


def test_people_and_databases_that_cannot_be_used_are_told(tmp_path: Path):
    with pytest.raises(DefinitionError, match="people"):
        load_people(tmp_path / "people.toml")
    (tmp_path / "people.toml").write_text('[people]\nAnna = ["king"]\n')
    with pytest.raises(DefinitionError, match="roles are deliver, check, release"):
        load_people(tmp_path / "people.toml")
    with pytest.raises(AtlasError, match="database URL") as refused:
        open_engine("oracle+nothing://user:geheim@host/db")
    assert "geheim" not in str(refused.value)
    with pytest.raises(AtlasError, match="cannot be reached"):
        open_registers(f"postgresql://u:geheim@/x?host={tmp_path}", tmp_path)
    registers = open_registers(None, tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new" / "atlas.sqlite").stat().st_mode) == 0o600
    registers.engine.dispose()
