"""Values that makers print with fewer digits than their bits would give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict


class Rounded(TypedDict):
    """The options of a field that `rounded` fills in."""

    convert: Callable[[int], float]
    invert: Callable[[float], float]


def rounded(digits: int, *, mul: int = 1, add: int = 0, div: int = 1) -> Rounded:
    """Options of a field with `value = (raw * mul + add) / div`, halves rounded up to so many decimals.

    For coarse steps (0.39 %RH) whose further digits say nothing; the maker's own codec prints them this way, too.
    """
    scale: int = 10**digits

    def convert(raw: int) -> float:
        return (2 * (raw * mul + add) * scale + div) // (2 * div) / scale

    def invert(value: float) -> float:
        return (value * div - add) / mul

    return {"convert": convert, "invert": invert}
