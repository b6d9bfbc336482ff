"""What the processor remembers from one journal entry to the next, and how that survives a restart.

All of it can be computed again from the journal; the saved copy only shortens the way. It is written atomically with
the offset it belongs to: entries between that offset and the committed one are read again without being stored.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from pathlib import Path

import msgspec

from gateway.model import NetworkLog, Received
from gateway.pipeline.normalise import Series
from gateway.pipeline.quality import Neighbours

MAX_LOGS = 10_000
MAX_RECENT = 50_000


class _Saved(msgspec.Struct):
    offset: int
    series: list[tuple[str, str, str, Neighbours]]
    recent: list[tuple[bytes, int]]
    logs: list[NetworkLog]


class Memory:
    """Neighbours of each series, network logs waiting for their uplink, messages that only our clock dates."""

    def __init__(self) -> None:
        self.series: dict[Series, Neighbours] = {}
        self.recent: OrderedDict[bytes, int] = OrderedDict()
        self.logs: OrderedDict[str, NetworkLog] = OrderedDict()

    def first_arrival(self, received: Received) -> int:
        """When this message came for the first time, ns.

        A message without a time of its own is dated by our clock; when the broker sends it again (MQTT DUP) it must
        not become a second measurement, so it keeps the first arrival.
        """
        key = hashlib.blake2b(
            b"\0".join((received.source.encode(), received.topic.encode(), received.body)), digest_size=16
        ).digest()
        first = self.recent.get(key) if received.duplicate else None
        if first is None:
            first = received.received_at
            self.recent[key] = first
            self.recent.move_to_end(key)
            if len(self.recent) > MAX_RECENT:
                self.recent.popitem(last=False)
        return first

    def remember_log(self, log: NetworkLog) -> None:
        """Keep what the network server says of an uplink until that uplink comes."""
        self.logs[log.dedup] = log
        if len(self.logs) > MAX_LOGS:
            self.logs.popitem(last=False)

    def save(self, path: Path, offset: int) -> None:
        """Write everything, true after `offset`, in place of what is there."""
        saved = _Saved(
            offset,
            [(*series, neighbours) for series, neighbours in self.series.items()],
            list(self.recent.items()),
            list(self.logs.values()),
        )
        new = path.with_suffix(".new")
        with new.open("wb") as file:
            file.write(msgspec.msgpack.encode(saved))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    @classmethod
    def load(cls, path: Path) -> tuple[Memory, int | None]:
        """The saved memory and its offset; an empty one and None when there is none or it cannot be read."""
        memory = cls()
        try:
            saved = msgspec.msgpack.decode(path.read_bytes(), type=_Saved)
        except (OSError, msgspec.MsgspecError):
            return memory, None
        memory.series = {(device, channel, quantity): last for device, channel, quantity, last in saved.series}
        memory.recent = OrderedDict(saved.recent)
        memory.logs = OrderedDict((log.dedup, log) for log in saved.logs)
        return memory, saved.offset
