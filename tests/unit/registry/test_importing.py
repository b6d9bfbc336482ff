"""Tables that people have: headings in two languages, decimal commas, faults named by row and column."""

from __future__ import annotations

import csv
import io
import time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.atlas.reading import Special
from gateway.registry.columns import CellError, Context, moment, number, plain, recognise, seconds
from gateway.registry.errors import RegistryError
from gateway.registry.exporting import to_csv, to_xlsx
from gateway.registry.importing import Imported, import_table, import_workbook, sheets_of
from gateway.registry.model import Device, Fact, Installation, Owner, Site
from gateway.registry.service import Registry
from gateway.registry.taking import Outcome

SITES = "Standort;Name;Längengrad (°);Breitengrad;Höhe über NHN [m];Lage;Privat\r\nA;Laurentiusplatz;7,1452;51,2561;152,5;Verkehr;nein\r\nB;Loher Platz;7,2013;51,2702;;Hintergrund;ja\r\n"
DEVICES = (
    "Gerät;Name;Decoder;Intervall [s];Sensorklasse;Standort;Von\r\n"
    "A8-40-41-00-01-81-C0-61;Mast 4;dragino-lht65n;1.200;2;A;01.03.2026\r\n"
    "nb-7;Zähler;;10 min;;B;01.03.2026 12:30\r\n"
)


def take(registry: Registry, content: str | bytes, file: str = "x.csv", **more) -> Imported:
    content = content.encode("utf-8-sig") if isinstance(content, str) else content
    return import_table(registry, content, file, who="importer", **more)


def outcomes(found: Imported) -> list[str]:
    return [str(row.outcome) for row in found.rows]


def test_german_tables_with_decimal_commas(registry: Registry):
    assert outcomes(take(registry, SITES)) == ["added", "added"]
    assert outcomes(take(registry, DEVICES)) == ["added", "added"]
    a, b = registry.entries(Site)
    assert (a.longitude, a.latitude, a.height, a.siting, a.private) == (7.1452, 51.2561, 152.5, "traffic", False)
    assert (b.height, b.private) == (None, True)
    first, second = registry.installations_frame().sort("site").iter_rows(named=True)
    assert (first["device"], first["site"], first["start"]) == ("a84041000181c061", "A", 1772319600 * 10**9)
    assert second["start"] == 1772364600 * 10**9
    intervals = dict(registry.intervals_frame().select("device", "expected").rows())
    assert intervals == {"a84041000181c061": 1200 * 10**9, "nb-7": 600 * 10**9}
    assert outcomes(take(registry, SITES)) == outcomes(take(registry, DEVICES)) == ["unchanged", "unchanged"]


def test_english_tables_with_decimal_points(registry: Registry):
    take(registry, "site,east,north,above ground,siting\nA,374600.5,5679000,3.5,traffic\n")
    (site,) = registry.entries(Site)
    assert site.longitude == pytest.approx(7.203, abs=0.01)
    assert site.latitude == pytest.approx(51.249, abs=0.01)
    assert site.above_ground == 3.5
    found = take(registry, "DevEUI,Expected Interval,Site,From,Mobile\na84041000181c061,1 h,A,2026-03-01T00:00Z,no\n")
    assert outcomes(found) == ["added"]
    assert registry.intervals_frame()["expected"].to_list() == [3600 * 10**9]


def test_a_spreadsheet_with_real_dates_and_numbers(registry: Registry):
    from datetime import datetime

    take(registry, SITES)
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Gerät", "Seriennummer", "Intervall", "Standort", "Von"],
        ["nb-1", 4711, 900, "A", datetime(2026, 3, 1, 12, 30)],  # noqa: DTZ001 - a spreadsheet knows no zones
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    assert outcomes(take(registry, out.getvalue(), "x.xlsx")) == ["added"]
    (device,) = registry.entries(Device)
    assert device.serial == "4711"
    assert registry.installations_frame()["start"].to_list() == [1772364600 * 10**9]


def test_faults_are_named_by_row_and_column(registry: Registry):
    take(registry, SITES)
    found = take(
        registry,
        "Gerät;Decoder;Intervall (s);Standort;Von;Bis;Mobil\r\n"
        "ok;dragino-lht65n;600;A;;;\r\n"
        "e1;dragino-lht65m;600;A;;;\r\n"
        "e2;;soon;A;;;\r\n"
        "e3;;600;Z;;;\r\n"
        "e4;;600;A;01.03.2026;28.02.2026;\r\n"
        "e5;;600;A;31.02.2026;;vielleicht\r\n"
        "ok;;600;A;;;\r\n"
        ";;600;A;;;\r\n"
        "e6;;600;A;;;ja\r\n"
        "e7;;-5;A;;;\r\n",
    )
    told = {(row.row, fault.column) for row in found.rows for fault in row.faults}
    assert told == {
        (3, "Decoder"), (4, "Intervall (s)"), (5, "Standort"), (6, "Bis"), (7, "Von"), (7, "Mobil"), (8, "Gerät"),
        (9, "Gerät"), (10, "Standort"), (11, "Intervall (s)"),
    }  # fmt: skip
    assert outcomes(found) == ["added"] + ["refused"] * 9
    assert [device.id for device in registry.entries(Device)] == ["ok"]
    assert "Zeile/row 6: e4: refused: Spalte/column 'Bis':" in str(found.rows[4])
    # A refused row leaves nothing behind, not even the device whose installation was wrong.
    assert [fact.device for fact in registry.entries(Fact)] == ["ok"]


