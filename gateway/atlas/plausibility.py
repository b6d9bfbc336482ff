"""Whether delivered values can be true together: sums, parts, what stands behind them, jumps since the last date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gateway.atlas.areas import Areas
from gateway.atlas.datasets import Variable
from gateway.atlas.errors import text
from gateway.atlas.numbers import Symbol
from gateway.atlas.values import Expectation, ValueKey, Values

Doubt = tuple[ValueKey, str, str]
"""Which value, what is wrong with it, what to do."""


def plausibility(values: Values, expected: Expectation) -> Iterator[Doubt]:
    """Sums, parts and jumps that cannot be or are not likely."""
    dataset, areas = expected.dataset, expected.areas
    for variable in dataset.variable:
        for group in variable.groups:
            if variable.kind == "count":
                yield from _sums(values, areas, variable.name, group)
                yield from _parts(values, variable, group)
                yield from _behind(values, variable, group)
            if not expected.confirmed:
                yield from _jumps(values, expected.previous, variable, group)


def title(name: str, group: str) -> str:
    """Variable and group as faults name them."""
    return name if group == "all" else f"{name}@{group}"


def _sums(values: Values, areas: Areas, name: str, group: str) -> Iterator[Doubt]:
    for whole in (*areas.of_level("bezirk"), areas.city.code):
        total = values.get((whole, name, group))
        if not isinstance(total, Decimal):
            continue
        for parts, must_equal in _partitions(values, areas, whole, name, group):
            known = sum((value for value in parts if isinstance(value, Decimal)), Decimal(0))
            complete = all(isinstance(value, Decimal) or value is Symbol.NOTHING for value in parts)
            if known > total or (complete and must_equal and known != total):
                yield (
                    (whole, name, group),
                    text(
                        f"Summe der Teile {known}, gelieferte Summe {total}",
                        f"parts add up to {known}, total is {total}",
                    ),
                    text("Summe oder Teile berichtigen", "correct the total or the parts"),
                )


def _partitions(
    values: Values, areas: Areas, whole: str, name: str, group: str
) -> Iterator[tuple[list[Decimal | Symbol], bool]]:
    """Parts of an area that the delivery holds, and whether they must add up exactly.

    The city is checked against its districts and against its Quartiere; without a row "keine Angabe" the parts may
    fall short of it, because some cases cannot be assigned.
    """
    rest = values.get((areas.unassigned.code, name, group))
    if whole != areas.city.code:
        yield [values[k] for a, b in areas.parent.items() if b == whole and (k := (a, name, group)) in values], True
        return
    for level in ("bezirk", "quartier"):
        parts = [values[k] for a in areas.of_level(level) if (k := (a, name, group)) in values]
        if parts:
            yield [*parts, *([] if rest is None else [rest])], rest is not None


def _parts(values: Values, variable: Variable, group: str) -> Iterator[Doubt]:
    for (area, name, own), value in values.items():
        if name != variable.name or own != group or not isinstance(value, Decimal):
            continue
        wholes = [(variable.name, "all")] if group != "all" else []
        if variable.part_of and "." not in variable.part_of:
            wholes.append((variable.part_of, group))
        for whole_name, whole_group in wholes:
            whole = values.get((area, whole_name, whole_group))
            if isinstance(whole, Decimal) and value > whole:
                yield (
                    (area, name, group),
                    text(f"{value} ist mehr als {title(whole_name, whole_group)} = {whole}",
                         f"{value} is more than {title(whole_name, whole_group)} = {whole}"),
                    text("verschobene Spalten? Werte prüfen", "shifted columns? check the values"),
                )  # fmt: skip


def _behind(values: Values, variable: Variable, group: str) -> Iterator[Doubt]:
    """A contribution larger than the whole, or a whole without contributors."""
    for (area, name, own), value in values.items():
        if name != variable.name or own != group or not isinstance(value, Decimal):
            continue
        largest, units = (values.get((area, f"{name}:{holds}", group)) for holds in ("largest", "units"))
        if isinstance(largest, Decimal) and largest > value:
            yield (
                (area, f"{name}:largest", group),
                text(f"größter Beitrag {largest} über dem Wert {value}", f"largest contribution {largest} > {value}"),
                text("Spalten vertauscht? Werte prüfen", "columns swapped? check the values"),
            )
        if isinstance(units, Decimal) and bool(units) != bool(value):
            yield (
                (area, f"{name}:units", group),
                text(f"{units} Beitragende bei Wert {value}", f"{units} contributors behind {value}"),
                text("Werte prüfen", "check the values"),
            )


def _jumps(
    values: Values, previous: Mapping[ValueKey, Decimal | Symbol], variable: Variable, group: str
) -> Iterator[Doubt]:
    for (area, name, own), value in values.items():
        old = previous.get((area, name, own))
        if name != variable.name or own != group or not isinstance(value, Decimal) or not isinstance(old, Decimal):
            continue
        change = abs(value - old)
        if change > variable.jump_floor and change > variable.max_jump * old:
            yield (
                (area, name, group),
                text(f"Sprung von {old} auf {value} gegenüber dem vorigen Stichtag", f"jump from {old} to {value}"),
                text("prüfen; wenn richtig, mit --confirm-jumps bestätigen", "check; if right, use --confirm-jumps"),
            )
