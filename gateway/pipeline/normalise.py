"""From what a device said to what it means: canonical quantity, unit and time, with a quality flag.

One `Normaliser` serves one run over the journal, in offset order; the memory of the sequence tests is its only state.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import msgspec

from gateway.config import PipelineSettings, QualityTests
from gateway.model import SECOND_NS, Flag, Measured, Observation
from gateway.pipeline.quality import Limits, Neighbours, gross_range, limits, sequence
from gateway.quantities import QUANTITIES, Kind, UnitError, converter
from gateway.units import IDENTITY, Conversion

Series = tuple[str, str, str]
MAX_SERIES = 500_000
_YEAR_2000_NS = 946_684_800 * SECOND_NS


class _Rule(msgspec.Struct, frozen=True):
    """What to do with one (quantity, unit): convert, position or not, which limits."""

    quantity: str
    conversion: Conversion | None
    limits: Limits
    position: bool


class Outcome(msgspec.Struct):
    """What one uplink's readings became; `unknown` and `units` name what could not be used."""

    observations: list[Observation]
    unknown: list[str]
    units: list[str]
    late: int = 0
    position: dict[str, float] | None = None


class Normaliser:
    """Turns readings into observations. Not thread-safe."""

    def __init__(self, settings: PipelineSettings, memory: dict[Series, Neighbours] | None = None) -> None:
        """`memory` is the state of the sequence tests to go on from."""
        self.memory: dict[Series, Neighbours] = {} if memory is None else memory
        self._settings = settings
        self._rules: dict[tuple[str, str], _Rule | str] = {}
        self._own = {
            device: {name: self._limits(name, tests) for name, tests in quantities.items() if name in QUANTITIES}
            for device, quantities in settings.device_quality.items()
        }
        self._max_future = int(settings.max_future * SECOND_NS)
        self._max_past = int(settings.max_payload_past * SECOND_NS)

    @staticmethod
    def _limits(name: str, tests: QualityTests | None) -> Limits:
        return limits(QUANTITIES[name], tests)

    def _rule(self, quantity: str, unit: str) -> _Rule | str:
        row = QUANTITIES.get(quantity)
        rule: _Rule | str
        if row is None:
            rule = "unknown"
        else:
            try:
                conversion = converter(quantity, unit)
                rule = _Rule(
                    quantity,
                    None if conversion is IDENTITY else conversion,
                    self._limits(quantity, self._settings.quality.get(quantity)),
                    row.kind is Kind.POSITION,
                )
            except UnitError:
                rule = "unit"
        if len(self._rules) < 10_000:  # names come from outside: what is remembered of them is bounded
            self._rules[quantity, unit] = rule
        return rule

    def normalise(
        self, device: str, time: int, received_at: int, offset: int, readings: Iterable[Measured], *, fail: bool = False
    ) -> Outcome:
        """Turn the readings of one uplink into observations.

        Args:
            device: its id.
            time: event time of the uplink, ns.
            received_at: our own clock, ns: the yardstick for a payload's own times.
            offset: journal offset of the uplink.
            readings: what was read, in the device's own units.
            fail: flag every value FAIL (test traffic that must never count as measured).
        """
        outcome = Outcome([], [], [])
        out = outcome.observations
        own = self._own.get(device)
        for reading in readings:
            rule = self._rules.get((reading.quantity, reading.unit)) or self._rule(reading.quantity, reading.unit)
            if rule.__class__ is str:
                names = outcome.unknown if rule == "unknown" else outcome.units
                names.append(reading.quantity if rule == "unknown" else f"{reading.quantity} [{reading.unit}]")
                continue
            assert isinstance(rule, _Rule)
            at = reading.time
            if at is None:
                at = time
            elif not (received_at - self._max_past <= at <= received_at + self._max_future) or at < _YEAR_2000_NS:
                outcome.late += 1
                continue
            value = reading.value
            if value is None or not isfinite(value):
                if not rule.position:
                    out.append(
                        Observation(device, reading.channel, rule.quantity, at, None, Flag.MISSING.value, offset)
                    )
                continue
            value = float(value) if rule.conversion is None else rule.conversion(value)
            if rule.position:
                outcome.position = {**(outcome.position or {}), rule.quantity: value}
                continue
            test = rule.limits if own is None else own.get(rule.quantity, rule.limits)
            flag = Flag.FAIL if fail else gross_range(value, test)
            if test.sequence and not fail:
                series = (device, reading.channel, rule.quantity)
                flag = self._sequence(series, at, value, flag, offset, test, out)
            out.append(Observation(device, reading.channel, rule.quantity, at, value, flag.value, offset))
        return outcome

    def _sequence(
        self, series: Series, at: int, value: float, flag: Flag, offset: int, test: Limits, out: list[Observation]
    ) -> Flag:
        flag, memory, revision = sequence(at, value, flag, offset, test, self.memory.get(series))
        if memory is not None:
            self.memory[series] = memory
        else:
            self.memory.pop(series, None)
        if revision is not None:
            device, channel, quantity = series
            out.append(
                Observation(device, channel, quantity, revision.time, revision.value, revision.flag, revision.offset)
            )
        return flag

    def bound(self) -> None:
        """Keep at most `MAX_SERIES` in memory: the series that have been silent longest go."""
        excess = len(self.memory) - MAX_SERIES
        if excess > 0:
            for series in sorted(self.memory, key=lambda series: self.memory[series].time)[:excess]:
                del self.memory[series]