def test_all_or_nothing_and_dry_run_write_nothing(registry: Registry):
    wrong = "site;lat;lon\nA;51,1;7,1\nB;95;7,1\n"
    for more in ({"all_or_nothing": True}, {"dry_run": True}):
        found = take(registry, wrong, **more)
        assert (outcomes(found), found.written) == (["added", "refused"], False)
        assert registry.entries(Site) == []
        assert registry.audit() == []
    assert take(registry, wrong).written
    assert take(registry, "site;lat;lon\nA;51,1;7,1\n", all_or_nothing=True).written is False  # nothing differs


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Standort;Farbe\nA;rot\n", "fit no table"),
        ("a;b\n1;2\n", "fit no table"),
        ("Gerät;Name;Name\nx;y;z\n", "heading appears twice"),
        ("Gerät;Name;Bezeichnung\nx;y;z\n", "column twice: 'Bezeichnung'"),
        ("", "no headings found"),
        ("Gerät;Name\n", "no row of values"),
        (b"PK\x03\x04nonsense", "no readable XLSX"),
        (b"%PDF-1.4", "PDF"),
    ],
)  # fmt: skip
def test_files_that_are_no_table_are_refused_as_a_whole(registry: Registry, content: str | bytes, words: str):
    with pytest.raises(RegistryError, match=words):
        take(registry, content)


def test_a_known_kind_names_what_is_missing(registry: Registry):
    with pytest.raises(RegistryError, match=r"unknown column: 'Farbe'.*column missing: 'Standort'"):
        take(registry, "Name;Farbe\nx;rot\n", kind="sites")


