"""One round of monitoring: what is known now, what it means, what changed; bounded work, and all of it blocking.

Every round judges the presence and the counts of all devices from the list of heard ones, which is cheap. Stored
values are looked at for a few devices at a time, those whose turn was longest ago, and neighbours are compared for one
quantity at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from threading import Event

import msgspec
import structlog

from gateway.config import MonitoringSettings
from gateway.model import SECOND_NS, Store
from gateway.monitoring import rates
from gateway.monitoring.ledger import Changes, compare
from gateway.monitoring.looks import Looks
from gateway.monitoring.model import AWAITED, OK, Condition, Finding, Key, Target, worst
from gateway.monitoring.presence import Lapse, outages, presence
from gateway.monitoring.storage import DeviceState, MonitoringStore

LAPSE_NS = 120 * SECOND_NS
"""Between two rounds further apart than this (and three times the usual) the gateway was down."""
_COUNTED = (Condition.DECODE_FAILURE, Condition.CLOCK_FAULT, Condition.RESTARTS)
_PRESENCE = (Condition.SILENT, Condition.LATE, Condition.NEVER_HEARD)
_log = structlog.get_logger(__name__)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a round starts from.

    Attributes:
        targets: watched devices by id.
        unregistered: heard devices that are not watched.
        as_of: up to when everything received has been processed, ns.
        disconnected: sources without connection.
    """

    targets: Mapping[str, Target]
    unregistered: int = 0
    as_of: int
    disconnected: frozenset[str] = frozenset()


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand after a round: devices by state, devices (or sources) by fault, and what holds."""

    states: Mapping[str, int]
    conditions: Mapping[Condition, int]
    unregistered: int
    faults: Mapping[Key, Finding]
    changes: Changes


class _Memory(msgspec.Struct):
    devices: dict[str, DeviceState]
    faults: dict[Key, Finding]
    lapses: list[Lapse]
    meta: dict[str, int]


class Rounds:
    """Not thread-safe: one round after the other. `hurry`, once set, makes a round leave the store alone."""

    def __init__(self, store: Store, kept: MonitoringStore, settings: MonitoringSettings) -> None:
        """`store` holds the observations, `kept` what monitoring remembers."""
        self._kept, self._settings = kept, settings
        self._memory: _Memory | None = None
        self.hurry = Event()
        self._looks = Looks(store, settings, self.hurry)

    def round(self, facts: Facts, now: int) -> Summary:
        """Look, judge, remember.

        Raises:
            sqlite3.Error: nothing is remembered of this round; the next one finds the same.
        """
        memory = self._memory or _Memory(
            self._kept.devices(), self._kept.faults(), self._kept.lapses(), self._kept.meta()
        )
        self._memory = None  # only what was written is remembered
        lapses = _downtime(memory.meta.get("round"), now, self._settings.every)
        meta = {"round": now}
        known = {device: memory.devices.get(device) or _new(device, now) for device in facts.targets}

        all_lapses = sorted([*memory.lapses, *lapses], key=lambda lapse: lapse.start)
        found = self._present(facts, known, all_lapses)
        baselines = self._counted(facts, known, memory.faults, found, now)
        look = self._looks.at_devices(facts.targets, known, memory.faults, facts.as_of, now)
        found, examined = found + look.found, look.examined
        if (quantity := self._due(memory.meta, now)) is not None:
            compared = self._looks.at_neighbours(quantity, facts.targets, memory.faults, facts.as_of, now)
            if compared is not None:
                found, examined = found + compared.found, examined | compared.examined
                meta[f"drift:{quantity}"] = now

        def ends(key: Key) -> bool:
            absent = key.device != "" and key.device not in facts.targets
            return absent or key.condition in (*_PRESENCE, *_COUNTED, Condition.SOURCE_SILENT) or key in examined

        changes = compare(memory.faults, found, ends)
        for ended in changes.ended:
            if ended.key.condition is Condition.SOURCE_SILENT:
                lapses.append(Lapse(ended.key.subject, ended.since, now))
        faults = {**memory.faults, **{finding.key: finding for finding in (*changes.began, *changes.updated)}}
        for ended in changes.ended:
            del faults[ended.key]
        devices = _states(facts.targets, known, faults, baselines, look.devices, now)
        self._kept.save(
            devices=[state for device, state in devices.items() if state != memory.devices.get(device)],
            gone=[device for device in memory.devices if device not in devices],
            changes=changes,
            lapses=lapses,
            meta=meta,
            at=now,
        )
        lapses_now = sorted([*memory.lapses, *lapses], key=lambda lapse: lapse.start)
        self._memory = _Memory(devices, faults, lapses_now, memory.meta | meta)
        return Summary(
            states=Counter(state.state for state in devices.values()),
            conditions=Counter(condition for _, condition in {(k.device or k.subject, k.condition) for k in faults}),
            unregistered=facts.unregistered,
            faults=faults,
            changes=changes,
        )

    def _present(self, facts: Facts, known: Mapping[str, DeviceState], lapses: list[Lapse]) -> list[Finding]:
        found = []
        for device, target in facts.targets.items():
            absent = presence(target, self._settings, as_of=facts.as_of, known=known[device].known, lapses=lapses)
            if absent is not None:
                found.append(absent)
        silent = [finding.key.device for finding in found if finding.key.condition is Condition.SILENT]
        return found + outages(facts.targets.values(), silent, facts.disconnected, self._settings.outage)

    def _counted(
        self,
        facts: Facts,
        known: Mapping[str, DeviceState],
        held: Mapping[Key, Finding],
        found: list[Finding],
        now: int,
    ) -> dict[str, rates.Baseline]:
        baselines = {}
        for device, target in facts.targets.items():
            before = known[device].baseline or rates.begin(target.tally, now)
            baseline = baselines[device] = rates.advance(before, target.tally, now, self._settings.rate_window)
            found += rates.counted_faults(target, baseline, self._settings, held.keys(), now)
        return baselines

    def _due(self, meta: Mapping[str, int], now: int) -> str | None:
        """The quantity whose neighbours are to be compared now."""
        drift = self._settings.drift
        waiting = [(meta.get(f"drift:{quantity}", 0), quantity) for quantity in drift.quantities]
        at, quantity = min(waiting, default=(now, ""))
        return quantity if quantity and now - at >= drift.every * SECOND_NS else None


def _new(device: str, now: int) -> DeviceState:
    return DeviceState(device=device, state=AWAITED, since=now, known=now)


def _downtime(last: int | None, now: int, every: float) -> list[Lapse]:
    """Before the first round nothing was watched; between two rounds far apart nothing was heard."""
    if last is None:
        return [Lapse("", 0, now)]
    return [Lapse("", last, now)] if now - last > max(LAPSE_NS, 3 * every * SECOND_NS) else []


def _states(
    targets: Mapping[str, Target],
    known: Mapping[str, DeviceState],
    faults: Mapping[Key, Finding],
    baselines: Mapping[str, rates.Baseline],
    looked: Collection[str],
    now: int,
) -> dict[str, DeviceState]:
    """Each device by its worst fault; `since` is when the state began as far as that can be told."""
    by_device: dict[str, list[Finding]] = {}
    for finding in faults.values():
        by_device.setdefault(finding.key.device, []).append(finding)
    states = {}
    for device, before in known.items():
        own = by_device.get(device, [])
        condition = worst(finding.key.condition for finding in own)
        if condition is not None:
            state = condition.value
            since = min(finding.since for finding in own if finding.key.condition is condition)
        else:
            state = AWAITED if targets[device].last_seen is None else OK
            since = before.since if before.state == state else now
        states[device] = msgspec.structs.replace(
            before,
            state=state,
            since=since,
            baseline=baselines[device],
            looked_at=now if device in looked else before.looked_at,
        )
    return states
