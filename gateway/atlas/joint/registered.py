"""Register columns: an indicator, a count or a class of a released edition at one reference date.

    sozialdatenatlas:sgb2_rate@2023-12-31        a product's indicator, first variant
    sozialdatenatlas:u18.index@2023-12-31        another variant; index, sum and class as well
    ba-sgb2:sgb2@2023-12-31                      a delivered count, as far as it is published
    ba-sgb2:sgb2.u18@2023-12-31                  the same of another population group

Everything comes from an edition's public tables. A date that was not released is an error naming those that were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.atlas.areas import Areas
from gateway.atlas.definitions import Definitions
from gateway.atlas.errors import AtlasError, text
from gateway.atlas.joint.columns import Cell, Column, Place
from gateway.atlas.parts import Title
from gateway.atlas.products import Product, Source, Variant
from gateway.atlas.registers import Registers

LEVELS: Mapping[str, str] = {"quartier": "quartier", "stadtbezirk": "bezirk", "stadt": "stadt"}
"""Level as sensors name it → as registers name it. Registers know no other areas, and no unions of them (C6)."""
RESULTS: Mapping[str, Title] = {
    "index": Title(de="Index", en="index"),
    "sum": Title(de="Summe", en="sum"),
    "class": Title(de="Klasse", en="class"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a register column is asked for by; `name` and `part` are (variant, indicator) or (variable, group)."""

    source: str
    name: str
    part: str
    stichtag: date

    def __str__(self) -> str:
        return f"{self.source}:{self.name}{f'.{self.part}' if self.part else ''}@{self.stichtag}"


def parse(spelled: str) -> Wanted:
    """Read `SOURCE:NAME[.PART]@DATE`; raises AtlasError that shows the form."""
    place, at, day = spelled.rpartition("@")
    source, colon, name = place.partition(":")
    first, _, part = name.partition(".")
    try:
        stichtag = date.fromisoformat(day)
    except ValueError:
        stichtag = None
    if stichtag is None or not (at and colon and source and first):
        raise AtlasError(
            text(
                f"{spelled[:80]!r}: verlangt ist DATENSATZ:GRÖSSE@JJJJ-MM-TT, mit ausdrücklichem Stichtag",
                f"{spelled[:80]!r}: DATASET:VARIABLE@YYYY-MM-DD is wanted, with an explicit reference date",
            )
        )
    return Wanted(source=source, name=first, part=part, stichtag=stichtag)


def place_of(areas: Areas, code: str) -> Place | None:
    """Where an area of the register stands; None for cases without an area."""
    level = areas.level(code)
    if level == "unassigned":
        return None
    if level == "stadt":
        return Place("stadt", "")
    return Place("quartier", code) if level == "quartier" else Place("stadtbezirk", code.rpartition("-")[2])


def register_column(registers: Registers, spelled: str) -> Column:
    """The column of a released edition.

    Raises:
        AtlasError: an unknown name, or a reference date without a released edition; both name what there is.
    """
    wanted = parse(spelled)
    definitions = registers.definitions
    product, dataset = definitions.products.get(wanted.source), definitions.datasets.get(wanted.source)
    if dataset is not None and (product is None or wanted.name in dataset.variables):  # both may have one name
        return _count(registers, wanted)
    if product is not None:
        return _indicator(registers, wanted, product)
    known = ", ".join([*definitions.products, *definitions.datasets])
    raise AtlasError(
        text(f"Register {wanted.source!r} gibt es nicht ({known})", f"there is no register {wanted.source!r}")
    )


def _edition(registers: Registers, wanted: Wanted, products: Iterable[Product]) -> tuple[Product, dict[str, Any]]:
    """The released edition of the first product that has one for the date."""
    named = {product.id: product for product in products}
    there = [row for row in registers.released() if row["product"] in named]
    for row in there:
        if row["stichtag"] == str(wanted.stichtag):
            return named[row["product"]], registers.find(row["product"], wanted.stichtag, public=True)
    days = sorted({row["stichtag"] for row in there})
    shown = ", ".join(days) or text("keiner", "none")
    raise AtlasError(
        text(
            f"{wanted.source}: zum {wanted.stichtag} ist nichts freigegeben; Stichtage: {shown}; zwischen ihnen wird "
            "nicht interpoliert",
            f"{wanted.source}: nothing is released for {wanted.stichtag}; reference dates: {shown}; nothing is "
            "interpolated between them",
        )
    )


def _about(edition: Mapping[str, Any], product: Product, registers: Registers) -> dict[str, Any]:
    return {
        "stichtag": edition["stichtag"],
        "product": product.id,
        "edition": edition["id"],
        "revision": edition["revision"],
        "released_at": edition["released_at"],
        "licences": sorted({registers.definitions.datasets[name].licence for name in product.datasets}),
    }


def _breaks(product: Product, inputs: Iterable[str], *, results: bool) -> tuple[tuple[int, str], ...]:
    """Breaks that concern these inputs, or the classes made of all of them."""
    used = set(inputs)
    return tuple(
        (int(year), each.reason)
        for year, each in product.breaks.items()
        if (results if not each.inputs else used & set(each.inputs))
    )


