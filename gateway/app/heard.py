"""Which devices were heard since that was last noted in devices.sqlite."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.pipeline.processed import Seen
from gateway.registry.seen import Heard, SeenDevices


class HeardDevices:
    """Gathers what batches tell about devices, because writing it down with each batch would cost more than the batch.

    False while nothing waits to be noted.
    """

    def __init__(self, table: SeenDevices) -> None:
        self._table = table
        self._heard: dict[str, Heard] = {}

    def __bool__(self) -> bool:
        return bool(self._heard)

    def add(self, batch: Mapping[str, Seen]) -> None:
        """What one batch told, by device; a name or a place that it does not tell stays as it was."""
        for device, seen in batch.items():
            before = self._heard.get(device)
            known = (before.latitude, before.longitude, before.altitude) if before else (None, None, None)
            latitude, longitude, altitude = seen.location or known
            self._heard[device] = Heard(
                device=device,
                source=seen.source,
                last_seen=seen.last_seen,
                count=seen.count + (before.count if before else 0),
                name=seen.name or (before.name if before else ""),
                hints=", ".join(seen.hints),
                decoder=seen.decoder,
                counter=seen.counter,
                rejected_clocks=seen.rejected_clocks + (before.rejected_clocks if before else 0),
                latitude=latitude,
                longitude=longitude,
                altitude=altitude,
                undated=seen.undated + (before.undated if before else 0),
                failures=seen.failures + (before.failures if before else 0),
                joins=seen.joins + (before.joins if before else 0),
            )

    def note(self) -> None:
        """Write it down; raises sqlite3.Error, and nothing is forgotten then."""
        if self._heard:
            self._table.update(self._heard.values())
            self._heard = {}
