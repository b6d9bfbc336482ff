"""The store as `/v1/observations` shows it where only approved data may be published (`registry.gate`).

Single readings are shown of sources that may be published by site, and never of quantities that tell of people, homes
and meters, of devices in private hands or indoors, nor of devices that move about.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from gateway.aggregation.disclosure import WITHHELD
from gateway.model import Observation, Refused, Store

if TYPE_CHECKING:
    import polars as pl


class Shows(Protocol):
    """What may be published of single readings."""

    def readings(self, device: str, quantity: str) -> bool:
        """Whether single readings may be."""


class Gate(Protocol):
    """Says what may be published."""

    def now(self) -> Shows:
        """As it stands."""


class ShownStore:
    """Implements `gateway.model.Store` for reading single devices; everything else goes to the store itself."""

    def __init__(self, store: Store, gate: Gate) -> None:
        self._store, self._gate = store, gate

    def _may(self, device: str, quantity: str) -> bool:
        return quantity not in WITHHELD and self._gate.now().readings(device, quantity)

    def observations(
        self, device: str, quantity: str | None, start: int, stop: int, *, limit: int
    ) -> Sequence[Observation]:
        """See Store; what may not be published is not there."""
        if quantity is not None:
            if not self._may(device, quantity):
                return []
            return self._store.observations(device, quantity, start, stop, limit=limit)
        present = {row.quantity for row in self._store.latest(device, start, stop)}
        shown = {name for name in present if self._may(device, name)}
        if shown == present:
            return self._store.observations(device, None, start, stop, limit=limit)
        parts = [self._store.observations(device, name, start, stop, limit=limit) for name in sorted(shown)]
        return list(islice(heapq.merge(*parts, key=lambda row: (row.time, row.channel, row.quantity)), limit))

    def latest(self, device: str, start: int, stop: int) -> Sequence[Observation]:
        """See Store; what may not be published is not there."""
        return [row for row in self._store.latest(device, start, stop) if self._may(device, row.quantity)]

    def write(self, observations: Sequence[Observation], offset: int) -> Sequence[Refused]:
        """See Store."""
        return self._store.write(observations, offset)

    def committed(self) -> int | None:
        """See Store."""
        return self._store.committed()

    def keys(self, devices: Iterable[str], start: int, stop: int) -> Sequence[tuple[str, str, str, int]]:
        """See Store."""
        return self._store.keys(devices, start, stop)

    def frames(self, quantity: str, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """See Store."""
        return self._store.frames(quantity, start, stop)

    def delete(self, keys: Sequence[tuple[str, str, str, int]]) -> None:
        """See Store."""
        self._store.delete(keys)

    def ping(self) -> str:
        """See Store."""
        return self._store.ping()

    def close(self) -> None:
        """See Store."""
        self._store.close()
