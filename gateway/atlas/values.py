"""Values of a delivery, and what a delivery is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.atlas.areas import Areas
from gateway.atlas.datasets import Dataset
from gateway.atlas.numbers import Symbol

ValueKey = tuple[str, str, str]
"""(area, variable, group) within one dataset and Stichtag; what stands behind a value is "variable:largest"."""

Values = dict[ValueKey, Decimal | Symbol]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a delivery is compared with: the areas, the date, the values of the previous Stichtag.

    `confirmed` says that a person has looked at the jumps and takes them as they are.
    """

    dataset: Dataset
    areas: Areas
    stichtag: date
    previous: Mapping[ValueKey, Decimal | Symbol]
    confirmed: bool = False
