"""The quick way through records as most meters send them: values of now, each with a short head.

Anything else (stored values, dates, texts, profiles, fields that say nothing) is left to the long way.
"""

from __future__ import annotations

from typing import NamedTuple

from decoders.kit import Reading
from decoders.oms._meaning import Described, Head, describe
from decoders.oms._tables import UNSIGNED, Medium
from decoders.oms._values import SIZES

_new = tuple.__new__
_STORED = 0xC0
_EXTENDED = 0x80
_FB, _FD = 0xFB, 0xFD
"""Bits of a DIF that lead to other storages, tariffs or units."""
_DECIMAL = frozenset((9, 10, 11, 12, 14))
_BINARY = frozenset((1, 2, 3, 4, 6, 7))


class Plan(NamedTuple):
    """How a record with a certain head is read. `least` is the pattern for "no value", 0 when there is none."""

    size: int
    decimal: bool
    least: int
    silent: bool
    quantity: str
    unit: str
    channel: str
    mul: int
    add: int
    div: int


def _plan(head: bytes, medium: Medium) -> Plan | None:
    """None when a record with this head needs the long way."""
    dif, vif = head[0], head[1]
    kind = dif & 0xF
    if dif & _STORED or head[-1] >= _EXTENDED:
        return None
    if kind not in _DECIMAL and kind not in _BINARY:
        return None
    known = describe(Head(kind, dif >> 4 & 3, 0, 0, 0, vif, tuple(head[2:])), medium, False)
    size = SIZES[kind]
    if known == "":
        return Plan(size, False, 0, True, "", "", "", 1, 0, 1)
    if not isinstance(known, Described) or known.step:
        return None
    decimal = kind in _DECIMAL
    least = 0 if decimal or known.quantity in UNSIGNED else 1 << (8 * size - 1)
    return Plan(size, decimal, least, False, *known[:6])


_PLANS: dict[Medium, dict[int, Plan | None]] = {}
_MOST_PLANS = 1024


def quick(data: bytes, medium: Medium) -> tuple[Reading, ...] | None:
    """The readings of all records; None when one of them needs the long way."""
    plans = _PLANS.setdefault(medium, {})
    found: list[Reading] = []
    at, end = 0, len(data)
    while at < end - 1:
        dif, vif = data[at], data[at + 1]
        key, start = dif << 16 | vif << 8, at + 2
        if vif >= _EXTENDED:
            if (vif != _FB and vif != _FD) or start == end:  # noqa: PLR1714 - two comparisons are quicker than a set
                return None
            key |= data[start]
            start += 1
        try:
            plan = plans[key]
        except KeyError:
            if len(plans) >= _MOST_PLANS:
                plans.clear()
            plan = plans[key] = _plan(data[at:start], medium)
        if plan is None:
            return None
        size, decimal, least, silent, quantity, unit, channel, mul, add, div = plan
        at = start + size
        if at > end:
            return None
        if silent:
            continue
        raw = int.from_bytes(data[start:at], "little")
        if decimal:
            digits = f"{raw:x}"
            if not digits.isdecimal():
                return None
            raw = int(digits)
        elif raw >= least > 0:
            if raw == least:
                continue
            raw -= 2 * least
        found.append(_new(Reading, (quantity, (raw * mul + add) / div, unit, channel, 0.0, None)))
    return tuple(found) if found and at == end else None
