"""`gateway registry` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from gateway.cli.registry import registry
from tests.unit.areas.wfs_server import DEEGREE, Wfs

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


def test_entries_are_added_and_changed_one_fact_at_a_time(filled):
    filled("tenant", "wsw", "--name", "Stadtwerke")
    assert "unknown" in filled("owner", "x", "--tenant", "nobody", code=1).output
    filled("owner", "fam-m", "--tenant", "wsw", "--private", "--contact", "0202", "--reason", "Vertrag 7")
    said = filled("site", "A", "--siting", "roof", "--height", "162.5", "--private", "--owner", "fam-m").output
    assert "site A: geändert / changed" in said
    assert "unverändert / unchanged" in filled("site", "A", "--siting", "roof").output
    (row,) = [line for line in filled("sites").output.splitlines() if line.startswith("A ")]
    assert row.split()[1:] == ["roof", "privat", "/", "private", "fam-m", "162.5", "7.150000", "51.250000"]
    filled("device", "a84041000181c061", "--privacy", "public", "--serial", "0815", "--who", "petra")
    said = filled("audit", "--key", "a84041000181c061", "--kind", "device", "--limit", "1").output
    assert "petra change device" in said
    assert "privacy: 'internal' → 'public'" in said
    assert "Vertrag 7" in filled("audit", "--kind", "owner").output
    assert "fam-m" in filled("owners").output
    assert "Stadtwerke" in filled("tenants").output
    assert "is not within" in filled("site", "A", "--latitude", "95", code=1).output


def test_a_device_is_known_by_further_ids(filled):
    filled("identify", "nb-7", "0011223344556677", "--network", "lorawan")
    assert "Kennung / id: 0011223344556677 lorawan" in filled("show", "00-11-22-33-44-55-66-77").output
    assert "belongs to nb-7 already" in filled("identify", "a84041000181c061", "0011223344556677", code=1).output
    assert "is no id of" in filled("identify", "a84041000181c061", "0011223344556677", "--remove", code=1).output
    filled("identify", "nb-7", "0011223344556677", "--remove")
    assert "0011223344556677" not in filled("show", "nb-7").output


def test_facts_and_calibrations_hold_for_a_time(filled):
    filled("install", "nb-7", "A", "--from", "2026-01-01")
    filled("fact", "nb-7", "expected", "15min", "--from", "2026-03-01", "--reason", "neue Firmware")
    filled("fact", "nb-7", "class", "2", "--from", "2026-03-01")
    filled("calibrate", "nb-7", "pm2_5", "--factor", "0,92", "--offset", "-1.5", "--from", "2026-02-01", "--site", "A")
    said = filled("show", "nb-7").output
    listed = {tuple(line.split()[:2]) for line in said.splitlines()}
    facts = {("expected", "600"), ("expected", "900"), ("sensor_class", "2"), ("factor", "0.92"), ("shift", "-1.5")}
    assert facts <= listed
    assert "unchanged" in filled("fact", "nb-7", "class", "2", "--from", "2026-04-01").output
    filled("fact", "nb-7", "class", "--clear", "--from", "2026-05-01")
    assert "is no number" in filled("fact", "nb-7", "class", "zwei", code=2).output
    assert "4 is not within 1 to 3" in filled("fact", "nb-7", "class", "4", code=1).output
    upside_down = ("--from", "2026-05-02", "--to", "2026-05-01")
    assert "endet, bevor sie beginnt" in filled("fact", "nb-7", "class", "1", *upside_down, code=1).output


def test_a_device_is_mobile_for_a_time_and_hangs_nowhere_then(filled):
    filled("mobile", "nb-7", "--from", "2026-03-01", "--to", "2026-04-01")
    said = filled("install", "nb-7", "A", "--from", "2026-03-15", code=1).output
    assert "mobil" in said
    assert "it has no site then" in said
    filled("install", "nb-7", "A", "--from", "2026-04-01")
    assert "kann [2026-05-01" in filled("mobile", "nb-7", "--from", "2026-05-01", code=1).output
    filled("end", "nb-7", "--at", "2026-05-01")
    filled("mobile", "nb-7", "--from", "2026-05-01")
    assert "mobil / mobile" in filled("devices").output


def test_a_wrong_installation_is_corrected(filled):
    filled("install", "nb-7", "A", "--from", "2026-03-01")
    filled("correct", "nb-7", "--at", "2026-03-05", "--from", "2026-02-01", "--to", "2026-04-01", "--site", "B")
    said = " ".join(filled("show", "nb-7").output.split())
    assert "B * 2026-02-01 00:00:00+01:00 2026-04-01 00:00:00+02:00" in said
    filled("correct", "nb-7", "--at", "2026-03-05", "--open")
    assert "B (2026-02-01" in filled("devices").output
    filled("correct", "nb-7", "--at", "2026-03-05", "--never")
    assert "hangs at no site" in filled("correct", "nb-7", "--at", "2026-03-05", "--never", code=1).output


def test_what_was_entered_wrongly_is_removed(filled):
    filled("install", "nb-7", "A", "--from", "2026-03-01", "--quantity", "pm2_5", "--factor", "0.9")
    filled("identify", "nb-7", "mqtt-7", "--network", "mqtt")
    refused = filled("remove", "device", "nb-7", "nb-8", "mqtt-7", code=1).output
    assert "nicht eingetragen: Gerät 'nb-8', 'mqtt-7' (weitere Kennung von nb-7); es wird nichts entfernt / " in refused
    assert "hier hängt oder hing nb-7 [2026-03-01" in filled("remove", "site", "B", "A", code=1).output
    shown = ("Gerät / device: nb-7", "Kennung / id: mqtt-7 (nb-7)", "Installation: nb-7 * A [2026-03-01 00:00+01:00, ",
             "Angabe / fact: nb-7 factor 0.9 * pm2_5 A [", "neu berechnet / computed again: A [2026-03-01 00:00+01:00",
             "Gerät / device 1, Kennung / id 1, Installation 1, Angabe / fact 3")  # fmt: skip
    said = filled("remove", "device", "nb-7", "--dry-run").output
    assert all(words in said for words in shown)
    assert "Probelauf / dry run" in said
    assert "nb-7" in filled("devices").output
    said = filled("remove", "device", "nb-7", "--who", "petra", "--reason", "Tippfehler").output
    assert all(words in said for words in shown)
    assert "dry run" not in said
    assert "The journal and stored readings stay as they are" in said
    assert "nb-7" not in filled("devices").output
    lines = [
        json.loads(line) for line in filled("audit", "--key", "nb-7", "--limit", "5", "--json").output.splitlines()
    ]
    assert {(line["who"], line["action"], line["reason"]) for line in lines} == {("petra", "remove", "Tippfehler")}
    assert lines[-1]["before"]["id"] == "nb-7"
    said = filled("remove", "site", "A", "B").output
    assert "Standort / site 2" in said
    assert "journal" not in said


def test_a_proposed_source_is_removed_and_an_approved_one_retired(run, tmp_path: Path):
    text = 'id = "{0}"\ntitle = "Luft"\npurpose = "Luft"\nlegal_basis = "§ 3"\ncontroller = "Umweltamt"\n'
    for name in ("air", "ari"):
        (tmp_path / f"{name}.toml").write_text(text.format(name))
        run("sources", "propose", f"{name}.toml", "--who", "petra")
    run("sources", "approve", "air", "--who", "andrea")
    assert "retire" in run("remove", "source", "ari", "air", code=1).output
    assert "entfernt / removed: Quelle / source 1" in run("remove", "source", "ari").output
    assert "ari" not in run("sources", "list").output


def boundaries(path: Path, *rows: tuple[str, float, float, float]) -> str:
    """Rows of (number, west, east, height) in hundredths of a degree, as a GeoJSON file."""
    features = [
        {"type": "Feature", "properties": {"NR": number, "NAME": f"Q{number}", "STADT": "0"},
         "geometry": shapely.geometry.mapping(shapely.box(7 + west / 100, 51, 7 + east / 100, 51 + height / 100))}
        for number, west, east, height in rows
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def test_boundaries_are_checked_refused_repaired_and_loaded(run, tmp_path: Path):
    names = ("--number", "NR", "--name", "NAME")
    child = ("--level", "quartier", "--parent", "STADT", "--parent-level", "stadt", "--digits", "2", *names)
    whole = boundaries(tmp_path / "stadt.geojson", ("0", 0, 4, 1))
    assert "1 stadt, " in run("areas", "load", whole, "--level", "stadt", "--always", *names).output
    wrong = boundaries(tmp_path / "wrong.geojson", ("1", 0, 2.1, 1), ("2", 2, 3.5, 1))
    said = run("areas", "load", wrong, *child, "--always", code=1).output
    assert "overlap: quartier:01 Q1, quartier:02 Q2: überlappen sich um 78060 m²" in said
    assert "parent_not_covered: stadt:0 Q0: " in said
    assert "2 gelesen / read, 2 Fehler / faults, nichts geschrieben" in said
    assert "quartier" not in run("areas", "list").output
    said = run("areas", "load", wrong, *child, "--always", "--repair", "--dry-run").output
    assert "berichtigt / mended: quartier:02 Q2: " in said
    assert "berichtigt / mended: stadt:0 Q0: Umriss seiner Teile" in said
    assert "dry run" in said
    assert "quartier" not in run("areas", "list").output
    run("areas", "load", wrong, *child, "--always", "--accept", "overlap", "--accept", "parent_not_covered")
    assert "2 Fehler" in run("areas", "check", code=1).output
    right = boundaries(tmp_path / "right.geojson", ("1", 0, 2, 1), ("3", 2, 4, 1))
    run("areas", "load", right, *child, "--from", "01.01.2026", "--reason", "Ratsbeschluss", "--who", "petra")
    listed = run("areas", "list", "--level", "quartier").output.splitlines()[1:]
    assert [line.split()[0] for line in listed] == ["quartier:01", "quartier:01", "quartier:02", "quartier:03"]
    assert "Ratsbeschluss" in run("audit", "--kind", "area", "--limit", "1").output
    run("areas", "export", "--output", "areas.geojson")
    assert len(json.loads((tmp_path / "areas.geojson").read_text())["features"]) == 5
    assert "either --from" in run("areas", "load", right, *child, code=2).output
    assert "has no attribute 'NR'" in run(
        "areas", "load", str(tmp_path / "areas.geojson"), *child, "--always", code=1
    ).output  # fmt: skip


def test_boundaries_from_a_service(run):
    shape = shapely.box(7.1, 51.2, 7.2, 51.3)
    with Wfs([("5", "Friedrichsberg", "0", shape)], formats=DEEGREE) as url:
        assert run("areas", "types", url).output == "app:Quartier\n"
        load = ("areas", "load", url, "--level", "quartier", "--number", "QNR", "--name", "NAME", "--digits", "2")
        assert "--type" in run(*load, "--always", code=2).output
        assert "1 quartier, " in run(*load, "--always", "--type", "app:Quartier").output
    assert "quartier:05" in run("areas", "list").output
    assert "cannot be reached" in run(*load, "--always", "--type", "app:Quartier", code=1).output


def test_every_command_explains_itself():
    def walk(command, path):
        shown = CliRunner().invoke(registry, [*path, "--help"])
        assert shown.exit_code == 0
        assert " / " in shown.output, path
        for name, each in getattr(command, "commands", {}).items():
            walk(each, [*path, name])

    walk(registry, [])
