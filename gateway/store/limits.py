"""What both databases can hold, so that a point is refused with the same words whichever one is configured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gateway.model import Observation, Refused

TIME_MIN = -9_223_372_036_854_775_806
"""Earliest time InfluxDB 2 stores (1677-09-21T00:12:43.145224194Z); DuckDB would take two nanoseconds more."""

TIME_MAX = 9_223_372_036_854_775_805
"""Latest time InfluxDB 2 gives back: it stores one nanosecond more, but no Flux range reaches that point."""

MAX_KEY_BYTES = 65_000
"""Longest series key in bytes, names and separators together. InfluxDB 2 refuses 65,536 with the field's name."""


def refusal(observation: Observation) -> str | None:
    """Why no database of ours can hold this point, or None when nothing speaks against it."""
    for what in ("device", "quantity"):
        if not getattr(observation, what):
            return f"{what} is empty"
    try:
        size = len(f"{observation.device}{observation.channel}{observation.quantity}".encode())
    except UnicodeEncodeError:
        return "device, channel or quantity is no valid Unicode"
    if size > MAX_KEY_BYTES:
        return f"device, channel and quantity have {size} bytes together, {MAX_KEY_BYTES} are possible"
    if not TIME_MIN <= observation.time <= TIME_MAX:
        return f"time {observation.time} ns is outside {TIME_MIN} to {TIME_MAX}"
    if not 0 <= observation.flag <= 255:
        return f"flag {observation.flag} is no number from 0 to 255"
    if observation.value is None:
        return None
    try:
        finite = math.isfinite(observation.value)
    except (OverflowError, TypeError):
        finite = False
    return None if finite else "value is no finite 64-bit floating-point number"


def refuse(
    observations: Sequence[Observation], why: Callable[[Observation], str | None] = refusal
) -> tuple[list[Observation], list[Refused]]:
    """Those that can be stored, and those that cannot with the reason."""
    good: list[Observation] = []
    refused: list[Refused] = []
    for observation in observations:
        if (reason := why(observation)) is None:
            good.append(observation)
        else:
            refused.append(Refused(observation, reason))
    return good, refused
