"""Series that stand still: a frozen sensor, a broken cable, a dead fan.

The pipeline's QARTOD test flags single values as they come; this one is about the device as a whole, and sees a series
also when nothing is configured there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gateway.config import FlatLine
from gateway.model import SECOND_NS, Observation
from gateway.monitoring.model import Condition, Finding, Key, Target

FEWEST = 6
"""Values below which nothing is said."""
SPAN = 0.9
"""Part of the window that the values must span."""


class _Track:
    """One channel of a quantity, as its points pass by in order of time."""

    __slots__ = ("count", "first", "high", "last", "low")

    def __init__(self, time: int, value: float) -> None:
        self.first = self.last = time
        self.low = self.high = value
        self.count = 1

    def add(self, time: int, value: float) -> None:
        self.last, self.count = time, self.count + 1
        self.low, self.high = min(self.low, value), max(self.high, value)


def flat_lines(
    target: Target, quantity: str, channels: Collection[str], points: Iterable[Observation], rule: FlatLine
) -> tuple[list[Finding], set[Key]]:
    """Channels of one quantity that did not move during the window.

    Args:
        target: the device.
        quantity: which.
        channels: those that have points in the window.
        points: of this quantity within `rule.after` seconds, all channels, in order of time. Reading ends as soon as
            every channel has moved, so a lazy source is asked for little.
        rule: how long standing still is a fault.

    Returns:
        the faults, and the keys on which there is a verdict at all: too few values say nothing.
    """
    keys = {channel: Key(target.device, Condition.FLAT_LINE, f"{quantity} {channel}".rstrip()) for channel in channels}
    tracks: dict[str, _Track] = {}
    still = set(channels)
    for point in points:
        if point.value is None or point.channel not in keys:
            continue
        track = tracks.get(point.channel)
        if track is None:
            tracks[point.channel] = _Track(point.time, point.value)
            continue
        track.add(point.time, point.value)
        if track.high - track.low > rule.tolerance:
            still.discard(point.channel)
            if not still:
                break
    found, judged = [], {keys[channel] for channel in channels if channel not in still}
    for channel in sorted(still):
        if (track := tracks.get(channel)) is None:
            continue
        if track.low in rule.normal:
            judged.add(keys[channel])
        elif track.last - track.first >= SPAN * rule.after * SECOND_NS and track.count >= FEWEST:
            judged.add(keys[channel])
            found.append(Finding(keys[channel], track.first, track.low, rule.after))
    return found, judged
