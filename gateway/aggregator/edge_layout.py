"""A plan as arrays, for the live edge: what hangs where, by the numbers of parts, series and devices."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.plan import Plan
from gateway.aggregator.edge_sums import BEFORE, SUMMING, Ints

REACH = BEFORE * HOUR_NS
"""Devices whose values hold longer are always computed anew."""


class Layout:
    """Never changes.

    Attributes:
        devices: number of each device by its name.
        size: one more than the highest number of a part.
        device: number of its device by part, -1 without.
        point: by part.
        series: by part.
        family: by part.
        device_of: number of its device by series; the last one, for series -1, is -1.
        stretches: of the plan, by family, part and start.
        part_of_stretch: of each of these.
        forward: ns for which a value holds, by device.
        back: ns before its time that a value tells of, by device.
        beside: for each device that shares a point with others, these others.
        fit: whether the live edge can go on with a device: neither its values nor those beside it hold too long.
    """

    def __init__(self, plan: Plan) -> None:
        names = plan.parts["device"].unique(maintain_order=True)
        self.devices = {name: number for number, name in enumerate(names.to_list())}
        parts = plan.parts.join(
            plan.stretches.group_by("part").agg(pl.max("expected"), pl.first("family")), on="part"
        ).sort("part")
        number = parts["part"].to_numpy()
        self.size = int(number.max()) + 1 if len(number) else 0
        self.device = np.full(self.size, -1)
        self.device[number] = [self.devices[name] for name in parts["device"].to_list()]
        self.point, self.series, self.family = (np.full(self.size, -1) for _ in range(3))
        for into, name in ((self.point, "point"), (self.series, "series"), (self.family, "family")):
            into[number] = parts[name].to_numpy()
        self.device_of = np.full(int(self.series.max(initial=-1)) + 2, -1)
        self.device_of[self.series[number]] = self.device[number]
        self.stretches = plan.stretches.sort("family", "part", "start")
        self.part_of_stretch = self.stretches["part"].to_numpy()
        hold = np.zeros(len(self.devices), dtype=np.int64)
        np.maximum.at(hold, self.device[number], parts["expected"].to_numpy() * 3 // 2)
        sums = np.zeros(len(self.devices), dtype=np.bool_)
        sums[self.device[number[self.family[number] >= SUMMING]]] = True
        self.forward, self.back = hold, np.where(sums, hold, 0)
        self.beside = _beside(self.point, self.device)
        self.fit = hold <= REACH
        for one, others in self.beside.items():
            self.fit[one] &= bool((hold[others] <= REACH).all())

    def among(self, devices: Ints) -> NDArray[np.bool_]:
        """By number of a device whether it is one of these; one more for -1, which is not."""
        found = np.zeros(len(self.devices) + 1, dtype=np.bool_)
        found[devices] = True
        return found

    def parts_of(self, devices: Ints) -> Ints:
        """The parts of these devices."""
        return np.flatnonzero(self.among(devices)[self.device])

    def devices_of(self, series: Ints) -> Ints:
        """The devices of some series, -1 for those that the plan does not know."""
        return self.device_of[np.where((series >= 0) & (series < len(self.device_of)), series, -1)]

    def others(self, devices: Ints) -> Ints:
        """Devices that have a point together with one of these, without these."""
        found = [self.beside[device] for device in devices.tolist() if device in self.beside]
        return np.setdiff1d(np.concatenate(found), devices) if found else np.empty(0, dtype=np.int64)


def _beside(point: Ints, device: Ints) -> dict[int, Ints]:
    pairs = np.unique(np.stack((point, device), axis=1)[point >= 0], axis=0)
    edges = np.flatnonzero(np.append(True, pairs[1:, 0] != pairs[:-1, 0])) if len(pairs) else np.empty(0, np.int64)
    found: dict[int, set[int]] = {}
    for group in np.split(pairs[:, 1], edges[1:]):
        if len(group) > 1:
            for one in group.tolist():
                found.setdefault(one, set()).update(group.tolist())
    return {one: np.array(sorted(others - {one})) for one, others in found.items()}
