"""Devices and times for the tests of monitoring."""

from __future__ import annotations

from typing import Any

from gateway.model import SECOND_NS, Flag, Observation
from gateway.monitoring.model import Target

NOW = 1_795_370_000 * SECOND_NS
"""2026-11-22T17:53:20Z, a Sunday, 18:53:20 in Berlin."""
MINUTE, HOUR, DAY = 60 * SECOND_NS, 3600 * SECOND_NS, 86400 * SECOND_NS


def target(device: str = "d", /, **changes: Any) -> Target:
    """A device that reports every ten minutes and was heard just now."""
    return Target(**{"device": device, "interval": 600, "source": "chirpstack", "last_seen": NOW, **changes})


def point(time: int, value: float | None, quantity: str = "air_temperature", channel: str = "", device: str = "d"):
    flag = Flag.MISSING if value is None else Flag.GOOD
    return Observation(device, channel, quantity, time, value, flag, 0)
