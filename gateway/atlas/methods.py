"""Methods as data: which inputs, which formulas, which steps lead to a class. One TOML file for each method.

    inputs → indicators (formulas) → exclusions → transform → weights → combine → restandardise → classes

`load` reads a shipped method by its id or any file by its path. Every parameter of a method stands in the file and
travels with each result, so that a result can be recomputed years later.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from gateway.atlas import expressions
from gateway.atlas.definition_files import parse_definition, shipped_texts, text_of
from gateway.atlas.errors import DefinitionError
from gateway.atlas.expressions import ExpressionError, Node
from gateway.atlas.parts import Borders, Classes, Exact, Named, Part, Title
from gateway.atlas.units import Unit, UnitError, parse_unit

Deviation = Literal["population", "sample"]


class Input(Part):
    """One column of the table a method works on. `headings` are tried in order, the input's own name last."""

    name: str = Field(pattern=r"^[A-Za-z_]\w*$")
    headings: tuple[str, ...] = ()
    unit: str = "1"
    title: Title | None = None


class Indicator(Part):
    """A stored formula over the inputs, in the unit it is printed in; `bounds` are what is possible at all."""

    name: str = Field(pattern=r"^[A-Za-z_]\w*$")
    expression: str
    unit: str = "1"
    title: Title | None = None
    bounds: tuple[Exact, Exact] | None = None


class Exclusion(Part):
    """Which areas are not counted: a condition over inputs and indicators, or areas by name. `reason` is printed."""

    when: str | None = None
    areas: tuple[str, ...] = ()
    reason: str

    @model_validator(mode="after")
    def _one(self) -> Exclusion:
        if (self.when is None) == (not self.areas):
            raise ValueError("an exclusion has either `when` or `areas`")
        return self


class Points(Borders):
    """Points of one indicator by thresholds: one more than borders."""

    indicator: str
    points: tuple[Exact, ...]

    @model_validator(mode="after")
    def _complete(self) -> Points:
        if len(self.points) != len(self.borders) + 1:
            raise ValueError(f"{self.indicator}: {len(self.borders)} borders need {len(self.borders) + 1} points")
        return self


class Transform(Part):
    """How an indicator becomes comparable with the others.

    Attributes:
        kind: z (x - mean) / deviation; rank 1…n (ties share their mean rank) divided by n when `relative`;
            quantile 1…`groups`; deviation from the city's value (divided by it when `relative`); minmax 0…1;
            points by thresholds; none.
        deviation: population divides by n, sample by n - 1.
        weight: input that weights mean and deviation, for `kind = "deviation"` the weight of the city's value.
        zero_variance: what to do when all areas are alike: refuse, or count the indicator as 0 everywhere.
    """

    kind: Literal["z", "rank", "quantile", "deviation", "minmax", "points", "none"] = "z"
    deviation: Deviation = "population"
    weight: str | None = None
    groups: int = Field(5, ge=2, le=100)
    relative: bool = False
    zero_variance: Literal["refuse", "zero"] = "refuse"


class Combine(Part):
    """How the transformed indicators become one number. Weights carry signs; absent means 1."""

    kind: Literal["sum", "mean"] = "sum"
    weights: dict[str, Exact] = Field(default_factory=dict)


class Restandardise(Part):
    """The sum divided by its own deviation, its mean taken away first when `center`."""

    kind: Literal["z", "none"] = "none"
    deviation: Deviation = "population"
    center: bool = False
    weight: str | None = None
    zero_variance: Literal["refuse", "zero"] = "refuse"


class Dynamic(Part):
    """The same steps on the change of each indicator over `years`; the status and dynamic matrix names combinations.

    `changes` names inputs that carry ready changes (indicator = input); without them two tables are compared.
    `matrix` gives "status/dynamic" a name of its own.
    """

    years: int = Field(2, ge=1, le=20)
    classes: Classes
    changes: dict[str, str] = Field(default_factory=dict)
    matrix: dict[str, str] = Field(default_factory=dict)


class Upwards(Part):
    """Index of a larger area: mean of its parts' indices weighted by an input, with the same class borders."""

    weight: str


