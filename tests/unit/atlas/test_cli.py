"""`gateway atlas` from the invented deliveries to a released edition."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.atlas import atlas


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GATEWAY_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "data" / "atlas"
    folder.mkdir(parents=True)
    (folder / "people.toml").write_text('[people]\nAnna = ["deliver"]\nBerta = ["check"]\nCarla = ["release"]\n')

    def invoke(*arguments: object, code: int = 0) -> Result:
        outcome = CliRunner().invoke(atlas, [str(argument) for argument in arguments], catch_exceptions=False)
        assert outcome.exit_code == code, outcome.output
        return outcome

    return invoke


def test_from_deliveries_to_a_released_edition(run, tmp_path: Path):
    run("demo", tmp_path)
    day = "2023-12-31"
    file = {d: next(tmp_path.glob(f"{d}_{day}_erfunden.*")) for d in ("melderegister", "ba-sgb2")}
    assert "melderegister 1" in run("datasets").output
    run("import", file["melderegister"], "--dataset", "melderegister", "--stichtag", "31.12.2023", "--person", "Anna")
    waiting = run("status", "--today", "2024-08-01").output
    assert "waiting" in waiting
    assert "32 days late" in waiting
    assert "ba-sgb2" in run("compute", "sozialdatenatlas", day, code=1).output
    last = run("import", file["ba-sgb2"], "--dataset", "ba-sgb2", "--stichtag", day, "--person", "Anna").output
    assert "computed: sozialdatenatlas 2023-12-31 #1" in last
    run("check", 1, "--person", "Anna", code=1)
    run("check", 1, "--person", "Berta")
    run("preview", 1, "--person", "Anna", code=1)
    previewed = run("preview", 1, "--person", "Berta").output
    assert " 0 exposed" in previewed
    assert "public class is not the internal one" in previewed
    assert "suppressed" in run("release", 1, "--person", "Carla").output
    steps = run("explain", "sozialdatenatlas", day, "62").output
    assert "sgb2 / population" in steps
    moved = run("compare", "sozialdatenatlas", day, "--method", "sozialdatenatlas-thresholds").output
    assert "→" in moved
    run("withdraw", "edition", 1, "--reason", "Probe", "--person", "Carla")
    run("explain", "sozialdatenatlas", day, "62", code=1)
    run("explain", "sozialdatenatlas", day, "62", "--internal")
    logged = run("log").output
    assert "withdrawn" in logged
    assert "internal (" in logged
    assert "query explain sozialdatenatlas 2023-12-31 all 62" in logged


def test_an_unknown_person_and_a_faulty_file_are_told(run, tmp_path: Path):
    (tmp_path / "x.csv").write_text("Quartier;SGB II;SGB II U18\n62;7;1\n")
    arguments = ("import", tmp_path / "x.csv", "--dataset", "ba-sgb2", "--stichtag", "2023-12-31", "--person")
    assert "people.toml" in run(*arguments, "Dora", code=1).output
    told = run(*arguments, "Anna", code=1).output
    assert "x.csv, Zeile/row 2, Spalte/column 'SGB II'" in told
    assert "nichts übernommen" in told


def test_methods_are_listed(run):
    assert "berlin-mss 1" in run("methods").output
