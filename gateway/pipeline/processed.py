"""What a batch of journal entries became: what goes on to the store, and what it told about devices."""

from __future__ import annotations

import msgspec

from gateway.model import Observation, Rejected, Uplink
from gateway.pipeline.choose import Decodes


class Seen(msgspec.Struct):
    """What a batch told about one device; `uplink` is its last one, and `chosen` what decoded that."""

    device: str
    source: str
    last_seen: int
    count: int = 0
    joined_as: str = ""
    uplink: Uplink | None = None
    chosen: Decodes | None = None
    rejected_clocks: int = 0
    location: tuple[float, float, float | None] | None = None
    undated: int = 0
    failures: int = 0
    joins: int = 0

    @property
    def name(self) -> str:
        """Its display name in the network server."""
        return (self.uplink.name if self.uplink else "") or self.joined_as

    @property
    def hints(self) -> tuple[str, ...]:
        """What its network server says it is."""
        return self.uplink.hints if self.uplink else ()

    @property
    def counter(self) -> int | None:
        """Its last frame counter."""
        return self.uplink.counter if self.uplink else None

    @property
    def decoder(self) -> str:
        """Which decoder read it, "" for none."""
        return self.chosen.id if self.chosen else ""


class Processed(msgspec.Struct):
    """What a batch of journal entries became.

    Attributes:
        observations: for the store, in the order they came.
        rejected: for the dead letters.
        seen: by device.
        uplinks: how many uplinks gave observations.
        nothing: messages that rightly mean no observation, by what they are.
        unmapped: (decoder or source, name) of readings that the vocabulary lacks or whose unit it cannot convert.
        clocks: rejected network clocks, by gateway id.
    """

    observations: list[Observation]
    rejected: list[Rejected]
    seen: dict[str, Seen]
    uplinks: int = 0
    nothing: dict[str, int] = {}
    unmapped: set[tuple[str, str]] = set()
    clocks: dict[str, int] = {}
