"""Three answers instead of two, and rounding as the law means it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Answer(StrEnum):
    """What the figures prove."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def answer(*, proven: bool, excluded: bool) -> Answer:
    """Yes when proven, no when excluded, else unknown."""
    return Answer.YES if proven else Answer.NO if excluded else Answer.UNKNOWN


def round_half_up(value: float, decimals: int = 0) -> float:
    """27.5 becomes 28 and 30.5 becomes 31: what a clerk does (Python's `round` goes to the even neighbour)."""
    step = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceedances:
    """How often a value was exceeded: `bound` is ">=" while some parts are not known, `missing` how many."""

    count: int
    missing: int

    @property
    def bound(self) -> str | None:
        """Lower bound (>=) when the true number may be larger."""
        return ">=" if self.missing else None

    def more_than(self, allowed: int) -> Answer:
        """Whether it was exceeded more often than allowed: no only if even the missing parts could not change it."""
        return answer(proven=self.count > allowed, excluded=self.count + self.missing <= allowed)


def exceedances(values: Sequence[float | None], limit: float) -> Exceedances:
    """Count the valid values (None: not valid) above `limit`."""
    return Exceedances(
        count=sum(value is not None and value > limit for value in values),
        missing=sum(value is None for value in values),
    )


def was_above(values: Sequence[float | None], limit: float) -> Answer:
    """Was there an hour (a day) above `limit`: one valid value proves it, only all of them exclude it."""
    return exceedances(values, limit).more_than(0)


def in_a_row(values: Sequence[float | None], limit: float, length: int) -> Answer:
    """Whether `length` consecutive values lie above `limit`, as alert thresholds ask."""

    def longest(missing_counts: bool) -> int:
        best = run = 0
        for value in values:
            run = run + 1 if (missing_counts if value is None else value > limit) else 0
            best = max(best, run)
        return best

    return answer(proven=longest(False) >= length, excluded=longest(True) < length)