def _indicator(registers: Registers, wanted: Wanted, product: Product) -> Column:
    variants = {variant.id: variant for variant in product.variant}
    name, part = wanted.name, wanted.part
    variant = variants.get(name) if part else product.variant[0]
    indicator = part or name
    if variant is None:
        raise AtlasError(text(f"Variante {name!r} gibt es nicht", f"no variant {name!r}") + f": {', '.join(variants)}")
    method = registers.definitions.methods[variant.method]
    declared = {entry.name: entry for entry in method.indicator}
    if indicator not in declared and indicator not in RESULTS:
        known = ", ".join([*declared, *RESULTS])
        raise AtlasError(text(f"Größe {indicator!r} gibt es nicht", f"no indicator {indicator!r}") + f": {known}")
    product, edition = _edition(registers, wanted, [product])
    public = edition["public"]["variants"][variant.id]
    cells = dict(_indicator_cells(registers.definitions, product, variant, indicator, public))
    kept = public.get("method", {"id": method.id, "version": method.version})
    about = _about(edition, product, registers) | {
        "variant": variant.id, "method": kept["id"], "method_version": kept["version"],
        "formula": declared[indicator].expression if indicator in declared else None,
    }  # fmt: skip
    is_result = indicator in RESULTS
    title = RESULTS[indicator] if is_result else declared[indicator].title or Title(de=indicator, en=indicator)
    own = [entry.name for entry in method.input if is_result or entry.name in _used(method, indicator)]
    return Column(
        id=f"{product.id}:{variant.id}.{indicator}@{wanted.stichtag}",
        short=f"{product.id}:{variant.id}.{indicator}",
        kind="register",
        title=Title(de=f"{title.de} ({variant.title.de})", en=f"{title.en} ({variant.title.en})"),
        unit="1" if is_result else declared[indicator].unit,
        about=about,
        cells=cells,
        breaks=_breaks(product, own, results=is_result),
        names=_names(registers.definitions.areas[product.areas]),
    )


def _used(method: Any, indicator: str) -> frozenset[str]:
    from gateway.atlas.expressions import names  # noqa: PLC0415 - beside its only use

    return names(method.formulas[indicator])


def _names(areas: Areas) -> dict[Place, str]:
    return {place: name for code, name in areas.names.items() if (place := place_of(areas, code)) is not None}


def _indicator_cells(
    definitions: Definitions, product: Product, variant: Variant, indicator: str, public: Mapping[str, Any]
) -> Iterable[tuple[Place, Cell]]:
    """Cells of all areas; a ratio under confidentiality rules is the printed one, with its printed decimals."""
    areas = definitions.areas[product.areas]
    guarded = any(r.variant == variant.id and r.indicator == indicator for r in product.ratio)
    for code in areas.names:
        place = place_of(areas, code)
        row = public["areas"].get(code)
        if place is None or (row is None and not guarded):
            continue
        if guarded:
            shown = public["ratios"].get(f"{code}|{indicator}")
        elif indicator == "class":
            shown = row["class"] or None
        else:
            shown = row[indicator] if indicator in RESULTS else row["indicators"].get(indicator)
        if shown is not None:
            yield place, Cell(value=shown if indicator == "class" else float(shown))
        else:
            excluded = row["excluded"] if row else ""
            hidden = guarded or excluded == "confidential"
            yield place, Cell(value=None, status="confidential" if hidden else "excluded" if excluded else "no_data",
                              note="" if hidden else excluded)  # fmt: skip


def _count(registers: Registers, wanted: Wanted) -> Column:
    definitions = registers.definitions
    dataset = definitions.datasets[wanted.source]
    variable = dataset.variables.get(wanted.name)
    group = wanted.part or "all"
    if variable is None or group not in variable.groups:
        known = ", ".join(f"{v.name}{'' if g == 'all' else f'.{g}'}" for v in dataset.variable for g in v.groups)
        raise AtlasError(text(f"Größe {wanted.name!r} gibt es nicht", f"no variable {wanted.name!r}") + f": {known}")
    source = Source(dataset=dataset.id, variable=variable.name, group=group)
    products = [p for p in definitions.products.values() if any(source in v.sources.values() for v in p.variant)]
    product, edition = _edition(registers, wanted, products)
    areas = definitions.areas[product.areas]
    cells: dict[Place, Cell] = {}
    for row in edition["public"]["counts"]:
        place = place_of(areas, row["area"])
        if place is None or (row["dataset"], row["variable"], row["group"]) != (dataset.id, variable.name, group):
            continue
        hidden = row["status"] == "confidential"
        cells[place] = (
            Cell(value=None, status="confidential") if hidden else Cell(value=float(Decimal(row["value"])))
        )  # fmt: skip
    inputs = [name for v in product.variant for name, used in v.sources.items() if used == source]
    return Column(
        id=f"{dataset.id}:{variable.name}{'' if group == 'all' else f'.{group}'}@{wanted.stichtag}",
        short=f"{dataset.id}:{variable.name}{'' if group == 'all' else f'.{group}'}",
        kind="register",
        title=variable.title,
        unit=variable.unit,
        about=_about(edition, product, registers)
        | {"dataset": dataset.id, "dataset_version": dataset.version, "method": None, "method_version": None},
        cells=cells,
        breaks=_breaks(product, inputs, results=False),
        names=_names(areas),
    )
