"""A catalogue of faulty deliveries: each is refused whole, with file, row, column and what to do."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from gateway.atlas.definitions import load_definitions
from gateway.atlas.deliveries import read_delivery
from gateway.atlas.errors import RefusedError
from gateway.atlas.numbers import Symbol
from gateway.atlas.values import Expectation, Values

DEFINITIONS = load_definitions()
AREAS = DEFINITIONS.areas["wuppertal"]
DAY = date(2023, 12, 31)
HEAD = ["Quartier", "Name", "Stichtag", "EW", "EW U18", "Migration", "Migration U18", "Fläche ha"]

Rows = list[list[Any]]


def rows() -> Rows:
    """A faultless table of the Melderegister: heading and 69 Quartiere, as text."""
    body = [
        [code, name, "31.12.2023", str(2000 + 7 * n), str(300 + n), str(500 + n), str(100 + n), f"{50 + n},5"]
        for n, (code, name) in enumerate(AREAS.quartiere.items())
    ]
    return [HEAD[:], *body]


def as_csv(table: Rows, delimiter: str = ";", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    return end.join(delimiter.join(str(cell) for cell in row) for row in table).encode(encoding)


def typed(table: Rows) -> Rows:
    """Numbers as numbers, as a spreadsheet holds them."""
    return [table[0], *([*r[:3], *(int(c) for c in r[3:7]), float(r[7].replace(",", "."))] for r in table[1:])]


def as_xlsx(table: Rows, change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    book = Workbook()
    for row in typed(table):
        book.active.append(row)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_json(table: Rows) -> bytes:
    return json.dumps([dict(zip(table[0], row, strict=True)) for row in typed(table)[1:]]).encode()


def read(content: bytes, name: str = "lieferung.csv", dataset: str = "melderegister", **more: Any) -> Values:
    expected = Expectation(
        dataset=DEFINITIONS.datasets[dataset], areas=AREAS, stichtag=DAY, previous=more.pop("previous", {}), **more
    )
    return read_delivery(content, name, expected)


def changed(row: int, column: int, value: Any) -> Rows:
    table = rows()
    table[row][column] = value
    return table


def cell(place: str, value: Any) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book.active[place] = value

    return change


def without(row: int) -> Rows:
    table = rows()
    del table[row]
    return table


def totals() -> Rows:
    return [*rows(), ["Summe", "", "31.12.2023", "1", "1", "1", "1", "x"]]


def titled(book: Workbook) -> None:
    book.active.insert_rows(1)
    book.active["A1"] = "Tabelle 3: Einwohner"


def hidden(book: Workbook) -> None:
    book.active.row_dimensions[7].hidden = True


ZEROS_LOST = [[r[0].lstrip("0") or "0", *r[1:]] for r in rows()[:3]] + rows()[3:]
NBSP = "\u00a0"

CATALOGUE: dict[str, tuple[bytes, int | None, str | None, str]] = {
    "empty": (b"", None, None, "empty"),
    "blank": (b" \r\n \r\n", None, None, "empty"),
    "headings only": (as_csv(rows()[:1]), None, None, "no row of values"),
    "UTF-16": (as_csv(rows(), encoding="utf-16"), None, None, "UTF-16"),
    "broken UTF-8 under a BOM": (b"\xef\xbb\xbf" + as_csv(rows(), encoding="latin-1"), 1, None, "0xe4"),
    "UTF-8 read as Latin-1 and saved again": (
        as_csv(rows()).decode("latin-1").encode(), 1, None, "wrong character encoding"),
    "DOS code page": (as_csv(rows(), encoding="cp850"), 5, None, "0x81"),
    "replacement characters": (as_csv(changed(4, 1, "S\ufffddstadt")), 5, None, "broken characters"),
    "bytes of a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", None, None, "PNG"),
    "PDF": (b"%PDF-1.7 ...", None, None, "PDF"),
    "HTML named xls": (b"<html><table><tr><td>Quartier</td></tr></table></html>", None, None, "HTML"),
    "Excel 97 or password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), None, None, "password"),
    "broken XLSX": (as_xlsx(rows())[:2000], None, None, "no readable XLSX"),
    "text file": (b"Bitte Anhang beachten\r\nMit freundlichen Gr\xfc\xdfen", 1, "Quartier", "missing"),
    "missing column": (as_csv([r[:4] + r[5:] for r in rows()]), 1, "EW U18", "missing"),
    "unknown column": (as_csv([[*r, "1"] for r in [[*rows()[0]], *rows()[1:]]]), 1, "1", "unknown column"),
    "doubled heading": (as_csv(changed(0, 4, "EW")), 1, "EW", "twice"),
    "column without heading": (as_csv(changed(0, 5, "")), 1, "F", "without a heading"),
    "empty column": (as_csv([rows()[0], *([*r[:4], "", *r[5:]] for r in rows()[1:])]), 1, "EW U18", "column is empty"),
    "empty column of a workbook": (
        as_xlsx(rows(), lambda book: [book.active.__setitem__(f"E{n}", None) for n in range(2, 71)]), 1, "EW U18",
        "column is empty"),
    "null bytes": (as_csv(rows()).replace(b"2035", b"20\x0035"), 7, None, "broken characters"),
    "zero width space": (as_csv(changed(6, 3, "20\u200b35")), 7, "EW", "neither a number"),
    "fullwidth digits": (as_csv(changed(6, 3, "\uff12\uff10\uff13\uff15")), 7, "EW", "neither a number"),
    "letter O in the area": (as_csv(changed(6, 0, "O5")), 7, "Quartier", "unknown area"),
    "negative in parentheses": (as_csv(changed(6, 3, "(2035)")), 7, "EW", "neither a number"),
    "footnote mark at a number": (as_csv(changed(6, 3, "2035 1)")), 7, "EW", "is no number"),
    "smaller than": (as_csv(changed(6, 3, "<10")), 7, "EW", "neither a number"),
    "headings repeated": (as_csv([*rows()[:30], HEAD, *rows()[30:]]), 31, "Quartier", "unknown area"),
    "areas exchanged": (as_csv([*rows()[:3], ["03", *rows()[3][1:]], ["02", *rows()[4][1:]], *rows()[5:]]), 4,
                        "Name", "Südstadt"),
    "two rows without an area": (
        as_csv([*rows(), *([name, "", "31.12.2023", "5", "3", "3", "3", "x"] for name in ("keine Angabe", "ohne Angabe"))]),
        72, "Quartier", "row 71"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(20), None, None, "gzip"),
    "lines of JSON": (b'{"Quartier": "01"}\n{"Quartier": "02"}', 2, None, "JSON"),
    "bottomless JSON": (b"[" * 100_000, None, None, "JSON"),
    "shifted row": (as_csv([*rows()[:9], ["05", *rows()[9]], *rows()[10:]]), 10, None, "shifted"),
    "short row": (as_csv([*rows()[:9], rows()[9][:-1], *rows()[10:]]), 10, None, "shifted"),
    "unquoted decimal comma in a comma file": (as_csv(rows(), ","), 2, None, "shifted"),
    "open quotation mark": (as_csv(changed(3, 1, '"Nordstadt')), None, None, "quotation"),
    "shifted columns": (as_csv(changed(3, 3, "Elberfeld")), 4, "EW", "neither a number"),
    "swapped columns": (as_csv(changed(3, 4, "9000")), 4, "population@u18", "more than population"),
    "doubled area": (as_csv(changed(6, 0, "03")), 7, "Quartier", "row 5"),
    "missing area": (as_csv(without(8)), None, None, "11"),
    "unknown area": (as_csv(changed(6, 0, "99")), 7, "Quartier", "unknown area"),
    "row without area": (as_csv(changed(6, 0, "")), 7, "Quartier", "no area"),
    "wrong name for the number": (as_csv(changed(6, 1, "Zoo")), 7, "Name", "Friedrichsberg"),
    "lost leading zeros": (as_csv(ZEROS_LOST), 2, "Quartier", "leading zero"),
    "trailing total": (as_csv(totals()), 71, "Quartier", "totals"),
    "footnote": (as_csv([*rows(), ["© BA", *[""] * 7]]), 71, "Quartier", "footnote"),
    "area turned into a date": (as_csv(changed(8, 0, "11. Jan")), 9, "Quartier", "date"),
    "another year": (as_csv(changed(6, 2, "31.12.2022")), 7, "Stichtag", "2023-12-31"),
    "fraction of a person": (as_csv(changed(6, 3, "1127,4")), 7, "EW", "whole"),
    "negative number": (as_csv(changed(6, 3, "-1127")), 7, "EW", "impossible"),
    "scientific notation": (as_csv(changed(6, 3, "1,13E+03")), 7, "EW", "neither a number"),
    "percent sign": (as_csv(changed(6, 3, "44 %")), 7, "EW", "is no number"),
    "misplaced blanks": (as_csv(changed(6, 3, f"11{NBSP}27")), 7, "EW", "groups of three"),
    "mixed decimal marks": (as_csv(changed(6, 7, "12.75")), None, None, "mixed"),
    "unknown symbol": (as_csv(changed(6, 3, "k.A.")), 7, "EW", "neither a number"),
    "area of no size": (as_csv(changed(6, 7, "0")), 7, "Fläche ha", "impossible"),
    "wrong city total": (as_csv([*rows(), ["Wuppertal", "", "31.12.2023", "9", "9", "9", "9", "x"]]), 71,
                         "population", "parts add up"),
    "wrong district total": (as_csv([*rows(), ["bezirk-0", "", "31.12.2023", "12106", "9", "9", "9", "x"]]), 71,
                             "population", "parts add up"),
    "formula": (as_xlsx(rows(), cell("D5", "=SUM(D2:D4)")), 5, "EW", "formula"),
    "formula error": (as_xlsx(rows(), cell("D5", "#DIV/0!")), 5, "EW", "error"),
    "Excel date as area": (as_xlsx(rows(), cell("A9", datetime(2024, 1, 11))), 9, "Quartier", "date"),  # noqa: DTZ001 - a spreadsheet's dates name no zone
    "area as number": (as_xlsx(rows(), cell("A3", 1)), 3, "Quartier", "stored as a number"),
    "number as text": (as_xlsx(rows(), cell("D5", "2021")), 5, "EW", "stored as text"),
    "truth value": (as_xlsx(rows(), cell("D5", True)), 5, "EW", "truth"),
    "merged cells": (as_xlsx(rows(), lambda book: book.active.merge_cells("B3:B5")), 3, "B", "merged"),
    "hidden row": (as_xlsx(rows(), hidden), 7, None, "hidden"),
    "two sheets": (as_xlsx(rows(), lambda book: book.create_sheet("2022").append(["x"])), None, None, "unclear which"),
    "title above the headings": (as_xlsx(rows(), titled), 1, "B", "without a heading"),
    "broken JSON": (as_json(rows())[:-9], 1, None, "JSON"),
    "JSON of another shape": (b'{"01": 5}', None, None, "list of objects"),
    "key missing in JSON": (as_json(rows()).replace(b'"EW": 2007, ', b""), 2, "EW", "key is missing"),
    "NaN in JSON": (as_json(rows()).replace(b'"EW": 2007', b'"EW": NaN'), None, None, "NaN"),
    "nested JSON": (as_json(rows()).replace(b'"EW": 2007', b'"EW": [2007]'), 2, "EW", "nested"),
    "key twice in JSON": (as_json(rows()).replace(b'"EW": 2007', b'"EW": 2007, "EW": 2008'), None, None, "twice"),
}  # fmt: skip


def test_the_faultless_forms_are_accepted():
    expected = read(as_csv(rows()))
    assert len(expected) == 69 * 5
    assert expected["62", "population", "all"] == Decimal(2000 + 7 * list(AREAS.quartiere).index("62"))
    for content in (
        as_xlsx(rows()),
        as_json(rows()),
        as_csv(rows(), encoding="cp1252"),
        as_csv(rows(), "\t"),
        b"\xef\xbb\xbf" + as_csv(rows(), end="\n"),
        b"sep=;\r\n" + as_csv(rows()),
        as_csv([[f'"{c}"' for c in r] for r in rows()], ","),
        as_csv([[*r, ""] for r in rows()]),
    ):
        assert read(content) == expected


@pytest.mark.parametrize("name", CATALOGUE)
def test_faulty_file_is_refused_whole_and_says_what_to_do(name: str):
    content, row, column, words = CATALOGUE[name]
    with pytest.raises(RefusedError) as refused:
        read(content, f"{name}.csv")
    fault = next((f for f in refused.value.faults if words in f.problem), None)
    assert fault is not None, str(refused.value)
    assert (fault.file, fault.row) == (f"{name}.csv", row)
    if column is not None:
        assert fault.column == column
    assert " / " in fault.todo


def test_the_catalogue_is_long_enough():
    assert len(CATALOGUE) >= 30


def test_every_faulty_row_is_named():
    table = rows()
    for number in (3, 17, 40):
        table[number][3] = "viele"
    with pytest.raises(RefusedError) as refused:
        read(as_csv(table))
    assert [fault.row for fault in refused.value.faults] == [4, 18, 41]


def test_small_numbers_that_must_not_be_transmitted_are_refused():
    table = [["Quartier", "SGB II", "SGB II U18"], *([code, "120", "40"] for code in AREAS.quartiere)]
    table[5][1] = "7"
    with pytest.raises(RefusedError, match=r"row 6.*'SGB II'.*minimum cell 10"):
        read(as_csv(table), dataset="ba-sgb2")
    table[5][1], table[6][1], table[7][1], table[8][1] = "*", "-", "x", "1 127"
    values = read(as_csv(table), dataset="ba-sgb2")
    codes = [row[0] for row in table]
    assert values[codes[5], "sgb2", "all"] is Symbol.WITHHELD
    assert values[codes[6], "sgb2", "all"] is Symbol.NOTHING
    assert values[codes[7], "sgb2", "all"] is Symbol.UNKNOWN
    assert values[codes[8], "sgb2", "all"] == Decimal(1127)


def test_cases_without_an_area_are_kept_apart_and_close_the_sum():
    body = [[code, "120", "40"] for code in AREAS.quartiere]
    table = [["Quartier", "SGB II", "SGB II U18"], *body, ["keine Angabe", "30", "11"], ["Wuppertal", "8310", "2771"]]
    values = read(as_csv(table), dataset="ba-sgb2")
    assert values["keine-angabe", "sgb2", "all"] == Decimal(30)
    table[-1][1] = "8311"
    with pytest.raises(RefusedError, match="parts add up to 8310, total is 8311"):
        read(as_csv(table), dataset="ba-sgb2")


def test_jumps_must_be_confirmed():
    before = read(as_csv(rows()))
    table = changed(6, 3, "5000")
    with pytest.raises(RefusedError, match="jump from 2035 to 5000"):
        read(as_csv(table), previous=before)
    assert read(as_csv(table), previous=before, confirmed=True)["05", "population", "all"] == Decimal(5000)
