"""Datasets as data: who delivers what, for which date, until when, in which files, and under which law.

A dataset is a TOML file; so is a product, which says which datasets an atlas needs, by which method it is computed and
what of it is published. Both carry a version that travels with every delivery and edition.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from gateway.atlas.areas import Areas, Level
from gateway.atlas.errors import DefinitionError
from gateway.atlas.methods import MAX_FILE, Exact, Method, Part, Title, describe
from gateway.atlas.units import parse_unit


class Variable(Part):
    """One delivered quantity.

    Attributes:
        kind: counts are whole, not negative and add up over areas; measures (hectares) only have to be positive.
        min_cell: a count of 1 … min_cell - 1 is confidential (C2).
        zero_published: whether a zero may be shown; otherwise it is treated like a small count.
        round_to: counts are published as multiples of this (C8); 1 publishes them exactly.
        part_of: the count this one is a part of, as "variable" or "dataset.variable" of the same group.
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
    max_jump: Exact = Decimal("0.3")
    jump_floor: Exact = Decimal(50)

    @model_validator(mode="after")
    def _unit(self) -> Variable:
        parse_unit(self.unit)
        return self


class Column(Part):
    """A column of a delivered file: the headings it may have, and what it holds."""

    headings: tuple[str, ...] = Field(min_length=1)
    variable: str
    group: str = "all"


class Layout(Part):
    """A kind of file a sender delivers.

    Attributes:
        area_headings: headings of the area column; columns of `name_headings` are compared with the known names.
        aliases: what the sender prints → area code ("Insgesamt" → "wuppertal", "keine Angabe" → "keine-angabe").
        stichtag_headings: a column that repeats the reference date; it must agree with the one asked for.
        extra: what to do with columns that the layout does not name.
        text_numbers: whether numbers stored as text are taken from XLSX and JSON.
    """

    name: str
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
        known = {(variable.name, group) for variable in self.variable for group in variable.groups}
        for layout in self.layout:
            named = [(column.variable, column.group) for column in layout.column]
            if len(set(named)) != len(named) or set(named) != known:
                raise ValueError(f"layout {layout.name}: its columns must be exactly the variables and groups declared")
        for variable in self.variable:
            if variable.part_of and "." not in variable.part_of and variable.part_of not in self.variables:
                raise ValueError(f"{variable.name}: part_of {variable.part_of!r} is not declared")
        return self


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


class Product(Part):
    """An atlas: variants, what is published, who may do what. `four_eyes`: whoever checked may not release."""

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
    breaks: dict[str, str] = Field(default_factory=dict)
    method_note: Title | None = None

    @property
    def datasets(self) -> tuple[str, ...]:
        """Datasets an edition waits for, in order."""
        return tuple(dict.fromkeys(s.dataset for variant in self.variant for s in variant.sources.values()))


class Definitions(Part):
    """Every dataset, product, area list and method an installation works with, checked against each other."""

    datasets: dict[str, Dataset]
    products: dict[str, Product]
    areas: dict[str, Areas]
    methods: dict[str, Method]

    def stichtage(self, product: Product, until: date) -> tuple[date, ...]:
        """Reference dates of a product: those all its datasets have."""
        common = set.intersection(*(set(self.datasets[name].stichtage(until)) for name in product.datasets))
        return tuple(sorted(day for day in common if day.year >= product.first_year))


_Model = TypeVar("_Model", bound=BaseModel)


def parse_definition(kind: type[_Model], content: str, name: str) -> _Model:
    """Read a definition; raises DefinitionError that begins with `name`."""
    try:
        return kind.model_validate(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{name}: no TOML: {error}") from error
    except ValidationError as error:
        raise DefinitionError(f"{name}: {describe(error)}") from error


def _texts(kind: str, folder: Path | None) -> dict[str, str]:
    """Shipped definitions of a kind and those of the installation's folder, which win by their file name."""
    found = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in (files("gateway.atlas") / kind).iterdir()
        if entry.name.endswith(".toml")
    }
    if folder is not None and (folder / kind).is_dir():
        for path in sorted((folder / kind).glob("*.toml")):
            if path.stat().st_size > MAX_FILE:
                raise DefinitionError(f"{path}: larger than {MAX_FILE} bytes, this is no definition")
            found[path.name] = path.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


def _read(kind: type[_Model], place: str, folder: Path | None) -> dict[str, _Model]:
    found: dict[str, _Model] = {}
    for name, content in _texts(place, folder).items():
        model = parse_definition(kind, content, f"{place}/{name}")
        found[str(model.id)] = model  # type: ignore[attr-defined] # each of the four kinds has an id
    return found


def load_definitions(folder: Path | None = None) -> Definitions:
    """Shipped definitions, and those below `folder` (datasets/, products/, areas/, methods/).

    Raises:
        DefinitionError: a file is wrong, or names something that is not there.
    """
    found = Definitions(
        datasets=_read(Dataset, "datasets", folder),
        products=_read(Product, "products", folder),
        areas=_read(Areas, "areas", folder),
        methods=_read(Method, "methods", folder),
    )
    problems = [*_dataset_problems(found), *_product_problems(found)]
    if problems:
        raise DefinitionError("; ".join(problems))
    return found


def _dataset_problems(definitions: Definitions) -> Iterable[str]:
    for dataset in definitions.datasets.values():
        if dataset.areas not in definitions.areas:
            yield f"dataset {dataset.id}: areas {dataset.areas!r} are not defined"
        for variable in dataset.variable:
            if variable.part_of and "." in variable.part_of:
                other, _, name = variable.part_of.partition(".")
                if other not in definitions.datasets or name not in definitions.datasets[other].variables:
                    yield f"dataset {dataset.id}: {variable.name} is part of {variable.part_of!r}, which is not defined"


def _product_problems(definitions: Definitions) -> Iterable[str]:
    for product in definitions.products.values():
        if product.areas not in definitions.areas:
            yield f"product {product.id}: areas {product.areas!r} are not defined"
        indicators: dict[str, set[str]] = {}
        for variant in product.variant:
            method = definitions.methods.get(variant.method)
            if method is None:
                yield f"product {product.id}: method {variant.method!r} is not defined"
                continue
            indicators[variant.id] = {indicator.name for indicator in method.indicator}
            if missing := set(method.needed) - set(variant.inputs):
                yield f"product {product.id}, {variant.id}: no source for {', '.join(sorted(missing))}"
            for name, source in variant.sources.items():
                dataset = definitions.datasets.get(source.dataset)
                variable = dataset.variables.get(source.variable) if dataset else None
                if variable is None or source.group not in variable.groups:
                    yield f"product {product.id}, {variant.id}: {name} = {variant.inputs[name]!r} is not defined"
                elif name in method.units and parse_unit(variable.unit) != method.units[name]:
                    yield f"product {product.id}, {variant.id}: {name} is {variable.unit}, not the method's unit"
        for ratio in product.ratio:
            variant_inputs = next((v.inputs for v in product.variant if v.id == ratio.variant), {})
            if ratio.indicator not in indicators.get(ratio.variant, set()) or not {
                ratio.numerator,
                ratio.denominator,
                ratio.population,
            } <= set(variant_inputs):
                yield f"product {product.id}: ratio {ratio.name} names an unknown variant, indicator or input"
