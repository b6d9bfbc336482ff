"""Which devices are watched: the registry's with their sites, joined with what was heard of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, Self

import msgspec

from gateway.config import ConfigError, Settings
from gateway.monitoring.model import Known, Position, Tally, Target
from gateway.monitoring.storage import MonitoringStore
from gateway.monitoring.views import report
from gateway.registry.errors import RegistryError
from gateway.registry.lookup import Known as KnownDevices
from gateway.registry.place import has_database
from gateway.registry.seen import Heard, SeenDevices


class DeviceReports:
    """How all watched devices are, for people and programs; any thread may ask. A context manager."""

    def __init__(self, settings: Settings) -> None:
        """Raises ConfigError where the registry cannot be used."""
        self._watched = Watched(settings, frozenset())
        self._folder, self._zone = settings.data_dir, settings.monitoring.notify.zone
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the registry."""
        self._watched.close()

    def read(self) -> dict[str, Any]:
        """See `monitoring.views.report`; raises NeverRunError, sqlite3.Error."""
        heard = SeenDevices(self._folder / "devices.sqlite").all()
        with self._lock:
            found, unregistered = self._watched.targets(heard)
        return report(MonitoringStore(self._folder), found, unregistered, self._zone)


PLACES_EVERY = 600.0
"""Seconds after which places are read again though nothing changed: installations begin and end by themselves."""


class Place(msgspec.Struct, frozen=True):
    """Where a device hangs now; `watched` False: it is retired, and nobody expects messages."""

    siting: str = ""
    position: Position | None = None
    mobile: bool = False
    watched: bool = True


class Watched:
    """Not thread-safe. While the registry cannot be read, what was known goes on to hold."""

    def __init__(self, settings: Settings, timed: frozenset[str]) -> None:
        """`timed` are the sources whose messages carry times of their own. Raises ConfigError."""
        try:
            self._known = KnownDevices(settings)
        except RegistryError as error:
            raise ConfigError(str(error)) from error
        self._settings, self._timed = settings, timed
        self._places: dict[str, Place] | None = None
        self._again = 0.0

    def close(self) -> None:
        """Release the connection."""
        self._known.close()

    def targets(self, heard: Iterable[Heard]) -> tuple[dict[str, Target], int]:
        """The watched devices by id, and how many were heard that are not watched."""
        if self._known.refresh() or self._places is None or time.monotonic() >= self._again:
            self._places, self._again = self._read_places(), time.monotonic() + PLACES_EVERY
        rows = {row.device: row for row in heard}
        found = targets(dict(self._known), self._places, rows, self._timed, self._settings.monitoring.default_interval)
        return found, len(rows.keys() - self._known.keys() - found.keys())

    def _read_places(self) -> dict[str, Place]:
        if not has_database(self._settings):
            return {}
        # SQLAlchemy takes 0.5 s to import, which a start without registry need not take.
        from gateway.app.watched_places import read_places  # noqa: PLC0415 - see above

        found = read_places(self._settings)
        return found if found is not None else self._places or {}


def targets(
    registered: Mapping[str, Known],
    places: Mapping[str, Place],
    heard: Mapping[str, Heard],
    timed: frozenset[str],
    default: float | None,
) -> dict[str, Target]:
    """Watched devices: the registered ones, and with a `default` interval (s) those that were only heard.

    Several ids may name one registered device (its DevEUI and its number): it is watched once, under the id it was
    heard by, and was heard last when any of them was.
    """
    ids: dict[int, list[str]] = {}
    for device, known in registered.items():
        ids.setdefault(id(known), []).append(device)
    found = {}
    for names in ids.values():
        place = places.get(names[0], Place())
        if place.watched:
            rows = [heard[name] for name in names if name in heard]
            target = _target(names[0], registered[names[0]], place, rows, timed, registered[names[0]].expected_interval)
            found[target.device] = target
    if default is not None:
        for device in heard.keys() - registered.keys():
            found[device] = _target(device, None, Place(), [heard[device]], timed, default)
    return found


def _target(
    device: str, known: Known | None, place: Place, rows: list[Heard], timed: frozenset[str], interval: float
) -> Target:
    first = rows[0] if rows else None
    position = place.position
    if position is None and first is not None and first.latitude is not None and first.longitude is not None:
        position = (first.latitude, first.longitude)
    return Target(
        device=first.device if first else device,
        name=(known.name if known else "") or (first.name if first else ""),
        interval=interval,
        decoder=(known.decoder if known and known.decoder else "") or (first.decoder if first else ""),
        siting=place.siting or (known.tags.get("siting", "") if known else ""),
        source=first.source if first else "",
        last_seen=max((row.last_seen for row in rows), default=None),
        position=None if place.mobile else position,
        tally=_tally(first) if first else Tally(),
        timed=first is not None and first.source in timed,
    )


def _tally(seen: Heard) -> Tally:
    return Tally(seen.count, seen.rejected_clocks, seen.undated, seen.failures, seen.joins, seen.restarts)
