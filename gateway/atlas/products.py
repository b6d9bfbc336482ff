"""Products as data: which datasets an atlas needs, by which method it is computed, and what of it is published."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pydantic import Field, model_validator

from gateway.atlas.areas import Level
from gateway.atlas.parts import Part, Title


class Source(Part):
    """Where a method's input comes from."""

    dataset: str
    variable: str
    group: str = "all"


class Variant(Part):
    """One population group of a product: method and where its inputs come from, as dataset.variable@group."""

    id: str
    title: Title
    method: str
    inputs: dict[str, str]

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Inputs, taken apart."""
        found = {}
        for name, spelled in self.inputs.items():
            place, _, group = spelled.partition("@")
            dataset, _, variable = place.partition(".")
            found[name] = Source(dataset=dataset, variable=variable, group=group or "all")
        return found


class Ratio(Part):
    """A published ratio of two variables, printed with so many decimals (C3 guards it)."""

    name: str
    variant: str
    indicator: str
    numerator: str
    denominator: str
    population: str
    digits: int = Field(1, ge=0, le=6)


class Break(Part):
    """Why values from a reference year on cannot be compared with earlier ones.

    `inputs`: which of the method's inputs are concerned; none: the classes and everything they are made of.
    """

    reason: str
    inputs: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"reason": given} if isinstance(given, str) else given


class Product(Part):
    """An atlas: variants, what is published, who may do what.

    Attributes:
        four_eyes: whoever checked may not release.
        breaks: by reference year.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    title: Title
    areas: str
    level: Level = "quartier"
    first_year: int
    variant: tuple[Variant, ...] = Field(min_length=1)
    ratio: tuple[Ratio, ...] = ()
    publish_totals: tuple[Level, ...] = ("bezirk", "stadt")
    four_eyes: bool = True
    breaks: dict[str, Break] = Field(default_factory=dict)
    method_note: Title | None = None

    @property
    def datasets(self) -> tuple[str, ...]:
        """Datasets an edition waits for, in order."""
        return tuple(dict.fromkeys(s.dataset for variant in self.variant for s in variant.sources.values()))
