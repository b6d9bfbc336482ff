"""Times as plain devices write them: epoch, ISO 8601 with or without zone, German dates, and "11:50 UTC"."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal

from gateway.envelopes.clock import EPOCH, rfc3339_ns
from gateway.model import SECOND_NS

TimeFormat = Literal["auto", "iso", "s", "ms", "us", "ns"]

_SCALE = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,2})?")
_ZONE = re.compile(r"\s*(Z|UTC|GMT|MEZ|CET|MESZ|CEST|[+-]\d\d(?::?\d\d)?)$", re.IGNORECASE)
_ZONE_HOURS = {"Z": 0, "UTC": 0, "GMT": 0, "MEZ": 1, "CET": 1, "MESZ": 2, "CEST": 2}
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T,]+(.*))?")
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[ T]+(.*))?", re.IGNORECASE)


def instant(value: Any, form: TimeFormat, zone: tzinfo, received_at: int) -> int:
    """A time as ns since the epoch, exactly.

    Args:
        value: number or text.
        form: what numbers count; "auto" tells by their size, "iso" refuses them.
        zone: of times that name none. An hour that a clock change repeats is taken nearest to `received_at`.
        received_at: ns; a time of day without date is taken on the day nearest to it.

    Raises:
        ValueError: it is no time; says why, not what stood there.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no time")  # noqa: TRY004 - one error for whatever stands there
    text = value.strip() if isinstance(value, str) else repr(value)
    if len(text) > 64:
        raise ValueError("no time")
    if form != "iso" and _NUMBER.fullmatch(text):
        return _epoch(Decimal(text), form)
    if not isinstance(value, str) or form in _SCALE:
        raise ValueError("no time of the configured form")
    if text[4:5] == "-" and (text[-1:] == "Z" or text[-6:-5] in ("+", "-")):  # the common case, and a quick one
        with suppress(ValueError):
            return rfc3339_ns(text)
    return _written(text, zone, received_at)


def _epoch(count: Decimal, form: TimeFormat) -> int:
    size = abs(count)
    if size >= 10**20:
        raise ValueError("no time")
    if form == "auto":
        form = "s" if size < 10**11 else "ms" if size < 10**14 else "us" if size < 10**17 else "ns"
    return int(count * _SCALE[form])


def _written(text: str, zone: tzinfo, received_at: int) -> int:
    named = _ZONE.search(text)
    offset = None
    if named is not None and (named[1].isalpha() or any(c in ":Tt" for c in text[: named.start()])):
        offset, text = _offset(named[1].upper()), text[: named.start()]
    if found := _GERMAN.fullmatch(text):
        day, month, year, clock = found.groups()
    elif found := _DATE.fullmatch(text):
        year, month, day, clock = found.groups()
    else:
        return _time_of_day(text, offset, zone, received_at)
    try:
        moment = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - the zone comes in _utc
    except ValueError:
        raise ValueError("no date") from None
    seconds, fraction = _clock(clock) if clock else (0, 0)
    return _utc(moment, seconds, offset, zone, received_at) + fraction


def _offset(name: str) -> timedelta:
    if name in _ZONE_HOURS:
        return timedelta(hours=_ZONE_HOURS[name])
    digits = name[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError("no zone")
    span = timedelta(hours=hours, minutes=minutes)
    return -span if name[0] == "-" else span


def _clock(text: str) -> tuple[int, int]:
    """Seconds of the day, and ns beyond them."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        compact = re.fullmatch(r"(\d\d)(\d\d)(\d\d)?", text)
        if compact is None:
            raise ValueError("no time of day")
        hours, minutes, seconds, fraction = compact[1], compact[2], compact[3], None
    else:
        hours, minutes, seconds, fraction = found.groups()
    h, m, s = int(hours), int(minutes), int(seconds or 0)
    if h > 24 or m > 59 or s > 60 or (h == 24 and (m or s)):
        raise ValueError("no time of day")
    return h * 3600 + m * 60 + s, int((fraction or "").ljust(9, "0"))


def _utc(moment: datetime, seconds: int, offset: timedelta | None, zone: tzinfo, received_at: int) -> int:
    """A local wall-clock time as ns."""
    try:
        moment += timedelta(seconds=seconds)
        if offset is not None:
            return _ns(moment.replace(tzinfo=UTC) - offset)
        early, late = (_ns(moment.replace(tzinfo=zone, fold=fold).astimezone(UTC)) for fold in (0, 1))
    except OverflowError:
        raise ValueError("no time") from None
    return early if abs(early - received_at) <= abs(late - received_at) else late


def _ns(moment: datetime) -> int:
    span = moment - EPOCH
    return (span.days * 86400 + span.seconds) * SECOND_NS


def _time_of_day(text: str, offset: timedelta | None, zone: tzinfo, received_at: int) -> int:
    seconds, fraction = _clock(text)
    try:
        today = EPOCH + timedelta(seconds=received_at // SECOND_NS)
        local = today + offset if offset is not None else today.astimezone(zone)
        midnight = datetime(local.year, local.month, local.day)  # noqa: DTZ001 - the zone comes in _utc
        candidates = [
            _utc(midnight + timedelta(days=day), seconds, offset, zone, received_at) + fraction for day in (-1, 0, 1)
        ]
    except OverflowError:
        raise ValueError("no time") from None
    return min(candidates, key=lambda ns: abs(ns - received_at))
