"""Mean, deviation, ranks and quantiles over areas, in decimals of 50 digits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from gateway.atlas.errors import AtlasError, text
from gateway.atlas.expressions import CONTEXT
from gateway.atlas.methods import Deviation

ZERO = Decimal(0)


def mean_and_deviation(
    values: Mapping[str, Decimal], deviation: Deviation, weights: Mapping[str, Decimal] | None, what: str
) -> tuple[Decimal, Decimal]:
    """Mean and standard deviation over areas, weighted when `weights` is given.

    Raises:
        AtlasError: no area, a weight sum that is not positive, or a single area with the sample deviation.
    """
    weight = weights or dict.fromkeys(values, Decimal(1))
    total = sum((weight[area] for area in values), ZERO)
    divisor = total - 1 if deviation == "sample" else total
    if total <= 0 or divisor <= 0:
        raise AtlasError(
            text(
                f"{what}: {len(values)} gezählte Gebiete reichen für Mittel und Streuung nicht",
                f"{what}: {len(values)} counted areas are too few for mean and deviation",
            )
        )
    mean = CONTEXT.divide(exact_sum(CONTEXT.multiply(weight[a], x) for a, x in values.items()), total)
    squares = exact_sum(
        CONTEXT.multiply(weight[a], CONTEXT.power(CONTEXT.subtract(x, mean), Decimal(2))) for a, x in values.items()
    )
    return mean, CONTEXT.sqrt(CONTEXT.divide(squares, divisor))


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """A sum of 50 digits."""
    total = ZERO
    for value in values:
        total = CONTEXT.add(total, value)
    return total


def mean_ranks(values: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Rank of each area, 1 for the smallest; equal values share the mean of their ranks."""
    ordered = sorted(values.values())
    first: dict[Decimal, int] = {}
    count: dict[Decimal, int] = {}
    for position, value in enumerate(ordered, 1):
        first.setdefault(value, position)
        count[value] = count.get(value, 0) + 1
    return {area: Decimal(2 * first[x] + count[x] - 1) / 2 for area, x in values.items()}


def first_places(values: Mapping[str, Decimal]) -> dict[str, int]:
    """Place of each area in ascending order, from 1; equal values share the lowest place."""
    first: dict[Decimal, int] = {}
    for position, value in enumerate(sorted(values.values()), 1):
        first.setdefault(value, position)
    return {area: first[value] for area, value in values.items()}


def order_shares(values: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Share of areas up to and including each area in ascending order; equal values share the lowest place."""
    n = Decimal(len(values))
    return {area: CONTEXT.divide(Decimal(place), n) for area, place in first_places(values).items()}


def quantile(ordered: list[Decimal], share: Decimal) -> Decimal:
    """Value below which `share` of the ordered values lie, interpolated between neighbours (Hyndman-Fan type 7)."""
    place = CONTEXT.multiply(share, Decimal(len(ordered) - 1))
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
