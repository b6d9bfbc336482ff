"""`gateway registry` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.registry import registry

SITES = "Standort;Breitengrad;Längengrad;Lage\nA;51,25;7,15;Verkehr\nB;51,27;7,20;Hintergrund\n"
DEVICES = "Gerät;Decoder;Intervall\nA84041000181C061;dragino-lht65n;20 min\nnb-7;;600\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GATEWAY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(registry, list(arguments))
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def filled(run, tmp_path: Path):
    (tmp_path / "sites.csv").write_text(SITES)
    (tmp_path / "devices.csv").write_text(DEVICES)
    run("import", "sites.csv", "--who", "m")
    run("import", "devices.csv", "--who", "m")
    return run


def test_import_says_a_line_for_each_row(run, tmp_path: Path):
    (tmp_path / "sites.csv").write_text(SITES + "C;95;7;\n")
    said = run("import", "sites.csv", "--all-or-nothing", code=1).output
    assert "Zeile/row 2: A: added" in said
    assert "Zeile/row 4: C: refused: Spalte/column 'Breitengrad'" in said
    assert "added 2, refused 1 - nichts geschrieben / nothing written" in said
    assert "nothing written" not in run("import", "sites.csv", "--quiet", code=1).output
    assert "A  " in run("sites").output
    assert "dry run" in run("import", "sites.csv", "--dry-run", code=1).output


def test_what_cannot_be_read_is_said_in_words(run, tmp_path: Path):
    (tmp_path / "x.csv").write_text("a;b\n1;2\n")
    assert "fit no table" in run("import", "x.csv", code=1).output


def test_installing_moving_and_retiring(filled):
    filled("install", "A84041000181C061", "A", "--from", "2026-03-01", "--quantity", "pm2_5", "--factor", "0.9")
    assert "A (2026-03-01 00:00:00+01:00)" in filled("devices").output
    filled("move", "a84041000181c061", "B", "--at", "2026-04-01T12:00", "--reason", "Umzug", "--who", "petra")
    said = filled("audit", "--key", "a84041000181c061", "--kind", "installation").output
    assert "petra change installation a84041000181c061/*/" in said
    assert "[Umzug]" in said
    assert "two sites at once" in filled("install", "A84041000181C061", "A", "--from", "2026-05-01", code=1).output
    assert "upside down" in filled("install", "nb-7", "A", "--from", "2026-05-02", "--to", "2026-05-01", code=1).output
    filled("retire", "a84041000181c061", "--at", "2026-06-01")
    (line, *_) = filled("audit", "--json", "--limit", "1").output.splitlines()
    assert json.loads(line)["kind"] in {"device", "installation"}


def test_export_and_import_again(filled, tmp_path: Path):
    filled("install", "nb-7", "A")
    filled("export", "xlsx", "--output", "all.xlsx")
    said = filled("import", "all.xlsx").output
    assert "sites: unchanged 2" in said
    assert "installations: unchanged 1" in said
    assert filled("export", "devices").stdout_bytes.startswith("\ufeffGerät;".encode())


def test_a_source_on_its_way(run, tmp_path: Path):
    (tmp_path / "air.toml").write_text(
        'id = "air"\ntitle = "Luft"\npurpose = "Luftqualität"\nlegal_basis = "§ 3"\ncontroller = "Umweltamt"\n'
        'publication = { "*" = "quartier" }\n'
    )
    assert "air: proposed" in run("sources", "propose", "air.toml", "--who", "petra").output
    assert "cannot approve it" in run("sources", "approve", "air", "--who", "petra", code=1).output
    assert "dcat:Dataset" not in run("catalogue").output
    assert "ns/dcat#Dataset" in run("catalogue", "--internal").output
    run("sources", "approve", "air", "--who", "andrea")
    run("sources", "activate", "air", "--who", "petra")
    assert "andrea" in run("sources", "list").output
    assert len(json.loads(run("catalogue", "--format", "jsonld").output)["@graph"]) > 3
    assert "air: retired" in run("sources", "retire", "air", "--who", "andrea").output


def test_upgrade_says_whether_it_did_anything(run):
    assert "upgraded" in run("upgrade").output
    assert "unchanged" in run("upgrade").output


def test_a_database_that_is_away_is_said_in_words(run, monkeypatch):
    monkeypatch.setenv("GATEWAY_REGISTRY__URL", "postgresql://u:geheim@/x?host=/nowhere")
    for command in ("sites", "upgrade"):
        said = run(command, code=1).output
        assert "OperationalError" in said
        assert "geheim" not in said
