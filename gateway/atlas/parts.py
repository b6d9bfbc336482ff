"""Parts that every definition is made of: strict tables, names for people, exact numbers, borders and classes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Exact = Annotated[Decimal, BeforeValidator(lambda value: Decimal(str(value)) if isinstance(value, float) else value)]
"""A number as it is printed in the file: 0.1 is one tenth."""

Side = Literal["below", "above"]


class Part(BaseModel):
    """Base of every table of a definition: unknown keys are refused, because a misspelt key is a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Part):
    """A name for people."""

    de: str
    en: str


class Named(Part):
    """How every method begins. None can call itself official: what is shipped are examples."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    title: Title
    official: Literal[False] = False
    note: Title | None = None


class Borders(Part):
    """Values that cut a line into classes. `belongs` says for each border on which side the border itself lies."""

    borders: tuple[Exact, ...]
    belongs: tuple[Side, ...] | Side = "below"

    @model_validator(mode="after")
    def _ordered(self) -> Borders:
        if not self.borders or any(a >= b for a, b in zip(self.borders, self.borders[1:], strict=False)):
            raise ValueError(f"borders must grow strictly: {', '.join(map(str, self.borders))}")
        if not isinstance(self.belongs, str) and len(self.belongs) != len(self.borders):
            raise ValueError("`belongs` is one word for all borders or one for each border")
        return self

    def position(self, value: Decimal) -> int:
        """Number of the class `value` falls into, from 0."""
        sides = [self.belongs] * len(self.borders) if isinstance(self.belongs, str) else self.belongs
        return sum(
            value > border or (value == border and side == "above")
            for border, side in zip(self.borders, sides, strict=True)
        )


class Label(Part):
    """A class: the id that results print, a letter, a name for people."""

    id: str
    letter: str = ""
    title: Title | None = None


class Classes(Borders):
    """From index to class. Borders are index values (fixed), probabilities (quantile) or shares of the order (rank)."""

    kind: Literal["fixed", "quantile", "rank"] = "fixed"
    labels: tuple[Label, ...]

    @model_validator(mode="after")
    def _labelled(self) -> Classes:
        if len(self.labels) != len(self.borders) + 1:
            raise ValueError(f"{len(self.borders)} borders need {len(self.borders) + 1} labels")
        if self.kind != "fixed" and not all(0 < border < 1 for border in self.borders):
            raise ValueError(f"borders of kind {self.kind} are shares between 0 and 1")
        return self
