"""Sensors that keep away from their neighbours.

    hour by hour    δ = own median - median of the neighbours' medians
                    s = 1.4826 · MAD of the neighbours' medians
    over the window D = median of δ          S = max(median of s, floor)
    drift           |D| > factor · S

Medians all the way: one wrong neighbour, one storm, one night of inversion decide nothing. A fault ends when |D| is
below 0.8 of the limit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from statistics import median

from gateway.config import DriftSettings
from gateway.monitoring.model import Condition, Finding, Key, Target, metres

MAD_TO_SIGMA = 1.4826
"""The standard deviation of a normal distribution is this many of its median absolute deviations."""
RECOVERY = 0.8
NEAREST = 20
"""Neighbours that are enough; what is farther away adds work and little knowledge."""
METRES_A_DEGREE = 110_500
"""Of latitude, at least."""

Hours = Mapping[int, float]
"""Medians by hour (whole hours since the epoch)."""


def drifting(
    targets: Collection[Target],
    quantity: str,
    series: Mapping[str, Hours],
    settings: DriftSettings,
    was: Collection[Key],
    now: int,
) -> tuple[list[Finding], set[str]]:
    """Compare the devices that measure one quantity.

    Args:
        targets: devices; those without a position are neither judged nor neighbours.
        quantity: which.
        series: hourly medians by device, canonical unit.
        settings: thresholds.
        was: faults that hold so far.
        now: ns.

    Returns:
        the faults (value: D, limit: factor · S), and the devices that could be judged at all.
    """
    placed = _by_latitude(targets, series)
    latitudes = [latitude for latitude, _ in placed]
    reach = settings.distance / METRES_A_DEGREE
    floor = settings.quantities[quantity].floor
    found, judged = [], set()
    for latitude, target in placed:
        band = placed[bisect_left(latitudes, latitude - reach) : bisect_right(latitudes, latitude + reach)]
        around = [series[device] for device in _nearest(target, band, settings.distance)]
        if len(around) < settings.neighbours:
            continue
        differences, spreads = _compared(series[target.device], around, settings.neighbours)
        if len(differences) < settings.hours:
            continue
        judged.add(target.device)
        key = Key(target.device, Condition.DRIFT, quantity)
        offset, limit = median(differences), settings.factor * max(median(spreads), floor)
        if abs(offset) > limit * (RECOVERY if key in was else 1):
            found.append(Finding(key, now, offset, limit))
    return found, judged


def _by_latitude(targets: Collection[Target], series: Mapping[str, Hours]) -> list[tuple[float, Target]]:
    placed = [(target.position[0], target) for target in targets if target.position and series.get(target.device)]
    return sorted(placed, key=lambda pair: (pair[0], pair[1].device))


def _nearest(one: Target, band: Sequence[tuple[float, Target]], distance: float) -> list[str]:
    """The devices of the same siting within `distance` metres, at most `NEAREST` of them."""
    found = []
    for _, other in band:
        if other.device != one.device and other.siting == one.siting and one.position and other.position:
            away = metres(one.position, other.position)
            if away <= distance:
                found.append((away, other.device))
    return [device for _, device in sorted(found)[:NEAREST]]


def _compared(own: Hours, around: Collection[Hours], needed: int) -> tuple[list[float], list[float]]:
    """For each hour with enough neighbours the distance from their median, and their spread."""
    differences, spreads = [], []
    for hour, value in own.items():
        others = [hours[hour] for hours in around if hour in hours]
        if len(others) < needed:
            continue
        middle = median(others)
        differences.append(value - middle)
        spreads.append(MAD_TO_SIGMA * median(abs(other - middle) for other in others))
    return differences, spreads
