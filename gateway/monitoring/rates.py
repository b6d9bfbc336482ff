"""Faults that show in counts: bad clocks, undecodable messages, restarts."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from gateway.config import MonitoringSettings
from gateway.model import SECOND_NS
from gateway.monitoring.model import Condition, Finding, Key, Tally, Target

FEWEST = 3
"""Messages below which a share says nothing."""


class Baseline(msgspec.Struct, frozen=True, array_like=True):
    """Counts as they were at `at` (ns): what has been added since is what is judged.

    Two are kept, so that at any time at least half a window and at most a whole one is looked at.
    """

    at: int
    tally: Tally
    next_at: int
    next_tally: Tally


def begin(tally: Tally, now: int) -> Baseline:
    """The first baseline of a device."""
    return Baseline(now, tally, now, tally)


def advance(baseline: Baseline, tally: Tally, now: int, window: float) -> Baseline:
    """The baseline to judge by from now on; the same one for half a window (seconds) at a time."""
    if tally.count < baseline.tally.count:  # the list of heard devices began anew
        return begin(tally, now)
    if now - baseline.next_at < window * SECOND_NS / 2:
        return baseline
    return Baseline(baseline.next_at, baseline.next_tally, now, tally)


def counted_faults(
    target: Target, baseline: Baseline, settings: MonitoringSettings, was: Collection[Key], now: int
) -> list[Finding]:
    """What the counts since the baseline say. With fewer than three messages a fault stays as it was."""
    before, after = baseline.tally, target.tally
    messages = after.count - before.count
    bad_clock = max(
        after.rejected_clocks - before.rejected_clocks, (after.undated - before.undated) if target.timed else 0
    )
    restarts = max(after.joins - before.joins, after.restarts - before.restarts)
    found = []
    for condition, number in (
        (Condition.DECODE_FAILURE, after.failures - before.failures),
        (Condition.CLOCK_FAULT, bad_clock),
    ):
        key = Key(target.device, condition)
        if messages < FEWEST:
            if key in was:
                found.append(Finding(key, now, None, settings.share))
        elif number >= settings.share * messages:
            found.append(Finding(key, now, number / messages, settings.share))
    if restarts >= settings.restarts:
        found.append(Finding(Key(target.device, Condition.RESTARTS), now, restarts, settings.restarts))
    return found
