"""Late, silent, never heard; and whether a whole source has fallen silent.

    last message        late·E + grace          silent·E + grace
    ──●─────────────────────┼───────────────────────┼──────────▶ data are complete up to `as_of`
            ok                       late                    silent

What counts is the time during which the device could have been heard: up to `as_of`, the time up to which everything
received has been processed, and without lapses, in which this gateway or the device's source was down. Neither a
backlog nor an outage makes devices silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec

from gateway.config import MonitoringSettings
from gateway.model import SECOND_NS
from gateway.monitoring.model import Condition, Finding, Key, Target

SMALLEST_SOURCE = 5
"""Devices below which a share says nothing about a source."""


class Lapse(msgspec.Struct, frozen=True, array_like=True):
    """Nothing could be heard in `[start, stop)` ns: of one source, or of any when `source` is ""."""

    source: str
    start: int
    stop: int


def listened(start: int, stop: int, source: str, lapses: Sequence[Lapse]) -> int:
    """How much of `[start, stop)` a source could be heard, ns. `lapses` in order of `start`; they may overlap."""
    total, at = 0, start
    for lapse in lapses:
        if lapse.source in ("", source) and lapse.stop > at:
            total += max(0, min(lapse.start, stop) - at)
            at = lapse.stop
            if at >= stop:
                return total
    return total + max(0, stop - at)


def presence(
    target: Target, settings: MonitoringSettings, *, as_of: int, known: int, lapses: Sequence[Lapse]
) -> Finding | None:
    """The presence of one device.

    Args:
        target: the device.
        settings: thresholds.
        as_of: up to when the data are complete, ns.
        known: when the device was first on the list of watched ones, ns.
        lapses: when nothing could be heard, in order of their start.

    Returns:
        SILENT, LATE or NEVER_HEARD, or None: it is well, or awaited (`last_seen` None).
    """
    seen = target.last_seen
    waited = listened(known if seen is None else seen, as_of, target.source, lapses) / SECOND_NS
    if seen is None:
        if waited > settings.never_heard:
            return Finding(Key(target.device, Condition.NEVER_HEARD), known, None, settings.never_heard)
        return None
    for condition, factor in ((Condition.SILENT, settings.silent), (Condition.LATE, settings.late)):
        limit = factor * target.interval + settings.grace
        if waited > limit:
            return Finding(Key(target.device, condition), seen, None, limit)
    return None


def outages(
    targets: Iterable[Target], missing: Iterable[str], disconnected: Collection[str], share: float
) -> list[Finding]:
    """Sources whose devices are silent together; such a fault began when the source was last heard.

    Args:
        targets: all that are watched.
        missing: devices among them that are silent.
        disconnected: sources known to have no connection.
        share: part of the devices from which on the source is the fault; without a connection one device is enough.
    """
    total: Counter[str] = Counter()
    last: dict[str, int] = {}
    sources: dict[str, str] = {}
    for target in targets:
        if target.source and target.last_seen is not None:
            sources[target.device] = target.source
            total[target.source] += 1
            last[target.source] = max(last.get(target.source, 0), target.last_seen)
    gone = Counter(sources[device] for device in missing if device in sources)
    return [
        Finding(Key("", Condition.SOURCE_SILENT, source), last[source], number / total[source], share)
        for source, number in sorted(gone.items())
        if source in disconnected or (total[source] >= SMALLEST_SOURCE and number >= share * total[source])
    ]
