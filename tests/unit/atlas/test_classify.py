"""Published editions are reproduced, in every dialect a table may come in."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from gateway.atlas import methods
from gateway.cli.atlas import atlas

EDITIONS = (2013, 2015, 2017)


def classify(source: Path, output: Path, *more: str, method: str = "berlin-mss") -> list[dict[str, str]]:
    outcome = CliRunner().invoke(
        atlas, ["classify", "--method", method, "--input", str(source), "--output", str(output), *more]
    )
    assert outcome.exit_code == 0, outcome.output
    return list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8"))))


def published(shared: Path, year: int) -> dict[str, dict[str, str]]:
    with (shared / f"data/berlin_mss/mss_{year}_chain.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("year", EDITIONS)
@pytest.mark.parametrize("table", ["chain", "shares_all_areas"])
def test_published_edition_is_reproduced(shared: Path, tmp_path: Path, year: int, table: str):
    rows = classify(shared / f"data/berlin_mss/mss_{year}_{table}.csv", tmp_path / "out.csv")
    assert list(rows[0]) == ["area", "z_s1", "z_s2", "z_s3", "z_s4", "sum", "index", "class", "excluded"]
    expected = published(shared, year)
    counted = {row["area"]: row for row in rows if not row["excluded"]}
    assert counted.keys() == expected.keys()
    for area, row in counted.items():
        assert row["class"] == expected[area]["status_class"]
        for name in ("s1", "s2", "s3", "s4"):
            assert float(row[f"z_{name}"]) == pytest.approx(float(expected[area][f"z_{name}"]), abs=1e-5)
        assert float(row["sum"]) == pytest.approx(float(expected[area]["status_sum"]), abs=3e-5)
    for row in rows:
        if row["excluded"]:
            assert {row["z_s1"], row["sum"], row["index"], row["class"]} == {""}


@pytest.mark.parametrize("year", EDITIONS)
def test_zeros_that_are_no_zeros_change_everything_without_the_rule(shared: Path, tmp_path: Path, year: int):
    text = methods.shipped()["berlin-mss"]
    without = tmp_path / "without.toml"
    without.write_text(re.sub(r"(#[^\n]*\n)*\[\[exclude\]\]\n(?:[^\n]+\n)+\n", "", text), encoding="utf-8")
    assert methods.load(str(without)).exclude == ()
    rows = classify(
        shared / f"data/berlin_mss/mss_{year}_shares_all_areas.csv", tmp_path / "out.csv", method=str(without)
    )
    expected = published(shared, year)
    assert len(rows) == 447
    off = [
        r for r in rows if r["area"] in expected and abs(float(r["z_s1"]) - float(expected[r["area"]]["z_s1"])) > 1e-2
    ]
    assert len(off) > 300
    assert any(r["class"] != expected[r["area"]]["status_class"] for r in rows if r["area"] in expected)


def test_german_dialect_gives_the_same_classes(shared: Path, tmp_path: Path):
    source = shared / "data/berlin_mss/mss_2015_shares_all_areas.csv"
    with source.open(encoding="utf-8") as file:
        table = list(csv.reader(file))
    german = io.StringIO(newline="")
    writer = csv.writer(german, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Planungsraum", "Name", "Einwohner", *table[0][3:]])
    for row in table[1:]:
        inhabitants = f"{int(float(row[2])):,}".replace(",", ".")
        writer.writerow([row[0], row[1], inhabitants, *(cell.replace(".", ",") for cell in row[3:])])
    for name, encoding in (("a.csv", "utf-8-sig"), ("b.csv", "cp1252"), ("c.csv", "utf-8")):
        (tmp_path / name).write_bytes(german.getvalue().encode(encoding))
        own = classify(tmp_path / name, tmp_path / "out.csv", "--area-column", "Planungsraum")
        assert own == classify(source, tmp_path / "rfc.csv")


def test_three_indicators_are_another_method_file_and_no_code(shared: Path, tmp_path: Path):
    """Editions 2019 and 2021 print S1, S3 and S4 only."""
    source = shared / "data/berlin_mss/mss_2017_shares_all_areas.csv"
    with source.open(encoding="utf-8") as file:
        table = [row[:4] + row[5:7] for row in csv.reader(file)]
    (tmp_path / "three.csv").write_text("\n".join(",".join(f'"{c}"' for c in row) for row in table), encoding="utf-8")
    rows = classify(tmp_path / "three.csv", tmp_path / "out.csv", method="berlin-mss-three")
    assert list(rows[0]) == ["area", "z_s1", "z_s3", "z_s4", "sum", "index", "class", "excluded"]
    expected = published(shared, 2017)
    assert all(
        abs(float(row["z_s3"]) - float(expected[row["area"]]["z_s3"])) < 1e-5 for row in rows if not row["excluded"]
    )
    refused = CliRunner().invoke(
        atlas,
        ["classify", "--method", "berlin-mss", "--input", str(tmp_path / "three.csv"), "--output", "-"],
    )
    assert refused.exit_code == 1
    assert "s2_percentage_long_term_unemployed" in refused.output
    assert "another method" in refused.output
    assert "the columns fit berlin-mss-three" in refused.output


def test_columns_may_have_any_heading(tmp_path: Path):
    lines = ["Nr;Leute;a;b;c;d"]
    lines += [f"{n:03};{1000 + n};{n},5;{n * n % 17},25;{n % 5};{n % 7}" for n in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = [f"--column={name}={heading}" for name, heading in zip(("s1", "s2", "s3", "s4"), "abcd", strict=True)]
    rows = classify(
        tmp_path / "t.csv", tmp_path / "o.csv", "--area-column", "Nr", "--column=population=Leute", *columns
    )
    assert [row["area"] for row in rows] == [f"{n:03}" for n in range(20)]
    assert sum(Decimal(row["z_s1"]) for row in rows) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("id;inhabitants;a\n01;1.234;1\n", ["s1_percentage"]),
        ("id,inhabitants,s1,s2,s3,s4\n01,400,1,1,1,1\n01,400,1,1,1,1\n", ["row 3", "twice"]),
        ("id,inhabitants,s1,s2,s3,s4\n01,400,one,1,1,1\n", ["row 2", "'s1'", "'one'"]),
        ("id,inhabitants,s1,s2,s3,s4\n01,400,1,1,1,1\n02,400,1,1,1,1\n", ["same value", "s1"]),
        ("id,inhabitants,s1,s2,s3,s4\n01,40,1,1,1,1\n", ["no area is counted"]),
        ("id,inhabitants,s1,s2,s3,s4\n01,400,101,1,1,1\n02,400,1,1,1,1\n", ["outside 0…100"]),
        ("id;inhabitants;s1;s2;s3;s4\n01;1.234;1;1;1;1\n", ["1.234", "--decimal"]),
        ("id;inhabitants;s1;s2;s3;s4\n01;1234;1,5;1.5;1;1\n", ["decimal comma", "--decimal"]),
    ],
)
def test_faulty_tables_are_refused_with_place_and_remedy(tmp_path: Path, content: str, words: list[str]):
    (tmp_path / "t.csv").write_text(content, encoding="utf-8")
    outcome = CliRunner().invoke(
        atlas,
        ["classify", "--method", "berlin-mss", "--input", str(tmp_path / "t.csv"), "--output", str(tmp_path / "o")],
    )
    assert outcome.exit_code == 1
    for word in words:
        assert word in outcome.output
    assert not (tmp_path / "o").exists()


def test_dynamic_index_from_the_previous_edition_and_the_matrix(shared: Path, tmp_path: Path):
    folder = shared / "data/berlin_mss"
    rows = classify(folder / "mss_2017_chain.csv", tmp_path / "o.csv", "--previous", str(folder / "mss_2015_chain.csv"))
    counted = [row for row in rows if row["dynamic_class"]]
    assert len(counted) > 400
    assert {row["dynamic_class"] for row in counted} == {"positiv", "stabil", "negativ"}
    assert all(row["status_dynamic"] == f"{row['class']}/{row['dynamic_class']}" for row in counted)
    new = [row for row in rows if not row["excluded"] and not row["dynamic_class"]]
    assert {row["area"] for row in new} == published(shared, 2017).keys() - published(shared, 2015).keys()


@pytest.mark.parametrize("year", EDITIONS)
def test_dynamic_index_from_the_printed_changes(shared: Path, tmp_path: Path, year: int):
    rows = classify(shared / f"data/berlin_mss/mss_{year}_shares_all_areas.csv", tmp_path / "o.csv", "--dynamic")
    counted = [row for row in rows if not row["excluded"]]
    assert counted
    assert {row["dynamic_class"] for row in counted} == {"positiv", "stabil", "negativ"}
    index = [float(row["dynamic_index"]) for row in counted]
    assert sum(index) / len(index) == pytest.approx(0, abs=1e-9)
    assert sum(v * v for v in index) / len(index) == pytest.approx(1, abs=1e-9)


def test_the_result_may_go_to_standard_output(shared: Path):
    source = str(shared / "data/berlin_mss/mss_2013_chain.csv")
    outcome = CliRunner().invoke(atlas, ["classify", "--method", "berlin-mss", "--input", source, "--output", "-"])
    assert outcome.exit_code == 0
    assert outcome.stdout.startswith("area,z_s1,z_s2,z_s3,z_s4,sum,index,class,excluded\n")
    assert outcome.stdout.count("\n") == 435


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(atlas, ["classify", *map(str, arguments)])


def table_2017(shared: Path) -> list[list[str]]:
    with (shared / "data/berlin_mss/mss_2017_shares_all_areas.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_table_as_an_office_publishes_it(shared: Path, tmp_path: Path):
    """Titles above, notes below, Windows-1252, decimal comma, x for what was not computed, headings of its own."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Monitoring Soziale Stadtentwicklung"])
    writer.writerow(["Tabelle 1: Status-Indikatoren für Planungsräume"])
    writer.writerow([])
    writer.writerow(["Nummer", "Name", "EW", "S1 Arbeitslosigkeit", "S3 Transferbezug", "S4 Kinderarmut"])
    for row in table_2017(shared)[1:]:
        shares = [row[3], row[5], row[6]]
        shown = ["x"] * 3 if set(shares) == {"0"} else [share.replace(".", ",") for share in shares]
        writer.writerow([row[0], row[1], f"{int(float(row[2])):,}".replace(",", "."), *shown])
    writer.writerow([])
    writer.writerow(["Quelle: Amt für Statistik"])
    (tmp_path / "t.csv").write_bytes(out.getvalue().encode("cp1252"))
    arguments = ("--method", "berlin-mss-three", "--input", tmp_path / "t.csv", "--output", tmp_path / "o.csv")
    refused = invoke(*arguments)
    assert refused.exit_code == 1
    assert "row 4" in refused.output
    assert "--area-column" in refused.output
    rows = classify(tmp_path / "t.csv", tmp_path / "o.csv", "--area-column", "Nummer", method="berlin-mss-three")
    expected = published(shared, 2017)
    counted = {row["area"]: row for row in rows if not row["excluded"]}
    assert counted.keys() == expected.keys()
    assert all(abs(float(row["z_s4"]) - float(expected[a]["z_s4"])) < 1e-5 for a, row in counted.items())


