"""Times of the API: text in, ns since the epoch out, and back.

A date means midnight of `day_basis`: `berlin` (legal time, with summer time), `mez` (UTC+1 all year, as the
environmental agencies keep it) or `utc`. A time of day without offset is read in the same zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from gateway.model import SECOND_NS

DayBasis = Literal["berlin", "mez", "utc"]
ZONES: dict[str, tzinfo] = {"berlin": ZoneInfo("Europe/Berlin"), "mez": timezone(timedelta(hours=1)), "utc": UTC}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_NS = (1 << 63) - 1
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,9}))?([Zz]|[+\- ]\d{2}:?\d{2})?", re.ASCII
)


class TimeFormatError(ValueError):
    """A text is no time; the arguments say why in German and English."""

    def __init__(self, why: str, why_en: str) -> None:
        super().__init__(why_en)
        self.why, self.why_en = why, why_en


def parse_time(text: str, basis: str) -> int:
    """Ns since the epoch of a date or an ISO 8601 time.

    An unescaped `+` of an offset reaches a server as a space; that is understood too.

    Raises:
        TimeFormatError: no time, out of 1970..2262, or a local time that the clock change makes ambiguous or skips.
    """
    try:
        return _parse(text, ZONES[basis])
    except TimeFormatError:
        raise
    except (ValueError, OverflowError):
        raise _no_time() from None


def format_utc(ns: int) -> str:
    """ISO 8601 in UTC with Z and 0, 3, 6 or 9 digits of a second."""
    seconds, fraction = divmod(ns, SECOND_NS)
    return f"{_at(seconds, UTC).isoformat()[:19]}{_fraction(fraction)}Z"


def format_local(ns: int, zone: tzinfo) -> tuple[str, str]:
    """`dd.mm.yyyy HH:MM` and ISO 8601 with offset, both in `zone`."""
    seconds, fraction = divmod(ns, SECOND_NS)
    text = _at(seconds, zone).isoformat()
    german = f"{text[8:10]}.{text[5:7]}.{text[:4]} {text[11:16]}"
    return german, f"{text[:19]}{_fraction(fraction)}{text[19:]}"


def _parse(text: str, zone: tzinfo) -> int:
    if _DATE.fullmatch(text):
        return _in_range(datetime.combine(date.fromisoformat(text), time(), zone), 0)
    match = _TIME.fullmatch(text)
    if match is None:
        raise _no_time()
    day, minute, second, fraction, offset = match.groups()
    moment = datetime.fromisoformat(f"{day}T{minute}{second or ':00'}{_offset(offset)}")
    ns = int((fraction or "").ljust(9, "0"))
    if moment.tzinfo is not None:
        return _in_range(moment, ns)
    local = moment.replace(tzinfo=zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise TimeFormatError(
            "Diese Ortszeit gibt es durch die Zeitumstellung zweimal oder gar nicht; bitte mit Abstand zu UTC angeben.",
            "The clock change makes this local time ambiguous or skips it; please give its offset from UTC.",
        )
    return _in_range(local, ns)


def _at(seconds: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)


def _fraction(ns: int) -> str:
    if not ns:
        return ""
    digits = f"{ns:09d}"
    return "." + (digits[:3] if ns % 1_000_000 == 0 else digits[:6] if ns % 1000 == 0 else digits)


def _offset(text: str | None) -> str:
    if text is None:
        return ""
    if text in ("Z", "z"):
        return "+00:00"
    sign = "-" if text[0] == "-" else "+"
    return f"{sign}{text[1:3]}:{text[-2:]}"


def _in_range(moment: datetime, fraction: int) -> int:
    since = moment - _EPOCH
    ns = (since.days * 86400 + since.seconds) * SECOND_NS + fraction
    if not 0 <= ns <= _MAX_NS:
        raise TimeFormatError("Erlaubt sind die Jahre 1970 bis 2262.", "Years 1970 to 2262 are allowed.")
    return ns


def _no_time() -> TimeFormatError:
    return TimeFormatError(
        "Kein Zeitpunkt; Beispiele: 2026-06-01, 2026-06-01T12:00:00Z, 2026-06-01T14:00:00+02:00.",
        "No time; examples: 2026-06-01, 2026-06-01T12:00:00Z, 2026-06-01T14:00:00+02:00.",
    )
