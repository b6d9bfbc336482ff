"""Low batteries, by level and by voltage."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gateway.config import BatteryLimits, BatterySettings
from gateway.model import Flag, Observation
from gateway.monitoring.model import Condition, Finding, Key, Target

RECOVERY = {"battery_level": 5.0, "battery_voltage": 0.1}
"""How far above its limit (%, V) a battery must be to be well again: voltages rise in the sun and after a rest."""


def limits(target: Target, settings: BatterySettings) -> dict[str, float]:
    """The limits of a device by quantity: its own, else its decoder's, else the general ones."""
    own: BatteryLimits = settings
    if target.device in settings.devices:
        own = settings.devices[target.device]
    elif target.decoder in settings.decoders:
        own = settings.decoders[target.decoder]
    named = {"battery_level": own.level, "battery_voltage": own.voltage}
    return {quantity: limit for quantity, limit in named.items() if limit is not None}


def low_batteries(
    target: Target, latest: Iterable[Observation], settings: BatterySettings, was: Collection[Key]
) -> list[Finding]:
    """Batteries below their limits.

    Args:
        target: the device.
        latest: the last point of each of its series, canonical units.
        settings: thresholds.
        was: faults that hold so far.
    """
    found = []
    allowed = limits(target, settings)
    for point in latest:
        limit = allowed.get(point.quantity)
        if limit is None or point.value is None or point.flag == Flag.FAIL:
            continue
        key = Key(target.device, Condition.LOW_BATTERY, f"{point.quantity} {point.channel}".rstrip())
        recovered = limit + RECOVERY[point.quantity] if key in was else limit
        if point.value < recovered:
            found.append(Finding(key, point.time, point.value, limit))
    return found
