"""Late, silent, never heard; and whether a whole source has fallen silent.

    last message        late·E + grace          silent·E + grace
    ──●─────────────────────┼───────────────────────┼──────────▶ data are complete up to `as_of`
            ok                       late                    silent

Ages are counted up to `as_of`, the time up to which everything received has been processed, and from `listening` on,
the time since which messages could be heard at all: neither a backlog nor our own downtime makes devices silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from gateway.config import MonitoringSettings
from gateway.model import SECOND_NS
from gateway.monitoring.model import Condition, Finding, Key, Target

SMALLEST_SOURCE = 5
"""Devices below which a share says nothing about a source."""


def presence(
    target: Target, settings: MonitoringSettings, *, as_of: int, listening: int, known: int, was: Condition | None
) -> Finding | None:
    """The presence of one device.

    Args:
        target: the device.
        settings: thresholds.
        as_of: up to when the data are complete, ns.
        listening: since when messages could be heard, ns.
        known: when the device was first on the list of watched ones, ns.
        was: what it was before: a silent device becomes well by being heard, not by our being away.

    Returns:
        SILENT, LATE or NEVER_HEARD, or None: it is well, or awaited (`last_seen` None).
    """
    seen = target.last_seen
    if seen is None:
        waiting = (as_of - max(known, listening)) / SECOND_NS
        if was is Condition.NEVER_HEARD or waiting > settings.never_heard:
            return Finding(Key(target.device, Condition.NEVER_HEARD), known, None, settings.never_heard)
        return None
    age, heard_for = (as_of - seen) / SECOND_NS, (as_of - max(seen, listening)) / SECOND_NS
    for condition, factor in ((Condition.SILENT, settings.silent), (Condition.LATE, settings.late)):
        limit = factor * target.interval + settings.grace
        if heard_for > limit or (was is condition and age > limit):
            return Finding(Key(target.device, condition), seen, None, limit)
    return None


def outages(
    targets: Iterable[Target], missing: Iterable[str], disconnected: Collection[str], share: float, now: int
) -> list[Finding]:
    """Sources whose devices are silent together.

    Args:
        targets: all that are watched.
        missing: devices among them that are silent.
        disconnected: sources known to have no connection.
        share: part of the devices from which on the source is the fault; without a connection one device is enough.
        now: ns.
    """
    sources = {target.device: target.source for target in targets if target.source and target.last_seen is not None}
    total, gone = Counter(sources.values()), Counter(sources[device] for device in missing if device in sources)
    return [
        Finding(Key("", Condition.SOURCE_SILENT, source), now, number / total[source], share)
        for source, number in sorted(gone.items())
        if source in disconnected or (total[source] >= SMALLEST_SOURCE and number >= share * total[source])
    ]
