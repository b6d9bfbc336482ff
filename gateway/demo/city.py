"""The demo city: about 400 devices over all 69 Quartiere, and what each would measure at a given time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from gateway.demo.catalogue import KINDS, Kind, Values
from gateway.demo.chance import share
from gateway.demo.places import Place, places
from gateway.demo.weather import DAY, Weather

STORM = 0.3
"""The storm passed when this share of the history was still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedDevice:
    """One device. `id` is its DevEUI, or the name of a device that is not LoRaWAN."""

    id: str
    kind: Kind
    place: Place
    serial: int

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.kind.label} {self.place.name}" + (f" {self.serial + 1}" if self.serial else "")

    @property
    def site(self) -> str:
        """Where it hangs; devices of one siting share a site, but for a second one of the same kind."""
        where = "house" if self.kind.private else self.kind.siting
        return f"{self.place.number}-{where}" + (f"-{self.serial + 1}" if self.serial else "")

    @property
    def phase(self) -> float:
        """The second within its interval at which it sends."""
        return float(sum(self.id.encode()) * 37 % self.kind.interval)

    def times(self, start: float, stop: float) -> Iterator[tuple[int, float]]:
        """(number, Unix time) of its messages in `[start, stop)`."""
        interval, phase = self.kind.interval, self.phase
        number = -int(-(start - phase) // interval)
        while (t := number * interval + phase) < stop:
            yield number, t
            number += 1


class City:
    """The city from `days` before `begun` (Unix time) on; the same two give the same city."""

    def __init__(self, begun: float, days: float) -> None:
        """Nothing is computed yet."""
        self.begun, self.days = begun, days

    def ago(self, part: float) -> float:
        """The time when this part of the history was still to come."""
        return self.begun - part * self.days * DAY

    @property
    def storm(self) -> float:
        """Unix time of the gust front."""
        return self.ago(STORM)

    @cached_property
    def weather(self) -> Weather:
        """Its sky."""
        return Weather(self.ago(1), self.storm)

    @cached_property
    def devices(self) -> tuple[SimulatedDevice, ...]:
        """Every device."""
        return tuple(devices())

    def values(self, device: SimulatedDevice, t: float) -> Values:
        """What it measures at `t` when nothing is wrong with it, in the units of its decoder."""
        kind = device.kind
        found = kind.measure(self.weather, device.place, device.id, t, kind.interval)
        if kind.battery is not None:
            name, new, old = kind.battery
            used = (0.35 * share(f"{device.id} battery") + (t - self.ago(1)) / (3 * 365 * DAY)) % 1
            found[name] = round(new - (new - old) * used, 0 if name == "battery_level" else 2)
        return found


def devices() -> Iterator[SimulatedDevice]:
    """Who hangs where: climate everywhere, the rest where it makes sense, its kinds in turn."""
    everywhere = places()
    dense = sorted(everywhere, key=lambda place: (-place.density, place.number))
    spread = sorted(everywhere, key=lambda place: share(f"{place.number} spread"))
    streets = [place for place in spread if place.pressure > 0][:44]
    green = sorted(everywhere, key=lambda place: (place.density, place.number))
    chosen: dict[str, Sequence[Place]] = {
        "climate": [*everywhere, *dense[:8]],
        "noise": dense[:28],
        "dust": spread[:16],
        "air": dense[:20],
        "weather": spread[::9],
        "rain": spread[4::9],
        "soil": [*green[:14], *dense[:6]],
        "tension": dense[6:12],
        "river": [place for place in dense if place.height < 175][:10],
        "waste": [*spread[:26], *dense[:4]],
        "bay": [*streets, *streets],
        "car park": dense[:12],
        "people": dense[:12],
        "bicycles": spread[::6],
        "vehicles": dense[:12],
        "energy": spread[10:30],
        "water": spread[20:48],
        "room": spread[30:46],
        "door": spread[40:52],
        "phones": dense[:6],
    }
    for use, where in chosen.items():
        kinds = [(code, kind) for code, kind in enumerate(KINDS) if kind.use == use]
        taken: dict[str, int] = {}
        for turn, place in enumerate(where):
            code, kind = kinds[turn % len(kinds)]
            serial = taken[place.number] = taken.get(place.number, -1) + 1
            yield SimulatedDevice(id=_id(place, code, kind, serial), kind=kind, place=place, serial=serial)


def _id(place: Place, code: int, kind: Kind, serial: int) -> str:
    if kind.network == "plain":
        return f"wupp-{place.number}-{kind.use.replace(' ', '')}-{serial}"
    return f"5a27{place.number:0>4}{code:02x}{serial:02x}0000"
