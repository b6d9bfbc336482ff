"""What may not leave the house: sensors that watch people, homes and private gardens. Status `confidential`.

    primary      the sites of an area are too few, too private or count too few people to be shown
    secondary    what is left of a shown area without the shown areas inside it is a group of sites, too: it must be
                 large enough by the same rules, else another area inside is hidden with it

The shown areas form a tree, so whatever can be had by adding and subtracting their figures is made of such groups.
A rule takes a value away and says so; it never changes it. Pure: counts in, decisions out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PEOPLE = frozenset({"people_count", "people_total", "device_count"})
METERS = frozenset({
    "water_volume", "water_volume_reverse", "water_increment", "energy", "energy_exported", "reactive_energy",
    "apparent_energy", "heat_energy", "cooling_energy", "gas_volume", "heat_cost_units",
})  # fmt: skip
BAYS = frozenset({"occupied"})
"""The state of a single parking space."""
WITHHELD = PEOPLE | METERS | BAYS | {
    "motion", "motion_count", "door_count", "window_open", "contact", "button", "fall", "latitude", "longitude",
}  # fmt: skip
"""Quantities whose single readings are never published: they tell of people, homes and where somebody is."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Thresholds of disclosure.

    Attributes:
        people_below: counts of people from 1 to below this are not shown for hours between 22 and 06 o'clock.
        operators: sums over privately operated counters need at least so many of them.
        meter_units: a figure of meters or of indoor sensors needs at least so many (15/15 rule).
        meter_share: and none of the meters more than this share of it.
        rooms: an indoor CO2 figure needs at least so many rooms.
        bays: a share of occupied parking spaces needs at least so many spaces.
        hosts: an area whose sites are all privately hosted needs at least so many of them.
    """

    people_below: int = 3
    operators: int = 3
    meter_units: int = 15
    meter_share: float = 0.15
    rooms: int = 3
    bays: int = 2
    hosts: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is counted of groups of sites: arrays of one shape, an element for each group.

    Attributes:
        sites: how many enter.
        private: of these, hosted by private people.
        operated: of these, counters of private operators.
        indoor: of these, inside buildings.
        units: devices at these sites.
        total: sum of their values.
        largest: the largest of their values.
    """

    sites: Matrix
    private: Matrix
    operated: Matrix
    indoor: Matrix
    units: Matrix
    total: Matrix
    largest: Matrix


def unsafe(quantity: str, group: Group, rules: Disclosure, *, small: NDArray[np.bool_] | bool) -> NDArray[np.bool_]:
    """Which groups may not be shown; a group without any site tells nothing.

    Args:
        quantity: id.
        group: the counts.
        rules: thresholds.
        small: where few people may not be told (single hours of the night).
    """
    bad = (group.private == group.sites) & (group.sites < rules.hosts)
    bad |= (group.operated > 0) & (group.operated < rules.operators)
    if quantity in METERS:
        bad |= (group.sites < rules.meter_units) | (group.largest > rules.meter_share * group.total)
    else:
        least = rules.rooms if quantity == "co2" else rules.meter_units
        bad |= (group.indoor > 0) & (group.indoor < least)
    if quantity in BAYS:
        bad |= group.units < rules.bays
    if quantity in PEOPLE:
        bad |= np.asarray(small) & (group.total > 0) & (group.total < rules.people_below)
    found: NDArray[np.bool_] = bad & (group.sites > 0)
    return found


class Tree:
    """Areas inside each other, told from the sites that ever lie in them."""

    def __init__(self, members: Mapping[str, Sequence[int]]) -> None:
        """`members`: area → its sites, which become its column in every matrix in order of area id."""
        self.names = sorted(members)
        self.number = {name: at for at, name in enumerate(self.names)}
        sets = [frozenset(members[name]) for name in self.names]
        # Of two areas with the same sites either may be taken for the inner one.
        rising = sorted(range(len(sets)), key=lambda at: (len(sets[at]), at))
        self.children: list[list[int]] = [[] for _ in sets]
        self.parent = [-1] * len(sets)
        for place, at in enumerate(rising):
            above = next((other for other in rising[place + 1 :] if sets[at] <= sets[other]), -1)
            self.parent[at] = above
            if above >= 0:
                self.children[above].append(at)
        self.order = rising
        """Inner areas before those around them."""
        self.size = [len(each) for each in sets]
        self.inside = np.eye(len(sets), dtype=np.bool_)
        """`inside[around, at]`: whether an area lies in another, or is it."""
        for at in rising:
            for child in self.children[at]:
                self.inside[at] |= self.inside[child]

    def below(self, at: int) -> list[int]:
        """An area and everything inside it."""
        found: list[int] = np.nonzero(self.inside[at])[0].tolist()
        return found

    def cover(self, at: int, hidden: NDArray[np.bool_]) -> list[int]:
        """The shown areas inside `at` that lie in no other shown area inside it."""
        found = []
        for child in self.children[at]:
            found += self.cover(child, hidden) if hidden[child] else [child]
        return found


def settle(tree: Tree, quantity: str, group: Group, atoms: Matrix, hidden: NDArray[np.bool_], rules: Disclosure, *,
           small: NDArray[np.bool_]) -> NDArray[np.bool_]:  # fmt: skip
    """Secondary suppression, window by window: which areas are hidden, those of `hidden` among them.

    Args:
        tree: the areas.
        quantity: id.
        group: counts, windows x areas.
        atoms: the largest value among an area's sites that lie in no area inside it, windows x areas.
        hidden: primary suppression, windows x areas.
        rules: thresholds.
        small: for each window whether few people may not be told.
    """
    out = hidden.copy()
    counts = np.stack([group.sites, group.private, group.operated, group.indoor, group.units, group.total])
    shown, largest = np.zeros_like(counts), atoms.copy()
    for at in tree.order:
        windows = np.arange(len(out))
        _gather(tree, at, windows, out, counts, shown, largest, atoms)
        while tree.children[at]:
            rest = counts[:, windows, at] - shown[:, windows, at]
            left = Group(sites=rest[0], private=rest[1], operated=rest[2], indoor=rest[3], units=rest[4],
                         total=np.round(rest[5], 9), largest=largest[windows, at])  # fmt: skip
            bad = unsafe(quantity, left, rules, small=small[windows])
            bad &= ~out[windows, at] & (shown[0, windows, at] > 0)
            windows = windows[bad]
            if not len(windows):
                break
            for window in windows:
                here = [each for each in tree.cover(at, out[window]) if counts[0, window, each] > 0]
                # Rather what lies with private people than a public station; then the smallest.
                least = min(here, key=lambda each: (counts[1, window, each] == 0, tree.size[each], -each))
                out[window, tree.inside[least]] = True
            for each in tree.order:
                if tree.inside[at, each]:
                    _gather(tree, each, windows, out, counts, shown, largest, atoms)
    return out


def _gather(
    tree: Tree, at: int, windows: NDArray[np.int64], hidden: NDArray[np.bool_], counts: Matrix, shown: Matrix,
    largest: Matrix, atoms: Matrix,
) -> None:  # fmt: skip
    """What is shown inside an area in these windows, and the largest value of what is not."""
    total = np.zeros((len(counts), len(windows)))
    most = atoms[windows, at]
    for child in tree.children[at]:
        gone = hidden[windows, child]
        total += np.where(gone, shown[:, windows, child], counts[:, windows, child])
        most = np.maximum(most, np.where(gone, largest[windows, child], 0.0))
    shown[:, windows, at] = total
    largest[windows, at] = most
