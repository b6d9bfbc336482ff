"""Silent and wrong sensors: `[monitoring]`."""

from __future__ import annotations

from pydantic import Field, model_validator

from gateway.config.notify import NotifySettings
from gateway.config.section import Section
from gateway.quantities import QUANTITIES


class BatteryLimits(Section):
    """Below these a battery is low; None: not looked at. `level` in %, `voltage` in V."""

    level: float | None = Field(None, ge=0, le=100)
    voltage: float | None = Field(None, ge=0)


class BatterySettings(BatteryLimits):
    """Low batteries. A device's own limits replace those of its decoder, and these the general ones.

    Attributes:
        window: seconds to look back for the latest value; many devices tell once a day.
        decoders: by decoder id.
        devices: by device.
    """

    level: float | None = Field(15, ge=0, le=100)
    voltage: float | None = Field(2.5, ge=0)
    window: float = Field(3 * 86400, gt=0)
    decoders: dict[str, BatteryLimits] = {}
    devices: dict[str, BatteryLimits] = {}


class FlatLine(Section):
    """A series stands still when all values of the last `after` seconds lie within `tolerance` (canonical unit).

    Attributes:
        normal: values at which standing still is no fault (fog: 100 % for days).
    """

    after: float = Field(86400, gt=0)
    tolerance: float = Field(0, ge=0)
    normal: tuple[float, ...] = ()


class Drift(Section):
    """How far apart sensors of a quantity may be; `floor` (canonical unit) is what good sensors differ by anyway."""

    floor: float = Field(gt=0)


class DriftSettings(Section):
    """A series that keeps away from the median of its neighbours.

    Attributes:
        distance: metres within which devices of the same siting are neighbours.
        neighbours: how many are needed.
        window: seconds that are compared, hour by hour.
        hours: hours with enough neighbours that are needed for a verdict.
        factor: the allowed distance from the neighbours in units of their own spread (1.4826 MAD, at least `floor`).
        every: seconds between two comparisons of a quantity.
        quantities: what is compared; station pressure is not, as long as heights are not taken into account.
    """

    distance: float = Field(2000, gt=0)
    neighbours: int = Field(3, ge=3)
    window: float = Field(3 * 86400, gt=3600)
    hours: int = Field(24, ge=1)
    factor: float = Field(4, gt=0)
    every: float = Field(6 * 3600, gt=0)
    quantities: dict[str, Drift] = {
        "air_temperature": Drift(floor=0.75),
        "relative_humidity": Drift(floor=4),
        "pm2_5": Drift(floor=4),
        "pm10": Drift(floor=6),
        "no2": Drift(floor=8),
        "o3": Drift(floor=8),
    }


class MonitoringSettings(Section):
    """Silent and wrong sensors. Only registered devices are watched, unless `default_interval` is given.

    Attributes:
        every: seconds between two rounds.
        default_interval: expected interval of devices that are not registered, seconds; None: they are not watched.
        late: expected intervals without a message after which a device is late.
        silent: the same for silent.
        grace: seconds added to both, because heard devices are noted every half minute.
        never_heard: seconds after which a registered device that was never heard is a fault.
        outage: share of a source's devices; when as many are silent at once, the source is the fault.
        devices_per_round: devices whose stored values are looked at in a round; the others follow in the next ones.
        share: part of a device's messages with a bad clock, or undecodable, from which on that is a fault.
        rate_window: seconds over which clocks, undecodable messages, restarts and falls of counters are counted.
        restarts: joins or restarts within `rate_window` that are a fault.
        flat_line: by quantity.
    """

    enabled: bool = True
    every: float = Field(60, gt=0)
    default_interval: float | None = Field(None, gt=0)
    late: float = Field(1.5, ge=1)
    silent: float = Field(3, ge=1)
    grace: float = Field(60, ge=0)
    never_heard: float = Field(86400, ge=0)
    outage: float = Field(0.5, gt=0, le=1)
    devices_per_round: int = Field(50, ge=1)
    share: float = Field(0.5, gt=0, le=1)
    rate_window: float = Field(86400, gt=0)
    restarts: int = Field(5, ge=1)
    battery: BatterySettings = BatterySettings()
    flat_line: dict[str, FlatLine] = {
        "air_temperature": FlatLine(),
        "relative_humidity": FlatLine(normal=(100,)),
        "air_pressure": FlatLine(),
        "sound_level_a_eq": FlatLine(),
        "co2": FlatLine(),
        "pm2_5": FlatLine(after=2 * 86400),
        "pm10": FlatLine(after=2 * 86400),
        "no2": FlatLine(),
        "o3": FlatLine(),
    }
    drift: DriftSettings = DriftSettings()
    notify: NotifySettings = NotifySettings()

    @model_validator(mode="after")
    def _order(self) -> MonitoringSettings:
        if self.silent < self.late:
            raise ValueError(f"silent ({self.silent:g} intervals) must not be less than late ({self.late:g})")
        for table, names in (("flat_line", self.flat_line), ("drift.quantities", self.drift.quantities)):
            for name in names:
                if name not in QUANTITIES:
                    raise ValueError(f"{table}: {name!r} is no quantity of the vocabulary")
        return self