def test_a_workbook_that_made_numbers_of_area_keys(shared: Path, tmp_path: Path):
    book = Workbook()
    sheet = book.active
    sheet.append(["MSS"])
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["PLR_ID", "PLR_NAME", "inhabitants", "s1_alo", "s3_transfer", "s4_kinder", "s5_alleinerziehend"])
    for row in table_2017(shared)[1:]:
        sheet.append([int(row[0]), row[1], *(float(row[n]) for n in (2, 3, 5, 6, 4))])
    sheet.append(["Quelle: Senatsverwaltung"])
    book.save(tmp_path / "t.xlsx")
    arguments = ("--method", "berlin-mss-single-parents", "--input", tmp_path / "t.xlsx", "--output", tmp_path / "o")
    refused = invoke(*arguments)
    assert refused.output.count("PLR_ID") == 1
    assert "--area-digits 8" in refused.output
    rows = classify(tmp_path / "t.xlsx", tmp_path / "o", "--area-digits", "8", method="berlin-mss-single-parents")
    assert {row["area"]: row["class"] for row in rows if not row["excluded"]} == {
        area: row["status_class"] for area, row in published(shared, 2017).items()
    }


def test_a_row_of_totals_is_no_area(shared: Path, tmp_path: Path):
    source = shared / "data/berlin_mss/mss_2017_shares_all_areas.csv"
    text = source.read_text(encoding="utf-8").rstrip()
    (tmp_path / "t.csv").write_text(f"{text}\nInsgesamt,,3600000,9,2,18,30,0,0,0,0\n", encoding="utf-8")
    refused = invoke("--method", "berlin-mss", "--input", tmp_path / "t.csv", "--output", tmp_path / "o")
    assert "row of totals" in refused.output
    rows = classify(tmp_path / "t.csv", tmp_path / "o", "--without", "Insgesamt")
    assert rows[:-1] == classify(source, tmp_path / "p")
    assert "--without" in rows[-1]["excluded"]
    assert (
        "no area Berlin"
        in invoke("--method", "berlin-mss", "--input", source, "--output", tmp_path / "o", "--without", "Berlin").output
    )


