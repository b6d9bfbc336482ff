"""Burden indices as data: which sensor figures and which register indicators, with which weights, cut into classes.

environment = weighted mean of z values of sensor figures (heat, noise, air)
social      = weighted mean of z values of register indicators (SGB-II-Quote)
sum         = environment + social → class
double      = both lie above their own upper border (the highest `high_share` of areas)
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, model_validator

from gateway.atlas.parts import Classes, Exact, Named, Part


class Environmental(Part):
    """A sensor figure; the weight is negative where more is better."""

    quantity: str
    stat: str = "value"
    weight: Exact = Decimal(1)


class Social(Part):
    """A register indicator as `PRODUCT:VARIANT.INDICATOR`, without its date."""

    indicator: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*:[A-Za-z_][\w.]*$")
    weight: Exact = Decimal(1)


class BurdenMethod(Named):
    """One burden index, complete. `classes` are borders of the sum (fixed) or probabilities (quantile)."""

    high_share: float = Field(0.25, gt=0, lt=1)
    environment: tuple[Environmental, ...] = Field(min_length=1, max_length=20)
    social: tuple[Social, ...] = Field(min_length=1, max_length=20)
    classes: Classes

    @model_validator(mode="after")
    def _consistent(self) -> BurdenMethod:
        if self.classes.kind == "rank":
            raise ValueError("classes of a burden index are fixed or quantile")
        figures = [(e.quantity, e.stat) for e in self.environment]
        registers = [s.indicator for s in self.social]
        if len(set(figures)) != len(figures) or len(set(registers)) != len(registers):
            raise ValueError("an indicator is declared twice")
        for part in (self.environment, self.social):
            if not any(entry.weight for entry in part):
                raise ValueError("all weights of a side are 0")
        return self
