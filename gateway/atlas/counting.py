"""The counts of an edition for the confidentiality rules: hierarchy, complements, ratios, what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.atlas.confidentiality import Register, dominated
from gateway.atlas.edition_data import Edition, count_key, number
from gateway.atlas.facts import Cell, Key, Ratio, Sum
from gateway.atlas.products import Source


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
    behind = _dominated(edition, source, found, groups)
    for area, known in found.items():
        is_total = area in groups
        cells[count_key(edition.stichtag, source, area)] = Cell(
            value=known,
            min_cell=variable.min_cell,
            zero_published=variable.zero_published,
            round_to=variable.round_to,
            dominated=area in behind,
            dominance=variable.dominance != "none",
            listed=areas.level(area) in listed and not (is_total and known is None and not delivered(area)),
        )


def _dominated(
    edition: Edition, source: Source, found: Mapping[str, int | None], groups: Mapping[str, list[str]]
) -> frozenset[str]:
    """C4: areas where one contributor stands behind too much of the count, or where nobody can tell.

    A total without contributors of its own has at least the largest of its parts', and at most all their units.
    """
    variable = edition.variable(source)
    if variable.dominance == "none":
        return frozenset()
    values = edition.data[source.dataset]
    known: dict[tuple[str, str], int | None] = {}

    def behind(area: str, holds: str) -> int | None:
        key = (area, f"{source.variable}:{holds}", source.group)
        if key in values or area not in groups:
            delivered = number(values.get(key))
            return None if delivered is None else int(delivered)
        parts = [known[part, holds] for part in groups[area]]
        if None in parts:
            return None
        numbers = [part for part in parts if part is not None]
        return max(numbers, default=0) if holds == "largest" else sum(numbers)

    hidden = set()
    for area, total in found.items():
        for holds in variable.behind:
            known[area, holds] = behind(area, holds)
        largest, units = known[area, "largest"], known.get((area, "units"), 0)
        if not total:
            continue
        metered = variable.dominance == "metered"
        if largest is None or units is None or dominated(largest, total, units, metered=metered):
            hidden.add(area)
    return frozenset(hidden)


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
        if small == large == 0 and cells[b].zero_published:  # nobody lives there: everybody knows this zero
            cells[a] = replace(cells[a], zero_published=True)
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
