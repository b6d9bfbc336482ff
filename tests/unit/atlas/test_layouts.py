"""Long (tidy) deliveries hold the same as wide ones, and their faults have rows and columns too."""

from __future__ import annotations

import csv
import io

import pytest

from gateway.atlas.errors import RefusedError
from gateway.atlas.values import Values
from tests.unit.atlas.test_faulty_files import AREAS, as_csv, as_xlsx, read, rows

Long = list[list[str]]
NAMES = {"EW": ("Einwohner", "alle"), "EW U18": ("Einwohner", "unter 18"), "Migration": ("Migration", "alle"),
         "Migration U18": ("Migration", "unter 18"), "Fläche ha": ("Fläche ha", "alle")}  # fmt: skip


def long() -> Long:
    head, *body = rows()
    found = [["Quartier", "Stichtag", "Größe", "Gruppe", "Wert"]]
    for row in body:
        found += [[row[0], row[2], *NAMES[head[place]], row[place]] for place in range(3, 8)]
    return found


def content(table: Long) -> bytes:
    return as_csv(table)


def wide() -> Values:
    return read(as_csv(rows()))


def test_long_and_wide_hold_the_same():
    assert read(content(long())) == wide()
    mixed = [long()[0], *sorted(long()[1:], key=lambda row: (row[2], row[3], row[0]))]
    assert read(content(mixed)) == wide()


def test_a_long_workbook_too():
    from openpyxl import Workbook

    book = Workbook()
    head, *body = long()
    book.active.append(head)
    for row in body:
        book.active.append([*row[:4], float(row[4].replace(",", "."))])
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue(), "lang.xlsx") == wide()
    assert read(as_xlsx(rows())) == wide()


@pytest.mark.parametrize(
    ("change", "row", "column", "words"),
    [
        (lambda t: t.append(t[5][:]), 347, "Wert", "is in row 6"),
        (lambda t: t.pop(7), 7, None, "population@u18 missing"),
        (lambda t: t[7].__setitem__(2, "Arbeitslose"), 8, "Größe", "unknown variable"),
        (lambda t: t[7].__setitem__(4, "viele"), 8, "Wert", "neither a number"),
        (lambda t: t[7].__setitem__(4, "999999"), 8, "population@u18", "more than population"),
        (lambda t: t[7].__setitem__(0, "99"), 8, "Quartier", "unknown area"),
        (lambda t: [row.pop(2) for row in t], 1, "Größe", "missing"),
        (lambda t: t[7].__setitem__(1, "31.12.2020"), 8, "Stichtag", "2023-12-31"),
        (lambda t: t.__delitem__(slice(6, 11)), None, None, "1 areas are missing: 01"),
    ],
)
def test_faults_of_long_files_name_row_and_column(change, row: int | None, column: str | None, words: str):
    table = long()
    change(table)
    with pytest.raises(RefusedError) as refused:
        read(content(table))
    fault = next((f for f in refused.value.faults if words in f.problem), None)
    assert fault is not None, str(refused.value)
    assert (fault.row, fault.column) == (row, column)


def test_what_the_interface_exports_long_can_be_delivered_again():
    """Columns area, variable, group, value as `/v1/registers/…/values` names them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["area", "area_name", "variable", "group", "value"])
    spelled = {"Einwohner": "population", "Migration": "migrants", "Fläche ha": "area_ha"}
    groups = {"alle": "all", "unter 18": "u18"}
    for row in long()[1:]:
        writer.writerow([row[0], AREAS.names[row[0]], spelled[row[2]], groups[row[3]], row[4]])
    assert read(out.getvalue().encode()) == wide()
