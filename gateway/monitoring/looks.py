"""Looks at stored values: batteries and standing series of single devices, and neighbours compared with each other.

Looks cost reads of the store. So they are bounded in time, a store that is away ends them, and `hurry` does too.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from threading import Event
from typing import TYPE_CHECKING

import msgspec
import structlog

from gateway.config import MonitoringSettings
from gateway.model import SECOND_NS, Flag, Observation, Store, StoreUnavailableError
from gateway.monitoring.battery import RECOVERY, low_batteries
from gateway.monitoring.counters import backward_counters
from gateway.monitoring.drift import drifting
from gateway.monitoring.flat import flat_lines
from gateway.monitoring.model import Condition, Finding, Key, Target
from gateway.monitoring.storage import DeviceState
from gateway.quantities import QUANTITIES, Kind

if TYPE_CHECKING:
    import polars as pl

LOOK_NS = 3600 * SECOND_NS
"""Stored values of a device are not looked at more often."""
LOOK_SECONDS = 20.0
"""A round stops looking at stored values after this."""
HOUR_NS = 3600 * SECOND_NS
PAGE = 500
MOST_PAGES = 40
_log = structlog.get_logger(__name__)


class Look(msgspec.Struct):
    """What was found; which faults are examined, so that those among them which are not found end; which devices."""

    found: list[Finding] = []
    examined: set[Key] = set()
    devices: set[str] = set()


class Looks:
    """Not thread-safe."""

    def __init__(self, store: Store, settings: MonitoringSettings, hurry: Event) -> None:
        """`hurry`, once set, makes a look leave the store alone."""
        self._store, self._settings, self._hurry = store, settings, hurry

    def at_devices(
        self,
        targets: Mapping[str, Target],
        known: Mapping[str, DeviceState],
        held: Mapping[Key, Finding],
        as_of: int,
        now: int,
    ) -> Look:
        """Look at the devices whose turn was longest ago.

        Args:
            targets: watched devices by id.
            known: what is remembered of them.
            held: the faults that hold.
            as_of: up to when everything received has been processed, ns.
            now: ns.
        """
        heard = (device for device, target in targets.items() if target.last_seen is not None)
        due = sorted((known[device].looked_at, device) for device in heard if known[device].looked_at <= now - LOOK_NS)
        look = Look()
        deadline = time.monotonic() + LOOK_SECONDS
        try:
            for _, device in due[: self._settings.devices_per_round]:
                if self._hurry.is_set() or time.monotonic() > deadline:
                    break
                self._device(targets[device], held, look, as_of)
                look.devices.add(device)
        except StoreUnavailableError as error:
            _log.warning("stored values cannot be looked at", detail=str(error))
        return look

    def _device(self, target: Target, held: Mapping[Key, Finding], look: Look, as_of: int) -> None:
        """Its batteries, and whether its series move."""
        settings = self._settings
        stop = as_of + SECOND_NS
        latest = self._store.latest(target.device, as_of - round(settings.battery.window * SECOND_NS), stop)
        for point in latest:
            if point.quantity in RECOVERY and point.value is not None:
                subject = f"{point.quantity} {point.channel}".rstrip()
                look.examined.add(Key(target.device, Condition.LOW_BATTERY, subject))
        look.found += low_batteries(target, latest, settings.battery, held.keys())
        for quantity in sorted({point.quantity for point in latest} & settings.flat_line.keys()):
            rule = settings.flat_line[quantity]
            start = as_of - round(rule.after * SECOND_NS)
            here = {point.channel for point in latest if point.quantity == quantity and point.time >= start}
            if here:
                pages = self._pages(target.device, quantity, start, stop)
                faults, judged = flat_lines(target, quantity, here, pages, rule)
                look.found += faults
                look.examined |= judged
        self._counters(target, latest, look, as_of)

    def _counters(self, target: Target, latest: Collection[Observation], look: Look, as_of: int) -> None:
        """Whether its meters only ever rise."""
        start = as_of - round(self._settings.rate_window * SECOND_NS)
        recent = {(point.quantity, point.channel) for point in latest if point.time >= start}
        for quantity in sorted({name for name, _ in recent if QUANTITIES[name].kind is Kind.ACCUMULATOR}):
            channels = {channel for name, channel in recent if name == quantity}
            pages = self._pages(target.device, quantity, start, as_of + SECOND_NS)
            faults, judged = backward_counters(target, quantity, channels, pages)
            look.found += faults
            look.examined |= judged

    def _pages(self, device: str, quantity: str, start: int, stop: int) -> Iterator[Observation]:
        """Points in order of time, read as far as they are wanted; a chatty device's later pages are left out."""
        for _ in range(MOST_PAGES):
            points = self._store.observations(device, quantity, start, stop, limit=PAGE)
            if len(points) < PAGE or points[-1].time <= start:
                yield from points
                return
            last = points[-1].time  # the points of one moment stay together: the next page begins with it
            yield from (point for point in points if point.time < last)
            start = last

    def at_neighbours(
        self, quantity: str, targets: Mapping[str, Target], held: Mapping[Key, Finding], as_of: int, now: int
    ) -> Look | None:
        """Compare one quantity among devices that have a place; None when that could not be done."""
        drift = self._settings.drift
        placed = [target for target in targets.values() if target.position is not None]
        if len(placed) <= drift.neighbours:
            return Look()
        if self._hurry.is_set():
            return None
        start = (as_of // HOUR_NS) * HOUR_NS - round(drift.window) // 3600 * HOUR_NS
        names = {target.device for target in placed}
        try:
            series = _hourly(self._store.frames(quantity, start, as_of), names)
        except StoreUnavailableError as error:
            _log.warning("neighbours cannot be compared", quantity=quantity, detail=str(error))
            return None
        faults, judged = drifting(placed, quantity, series, drift, held.keys(), now)
        return Look(faults, {Key(device, Condition.DRIFT, quantity) for device in judged})


def _hourly(frames: Iterator[pl.DataFrame], devices: Collection[str]) -> dict[str, dict[int, float]]:
    """Hourly medians by device, of the main channel; FAIL and missing values are left out."""
    import polars as pl  # noqa: PLC0415 - 0.4 s of every start

    medians: dict[str, dict[int, float]] = {}
    wanted = pl.Series(sorted(devices), dtype=pl.String)
    for frame in frames:
        rows = (
            frame.filter(
                (pl.col("channel") == "")
                & pl.col("value").is_not_null()
                & (pl.col("flag") < Flag.FAIL.value)
                & pl.col("device").is_in(wanted)
            )
            .group_by("device", (pl.col("time") // HOUR_NS).alias("hour"))
            .agg(pl.col("value").median())
        )
        for device, hour, value in rows.iter_rows():  # an hour that two frames share: the later one speaks for it
            medians.setdefault(device, {})[hour] = value
    return medians