def test_totals_under_a_name_or_a_district_number_are_questioned(shared: Path, tmp_path: Path):
    source = shared / "data/berlin_mss/mss_2017_shares_all_areas.csv"
    text = source.read_text(encoding="utf-8").rstrip()
    total = "3600000,9,2,18,30,0,0,0,0"
    (tmp_path / "t.csv").write_text(f"{text}\n0101,Mitte,{total}\nBerlin,,{total}\n", encoding="utf-8")
    refused = invoke("--method", "berlin-mss", "--input", tmp_path / "t.csv", "--output", tmp_path / "o")
    assert "row 449, Spalte/column 'id': '0101'" in refused.output
    assert "row 450, Spalte/column 'id': 'Berlin'" in refused.output
    assert "--without 'Berlin'" in refused.output
    rows = classify(tmp_path / "t.csv", tmp_path / "o", "--without", "Berlin", "--without", "0101")
    assert rows[:-2] == classify(source, tmp_path / "p")


def test_percent_signs_belong_to_shares_only(shared: Path, tmp_path: Path):
    table = table_2017(shared)
    signed = [
        table[0],
        *([*r[:2], r[2].removesuffix(".0"), *(f"{c.replace('.', ',')}\u00a0%" for c in r[3:])] for r in table[1:]),
    ]
    (tmp_path / "t.csv").write_text("\n".join(";".join(row) for row in signed), encoding="utf-8")
    assert classify(tmp_path / "t.csv", tmp_path / "o") == classify(
        shared / "data/berlin_mss/mss_2017_shares_all_areas.csv", tmp_path / "p"
    )
    signed[1][2] = "3114 %"
    (tmp_path / "t.csv").write_text("\n".join(";".join(row) for row in signed), encoding="utf-8")
    refused = invoke("--method", "berlin-mss", "--input", tmp_path / "t.csv", "--output", tmp_path / "o")
    assert "row 2, Spalte/column 'inhabitants'" in refused.output
    assert "percent sign" in refused.output


