"""From the head of an M-Bus record to what its number means."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from decoders.oms._tables import (
    ANY,
    CHANNELS,
    COMPACT,
    DATE,
    DATE_TIME,
    FB,
    FD,
    INVERSE_COMPACT,
    PRIMARY,
    REVERSE,
    SILENT_PRIMARY,
    Meaning,
    Medium,
)
from decoders.oms._values import VARIABLE

EXTENDED_B, EXTENDED_D = 0x7B, 0x7D
ERROR = 3
FUNCTIONS = ("", "max", "min", "error")
MULTIPLIERS = {0x70 + n: Fraction(10) ** (n - 6) for n in range(8)} | {0x7D: Fraction(1000)}
OFFSETS = {0x78 + n: Fraction(10) ** (n - 3) for n in range(4)}


class Head(NamedTuple):
    """What comes before the data of a record."""

    kind: int
    function: int
    storage: int
    tariff: int
    unit: int
    vif: int
    extensions: tuple[int, ...]


def meaning(head: Head) -> tuple[Meaning | None, tuple[int, ...]]:
    """What the VIF says, and the extensions that are left; None when it is not a measurement we know."""
    if head.vif == 0x80 | EXTENDED_B and head.extensions:
        return FB.get(head.extensions[0]), head.extensions[1:]
    if head.vif == 0x80 | EXTENDED_D and head.extensions:
        return FD.get(head.extensions[0]), head.extensions[1:]
    return PRIMARY.get(head.vif & 0x7F), head.extensions


class Described(NamedTuple):
    """A meaning with everything that the head of a record adds: `value = (raw * mul + add) / div`.

    `step` is 0 for a plain value, 1 for a profile from old to new and -1 for one from new to old.
    """

    quantity: str
    unit: str
    channel: str
    mul: int
    add: int
    div: int
    step: int


@lru_cache(maxsize=1024)
def describe(head: Head, medium: Medium, timed: bool) -> Described | str:
    """What a record is; a warning when it is not read, "" when it is no measurement.

    Args:
        head: of the record.
        medium: what energy and volume are readings of.
        timed: a time is known for its storage number.
    """
    code = head.vif & 0x7F
    if code in (DATE, DATE_TIME, ANY) or code in SILENT_PRIMARY:
        return ""
    known, extensions = meaning(head)
    if known is None:
        return "" if code in (EXTENDED_B, EXTENDED_D) else f"value {head.vif:#04x} is not read"
    if head.function == ERROR:
        return f"{known.quantity}: a value during an error is left out"
    quantity, unit, factor, channel = known
    channels = [channel]
    if quantity == "volume":
        quantity, channels = medium.volume, [medium.channel]
    elif quantity == "energy":
        quantity = medium.energy
    offset, step = Fraction(0), 0
    for extension in extensions:
        if extension in MULTIPLIERS:
            factor *= MULTIPLIERS[extension]
        elif extension in OFFSETS:
            offset += OFFSETS[extension] * factor
        elif extension == INVERSE_COMPACT or extension in COMPACT:
            step = -1 if extension == INVERSE_COMPACT else 1
        elif extension == REVERSE and quantity == "water_volume":
            quantity = "water_volume_reverse"
        elif extension in CHANNELS:
            channels.append(CHANNELS[extension])
        else:
            return f"{quantity} with extension {extension:#04x} is not read"
    if head.kind == VARIABLE and not step:
        return ""
    channels.append(FUNCTIONS[head.function])
    channels += [f"{name}-{n}" for name, n in (("tariff", head.tariff), ("unit", head.unit)) if n]
    if head.storage and not timed:
        channels.append(f"storage-{head.storage}")
    div = lcm(factor.denominator, offset.denominator)
    return Described(quantity, unit, "-".join(filter(None, channels)), int(factor * div), int(offset * div), div, step)