def test_ids_that_a_spreadsheet_has_turned_into_numbers_are_refused(registry: Registry):
    book = openpyxl.Workbook()
    for row in (["Gerät", "Name"], [1234567890123456, "x"], [70, "y"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    found = take(registry, out.getvalue(), "x.xlsx")
    assert outcomes(found) == ["refused", "added"]
    assert "format as text" in found.rows[0].faults[0].words


def test_a_changed_fact_with_a_history_must_say_since_when(registry: Registry):
    take(registry, "Gerät;Intervall\nx;600\n")
    assert outcomes(take(registry, "Gerät;Intervall;Gültig ab\nx;900;01.03.2026\n")) == ["changed"]
    assert outcomes(take(registry, "Gerät;Intervall\nx;900\n")) == ["unchanged"]
    found = take(registry, "Gerät;Intervall\nx;1200\n")
    assert (outcomes(found), found.rows[0].faults[0].column) == (["refused"], "Intervall")


def test_installations_with_their_calibration(registry: Registry):
    take(registry, SITES)
    take(registry, "Gerät\nx\n")
    table = (
        "Gerät;Standort;Von;Bis;Größe;Faktor;Versatz\n"
        "x;A;01.01.2026;01.03.2026;pm2_5;0,85;-1,5\nx;B;01.03.2026;;pm2_5;0,9;0\n"
    )
    assert outcomes(take(registry, table)) == ["added", "added"]
    assert outcomes(take(registry, table)) == ["unchanged", "unchanged"]
    facts = registry.facts_frame()
    assert sorted(facts["factor"].drop_nulls()) == [0.85, 0.9]
    ended = "Gerät;Standort;Von;Bis\nx;B;01.03.2026;01.04.2026\n"
    assert outcomes(take(registry, ended)) == ["changed"]
    assert registry.installations_frame()["stop"].null_count() == 0
    assert outcomes(take(registry, "Gerät;Standort;Faktor\nx;B;2\n")) == ["refused"]


def build(registry: Registry) -> None:
    with registry.change("m") as edit:
        edit.save_owner(Owner(id="o"))
        edit.save_site(Site(id="A", longitude=7.123456789, latitude=51.2, height=150.25, siting="traffic", owner="o"))
        edit.save_site(Site(id="=B", note="-1; drop", private=True))
        edit.save_device(Device(id="a84041000181c061", name="Ölbach", decoder="dragino-lht65n", mobile=False))
        edit.save_device(Device(id="bus", mobile=True, privacy="personal"))
        edit.set_fact(Fact(device="bus", attribute="expected", value=30.0))
        edit.install(Installation(device="a84041000181c061", site="A", start=1772319600 * 10**9))
        edit.install(Installation(device="a84041000181c061", channel="probe", site="=B", special=True))
        edit.calibrate("a84041000181c061", "air_temperature", shift=-0.00004, site="A", start=1772319600 * 10**9)


@pytest.mark.parametrize("dialect", ["de", "rfc"])
def test_what_is_exported_comes_back_the_same(registry: Registry, tmp_path, dialect):
    build(registry)
    files = {kind: to_csv(registry, kind, dialect) for kind in ("sites", "devices", "installations")}
    other = Registry(f"sqlite:///{tmp_path}/other.sqlite")
    with other.change("m") as edit:
        edit.save_owner(Owner(id="o"))
    for target, expected in ((registry, Outcome.UNCHANGED), (other, Outcome.ADDED)):
        for kind, content in files.items():
            found = take(target, content, f"{kind}.csv", kind=kind)
            assert {row.outcome for row in found.rows} == {expected}, (kind, found.rows)
    assert other.entries(Site) == registry.entries(Site)
    assert other.entries(Device) == registry.entries(Device)
    assert other.entries(Installation) == registry.entries(Installation)
    assert other.entries(Fact) == registry.entries(Fact)
    other.close()


def test_a_workbook_comes_back_the_same(registry: Registry, tmp_path):
    build(registry)
    book = to_xlsx(registry)
    assert sheets_of(book) == ["sites", "devices", "installations"]
    found = import_workbook(registry, book, "x.xlsx", who="m")
    assert {row.outcome for each in found for row in each.rows} == {Outcome.UNCHANGED}
    other = Registry(f"sqlite:///{tmp_path}/other.sqlite")
    with other.change("m") as edit:
        edit.save_owner(Owner(id="o"))
    import_workbook(other, book, "x.xlsx", who="m")
    assert other.entries(Installation) == registry.entries(Installation)
    other.close()


def test_formulas_are_kept_out_of_exports(registry: Registry):
    build(registry)
    rows = list(csv.reader(io.StringIO(to_csv(registry, "sites").decode("utf-8-sig")), delimiter=";"))
    assert "'-1; drop" in rows[1]
    assert "7,123456789" in rows[2]


def test_five_thousand_devices_with_fifty_faults(registry: Registry):
    sites = "Standort;Breitengrad;Längengrad\n" + "".join(f"s{n};51,{n:03};7,{n:03}\n" for n in range(400))
    take(registry, sites)
    wrong = {
        0: ("Decoder", "nobody-x"), 1: ("Intervall", "oft"), 2: ("Standort", "s9999"), 3: ("Von", "gestern"),
        4: ("Sensorklasse", "7"),
    }  # fmt: skip
    heads = ["Gerät", "Decoder", "Intervall", "Sensorklasse", "Standort", "Von"]
    rows, expected = [], set()
    for n in range(5000):
        row = dict(zip(heads, [f"{n:016x}", "dragino-lht65n", "600", "2", f"s{n % 400}", "01.03.2026"], strict=True))
        if n % 100 == 37:
            column, value = wrong[n // 100 % 5]
            row[column] = value
            expected.add((n + 2, column))
        rows.append(";".join(row.values()))
    began = time.process_time()
    found = take(registry, ";".join(heads) + "\n" + "\n".join(rows))
    spent = time.process_time() - began
    assert {(row.row, fault.column) for row in found.rows for fault in row.faults} == expected
    assert found.counts() == {Outcome.ADDED: 4950, Outcome.REFUSED: 50}
    assert registry.installations_frame().height == 4950
    assert spent < 10


@pytest.mark.parametrize(
    ("cell", "mark", "value"),
    [("7,15", ",", 7.15), ("7.15", None, 7.15), ("1.200", ",", 1200), ("1.200", ".", 1.2), ("-0,4", None, -0.4)],
)
def test_numbers(cell, mark, value):
    assert number(cell, Context(mark=mark)) == value


@pytest.mark.parametrize("cell", ["x", "-", "*", "1,2,3", "", "1e5", Special("formula", "=A1"), "٣"])
def test_what_is_no_number(cell):
    with pytest.raises(CellError):
        number(cell, Context(mark=None))


@pytest.mark.parametrize(
    ("cell", "value"), [("10 min", 600), ("1h", 3600), ("600", 600), ("1,5 Std.", 5400), ("2 Tage", 172800)]
)
def test_lengths_of_time(cell, value):
    assert seconds(cell, Context(mark=",")) == value


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(text):
    for read in (number, seconds, moment):
        try:
            read(text, Context(mark=","))
        except CellError:
            continue
    plain(text)
    recognise([text])
