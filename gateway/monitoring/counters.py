"""Counters that run backwards: a loose contact, a wrong byte order, two devices under one name.

A counter that begins anew (a battery was changed, it rolled over) falls to less than half; the aggregation knows how to
go on from there. One that falls by less has counted backwards, and what is made of its differences is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gateway.model import Flag, Observation
from gateway.monitoring.model import Condition, Finding, Key, Target


def backward_counters(
    target: Target, quantity: str, channels: Collection[str], points: Iterable[Observation]
) -> tuple[list[Finding], set[Key]]:
    """Channels of one counter that fell by less than half.

    Args:
        target: the device.
        quantity: which.
        channels: those that have points in the window.
        points: of this quantity, all channels, in order of time.

    Returns:
        the faults (value: how often, since: the first time), and the keys on which there is a verdict at all.
    """
    keys = {
        channel: Key(target.device, Condition.COUNTER_BACKWARDS, f"{quantity} {channel}".rstrip())
        for channel in channels
    }
    last: dict[str, float] = {}
    falls: dict[str, list[int]] = {}
    judged: set[Key] = set()
    for point in points:
        if point.value is None or point.flag >= Flag.FAIL or point.channel not in keys:
            continue
        before = last.get(point.channel)
        last[point.channel] = point.value
        if before is None:
            continue
        judged.add(keys[point.channel])
        if before / 2 < point.value < before:
            falls.setdefault(point.channel, []).append(point.time)
    return [Finding(keys[channel], times[0], float(len(times))) for channel, times in sorted(falls.items())], judged
