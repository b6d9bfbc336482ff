"""When somebody is told, and what: the difference between the faults that hold and those a channel knows of.

A fault that comes and goes between two messages is in none; one that holds is told once; its end is told once, to
those who knew of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from gateway.config import NotifySettings, QuietHours
from gateway.model import SECOND_NS
from gateway.monitoring.model import Condition, Finding, Key

_ABSENCE = (Condition.SILENT, Condition.LATE)


class News(msgspec.Struct, frozen=True):
    """What a channel does not know yet. `ended` are faults as they were told."""

    began: tuple[Finding, ...] = ()
    ended: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.began or self.ended)


def is_quiet(now: int, hours: QuietHours | None, zone: ZoneInfo) -> bool:
    """Whether the clocks on the wall show quiet hours at `now` ns; half-open, over midnight as well."""
    if hours is None or hours.start == hours.stop:
        return False
    wall = datetime.fromtimestamp(now / SECOND_NS, UTC).astimezone(zone).time()
    if hours.start < hours.stop:
        return hours.start <= wall < hours.stop
    return wall >= hours.start or wall < hours.stop


def news(
    faults: Mapping[Key, Finding],
    told: Mapping[Key, Finding],
    sources: Mapping[str, str],
    settings: NotifySettings,
    now: int,
) -> News:
    """What is to be told to a channel at `now` ns.

    Args:
        faults: all that hold.
        told: those the channel knows of.
        sources: the source of each device: while a source is the fault, nothing is said of its silent devices.
        settings: which troubles are told, quiet hours.
        now: ns.
    """
    quiet = is_quiet(now, settings.quiet, settings.zone)
    down = {key.subject for key in faults if key.condition is Condition.SOURCE_SILENT}

    def withheld(key: Key) -> bool:
        if quiet and key.condition.value not in settings.urgent:
            return True
        return key.condition in _ABSENCE and sources.get(key.device) in down

    began = [finding for key, finding in faults.items() if key not in told and key.condition.value in settings.troubles]
    ended = [finding for key, finding in told.items() if key not in faults]
    return News(
        tuple(sorted((f for f in began if not withheld(f.key)), key=_order)),
        tuple(sorted((f for f in ended if not withheld(f.key)), key=_order)),
    )


_RANK = {condition: rank for rank, condition in enumerate(Condition)}


def _order(finding: Finding) -> tuple[int, Key]:
    return _RANK[finding.key.condition], finding.key
