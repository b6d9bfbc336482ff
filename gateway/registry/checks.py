"""What every change is held to: usable ids, intervals the right way round, words of a closed list. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gateway.registry.errors import RegistryError
from gateway.registry.timeline import OPEN

BERLIN = ZoneInfo("Europe/Berlin")
MAX_ID = 200
LATEST = 4_000_000_000 * 1_000_000_000
"""ns; the year 2096: a later time is a mistake."""
_ID = re.compile(r"\S(?:.*\S)?", re.DOTALL)


def shown(ns: int | None) -> str:
    """A moment for people: local time, "offen / open" for none."""
    if ns is None:
        return "offen / open"
    if ns == 0:
        return "immer / always"
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).astimezone(BERLIN).isoformat(" ", "minutes")


def period(start: int, stop: int | None) -> str:
    """An interval for people."""
    return f"[{shown(start)}, {shown(stop)})"


def device_id(text: str) -> str:
    """An id as the pipeline has it: DevEUIs in lower case without separators, other ids as they are."""
    bare = re.sub(r"[-: ]", "", text)
    return bare.lower() if re.fullmatch(r"[0-9A-Fa-f]{16}", bare) else text


def check_interval(start: int, stop: int | None, what: str) -> None:
    """Refuse intervals that end before they begin, and times nobody means."""
    if stop is not None and stop <= start:
        raise RegistryError(
            f"{what}: Gültigkeit {period(start, stop)} endet, bevor sie beginnt",
            f"{what}: validity {period(start, stop)} is upside down, it ends before it begins",
            "stop",
        )
    if not 0 <= start < LATEST or (stop is not None and stop > LATEST):
        raise RegistryError(
            f"{what}: Zeitpunkt außerhalb von 1970 bis 2096", f"{what}: time outside 1970 to 2096", "start"
        )


def check_id(value: str, what: str) -> None:
    """Refuse ids that are empty, too long, or not printable."""
    if not _ID.fullmatch(value) or len(value) > MAX_ID or not value.isprintable():
        raise RegistryError(
            f"{what}: {value[:40]!r} ist keine brauchbare Kennung", f"{value[:40]!r} is no usable id", "id"
        )


def one_of(value: str, allowed: Iterable[str], field: str) -> None:
    """Refuse what is not on the list."""
    choices = list(allowed)
    if value not in choices:
        listed = ", ".join(choices)
        raise RegistryError(f"{value!r} ist nicht eines von {listed}", f"{value!r} is not one of {listed}", field)


def end_of(stop: int | None) -> int:
    """The end of an interval as a number: an open one is `timeline.OPEN`."""
    return OPEN if stop is None else stop