def test_the_same_fault_in_many_rows_is_one_line_that_names_them(tmp_path: Path):
    lines = [f"{n:02};400;1;1;1;{'eins' if n in (3, 4, 5, 9) else 1}" for n in range(12)]
    (tmp_path / "t.csv").write_text("\n".join(["id;inhabitants;s1;s2;s3;s4", *lines]), encoding="utf-8")
    refused = invoke("--method", "berlin-mss", "--input", tmp_path / "t.csv", "--output", tmp_path / "o")
    assert "4 Fehler" in refused.output
    assert "row 5-7, 11, Spalte/column 's4'" in refused.output


def test_published_figures_of_two_quartiere_are_reproduced(tmp_path: Path):
    """Row "2016" and "2017" of Quartier 62, and Quartier 57 with 1.85 km2; areas of 62 follow from its densities."""
    lines = ["Quartier,EW,SGB II,Migration,ha", "62-2016,6570,1127,2926,90.997", "62-2017,6493,1245,2876,91.066",
             "57-2016,8819,1065,2000,185"]  # fmt: skip
    (tmp_path / "q.csv").write_text("\n".join(lines), encoding="utf-8")
    rows = classify(tmp_path / "q.csv", tmp_path / "o.csv", "--indicators", method="sozialdatenatlas-standardised")
    shown = {
        row["area"]: [float(row[f"indicator_{n}"]) for n in ("density", "migration_rate", "sgb2_rate")] for row in rows
    }
    assert [round(value, 2) for value in shown["62-2016"]] == [72.2, 44.54, 17.15]
    assert [round(value, 2) for value in shown["62-2017"]] == [71.3, 44.29, 19.17]
    assert round(shown["57-2016"][0] * 100) == 4767
