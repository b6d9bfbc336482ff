"""How the classes move when a weight or a border moves: which decisions hang on a choice nobody can prove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from gateway.atlas.classification import Result, Table, run
from gateway.atlas.errors import AtlasError
from gateway.atlas.methods import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One changed parameter and the areas whose class it moves, as area → (class before, class after).

    `failed` is the reason when the steps cannot be computed with the changed parameter.
    """

    parameter: str
    value: Decimal
    moved: dict[str, tuple[str, str]]
    failed: str = ""


def variations(method: Method, weight_step: Decimal, border_step: Decimal) -> Iterator[tuple[str, Decimal, Method]]:
    """Every method that differs by one weight (relative step) or one border (absolute step), up and down."""
    for indicator in method.indicator:
        weight = method.combine.weights.get(indicator.name, Decimal(1))
        for factor in (1 - weight_step, 1 + weight_step):
            combine = method.combine.model_copy(
                update={"weights": {**method.combine.weights, indicator.name: weight * factor}}
            )
            yield f"weight {indicator.name}", weight * factor, method.model_copy(update={"combine": combine})
    for place, border in enumerate(method.classes.borders):
        for moved in (border - border_step, border + border_step):
            borders = (*method.classes.borders[:place], moved, *method.classes.borders[place + 1 :])
            if all(a < b for a, b in pairwise(borders)):
                classes = method.classes.model_copy(update={"borders": borders})
                yield f"border {place + 1}", moved, method.model_copy(update={"classes": classes})


def sensitivity(
    result: Result, table: Table, weight_step: Decimal = Decimal("0.1"), border_step: Decimal = Decimal("0.1")
) -> list[Variation]:
    """Recompute with each variation and list the areas that change their class."""
    base = result.classes()
    found = []
    for parameter, value, method in variations(result.method, weight_step, border_step):
        try:
            classes = run(method, table).classes()
        except AtlasError as error:
            found.append(Variation(parameter=parameter, value=value, moved={}, failed=str(error)))
            continue
        moved = {area: (base[area], label) for area, label in classes.items() if label != base[area]}
        found.append(Variation(parameter=parameter, value=value, moved=moved))
    return found
