"""What is known of a device, and what can be wrong with it. Times are ns since the epoch, intervals in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Protocol

import msgspec

Position = tuple[float, float]
"""(latitude, longitude) in degrees WGS 84."""


class Condition(StrEnum):
    """What is wrong: a closed set, the worst first."""

    SOURCE_SILENT = "source_silent"
    """So many of a source's devices are silent that the source is the fault, not each of them."""
    SILENT = "silent"
    """Heard before, but not for several expected intervals."""
    NEVER_HEARD = "never_heard"
    """Registered for a while and never heard."""
    DECODE_FAILURE = "decode_failure"
    """It sends, but what it sends gives no observations."""
    CLOCK_FAULT = "clock_fault"
    """Its times are out of bounds or absent though its source gives times: our clock dates its values."""
    RESTARTS = "restarts"
    """It joins or begins its frame counter anew over and over."""
    COUNTER_BACKWARDS = "counter_backwards"
    """A meter fell, by less than a new start of it would."""
    DRIFT = "drift"
    """A series keeps away from its neighbours."""
    FLAT_LINE = "flat_line"
    """A series does not move."""
    LOW_BATTERY = "low_battery"
    """A battery is below its limit."""
    LATE = "late"
    """A message is overdue."""


OK, AWAITED, UNREGISTERED = "ok", "awaited", "unregistered"
"""States of a device without fault: well; registered a short while ago and not heard yet; not in the registry."""
STATES = (*(condition.value for condition in Condition if condition != Condition.SOURCE_SILENT), AWAITED, OK)
"""Every state that a watched device may have, the worst first."""


class Known(Protocol):
    """What monitoring needs of a registered device; `registry.fleet.Device` has it."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def decoder(self) -> str | None:
        """Decoder id, None when it is not fixed."""

    @property
    def expected_interval(self) -> float:
        """Seconds between two messages."""

    @property
    def tags(self) -> dict[str, str]:
        """Among them `siting` (traffic, background, indoor, …) when it is known."""


class Tally(msgspec.Struct, frozen=True, array_like=True):
    """Counts of a device that only grow; see `registry.seen.Heard`."""

    count: int = 0
    rejected_clocks: int = 0
    undated: int = 0
    failures: int = 0
    joins: int = 0
    restarts: int = 0


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A device that is watched.

    Attributes:
        interval: expected seconds between two messages.
        last_seen: None when it was never heard.
        timed: its source gives times of its own, so being dated by our clock is a fault.
    """

    device: str
    name: str = ""
    interval: float
    decoder: str = ""
    siting: str = ""
    source: str = ""
    last_seen: int | None = None
    position: Position | None = None
    tally: Tally = Tally()
    timed: bool = False


class Key(msgspec.Struct, frozen=True, order=True, array_like=True):
    """Which fault: of which device ("" for a source), and of what (quantity and channel, "" for the whole device)."""

    device: str
    condition: Condition
    subject: str = ""


class Finding(msgspec.Struct, frozen=True):
    """A fault as one look found it.

    Attributes:
        value: the measure it was judged by, None where there is none (SILENT, LATE: `since` is the last message, and
            `limit` is in seconds). % or V for LOW_BATTERY; the value it stands at for FLAT_LINE; the distance from the
            neighbours' median for DRIFT; a share for DECODE_FAILURE and CLOCK_FAULT; a number of joins or restarts for
            RESTARTS, of falls for COUNTER_BACKWARDS; the share of silent devices for SOURCE_SILENT.
        limit: what `value` was held against, in the same unit.
        since: when it began as far as that can be told, else when it was found.
    """

    key: Key
    since: int
    value: float | None = None
    limit: float | None = None


def worst(conditions: Iterable[Condition]) -> Condition | None:
    """The one that stands first in `Condition`; None without any."""
    order = list(Condition)
    return min(conditions, key=order.index, default=None)


def metres(a: Position, b: Position) -> float:
    """Great-circle distance on a sphere of 6,371 km."""
    (lat1, lon1), (lat2, lon2) = (map(radians, a), map(radians, b))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * asin(min(1.0, sqrt(half)))
