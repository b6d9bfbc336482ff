"""C4: where one contributor stands behind too much of a count it is hidden, and what is hidden stays protected."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gateway.atlas.errors import DefinitionError, RefusedError
from gateway.atlas.opening import open_registers
from gateway.atlas.registers import Registers
from tests.unit.atlas.support import CHECKER, RELEASER, SENDER

DAY = date(2023, 12, 31)
DATASET = """
id = "strom"
version = "1"
sender = "Stadtwerke"
licence = "intern"
areas = "dorf"
levels = ["quartier", "stadt"]
title = { de = "Stromabgabe", en = "Electricity delivered" }
reference = { first_year = 2020 }
due = { month = 3, day = 31 }
legal = { basis = "-", controller = "-", privacy_class = "internal" }
[[variable]]
name = "mwh"
title = { de = "Stromabgabe", en = "electricity" }
unit = "megawatthour"
zero_published = true
dominance = "metered"
[[layout]]
name = "a"
area_headings = ["Gebiet"]
[[layout.column]]
headings = ["MWh"]
variable = "mwh"
[[layout.column]]
headings = ["größter Abnehmer"]
variable = "mwh"
holds = "largest"
[[layout.column]]
headings = ["Abnehmer"]
variable = "mwh"
holds = "units"
"""
AREAS = """
id = "dorf"
version = "1"
city = { code = "dorf", name = "Dorf" }
unassigned = { code = "ohne", name = "ohne Angabe" }
[[district]]
code = "bezirk-1"
name = "Nord"
quartiere = [["11", "a"], ["12", "b"], ["13", "c"], ["14", "d"]]
"""
METHOD = """
id = "strom"
version = "1"
title = { de = "-", en = "-" }
[[input]]
name = "mwh"
unit = "megawatthour"
[[indicator]]
name = "mwh"
expression = "mwh"
unit = "megawatthour"
[transform]
kind = "none"
[classes]
kind = "fixed"
borders = [100]
labels = [{ id = "wenig" }, { id = "viel" }]
"""
PRODUCT = """
id = "strom"
version = "1"
areas = "dorf"
first_year = 2020
title = { de = "-", en = "-" }
[[variant]]
id = "all"
title = { de = "alle", en = "all" }
method = "strom"
inputs = { mwh = "strom.mwh" }
"""


@pytest.fixture
def registers(tmp_path: Path):
    for kind, name, content in (
        ("datasets", "strom", DATASET), ("areas", "dorf", AREAS), ("methods", "strom", METHOD),
        ("products", "strom", PRODUCT),
    ):  # fmt: skip
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / f"{name}.toml").write_text(content, encoding="utf-8")
    found = open_registers(None, tmp_path)
    yield found
    found.engine.dispose()


def deliver(registers: Registers, *rows: str) -> None:
    content = "\n".join(["Gebiet;MWh;größter Abnehmer;Abnehmer", *rows]).encode()
    registers.import_delivery(content, "strom.csv", "strom", DAY, SENDER)


def test_counts_of_few_or_one_large_customer_are_hidden_in_every_answer(registers: Registers):
    deliver(registers, "11;900;800;40", "12;500;20;12", "13;400;30;50", "14;450;40;60")
    identity = registers.find("strom", DAY)["id"]
    registers.check(identity, CHECKER)
    registers.release(identity, RELEASER)
    public = registers.find("strom", DAY, public=True)["public"]
    shown = {row["area"]: row["value"] for row in public["counts"]}
    assert shown["11"] is None
    assert shown["12"] is None
    assert shown["dorf"] is None or int(shown["dorf"]) == 2250
    assert shown["14"] == "450"
    assert public["variants"]["all"]["areas"]["11"]["excluded"] == "confidential"
    text = json.dumps(public)
    assert "largest" not in text
    assert '"900"' not in text


def test_a_single_dominated_count_is_not_left_alone(registers: Registers):
    deliver(registers, "11;900;800;40", "12;500;20;40", "13;400;30;50", "14;450;40;60")
    identity = registers.find("strom", DAY)["id"]
    registers.check(identity, CHECKER)
    registers.release(identity, RELEASER)
    hidden = {row["area"] for row in registers.find("strom", DAY, public=True)["public"]["counts"]
              if row["conf_status"] == "C"}  # fmt: skip
    assert "11" in hidden
    assert len(hidden) > 1


def test_unknown_contributors_count_as_dominance_and_impossible_ones_are_refused(registers: Registers):
    with pytest.raises(RefusedError, match=r"row 2.*mwh:largest.*950 > 900"):
        deliver(registers, "11;900;950;40", "12;500;20;40", "13;400;30;50", "14;450;40;60")
    with pytest.raises(RefusedError, match="0 contributors behind 500"):
        deliver(registers, "11;900;50;40", "12;500;20;0", "13;400;30;50", "14;450;40;60")
    deliver(registers, "11;900;*;40", "12;500;20;40", "13;400;30;50", "14;450;40;60")
    identity = registers.find("strom", DAY)["id"]
    registers.check(identity, CHECKER)
    registers.release(identity, RELEASER)
    rows = registers.find("strom", DAY, public=True)["public"]["counts"]
    assert next(row["value"] for row in rows if row["area"] == "11") is None


def test_a_layout_must_say_what_stands_behind(tmp_path: Path):
    (tmp_path / "datasets").mkdir()
    short = DATASET.replace('holds = "units"', 'holds = "largest"')
    (tmp_path / "datasets" / "strom.toml").write_text(short, encoding="utf-8")
    with pytest.raises(DefinitionError, match="exactly the variables"):
        open_registers(None, tmp_path)
