"""What an edition is made of: its deliveries' values under the product's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.atlas.areas import Areas
from gateway.atlas.datasets import Dataset, Variable
from gateway.atlas.definitions import Definitions
from gateway.atlas.facts import Key
from gateway.atlas.numbers import Symbol
from gateway.atlas.products import Product, Source, Variant
from gateway.atlas.values import Values

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
