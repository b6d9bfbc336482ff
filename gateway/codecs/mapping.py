"""A mapping file: which key of a codec's data is which quantity.

[[value]]
path = "TempC_SHT"               # dots between keys, [2] or [type=P1] in arrays
quantity = "air_temperature"
unit = "Cel"
channel = "probe"                # "" when there is one
missing = [327.67]               # numbers that mean "no value"

[options]
ignore = ["Work_mode"]           # known, and no reading
recognise = false                # nothing but what stands here (default: the rest by well-known keys)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from decoders.kit import Reading
from gateway.codecs.recognise import number
from gateway.config import ConfigError, read_file
from gateway.envelopes.plain_paths import compile_path, walk
from gateway.quantities import QUANTITIES, Kind, UnitError, converter


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    quantity: str
    unit: str = ""
    channel: str = ""
    missing: tuple[float, ...] = ()


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ignore: tuple[str, ...] = ()
    recognise: bool = True


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    value: tuple[_Value, ...] = ()
    options: _Options = _Options()


class Mapping:
    """Reads values by their paths."""

    def __init__(self, values: tuple[_Value, ...], options: _Options) -> None:
        """`values` and `options` as the file has them."""
        self._values = tuple((compile_path(value.path), value) for value in values)
        self.recognise = options.recognise
        self.skip = frozenset(value.path for value in values) | frozenset(options.ignore)

    def read(self, data: Any) -> tuple[tuple[Reading, ...], tuple[str, ...]]:
        """The readings, and what stands at a mapped path but is no number."""
        readings: list[Reading] = []
        warnings: list[str] = []
        for path, value in self._values:
            found = walk(data, path)
            if found is None or isinstance(found, dict | list):
                continue
            if not isinstance(found, bool | int | float | str):
                continue  # nothing stands there
            two_valued = isinstance(found, bool) or QUANTITIES[value.quantity].kind is Kind.CATEGORICAL
            amount = number(found, two_valued=two_valued)
            if amount is None:
                warnings.append(f"{value.path} is no number")
            elif amount not in value.missing:
                readings.append(Reading(value.quantity, amount, value.unit, value.channel))
        return tuple(readings), tuple(warnings)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises ConfigError naming file, value and cause."""
    raw = read_file(path, _File)
    for value in raw.value:
        if value.quantity not in QUANTITIES:
            raise ConfigError(f"{path}: {value.path}: quantity {value.quantity!r} is not in the vocabulary")
        try:
            converter(value.quantity, value.unit)
        except UnitError as error:
            raise ConfigError(f"{path}: {error}") from error
    return Mapping(raw.value, raw.options)
