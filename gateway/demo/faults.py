"""What goes wrong in the demo city: always with the same devices, so that people and tests can look for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from gateway.demo.catalogue import Values
from gateway.demo.city import City, SimulatedDevice
from gateway.demo.weather import DAY, HOUR

EVERY_NTH = 40
"""Each n-th uplink of a LoRaWAN device reaches the gateway twice."""
OUTAGE_BEZIRK = "8"
"""Where a radio gateway lost its line for half a day and sent what it had kept afterwards."""
UNSET_CLOCK = 315_964_800.0
"""1980-01-06, where a GPS clock begins that has not seen a satellite yet."""
GARBAGE = bytes.fromhex("ffffffffffffffffffffffff")


class Fault(StrEnum):
    """What can be wrong with a device of the demo."""

    SILENT = "silent"
    """Broken in the storm: not a word since."""
    NEVER = "never_heard"
    """Registered, and has never sent."""
    FLAT = "flat_line"
    """Its values stand still."""
    DRIFT = "drift"
    """Its values leave those of its neighbours."""
    BATTERY = "low_battery"
    """Its battery is nearly empty."""
    CLOCK = "clock_fault"
    """The clock that dates its messages stands in 1980."""
    GARBAGE = "decode_failure"
    """A firmware that its decoder does not know."""
    LOGGER = "logger"
    """Kept its messages and sent them all together, hours later; it was repaired."""
    RESET = "reset"
    """Began to count anew when the power came back after the storm."""
    ABROAD = "abroad"
    """Was out of reach for days, and then sent what it had kept."""


PLAN: tuple[tuple[Fault, str, int, int], ...] = (
    (Fault.SILENT, "noise", 0, 3),
    (Fault.SILENT, "soil", 0, 2),
    (Fault.SILENT, "waste", 0, 5),
    (Fault.SILENT, "bay", 0, 9),
    (Fault.NEVER, "rain", 0, 0),
    (Fault.FLAT, "noise", 0, 8),
    (Fault.FLAT, "room", 0, 2),
    (Fault.DRIFT, "climate", 1, 0),
    (Fault.BATTERY, "climate", 0, 5),
    (Fault.BATTERY, "climate", 0, 20),
    (Fault.BATTERY, "waste", 0, 4),
    (Fault.CLOCK, "climate", 0, 40),
    (Fault.CLOCK, "air", 0, 7),
    (Fault.GARBAGE, "soil", 0, 7),
    (Fault.LOGGER, "air", 0, 10),
    (Fault.LOGGER, "air", 0, 12),
    (Fault.ABROAD, "bicycles", 0, 4),
    (Fault.RESET, "energy", 0, 3),
)
"""(fault, use, serial, which of the devices of that use and serial)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sick:
    """A device with its fault and since when, Unix time."""

    fault: Fault
    device: SimulatedDevice
    since: float


class Faults:
    """The faults of a city."""

    def __init__(self, city: City) -> None:
        """Which device has what follows from `PLAN`."""
        self._city = city
        self.outage = (city.ago(0.17), city.ago(0.17) + min(11 * HOUR, 0.05 * city.days * DAY))

    @cached_property
    def sick(self) -> Mapping[str, Sick]:
        """By device."""
        city = self._city
        since = {
            Fault.SILENT: city.storm + 900, Fault.RESET: city.storm + 900, Fault.FLAT: city.ago(0.6),
            Fault.DRIFT: city.ago(0.9), Fault.GARBAGE: city.ago(0.8),
        }  # fmt: skip
        found: dict[str, Sick] = {}
        for fault, use, serial, number in PLAN:
            alike = [each for each in city.devices if each.kind.use == use and each.serial == serial]
            device = alike[number]
            assert device.id not in found, device.id
            found[device.id] = Sick(fault=fault, device=device, since=since.get(fault, city.ago(1)))
        return found

    def of(self, device: SimulatedDevice) -> Fault | None:
        """What is wrong with a device."""
        sick = self.sick.get(device.id)
        return sick.fault if sick else None

    def speaks(self, device: SimulatedDevice, t: float) -> bool:
        """Whether the device sends at `t`."""
        sick = self.sick.get(device.id)
        return sick is None or not (sick.fault is Fault.NEVER or (sick.fault is Fault.SILENT and t >= sick.since))

    def values(self, device: SimulatedDevice, t: float) -> Values:
        """What it says it measures."""
        sick = self.sick.get(device.id)
        if sick is None or t < sick.since:
            return self._city.values(device, t)
        match sick.fault:
            case Fault.FLAT:
                return self._city.values(device, sick.since)
            case Fault.DRIFT:
                found = dict(self._city.values(device, t))
                found["air_temperature"] += 9 * min(1.0, (t - sick.since) / (0.3 * self._city.days * DAY))
                return found
            case Fault.RESET:
                now, then = (self._city.values(device, at) for at in (t, sick.since))
                return {**now, "energy": now["energy"] - then["energy"]}
            case Fault.BATTERY if device.kind.battery is not None:
                name = device.kind.battery[0]
                return {**self._city.values(device, t), name: 9 if name == "battery_level" else 2.45}
            case _:
                return self._city.values(device, t)

    def arrival(self, device: SimulatedDevice, t: float) -> float:
        """When a message that was sent at `t` reaches the gateway, Unix time."""
        fault = self.of(device)
        if fault is Fault.LOGGER and t < self._city.ago(0.1):
            return (t // (6 * HOUR) + 1) * 6 * HOUR + 4
        if fault is Fault.ABROAD and self._city.ago(0.6) <= t < self._city.ago(0.45):
            return self._city.ago(0.45) + 30
        if device.place.number.startswith(OUTAGE_BEZIRK) and device.kind.network == "chirpstack":
            start, stop = self.outage
            if start <= t < stop:
                return stop + 20
        return t + 0.4

    def lookback(self, device: SimulatedDevice, start: float, stop: float) -> float:
        """Seconds before `start` from which messages of the device may arrive in `[start, stop)`."""
        match self.of(device):
            case Fault.LOGGER:
                return 6 * HOUR + 10
            case Fault.ABROAD:
                return 0.15 * self._city.days * DAY + 60
        arrives = self.outage[1] + 20
        return arrives - self.outage[0] + 60 if start <= arrives < stop else 1
