"""The vocabulary: what a quantity is, its unit and bounds, and how it may be aggregated.

The rows stand in `vocabulary.toml`, one line for each quantity: the single place in the product that says so. An id
never carries a unit or a statistic. Bounds are what is physically possible (a value outside is flagged FAIL, and
kept); limits of law are data elsewhere. Gases are stored as mass concentration at 293 K and 101.3 kPa
(Directive (EU) 2024/2881, Annex VI).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import inf
from pathlib import Path
from types import MappingProxyType

from gateway.units import IDENTITY, Conversion, conversion


class Kind(StrEnum):
    """How a quantity behaves in time; decides the rule of aggregation."""

    STATE = "state"
    LOGARITHMIC = "logarithmic"
    EXTREME_MAX = "extreme_max"
    EXTREME_MIN = "extreme_min"
    CIRCULAR = "circular"
    INCREMENT = "increment"
    COUNT = "count"
    OCCUPANCY = "occupancy"
    LEVEL = "level"
    ACCUMULATOR = "accumulator"
    CATEGORICAL = "categorical"
    POSITION = "position"
    TECHNICAL = "technical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One quantity.

    Attributes:
        id: snake_case, no unit, no statistic.
        de: German label.
        en: English label.
        unit: UCUM code of the one unit it is stored in.
        kind: how it behaves in time.
        bounds: smallest and largest physically possible value, both inclusive.
        plausible: outside it a value is possible, but flagged SUSPECT; None when nothing is said.
        half_open: True when the upper bound itself is not possible (directions: 360 is 0).
        integer: values are whole numbers.
        cf: CF standard name, "" when there is none.
        eionet: number in the EIONET vocabulary aq/pollutant, 0 when there is none.
        gas: ug/m3 for each ppb at 293 K and 101.3 kPa (mg/m3 for each ppm), 0 when it is no gas.
    """

    id: str
    de: str
    en: str
    unit: str
    kind: Kind
    bounds: tuple[float, float] = (-inf, inf)
    plausible: tuple[float, float] | None = None
    half_open: bool = False
    integer: bool = False
    cf: str = ""
    eionet: int = 0
    gas: float = 0

    def possible(self, value: float) -> bool:
        """Whether `value` (canonical unit) is physically possible."""
        low, high = self.bounds
        return low <= value < high if self.half_open else low <= value <= high


class UnitError(Exception):
    """A unit cannot be turned into the quantity's own."""


def _load() -> Mapping[str, Quantity]:
    with Path(__file__).with_name("vocabulary.toml").open("rb") as file:
        rows = tomllib.load(file)
    table = {}
    for id_, row in rows.items():
        low, high = row.pop("bounds", (-inf, inf))
        if plausible := row.pop("plausible", None):
            row["plausible"] = (float(plausible[0]), float(plausible[1]))
        table[id_] = Quantity(id=id_, kind=Kind(row.pop("kind")), bounds=(float(low), float(high)), **row)
    return MappingProxyType(table)


QUANTITIES: Mapping[str, Quantity] = _load()


@cache
def converter(quantity: str, unit: str) -> Conversion:
    """How a value of `quantity` given in `unit` becomes the canonical unit; UnitError when it cannot."""
    row = QUANTITIES[quantity]
    found = conversion(unit, row.unit)
    if found is None and row.gas:
        share = conversion(unit, "[ppm]" if row.unit == "mg/m3" else "[ppb]")
        if share is not None:
            found = Conversion(share.mul * row.gas, share.div)
    if found is None:
        raise UnitError(f"{quantity}: unit {unit!r} cannot be converted to {row.unit!r}")
    return found


def convert(value: float, unit: str, quantity: str) -> float:
    """`value` in the canonical unit of `quantity`; raises UnitError, KeyError for an unknown quantity.

    Relative humidity given as a fraction must say so (unit "1"); nothing is guessed from the value.
    """
    found = converter(quantity, unit)
    return value if found is IDENTITY else found(value)