class Method(Named):
    """One method, complete."""

    source: str = ""
    area_column: tuple[str, ...] | str = "area"
    missing: Literal["exclude", "refuse"] = "exclude"
    input: tuple[Input, ...] = Field(min_length=1)
    indicator: tuple[Indicator, ...] = Field(min_length=1, max_length=50)
    exclude: tuple[Exclusion, ...] = ()
    transform: Transform = Transform()
    points: tuple[Points, ...] = ()
    combine: Combine = Combine()
    restandardise: Restandardise = Restandardise()
    classes: Classes
    dynamic: Dynamic | None = None
    upwards: Upwards | None = None

    @cached_property
    def formulas(self) -> dict[str, Node]:
        """Parsed formula of each indicator, in the order of the file."""
        return {indicator.name: expressions.parse(indicator.expression) for indicator in self.indicator}

    @cached_property
    def conditions(self) -> tuple[Node | None, ...]:
        """Parsed condition of each exclusion, None where areas are named."""
        return tuple(None if rule.when is None else expressions.parse(rule.when) for rule in self.exclude)

    @cached_property
    def factors(self) -> dict[str, Decimal]:
        """What turns each formula's result into the unit its indicator is printed in."""
        units = self.units
        return {
            i.name: _factor(expressions.unit_of(self.formulas[i.name], units), parse_unit(i.unit), i)
            for i in self.indicator
        }

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Unit of each input."""
        return {entry.name: parse_unit(entry.unit) for entry in self.input}

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Inputs without which no status class can be computed, in the order of the file."""
        used = frozenset().union(*(expressions.names(node) for node in self.formulas.values()))
        used |= frozenset().union(*(expressions.names(node) for node in self.conditions if node is not None))
        used |= {weight for weight in (self.transform.weight, self.restandardise.weight) if weight}
        used |= {self.upwards.weight} if self.upwards else set()
        return tuple(entry.name for entry in self.input if entry.name in used)

    def headings(self, name: str) -> tuple[str, ...]:
        """Column headings under which an input may stand."""
        entry = next(entry for entry in self.input if entry.name == name)
        return (*entry.headings, entry.name)

    def parameters(self) -> dict[str, Any]:
        """Everything that decides a result, as it is kept with the result."""
        return self.model_dump(mode="json", exclude_none=True)

    @model_validator(mode="after")
    def _consistent(self) -> Method:
        for kind, found in (("input", [i.name for i in self.input]), ("indicator", [i.name for i in self.indicator])):
            if len(set(found)) != len(found):
                raise ValueError(f"an {kind} is declared twice")
        indicators = {indicator.name for indicator in self.indicator}
        try:
            factors = self.factors
            units = self.units | {i.name: parse_unit(i.unit) for i in self.indicator}
            for node in self.conditions:
                if node is not None:
                    _condition(node, units)
        except (ExpressionError, UnitError) as error:
            raise ValueError(str(error)) from error
        for what, named in (("weight", self.combine.weights), ("points", [p.indicator for p in self.points])):
            if unknown := set(named) - set(factors):
                raise ValueError(f"{what} of an indicator that is not declared: {', '.join(sorted(unknown))}")
        if self.transform.kind == "points" and {p.indicator for p in self.points} != indicators:
            raise ValueError("transform by points needs [[points]] for every indicator")
        weights = [self.transform.weight, self.restandardise.weight, self.upwards.weight if self.upwards else None]
        changes = self.dynamic.changes if self.dynamic else {}
        known = {entry.name for entry in self.input}
        if unknown := {weight for weight in weights if weight} - known | set(changes.values()) - known:
            raise ValueError(f"not an input: {', '.join(sorted(unknown))}")
        if changes and set(changes) != indicators:
            raise ValueError("dynamic.changes needs one input for every indicator")
        return self


def _condition(node: Node, units: dict[str, Unit]) -> None:
    if expressions.unit_of(node, units) != "truth":
        raise ExpressionError("an exclusion needs a condition such as population < 300")


def _factor(found: Unit | Literal["truth"], printed: Unit, indicator: Indicator) -> Decimal:
    if found == "truth":
        raise ExpressionError(f"indicator {indicator.name}: a formula, not a condition, is needed")
    if found.dimension != printed.dimension:
        raise UnitError(f"indicator {indicator.name}: {indicator.expression} gives {found}, declared is {printed}")
    return found.factor / printed.factor


def parse_method(content: str, name: str) -> Method:
    """Read a method; raises DefinitionError that begins with `name`."""
    return parse_definition(Method, content, name)


def shipped() -> dict[str, str]:
    """Text of every method that comes with the product, by id."""
    return {name.removesuffix(".toml"): content for name, content in shipped_texts("methods").items()}


def load(name_or_path: str) -> Method:
    """A shipped method by its id, else the file of that path; raises DefinitionError."""
    known = shipped()
    if name_or_path in known:
        return parse_method(known[name_or_path], f"{name_or_path}.toml")
    path = Path(name_or_path)
    try:
        return parse_method(text_of(path), path.name)
    except OSError as error:
        raise DefinitionError(
            f"method {name_or_path!r} is neither shipped ({', '.join(known)}) nor a readable file: {error}"
        ) from error
