"""From what a device said to what it means: canonical quantity, unit and time, with a quality flag.

One `Normaliser` serves one run over the journal, in offset order; the memory of the sequence tests is its only state.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite

import msgspec

from decoders.kit import Reading
from gateway.config import PipelineSettings
from gateway.model import SECOND_NS, Flag, Observation
from gateway.pipeline.quality import Limits, Neighbours, gross_range, limits, sequence
from gateway.quantities import QUANTITIES, Kind, UnitError, converter
from gateway.units import IDENTITY, Conversion

Series = tuple[str, str, str]
MAX_SERIES = 500_000
_YEAR_2000_NS = 946_684_800 * SECOND_NS


class _Rule(msgspec.Struct, frozen=True):
    """What to do with one (quantity, unit). Within `[low, high]` (canonical unit) a value is GOOD and needs no look."""

    use: str
    conversion: Conversion | None
    limits: Limits
    low: float = inf
    high: float = -inf


class Outcome(msgspec.Struct):
    """What of an uplink's readings did not become observations, and why."""

    unknown: list[str] = []
    units: list[str] = []
    late: int = 0
    position: dict[str, float] = {}


_NO_LIMITS = Limits(-inf, inf)


class Normaliser:
    """Turns readings into observations. Not thread-safe."""

    def __init__(self, settings: PipelineSettings, memory: dict[Series, Neighbours] | None = None) -> None:
        """`memory` is the state of the sequence tests to go on from."""
        self.memory: dict[Series, Neighbours] = {} if memory is None else memory
        self._settings = settings
        self._rules: dict[tuple[str, str], _Rule] = {}
        self._own = {
            device: {name: limits(QUANTITIES[name], tests) for name, tests in quantities.items() if name in QUANTITIES}
            for device, quantities in settings.device_quality.items()
        }
        self._max_future = int(settings.max_future * SECOND_NS)
        self._max_past = int(settings.max_payload_past * SECOND_NS)

    def _rule(self, quantity: str, unit: str) -> _Rule:
        row = QUANTITIES.get(quantity)
        if row is None:
            rule = _Rule("unknown", None, _NO_LIMITS)
        else:
            try:
                conversion = converter(quantity, unit)
            except UnitError:
                rule = _Rule("unit", None, _NO_LIMITS)
            else:
                known = None if conversion is IDENTITY else conversion
                test = limits(row, self._settings.quality.get(quantity))
                if row.kind is Kind.POSITION:
                    rule = _Rule("position", known, test)
                elif test.sequence:
                    rule = _Rule("point", known, test)
                else:
                    rule = _Rule("point", known, test, *test.good())
        if len(self._rules) < 10_000:  # names come from outside: what is remembered of them is bounded
            self._rules[quantity, unit] = rule
        return rule

    def normalise(
        self,
        device: str,
        time: int,
        received_at: int,
        offset: int,
        readings: Iterable[Reading],
        out: list[Observation],
        *,
        fail: bool = False,
    ) -> Outcome | None:
        """Append the observations of one uplink to `out`.

        Args:
            device: its id.
            time: event time of the uplink, ns.
            received_at: our own clock, ns: the yardstick for a payload's own times.
            offset: journal offset of the uplink.
            readings: what was read, in the device's own units.
            out: the observations.
            fail: flag every value FAIL (test traffic that must never count as measured).

        Returns:
            what did not become observations; None when everything did.
        """
        outcome: Outcome | None = None
        rules, append = self._rules, out.append
        simple = not fail and device not in self._own
        for reading in readings:
            quantity, value, unit, channel, shift, at = reading
            rule = rules.get((quantity, unit)) or self._rule(quantity, unit)
            if simple and value is not None and at is None and not shift:
                conversion = rule.conversion
                if conversion is not None:
                    value = value * conversion.mul / conversion.div + conversion.add
                if rule.low <= value <= rule.high:
                    append(Observation(device, channel, quantity, time, float(value), 1, offset))
                    continue
            if outcome is None:
                outcome = Outcome()
            self._carefully(device, time, received_at, offset, reading, rule, out, outcome, fail=fail)
        return outcome

    def _carefully(
        self,
        device: str,
        time: int,
        received_at: int,
        offset: int,
        reading: Reading,
        rule: _Rule,
        out: list[Observation],
        outcome: Outcome,
        *,
        fail: bool,
    ) -> None:
        """A reading that is not plainly good: own time, missing, position, out of bounds, tests with neighbours."""
        quantity, value, unit, channel, shift, at = reading
        if rule.use == "unknown":
            outcome.unknown.append(quantity)
            return
        if rule.use == "unit":
            outcome.units.append(f"{quantity} [{unit}]")
            return
        if at is None:
            at = time + round(shift * SECOND_NS) if shift else time
        if at != time and not (
            max(received_at - self._max_past, _YEAR_2000_NS) <= at <= received_at + self._max_future
        ):
            outcome.late += 1
            return
        if value is None or not isfinite(value):
            if rule.use == "point":
                out.append(Observation(device, channel, quantity, at, None, Flag.MISSING.value, offset))
            return
        value = float(value) if rule.conversion is None else rule.conversion(value)
        if rule.use == "position":
            outcome.position[quantity] = value
            return
        test = self._own.get(device, {}).get(quantity, rule.limits)
        flag = Flag.FAIL if fail else gross_range(value, test)
        if test.sequence and not fail:
            flag = self._sequence((device, channel, quantity), at, value, flag, offset, test, out)
        out.append(Observation(device, channel, quantity, at, value, flag.value, offset))

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
