"""What of an edition becomes public: the register for the confidentiality rules, and the tables made of what they show.

Classes, z values, sums and indices in the public tables are computed anew from shown counts only. An outsider could
compute them too, so they say nothing that the counts do not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.atlas.areas import Areas
from gateway.atlas.classification import Result, Table, matrix, run, run_dynamic
from gateway.atlas.confidentiality import Protection, Register
from gateway.atlas.datasets import Dataset, Variable
from gateway.atlas.definitions import Definitions
from gateway.atlas.errors import AtlasError
from gateway.atlas.facts import Cell, Facts, Key, Ratio, Sum
from gateway.atlas.numbers import Symbol
from gateway.atlas.products import Product, Source, Variant
from gateway.atlas.values import Values

CONFIDENTIAL = "confidential"

Data = Mapping[str, Values]
"""Dataset → values."""


def count_key(stichtag: date, source: Source, area: str) -> Key:
    """The name of a count in every publication."""
    return f"{stichtag}|{source.dataset}|{source.variable}|{source.group}|{area}"


def number(value: Decimal | Symbol | None) -> Decimal | None:
    """A delivered value as a number: "nothing" is zero, withheld and unknown are missing."""
    if isinstance(value, Symbol):
        return Decimal(0) if value is Symbol.NOTHING else None
    return value


def inputs_table(variant: Variant, areas: Areas, data: Data) -> dict[str, dict[str, Decimal | None]]:
    """The method's inputs for every Quartier, from deliveries."""
    return {
        area: {
            name: number(data[source.dataset].get((area, source.variable, source.group)))
            for name, source in variant.sources.items()
        }
        for area in areas.quartiere
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a publication is made of."""

    product: Product
    definitions: Definitions
    stichtag: date
    data: Data

    @property
    def areas(self) -> Areas:
        """The product's areas."""
        return self.definitions.areas[self.product.areas]

    def dataset(self, source: Source) -> Dataset:
        """The dataset of a source."""
        return self.definitions.datasets[source.dataset]

    def variable(self, source: Source) -> Variable:
        """The variable of a source."""
        return self.dataset(source).variables[source.variable]

    def sources(self) -> list[Source]:
        """Every source any variant uses, once."""
        return list(dict.fromkeys(s for v in self.product.variant for s in v.sources.values()))


def build_register(edition: Edition) -> Register:
    """All counts of an edition with their hierarchy, complements and ratios."""
    cells: dict[Key, Cell] = {}
    sums: list[Sum] = []
    counts = [source for source in edition.sources() if edition.variable(source).kind == "count"]
    for source in counts:
        _hierarchy(edition, source, cells, sums)
    for source in counts:
        for whole in _wholes(edition, source):
            if whole in counts:
                _complements(edition, source, whole, cells, sums)
    return Register(cells=cells, sums=tuple(sums), ratios=tuple(_ratios(edition, cells)))


def _hierarchy(edition: Edition, source: Source, cells: dict[Key, Cell], sums: list[Sum]) -> None:
    """Counts of one variable and group: Quartiere, districts, unassigned cases, city."""
    areas, variable = edition.areas, edition.variable(source)
    values = edition.data[source.dataset]
    found: dict[str, int | None] = {}

    def delivered(area: str) -> bool:
        return (area, source.variable, source.group) in values

    def value(area: str) -> int | None:
        known = number(values.get((area, source.variable, source.group)))
        return None if known is None else int(known)

    def total(area: str, parts: list[str]) -> int | None:
        if delivered(area):
            return value(area)
        known = [found[part] for part in parts]
        return None if None in known else sum(part for part in known if part is not None)

    rest = areas.unassigned.code
    groups = {district.code: [code for code, _ in district.quartiere] for district in areas.district}
    groups[areas.city.code] = [*(d.code for d in areas.district), *([rest] if delivered(rest) else [])]
    for area in (*areas.quartiere, *([rest] if delivered(rest) else [])):
        found[area] = value(area)
    for whole, parts in groups.items():
        found[whole] = total(whole, parts)
        exact = not delivered(whole) or whole != areas.city.code or delivered(rest)
        sums.append(
            Sum(
                whole=count_key(edition.stichtag, source, whole),
                parts=tuple(count_key(edition.stichtag, source, part) for part in parts),
                exact=exact,
            )
        )
    listed = {"quartier", "unassigned", *edition.product.publish_totals}
    for area, known in found.items():
        is_total = area in groups
        cells[count_key(edition.stichtag, source, area)] = Cell(
            value=known,
            min_cell=variable.min_cell,
            zero_published=variable.zero_published,
            round_to=variable.round_to,
            listed=areas.level(area) in listed and not (is_total and known is None and not delivered(area)),
        )


def _wholes(edition: Edition, source: Source) -> Iterator[Source]:
    """The counts that this one is a part of."""
    variable = edition.variable(source)
    if variable.part_of:
        dataset, dot, name = variable.part_of.rpartition(".")
        yield Source(dataset=dataset if dot else source.dataset, variable=name, group=source.group)
    if source.group != "all":
        yield Source(dataset=source.dataset, variable=source.variable, group="all")


def _complements(edition: Edition, part: Source, whole: Source, cells: dict[Key, Cell], sums: list[Sum]) -> None:
    for area in edition.areas.names:
        a, b = count_key(edition.stichtag, part, area), count_key(edition.stichtag, whole, area)
        if a not in cells or b not in cells:
            continue
        small, large = cells[a].value, cells[b].value
        value = None if small is None or large is None or small > large else large - small
        rest = f"{b} - {part.dataset}|{part.variable}|{part.group}"
        cells[rest] = Cell(value=value, min_cell=cells[a].min_cell, listed=False, complement=True)
        if value is not None or small is None or large is None:
            sums.append(Sum(whole=b, parts=(a, rest), split=True))


def _ratios(edition: Edition, cells: Mapping[Key, Cell]) -> Iterator[Ratio]:
    variants = {variant.id: variant for variant in edition.product.variant}
    for ratio in edition.product.ratio:
        sources = variants[ratio.variant].sources
        for area in edition.areas.names:
            keys = [
                count_key(edition.stichtag, sources[name], area)
                for name in (ratio.numerator, ratio.denominator, ratio.population)
            ]
            if all(key in cells for key in keys):
                yield Ratio(
                    name=f"{ratio.variant}|{ratio.indicator}|{area}",
                    numerator=keys[0],
                    denominator=keys[1],
                    population=keys[2],
                    digits=ratio.digits,
                )


def result_json(result: Result) -> dict[str, Any]:
    """A result with everything that led to it, as JSON keeps it: decimals as text."""

    def text(value: Decimal | None) -> str | None:
        return None if value is None else f"{value:.20g}" if value else "0"

    return {
        "method": result.method.parameters(),
        "borders": [text(border) for border in result.borders],
        "statistics": {k: {n: text(v) for n, v in found.items()} for k, found in result.statistics.items()},
        "areas": {
            area: {
                "inputs": {k: text(v) for k, v in row.inputs.items()},
                "indicators": {k: text(v) for k, v in row.indicators.items()},
                "transformed": {k: text(v) for k, v in row.transformed.items()},
                "sum": text(row.sum),
                "index": text(row.index),
                "class": row.label,
                "excluded": row.excluded,
            }
            for area, row in result.areas.items()
        },
    }


def compute(
    variant: Variant, edition: Edition, earlier: Table | None, table: Table, withheld: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Status of one variant, and dynamic and matrix where the method has them and an earlier table is there."""
    method = edition.definitions.methods[variant.method]
    result = run(method, table, withheld)
    found = result_json(result)
    if method.dynamic is not None and earlier is not None:
        try:
            change = run_dynamic(method, table, earlier, withheld)
        except AtlasError as error:
            return found | {"dynamic_failed": str(error)}
        found["dynamic"] = result_json(change)
        found["matrix"] = matrix(result, change)
    return found


def public_inputs(variant: Variant, edition: Edition, facts: Facts) -> dict[str, dict[str, Decimal | None]]:
    """The method's inputs as far as they are shown."""
    table = inputs_table(variant, edition.areas, edition.data)
    for area, row in table.items():
        for name, source in variant.sources.items():
            if edition.variable(source).kind == "count":
                shown = facts.shown.get(count_key(edition.stichtag, source, area))
                row[name] = None if shown is None else Decimal(shown)
    return table


def public_tables(edition: Edition, protection: Protection, earlier: Mapping[str, Table]) -> dict[str, Any]:
    """Everything of an edition that the public may read. `earlier` are public inputs of the dynamic's base edition."""
    facts = protection.facts
    printed = {ratio.name: str(Decimal(scaled).scaleb(-ratio.digits)) for ratio, scaled in facts.ratios}
    variants = {}
    for variant in edition.product.variant:
        table = public_inputs(variant, edition, facts)
        withheld = {area: CONFIDENTIAL for area in table if not _classifiable(variant, edition, facts, printed, area)}
        try:
            result: dict[str, Any] = compute(variant, edition, earlier.get(variant.id), table, withheld)
        except AtlasError as error:
            result = {"failed": str(error), "areas": {}}
        result["ratios"] = {
            name.split("|")[2] + "|" + name.split("|")[1]: value
            for name, value in printed.items()
            if name.split("|")[0] == variant.id
        }
        variants[variant.id] = result
    return {"counts": _public_counts(edition, facts), "variants": variants}


def _classifiable(variant: Variant, edition: Edition, facts: Facts, printed: Mapping[str, str], area: str) -> bool:
    """Whether every count behind the area's class is shown and every ratio behind it printed."""
    counts = [
        count_key(edition.stichtag, s, area) for s in variant.sources.values() if edition.variable(s).kind == "count"
    ]
    ratios = [f"{r.variant}|{r.indicator}|{area}" for r in edition.product.ratio if r.variant == variant.id]
    return all(key in facts.shown for key in counts) and all(name in printed for name in ratios)


def _public_counts(edition: Edition, facts: Facts) -> list[dict[str, Any]]:
    """One row for each listed count, with SDMX codes: A value, M missing; F free, C confidential (C7, C11)."""
    rows = []
    for source in edition.sources():
        variable = edition.variable(source)
        for area in edition.areas.names:
            if variable.kind == "measure":
                measure = number(edition.data[source.dataset].get((area, source.variable, source.group)))
                value, hidden = (None if measure is None else str(measure)), False
                if measure is None:
                    continue
            else:
                key = count_key(edition.stichtag, source, area)
                if key not in facts.shown and key not in facts.hidden:
                    continue
                hidden = key in facts.hidden
                value = None if hidden else str(facts.shown[key])
            rows.append(
                {
                    "dataset": source.dataset,
                    "variable": source.variable,
                    "group": source.group,
                    "area": area,
                    "area_name": edition.areas.names[area],
                    "unit": variable.unit,
                    "value": value,
                    "status": "confidential" if hidden else "ok",
                    "obs_status": "M" if hidden else "A",
                    "conf_status": "C" if hidden else "F",
                }
            )
    return rows


def facts_json(facts: Facts) -> dict[str, Any]:
    """A publication's facts as they are kept for later audits (internal: true values are in it)."""
    return {
        "cells": {key: asdict(cell) for key, cell in facts.cells.items()},
        "shown": dict(facts.shown),
        "hidden": sorted(facts.hidden),
        "sums": [asdict(s) | {"parts": list(s.parts)} for s in facts.sums],
        "ratios": [[asdict(ratio), scaled] for ratio, scaled in facts.ratios],
    }


def facts_from_json(data: Mapping[str, Any]) -> Facts:
    """The reverse of `facts_json`."""
    return Facts(
        cells={key: Cell(**cell) for key, cell in data["cells"].items()},
        shown=data["shown"],
        hidden=frozenset(data["hidden"]),
        sums=tuple(Sum(**(s | {"parts": tuple(s["parts"])})) for s in data["sums"]),
        ratios=tuple((Ratio(**ratio), scaled) for ratio, scaled in data["ratios"]),
    )
