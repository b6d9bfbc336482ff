"""Watteco's single reports: one attribute of a ZigBee cluster.

    FF CC KKKK AAAA [SS] TT DD..

- F: bit 0 set; bits 7..5 and 2..1 the endpoint
- C: command: 0A report, 8A alarm, 01 answer to a question (with a status S), 07 and 09 answers on report settings
- K, A: cluster and attribute; T: type of the data

An alarm may be followed by its causes, which say no more than the values themselves.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from decoders.kit import DecodeError, Decoder, Function, Meaning, Reading, Readings
from decoders.watteco._attributes import (
    GRID,
    METER,
    PHASES,
    POWERS,
    SHOCK,
    SILENT,
    SINGLE,
    UNREAD,
    USUAL,
    Place,
)  # fmt: skip
from decoders.watteco._batch import Series, batch


def joined(*parts: str) -> str:
    """A channel of several parts."""
    return "_".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Model:
    """What the endpoints and labels of one model are.

    Attributes:
        endpoints: name of an attribute → what it is at endpoint 0, 1, ..
        labels: of a batch.
        width: bits of a label, 0 where there are no batches.
        pins: inputs in reports on all of them.
        meter: whether it measures a grid.
        shocks: whether it measures shocks.
    """

    endpoints: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    labels: Mapping[int, Series] = field(default_factory=dict)
    width: int = 0
    pins: int = 10
    meter: bool = False
    shocks: bool = False

    def place(self, name: str, endpoint: int) -> Place:
        """What an attribute of an endpoint is."""
        known = self.endpoints.get(name, ())
        if endpoint < len(known):
            return known[endpoint]
        quantity, unit, channel = USUAL[name]
        return quantity, unit, joined(channel, f"{endpoint + 1}" if endpoint else "")

    def read(self, payload: bytes, port: int) -> Readings:  # noqa: ARG002 - one signature for all functions
        """Any payload."""
        if payload[0] & 1:
            return report(self, payload)
        if not self.width:
            raise DecodeError("unsupported", "this model sends no batches")
        return batch(payload, self.labels, self.width)

    def meanings(self) -> Iterator[Meaning]:
        """Whatever may be said."""
        yield "alarm", "1", ""
        for series in self.labels.values():
            yield series.quantity, series.unit, series.channel
        for places in self.endpoints.values():
            yield from places
        for name, place in USUAL.items():
            if name not in self.endpoints:
                yield place
                yield place[0], place[1], joined(place[2], "{n}")
        yield from (("digital_input", "1", f"{n + 1}") for n in range(self.pins))
        yield from ((quantity, "V", channel) for _, quantity, channel in POWERS)
        for phase in ("", *PHASES) if self.meter else ():
            yield from ((quantity, unit, joined(channel, phase)) for quantity, unit, channel in METER)
            yield from (("voltage", "V", phase), ("current", "A", phase), ("analog_value", "1", joined("angle", phase)))
        if self.meter:
            yield from GRID
        if self.shocks:
            yield from SHOCK
            yield "event_count", "1", "shock"


def report(model: Model, payload: bytes) -> Readings:
    """One attribute."""
    if len(payload) < 5:
        raise DecodeError("length", "a report has a cluster")
    command, cluster = payload[1], int.from_bytes(payload[2:4], "big")
    endpoint = payload[0] >> 5 | (payload[0] & 6) << 2
    if command in (0x07, 0x09):
        return Readings((), ("an answer on report settings",))
    if command not in (0x01, 0x0A, 0x8A):
        raise DecodeError("unsupported", f"command {command:02x}")
    attribute = int.from_bytes(payload[4:6], "big")
    start = 8 if command == 0x01 else 7
    if command == 0x01 and len(payload) > 6 and payload[6]:
        return Readings((), (f"the device answers with error {payload[6]:02x}",))
    if len(payload) < start:
        raise DecodeError("length", "a report has an attribute and a type")
    if cluster in SILENT or (cluster, attribute) in UNREAD:
        return Readings((), ("versions or settings of the device",))
    found = list(_said(model, cluster, attribute, endpoint, payload[start - 1], payload[start:]))
    if command == 0x8A:
        found.append(Reading("alarm", 1.0, "1"))
    return Readings(tuple(found))


def _said(model: Model, cluster: int, attribute: int, endpoint: int, type_: int, data: bytes) -> Iterator[Reading]:
    single = SINGLE.get((cluster, attribute))
    if single is not None:
        name, size, value = single
        quantity, unit, channel = model.place(name, endpoint)
        found = value(_cut(data, size), type_)
        if math.isfinite(found):
            yield Reading(quantity, found, unit, channel)
        return
    phase = PHASES[endpoint] if endpoint < 4 and (endpoint or "phases" in model.endpoints) else ""
    match cluster, attribute:
        case 0x8005, 0:
            pins = int.from_bytes(_cut(data, 2), "big")
            for n in range(model.pins):
                yield Reading("digital_input", float(pins >> n & 1), "1", f"{n + 1}")
        case 0x0050, 6:
            at = 3
            for bit, quantity, channel in POWERS:
                if _cut(data, 3)[2] & bit:
                    yield Reading(quantity, int.from_bytes(_cut(data[at:], 2), "big") / 1000, "V", channel)
                    at += 2
        case 0x0052, 0:
            sizes = (3, 3, 2, 2, 2)
            energy, reactive, _, power, idle = _numbers(data[1:], sizes)
            yield Reading("energy", energy, "W.h")
            yield Reading("reactive_energy", reactive / 1000, "kvar.h")
            yield Reading("power", power, "W")
            yield Reading("reactive_power", idle, "var")
        case 0x800A, 0:
            for (quantity, unit, channel), value_ in zip(METER, _numbers(data[1:], (4,) * 8), strict=True):
                yield Reading(quantity, _kilo(value_, unit), unit, joined(channel, phase))
        case 0x8010, 0 | 1:
            active, idle_ = (("energy", "W.h"), ("reactive_energy", "kvar.h")) if attribute == 0 else (
                ("power", "W"), ("reactive_power", "var"))  # fmt: skip
            for n, value_ in enumerate(_numbers(data[1:], (4,) * 8)):
                quantity, unit = idle_ if n % 2 else active
                yield Reading(quantity, _kilo(value_, unit), unit, PHASES[n // 2])
        case 0x800B, 0:
            yield from _phase(_numbers(data[1:], (2, 2, 2)), phase)
        case 0x800D, 0:
            values = _numbers(data[1:], (2,) * 9)
            for n in range(3):
                yield from _phase(values[3 * n : 3 * n + 3], PHASES[n])
        case 0x8052, 0:
            for n, ((quantity, unit, channel), value_) in enumerate(
                zip(GRID, _numbers(data[1:], (2,) * 11), strict=True)
            ):
                scaled = (value_ + 22232) / 1000 if n < 3 else value_ / 10 if n < 9 else value_
                yield Reading(quantity, scaled, unit, channel)
        case 0x800F, 0:
            yield Reading("event_count", float(int.from_bytes(_cut(data[1:], 4), "big")), "1", "shock")
            for n, (quantity, unit, channel) in enumerate(SHOCK):
                value_ = float(int.from_bytes(_cut(data[5 + 2 * n :], 2), "big"))
                yield Reading(quantity, value_ / 100 if unit == "[g]" else value_, unit, channel)
        case _:
            raise DecodeError("unsupported", f"attribute {attribute:04x} of cluster {cluster:04x}")


def _kilo(value: float, unit: str) -> float:
    """Meters say var.h."""
    return value / 1000 if unit == "kvar.h" else value


def _cut(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise DecodeError("length", f"{size} bytes of data expected, {len(data)} there")
    return data[:size]


def _numbers(data: bytes, sizes: tuple[int, ...]) -> list[float]:
    data, at, found = _cut(data, sum(sizes)), 0, []
    for size in sizes:
        found.append(float(int.from_bytes(data[at : at + size], "big", signed=True)))
        at += size
    return found


def _phase(values: list[float], phase: str) -> Iterator[Reading]:
    yield Reading("voltage", values[0] / 10, "V", phase)
    yield Reading("current", values[1] / 10, "A", phase)
    yield Reading("analog_value", values[2], "1", joined("angle", phase))


def watteco(model: str, name: str, what: Model, ttn: Iterable[str]) -> Decoder:
    """A decoder of Watteco's."""
    return Decoder(
        id=f"watteco-{name}",
        vendor="Watteco",
        model=model,
        source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/watteco",
        layouts=(
            Function(
                what.read,
                ports=125,
                length=range(1, 243),
                quantities=tuple(dict.fromkeys(what.meanings())),
                missing=False,
            ),
        ),
        identifiers={"ttn": tuple(f"watteco/{one}" for one in ttn), "chirpstack": (model,)},
    )


def battery(step: float = 100) -> Series:
    """Battery, mV."""
    return Series("battery_voltage", "V", "u16", div=1000, step=step)


def temperature(channel: str = "", step: float = 10) -> Series:
    """Temperature, 0.01 degC."""
    return Series("air_temperature", "Cel", "i16", channel, div=100, step=step)


def humidity(step: float = 100) -> Series:
    """Humidity, 0.01 %."""
    return Series("relative_humidity", "%", "u16", div=100, step=step)


def pulses(channel: str = "") -> Series:
    """A counter."""
    return Series("pulse_count", "1", "u32", channel)


TAMPER: Mapping[str, tuple[Place, ...]] = {"pin": (("tamper", "1", ""),)}
"""The only input is the one that sees the case being opened."""
