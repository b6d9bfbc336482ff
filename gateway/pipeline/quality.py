"""QARTOD quality tests: each a pure function of a value and its neighbours; values are flagged, never dropped.

Gross range, spike, rate of change and flat line as in the IOOS QARTOD manuals (flags 1 good, 2 not evaluated,
3 suspect, 4 fail, 9 missing). All values are in the quantity's canonical unit, times in ns since the epoch.

A spike is seen only when the value after it has come: then the earlier observation is written again with its flag.
"""

from __future__ import annotations

from math import inf, nextafter

import msgspec

from gateway.config import QualityTests
from gateway.model import SECOND_NS, Flag
from gateway.quantities import Quantity

MEMORY_NS = 24 * 3600 * SECOND_NS
"""Neighbours further away than this are no neighbours."""


class Limits(msgspec.Struct, frozen=True, gc=False):
    """The tests of one quantity at one device, ready to be applied. `sequence` says that neighbours are needed."""

    fail_low: float
    fail_high: float
    suspect_low: float = -inf
    suspect_high: float = inf
    half_open: bool = False
    spike: float | None = None
    rate: float | None = None
    flat_ns: int | None = None
    flat_tolerance: float = 0.0
    sequence: bool = False

    def good(self) -> tuple[float, float]:
        """The span, both ends inclusive, in which the gross range test says GOOD."""
        high = nextafter(self.fail_high, -inf) if self.half_open else self.fail_high
        return max(self.fail_low, self.suspect_low), min(high, self.suspect_high)


class Neighbours(msgspec.Struct, gc=False, array_like=True):
    """What the sequence tests remember of a series: the last two values, and since when it has not moved."""

    time: int
    value: float
    flag: int
    offset: int
    earlier: float | None
    flat_value: float
    flat_since: int


class Revision(msgspec.Struct, frozen=True, gc=False):
    """An earlier observation of the series whose flag the new value changed."""

    time: int
    value: float
    flag: int
    offset: int


def limits(quantity: Quantity, tests: QualityTests | None) -> Limits:
    """Combine the vocabulary's bounds with the configured tests; the configuration may narrow and widen them."""
    fail = (tests.range.fail if tests else None) or quantity.bounds
    suspect = (tests.range.suspect if tests else None) or quantity.plausible or (-inf, inf)
    if tests is None:
        return Limits(*fail, *suspect, quantity.half_open)
    flat_ns = None if tests.flat_line is None else min(int(tests.flat_line * SECOND_NS), MEMORY_NS)
    sequence = tests.spike is not None or tests.rate is not None or flat_ns is not None
    return Limits(*fail, *suspect, quantity.half_open, tests.spike, tests.rate, flat_ns, tests.flat_tolerance, sequence)


def gross_range(value: float, test: Limits) -> Flag:
    """GOOD inside the suspect span, SUSPECT inside the fail span, else FAIL."""
    if not (test.fail_low <= value <= test.fail_high) or (test.half_open and value == test.fail_high):
        return Flag.FAIL
    return Flag.GOOD if test.suspect_low <= value <= test.suspect_high else Flag.SUSPECT


def sequence(
    time: int, value: float, flag: Flag, offset: int, test: Limits, last: Neighbours | None
) -> tuple[Flag, Neighbours | None, Revision | None]:
    """Judge a value against its neighbours.

    Args:
        time: of the value.
        value: canonical unit.
        flag: the gross-range verdict.
        offset: journal offset of the value.
        test: what to apply.
        last: memory of the series, None at its beginning.

    Returns:
        the flag, the memory to keep, and the revision of the previous observation when it was a spike. Late values
        (older than the last) and values that failed the gross range leave the memory as it is.
    """
    if flag == Flag.FAIL or (last is not None and time < last.time):
        overwritten = last is not None and time == last.time
        return flag, None if overwritten else last, None
    if last is not None and time == last.time:  # the same moment again, perhaps corrected: the last word counts
        return flag, Neighbours(time, value, flag, offset, last.earlier, value, time), None
    if last is None or time - last.time > MEMORY_NS:
        return flag, Neighbours(time, value, flag, offset, None, value, time), None

    revision = None
    if (
        test.spike is not None
        and last.earlier is not None
        and last.flag < Flag.SUSPECT
        and abs(last.value - (last.earlier + value) / 2) > test.spike
    ):
        revision = Revision(last.time, last.value, Flag.SUSPECT, last.offset)
    if test.rate is not None and abs(value - last.value) * SECOND_NS > test.rate * (time - last.time):
        flag = Flag.SUSPECT

    flat_value, flat_since = last.flat_value, last.flat_since
    if abs(value - flat_value) > test.flat_tolerance:
        flat_value, flat_since = value, time
    elif test.flat_ns is not None and time - flat_since >= test.flat_ns:
        flag = Flag.SUSPECT
    return flag, Neighbours(time, value, flag, offset, last.value, flat_value, flat_since), revision
