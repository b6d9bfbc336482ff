"""Datasets as data: who delivers what, for which date, until when, in which files, and under which law.

A dataset is a TOML file with a version that travels with every delivery.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from gateway.atlas.areas import Level
from gateway.atlas.parts import Exact, Part, Title
from gateway.atlas.units import parse_unit

Behind = Literal["largest", "units"]
_BEHIND: dict[str, tuple[Behind, ...]] = {"none": (), "general": ("largest",), "metered": ("largest", "units")}


class Variable(Part):
    """One delivered quantity.

    Attributes:
        kind: counts are whole, not negative and add up over areas; measures (hectares) only have to be positive.
        min_cell: a count of 1 … min_cell - 1 is confidential (C2).
        zero_published: whether a zero may be shown; otherwise it is treated like a small count.
        round_to: counts are published as multiples of this (C8); 1 publishes them exactly.
        part_of: the count this one is a part of, as "variable" or "dataset.variable" of the same group.
        dominance: C4: hidden where one contributor stands behind more than 85 % of it (general), or, of metered use,
            behind more than 15 % or where there are fewer than 15 units (metered). Deliveries then say the largest
            contribution, and of metered use the number of units.
        max_jump: share by which a value may differ from the previous Stichtag before a person must confirm it;
            smaller differences than `jump_floor` always pass.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    unit: str = "person"
    kind: Literal["count", "measure"] = "count"
    groups: tuple[str, ...] = ("all",)
    min_cell: int = Field(3, ge=1)
    zero_published: bool = False
    part_of: str | None = None
    round_to: int = Field(1, ge=1, le=100)
    dominance: Literal["none", "general", "metered"] = "none"
    max_jump: Exact = Decimal("0.3")
    jump_floor: Exact = Decimal(50)

    @model_validator(mode="after")
    def _unit(self) -> Variable:
        parse_unit(self.unit)
        if self.dominance != "none" and self.kind != "count":
            raise ValueError("dominance is a rule for counts")
        return self

    @property
    def behind(self) -> tuple[Behind, ...]:
        """What a delivery says of the contributors behind the variable."""
        return _BEHIND[self.dominance]


class Column(Part):
    """A column of a delivered file, or the rows of a long one that name it: its headings, and what it holds.

    `holds`: the value, the largest contribution to it, or how many contributors there are (never published).
    """

    headings: tuple[str, ...] = Field(min_length=1)
    variable: str
    group: str = "all"
    holds: Literal["value", "largest", "units"] = "value"

    @property
    def stored(self) -> str:
        """Name under which its values are kept."""
        return self.variable if self.holds == "value" else f"{self.variable}:{self.holds}"


class Layout(Part):
    """A kind of file a sender delivers.

    Attributes:
        shape: wide has a row for each area and a column for each variable; long (tidy) a row for each value, with the
            variable's name in a column of `variable_headings`, the population group in one of `group_headings` where
            the names alone do not tell it, and the value in one of `value_headings`.
        groups: what the sender prints → population group ("unter 18" → "u18"), in long files.
        area_headings: headings of the area column; columns of `name_headings` are compared with the known names.
        aliases: what the sender prints → area code ("Insgesamt" → "wuppertal", "keine Angabe" → "keine-angabe").
        stichtag_headings: a column that repeats the reference date; it must agree with the one asked for.
        extra: what to do with columns that the layout does not name.
        text_numbers: whether numbers stored as text are taken from XLSX and JSON.
    """

    name: str
    shape: Literal["wide", "long"] = "wide"
    variable_headings: tuple[str, ...] = ()
    group_headings: tuple[str, ...] = ()
    value_headings: tuple[str, ...] = ()
    groups: dict[str, str] = Field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[",", "."] | None = None
    sheet: str | None = None
    heading_row: int = Field(1, ge=1)
    area_headings: tuple[str, ...] = Field(min_length=1)
    name_headings: tuple[str, ...] = ()
    stichtag_headings: tuple[str, ...] = ()
    aliases: dict[str, str] = Field(default_factory=dict)
    column: tuple[Column, ...] = Field(min_length=1)
    extra: Literal["ignore", "refuse"] = "refuse"
    text_numbers: bool = False

    @model_validator(mode="after")
    def _shaped(self) -> Layout:
        if (self.shape == "long") != bool(self.variable_headings and self.value_headings):
            raise ValueError("a long layout, and no other, has variable_headings and value_headings")
        return self


class Due(Part):
    """When a delivery is due: `years` after the reference year, on a day; `notice_days` before it a notice is given."""

    years: int = Field(1, ge=0, le=5)
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    notice_days: int = Field(14, ge=0)


class Legal(Part):
    """Under which law and conditions the data may be held and shown."""

    basis: str
    controller: str
    privacy_class: Literal["public", "internal", "personal"]
    purpose: str = ""
    dpia: str = ""
    publish: Literal["public", "internal"] = "public"


class Reference(Part):
    """The reference date of every year and since which year there are any."""

    month: int = Field(12, ge=1, le=12)
    day: int = Field(31, ge=1, le=31)
    first_year: int = Field(ge=1900, le=2200)
    every_years: int = Field(1, ge=1, le=10)


class Dataset(Part):
    """Everything that is known of a delivery before it arrives.

    `refuse_small` (C1): a count of 1 … min_cell - 1 must not arrive at all; the sender prints * instead.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    title: Title
    sender: str
    licence: str
    areas: str
    reference: Reference
    due: Due
    legal: Legal
    levels: tuple[Level, ...] = ("quartier",)
    required_levels: tuple[Level, ...] = ("quartier",)
    refuse_small: bool = True
    variable: tuple[Variable, ...] = Field(min_length=1)
    layout: tuple[Layout, ...] = Field(min_length=1)

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """Variables by name."""
        return {variable.name: variable for variable in self.variable}

    def stichtage(self, until: date) -> tuple[date, ...]:
        """Reference dates up to and including `until`."""
        years = range(self.reference.first_year, until.year + 1, self.reference.every_years)
        found = (date(year, self.reference.month, self.reference.day) for year in years)
        return tuple(day for day in found if day <= until)

    def due_on(self, stichtag: date) -> date:
        """The day a delivery for `stichtag` is due."""
        return date(stichtag.year + self.due.years, self.due.month, self.due.day)

    @model_validator(mode="after")
    def _consistent(self) -> Dataset:
        known = {
            (variable.name, group, holds)
            for variable in self.variable
            for group in variable.groups
            for holds in ("value", *variable.behind)
        }
        for layout in self.layout:
            named = [(column.variable, column.group, column.holds) for column in layout.column]
            if len(set(named)) != len(named) or set(named) != known:
                raise ValueError(f"layout {layout.name}: its columns must be exactly the variables and groups declared")
        for variable in self.variable:
            if variable.part_of and "." not in variable.part_of and variable.part_of not in self.variables:
                raise ValueError(f"{variable.name}: part_of {variable.part_of!r} is not declared")
        return self
