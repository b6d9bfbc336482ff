"""Write invented deliveries in the forms real senders use: XLSX, German CSV in Windows-1252, UTF-8 CSV with BOM.

The values follow no register. They come from a seeded generator, have plausible sizes, add up, and hold small cells so
that confidentiality can be seen at work. Every file name says "erfunden" (invented).
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.atlas.areas import Areas

MARK = "erfunden"
YEARS = (2021, 2022, 2023)
BA_MIN_CELL = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One invented file, named as an inbox expects it."""

    name: str
    dataset: str
    stichtag: date
    content: bytes


@dataclass(slots=True, kw_only=True)
class _Quartier:
    """State of one Quartier that moves from year to year."""

    population: float
    young: float
    migrants: float
    sgb2: float
    hectares: float
    permits: float
    spaces: int


def _start(chance: random.Random, rural: bool) -> _Quartier:
    burden = chance.betavariate(2, 3)
    population = chance.uniform(350, 2500) if rural else chance.uniform(2500, 12000)
    return _Quartier(
        population=population,
        young=0.13 + 0.08 * burden,
        migrants=0.12 + 0.4 * burden if not rural else chance.uniform(0.05, 0.12),
        sgb2=0.02 + 0.24 * burden**1.3 if not rural else chance.uniform(0.002, 0.02),
        hectares=population / (chance.uniform(2, 9) if rural else chance.uniform(20, 110)),
        permits=0.0 if rural else population * chance.uniform(0, 0.12),
        spaces=0 if rural else int(population * chance.uniform(0.03, 0.15)),
    )


def _move(chance: random.Random, quartier: _Quartier) -> None:
    quartier.population *= chance.gauss(1.002, 0.008)
    quartier.migrants = min(0.7, max(0.03, quartier.migrants + chance.gauss(0.006, 0.006)))
    quartier.sgb2 = min(0.4, max(0.001, quartier.sgb2 * chance.gauss(1.0, 0.04)))
    quartier.permits *= chance.gauss(1.02, 0.03)


Counts = dict[str, dict[str, int]]


def _counts(quartiere: dict[str, _Quartier]) -> Counts:
    found: Counts = {}
    for code, q in quartiere.items():
        population = round(q.population)
        young = round(population * q.young)
        migrants = round(population * q.migrants)
        sgb2 = round(population * q.sgb2)
        found[code] = {
            "EW": population,
            "EW U18": young,
            "Migration": migrants,
            "Migration U18": min(young, round(young * min(0.95, q.migrants * 1.4))),
            "SGB II": sgb2,
            "SGB II U18": min(young, sgb2, round(sgb2 * 0.33)),
            "Ausweise": round(q.permits),
            "Stellplätze": q.spaces,
        }
    return found


def _with_totals(counts: Counts, areas: Areas, columns: Sequence[str], unassigned: bool) -> list[tuple[str, list[int]]]:
    """Rows of Quartiere, districts, "keine Angabe" and city."""
    rows = [(code, [counts[code][column] for column in columns]) for code in areas.quartiere]
    city = [sum(column) for column in zip(*(values for _, values in rows), strict=True)]
    for district in areas.district:
        members = [[counts[code][column] for column in columns] for code, _ in district.quartiere]
        rows.append((district.code, [sum(column) for column in zip(*members, strict=True)]))
    rest = [max(12, value // 400) for value in city] if unassigned else [0] * len(city)
    if unassigned:
        rows.append(("keine Angabe", rest))
    rows.append(("Wuppertal", [a + b for a, b in zip(city, rest, strict=True)]))
    return rows


def _melderegister(rows: list[tuple[str, list[int]]], hectares: dict[str, float], areas: Areas, day: date) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - only the demonstration writes this format here

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    sheet.title = "Quartiere"
    sheet.append(["Quartier", "Name", "Stichtag", "EW", "EW U18", "Migration", "Migration U18", "Fläche ha"])
    for code, values in rows:
        sheet.append([code, areas.names.get(code, code), f"{day:%d.%m.%Y}", *values, hectares.get(code, "x")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ba(rows: list[tuple[str, list[int]]], day: date) -> bytes:
    """The Bundesagentur's habit: * below ten, blanks between thousands, semicolons, Windows-1252."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Quartier", "Berichtsmonat", "SGB II", "SGB II U18"])
    for code, values in rows:
        shown = ["*" if 0 < value < BA_MIN_CELL else f"{value:,}".replace(",", " ") for value in values]
        writer.writerow([code, f"{day:%m/%Y}", *shown])
    return out.getvalue().encode("cp1252")


def _permits(counts: Counts, areas: Areas) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Quartier", "Name", "Ausweise", "Stellplätze"])
    for code, name in areas.quartiere.items():
        row = [counts[code][column] or "-" for column in ("Ausweise", "Stellplätze")]
        writer.writerow([code, name, *row])
    return out.getvalue().encode("utf-8-sig")


def samples(areas: Areas, years: Sequence[int] = YEARS, seed: int = 69) -> list[Sample]:
    """Invented deliveries of the three shipped datasets; the same seed gives the same bytes of CSV."""
    chance = random.Random(seed)  # noqa: S311 - invented values, no secret
    rural = set(chance.sample(sorted(areas.quartiere), 9))
    quartiere = {code: _start(chance, code in rural) for code in areas.quartiere}
    hectares = {code: round(q.hectares, 1) for code, q in quartiere.items()}
    found = []
    for year in years:
        day = date(year, 12, 31)
        counts = _counts(quartiere)
        people = _with_totals(counts, areas, ["EW", "EW U18", "Migration", "Migration U18"], unassigned=True)
        benefits = _with_totals(counts, areas, ["SGB II", "SGB II U18"], unassigned=True)
        for dataset, suffix, content in (
            ("melderegister", "xlsx", _melderegister(people, hectares, areas, day)),
            ("ba-sgb2", "csv", _ba(benefits, day)),
            ("bewohnerparken", "csv", _permits(counts, areas)),
        ):
            found.append(
                Sample(name=f"{dataset}_{day}_{MARK}.{suffix}", dataset=dataset, stichtag=day, content=content)
            )
        for quartier in quartiere.values():
            _move(chance, quartier)
    return found
