"""Every definition of an installation: shipped files and its own, checked against each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field

from gateway.atlas.areas import Areas
from gateway.atlas.burdens import BurdenMethod
from gateway.atlas.datasets import Dataset
from gateway.atlas.definition_files import parse_definition, shipped_texts, text_of
from gateway.atlas.errors import DefinitionError
from gateway.atlas.methods import Method
from gateway.atlas.parts import Part
from gateway.atlas.products import Product
from gateway.atlas.units import parse_unit
from gateway.quantities import QUANTITIES


class Definitions(Part):
    """Every dataset, product, area list and method an installation works with, checked against each other."""

    datasets: dict[str, Dataset]
    products: dict[str, Product]
    areas: dict[str, Areas]
    methods: dict[str, Method]
    burdens: dict[str, BurdenMethod] = Field(default_factory=dict)

    def stichtage(self, product: Product, until: date) -> tuple[date, ...]:
        """Reference dates of a product: those all its datasets have."""
        common = set.intersection(*(set(self.datasets[name].stichtage(until)) for name in product.datasets))
        return tuple(sorted(day for day in common if day.year >= product.first_year))


_Model = TypeVar("_Model", bound=BaseModel)


def _texts(kind: str, folder: Path | None) -> dict[str, str]:
    """Shipped definitions of a kind and those of the installation's folder, which win by their file name."""
    found = shipped_texts(kind)
    if folder is not None and (folder / kind).is_dir():
        found |= {path.name: text_of(path) for path in sorted((folder / kind).glob("*.toml"))}
    return dict(sorted(found.items()))


def _read(kind: type[_Model], place: str, folder: Path | None) -> dict[str, _Model]:
    found: dict[str, _Model] = {}
    for name, content in _texts(place, folder).items():
        model = parse_definition(kind, content, f"{place}/{name}")
        found[str(model.id)] = model  # type: ignore[attr-defined] # each of the kinds has an id
    return found


def load_definitions(folder: Path | None = None) -> Definitions:
    """Shipped definitions, and those below `folder` (datasets/, products/, areas/, methods/, burdens/).

    Raises:
        DefinitionError: a file is wrong, or names something that is not there.
    """
    found = Definitions(
        datasets=_read(Dataset, "datasets", folder),
        products=_read(Product, "products", folder),
        areas=_read(Areas, "areas", folder),
        methods=_read(Method, "methods", folder),
        burdens=_read(BurdenMethod, "burdens", folder),
    )
    problems = [*_dataset_problems(found), *_product_problems(found), *_burden_problems(found)]
    if problems:
        raise DefinitionError("; ".join(problems))
    return found


def _burden_problems(definitions: Definitions) -> Iterable[str]:
    for method in definitions.burdens.values():
        for entry in method.environment:
            if entry.quantity not in QUANTITIES:
                yield f"burden {method.id}: {entry.quantity!r} is no quantity of the vocabulary"
        for each in method.social:
            if each.indicator.partition(":")[0] not in {*definitions.products, *definitions.datasets}:
                yield f"burden {method.id}: {each.indicator!r} is not defined"


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
