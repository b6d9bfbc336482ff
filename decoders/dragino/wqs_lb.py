"""Dragino WQS-LB: water quality by the probes that are connected.

fPort 2, big-endian:

    BBBB TTTT FF VVVV ...

- B: lower 14 bits battery, mV; T: int16, DS18B20, 0.1 degC
- F: bit 7 sent by the interrupt; bits 5..0 which values follow, in this order: 5 turbidity, 0.1 NTU; 4 oxygen,
  0.01 mg/L; 3 redox potential, int16, mV; 2 conductivity, 10 uS/cm; 1 conductivity, uS/cm; 0 pH, 0.01

fPort 3: datalog, groups of 11 bytes: three of these values, FF, time; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from __future__ import annotations

from collections.abc import Iterator

from decoders.dragino._frames import INFORMATION, LOG_LENGTHS, PROBE_MISSING, dragino
from decoders.kit import SECOND_NS, Function, Reading, Readings
from decoders.kit.clock import EARLIEST_S

VALUES = (
    (5, "turbidity", "NTU", "", 10.0, False),
    (4, "dissolved_oxygen", "mg/L", "", 100.0, False),
    (3, "redox_potential", "mV", "", 1.0, True),
    (2, "electrical_conductivity", "uS/cm", "k10", 0.1, False),
    (1, "electrical_conductivity", "uS/cm", "k1", 1.0, False),
    (0, "ph", "[pH]", "", 100.0, False),
)
"""Bit, quantity, unit, channel, divisor, signed."""


def _values(flags: int, data: bytes, time: int | None = None) -> Iterator[Reading]:
    position = 0
    for bit, quantity, unit, channel, div, signed in VALUES:
        if not flags >> bit & 1 or position + 2 > len(data):
            continue
        raw = int.from_bytes(data[position : position + 2], "big", signed=signed)
        position += 2
        yield Reading(quantity, raw * 10.0 if bit == 2 else raw / div, unit, channel, 0.0, time)


def _live(payload: bytes, _port: int) -> Iterator[Reading]:
    yield Reading("battery_voltage", (int.from_bytes(payload[:2], "big") & 0x3FFF) / 1000, "V")
    raw = int.from_bytes(payload[2:4], "big", signed=True)
    if raw != PROBE_MISSING:
        yield Reading("air_temperature", raw / 10, "Cel", "probe")
    yield Reading("digital_input", float(payload[4] >> 7), "1", "interrupt")
    yield from _values(payload[4], payload[5:])


def _log(payload: bytes, _port: int) -> Readings:
    found: list[Reading] = []
    warnings: list[str] = []
    for start in range(0, len(payload), 11):
        group = payload[start : start + 11]
        seconds = int.from_bytes(group[7:], "big")
        if seconds < EARLIEST_S:
            warnings.append("a sample is left out: its clock is not set")
            continue
        found.extend(_values(group[6], group[:6], seconds * SECOND_NS))
    return Readings(tuple(found), tuple(warnings))


MEANINGS = tuple((quantity, unit, channel) for _, quantity, unit, channel, _, _ in VALUES)

DECODER = dragino(
    "WQS-LB",
    Function(
        _live,
        ports=2,
        length=range(5, 18),
        missing=True,
        quantities=(
            ("battery_voltage", "V", ""),
            ("air_temperature", "Cel", "probe"),
            ("digital_input", "1", "interrupt"),
            *MEANINGS,
        ),
    ),
    Function(_log, ports=3, length=LOG_LENGTHS, quantities=MEANINGS),
    INFORMATION,
    ttn=("wqs-lb",),
    chirpstack=("WQS-LS",),
)
