"""What to keep in mind when registers and sensors stand side by side, as data: German first, with the columns meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.atlas.joint.columns import Column, Place

FEW_SITES = 3
"""Sites below which an area's figure says little about the area."""
UNCLASSIFIED = 4
"""Every class of CEN/TS 17660 is a sensor system's and none a reference's; 4 stands for sensors without a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """One warning: a stable id, words, the columns it is about, and the areas where it holds (none: everywhere)."""

    id: str
    de: str
    en: str
    columns: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


def cautions(columns: Sequence[Column], places: Sequence[Place]) -> list[Caution]:
    """Every warning that holds for these columns."""
    return [*_always(columns), *_times(columns), *_sensors(columns, places), *_breaks(columns)]


def _always(columns: Sequence[Column]) -> Iterator[Caution]:
    ids = tuple(column.id for column in columns)
    yield Caution(
        id="ecological_fallacy",
        de="Ökologischer Fehlschluss: ein Zusammenhang zwischen Gebieten sagt nichts über einzelne Menschen.",
        en="Ecological fallacy: a relation between areas says nothing about persons.",
        columns=ids,
    )
    yield Caution(
        id="maup",
        de="Der Zuschnitt der Gebiete bestimmt das Ergebnis mit (MAUP).",
        en="The way areas are drawn is part of the result (modifiable areal unit problem).",
        columns=ids,
    )
    if len(columns) > 1:
        yield Caution(
            id="not_causal",
            de="Ein Zusammenhang ist keine Ursache.",
            en="A correlation is not a cause.",
            columns=ids,
        )


def _times(columns: Sequence[Column]) -> Iterator[Caution]:
    """Register date and sensor window, and register dates that differ among themselves."""
    register = [column for column in columns if column.kind == "register"]
    sensor = [column for column in columns if column.kind == "sensor"]
    for one in register:
        for other in sensor:
            start, stop = other.about["first_day"], other.about["last_day"]
            day = one.about["stichtag"]
            inside = start <= day <= stop
            de = "liegt im Messzeitraum" if inside else "liegt außerhalb des Messzeitraums"
            en = "lies within the sensor period" if inside else "lies outside of the sensor period"
            yield Caution(
                id="different_times",
                de=f"Registerstand {day} {de} {start} bis {stop}; Registerdaten werden nicht interpoliert.",
                en=f"Register date {day} {en} {start} to {stop}; register data are never interpolated.",
                columns=(one.id, other.id),
            )
    days = sorted({column.about["stichtag"] for column in register})
    if len(days) > 1:
        yield Caution(
            id="different_register_dates",
            de=f"Registerstände verschiedener Stichtage: {', '.join(days)}.",
            en=f"Registers of different reference dates: {', '.join(days)}.",
            columns=tuple(column.id for column in register),
        )


def _sensors(columns: Sequence[Column], places: Sequence[Place]) -> Iterator[Caution]:
    for column in columns:
        if column.kind != "sensor":
            continue
        cells = [(place, column.cell(place)) for place in places]
        few = tuple(
            f"{p.level}:{p.number}" for p, c in cells if c.status == "ok" and (c.n_valid or 0) < FEW_SITES
        )  # fmt: skip
        if few:
            yield Caution(
                id="few_sites",
                de=f"{len(few)} Gebiete mit weniger als {FEW_SITES} Messstellen: nicht repräsentativ.",
                en=f"{len(few)} areas with fewer than {FEW_SITES} sites: not representative.",
                columns=(column.id,),
                areas=few,
            )
        classes = sorted({c.sensor_class or UNCLASSIFIED for _, c in cells if c.status == "ok"})
        if classes:
            german, english = (
                ", ".join(word if each == UNCLASSIFIED else str(each) for each in classes)
                for word in ("nicht eingestuft", "not classified")
            )
            yield Caution(
                id="low_cost_sensors",
                de=f"Messgeräte einfacher Bauart, keine amtlichen Messungen (Klassen nach CEN/TS 17660: {german}).",
                en=f"Low-cost sensors, no reference measurements (classes of CEN/TS 17660: {english}).",
                columns=(column.id,),
            )
        if any(c.provisional for _, c in cells):
            yield Caution(
                id="provisional",
                de="Vorläufige Werte: späte Messungen können sie noch ändern.",
                en="Provisional values: late observations may still change them.",
                columns=(column.id,),
            )


def _breaks(columns: Sequence[Column]) -> Iterator[Caution]:
    """A column after a break, and the same quantity on both sides of it."""
    found: dict[tuple[int, str], list[Column]] = {}
    for column in columns:
        for each in column.breaks:
            found.setdefault(each, []).append(column)
    for (year, reason), concerned in sorted(found.items()):
        after = [c for c in concerned if int(c.about["stichtag"][:4]) >= year]
        if not after:
            continue
        both = {c.short for c in concerned if int(c.about["stichtag"][:4]) < year} & {c.short for c in after}
        de = "nicht vergleichbar nebeneinander" if both else "mit früheren Jahren nicht vergleichbar"
        en = "not comparable side by side" if both else "not comparable with earlier years"
        german, _, english = reason.partition(" / ")
        yield Caution(
            id=f"series_break_{year}",
            de=f"Reihenbruch {year}, {de}: {german}.",
            en=f"Series break {year}, {en}: {english or german}.",
            columns=tuple(c.id for c in (concerned if both else after)),
        )
