"""Numbers and times in M-Bus data fields, all little-endian.

Source: EN 13757-3:2018, annex A, facts only.
"""

from __future__ import annotations

import struct
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from math import isfinite

from decoders.kit import DecodeError

SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 6, 7: 8, 8: 0, 9: 1, 10: 2, 11: 3, 12: 4, 14: 6}
"""Kind of data (lowest half of the DIF) → bytes; 13 has its length in front, 15 is special."""

FLOAT, VARIABLE, SPECIAL = 5, 13, 15
_BCD = frozenset((9, 10, 11, 12, 14))
_NINE = 9
_MINUS = 0xF


def number(kind: int, data: bytes, *, unsigned: bool = False) -> int | float | None:
    """The number in a field of this kind; None when it says that there is none."""
    if kind in _BCD:
        return _bcd(data)
    if kind == FLOAT:
        value: float = struct.unpack("<f", data)[0]
        return value if isfinite(value) else None
    if not data:
        return None
    if unsigned:
        return int.from_bytes(data, "little")
    raw = int.from_bytes(data, "little", signed=True)
    return None if raw == -(1 << (8 * len(data) - 1)) else raw


def _bcd(data: bytes) -> int | None:
    digits = [half for byte in reversed(data) for half in (byte >> 4, byte & 0xF)]
    negative = digits[0] == _MINUS
    if negative:
        digits[0] = 0
    if max(digits) > _NINE:
        return None
    value = int("".join(map(str, digits)))
    return -value if negative else value


def date(data: bytes) -> datetime | None:
    """Type G: two bytes, a day."""
    if len(data) != 2 or data == b"\xff\xff":
        return None
    return _moment(2000 + (data[0] >> 5 | data[1] >> 4 << 3), data[1] & 0xF, data[0] & 0x1F)


def date_time(data: bytes) -> datetime | None:
    """Type F (four bytes, minutes) or I (six bytes, seconds); None when it is marked as invalid.

    The meter's clock is taken for UTC; where it is marked as being on summer time, the hour is taken off.
    """
    if len(data) == 4:
        minute, hour, day, month = data
        if minute & 0x80:
            return None
        century = 1900 + 100 * (hour >> 5 & 3)
        if century == 1900 and (day >> 5 | month >> 4 << 3) < 80:
            century = 2000
        found = _moment(century + (day >> 5 | month >> 4 << 3), month & 0xF, day & 0x1F, hour & 0x1F, minute & 0x3F)
        summer = bool(hour & 0x80)
    elif len(data) == 6:
        second, minute, hour, day, month, _ = data
        if minute & 0x80:
            return None
        found = _moment(
            2000 + (day >> 5 | month >> 4 << 3), month & 0xF, day & 0x1F, hour & 0x1F, minute & 0x3F, second & 0x3F
        )
        summer = bool(second & 0x40)
    else:
        return None
    return found - timedelta(hours=1) if found is not None and summer else found


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


_UNITS = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
_LONGEST = 250
_MONTHS = {3: 1, 2: 3, 1: 6}
_MONTHLY = 254


class Spacing:
    """The time from one value of a profile to the next."""

    def __init__(self, unit: int, value: int) -> None:
        self._months = _MONTHS.get(unit, 0) if value == _MONTHLY else 0
        if not self._months and not 1 <= value <= _LONGEST:
            raise DecodeError("unsupported", f"profile with a spacing of {value}, unit {unit}")
        self._step = _UNITS[unit] * value

    def after(self, start: datetime, steps: int) -> datetime:
        """The moment so many steps after `start` (before it when negative)."""
        if not self._months:
            return start + self._step * steps
        months = start.year * 12 + start.month - 1 + self._months * steps
        year, month = months // 12, months % 12 + 1
        return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))
