"""What reaches the gateway and when: real payload bytes in the messages of network servers, in order of arrival."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from decoders import registry
from decoders.kit import Decoder, EncodeError, Layout
from gateway.demo import wrap
from gateway.demo.catalogue import Values
from gateway.demo.city import City, SimulatedDevice
from gateway.demo.faults import EVERY_NTH, GARBAGE, UNSET_CLOCK, Fault, Faults
from gateway.demo.weather import DAY

PLAIN = "mqtt"
"""Name of the configured source of plain messages; the others are called as their network."""


KEPT = 5000
"""Payloads (or records) of one shape that are kept."""


class Arrival(NamedTuple):
    """A message as it reaches the gateway at Unix time `at`, by the source of that name."""

    at: float
    source: str
    topic: str
    body: bytes


class Payloads:
    """Writes payloads, faster than one by one: writing a value exactly takes ten times as long as reading it."""

    def __init__(self) -> None:
        self._writers: dict[tuple[str, int, tuple[str, ...]], Callable[[Values], bytes]] = {}

    def write(self, decoder_id: str, values: Values, port: int) -> bytes:
        """The bytes that read as these values."""
        shape = (decoder_id, port, tuple(values))
        writer = self._writers.get(shape)
        if writer is None:
            decoder = registry.by_id(decoder_id)
            assert decoder is not None, decoder_id
            writer = self._writers[shape] = _writer(decoder, values, port)
        return writer(values)


def _writer(decoder: Decoder, values: Values, port: int) -> Callable[[Values], bytes]:
    """How values of this shape are written: record by record, by the layout that the decoder chooses, or by itself."""
    payload = decoder.encode(values, port)
    for layout in decoder.layouts:
        with suppress(EncodeError):
            if layout.encode(values, port) == payload:
                return _records(layout, values, port, payload) or _remembered(partial(_first, layout, decoder, port))
    return _remembered(partial(_decoders_choice, decoder, port))


def _decoders_choice(decoder: Decoder, port: int, values: Values) -> bytes:
    return decoder.encode(values, port)


def _first(layout: Layout, decoder: Decoder, port: int, values: Values) -> bytes:
    with suppress(EncodeError):  # other values may need another layout
        return layout.encode(values, port)
    return decoder.encode(values, port)


def _remembered(write: Callable[[Values], bytes]) -> Callable[[Values], bytes]:
    """What was written lately is not written again: parking places have two states."""
    kept: dict[tuple[float, ...], bytes] = {}

    def remembering(values: Values) -> bytes:
        key = tuple(values.values())
        payload = kept.get(key)
        if payload is None:
            if len(kept) > KEPT:
                kept.clear()
            payload = kept[key] = write(values)
        return payload

    return remembering


def _records(layout: Layout, values: Values, port: int, payload: bytes) -> Callable[[Values], bytes] | None:
    """A writer that puts records together; None where the values do not stand in records of their own."""
    with suppress(EncodeError):
        records = {name: layout.encode({name: value}, port) for name, value in values.items()}
        order = sorted(records, key=lambda name: payload.find(records[name]))
        if b"".join(records[name] for name in order) == payload:
            one = {name: _remembered(lambda found: layout.encode(found, port)) for name in order}
            return lambda found: b"".join(one[name]({name: _rounded(found[name])}) for name in order)
    return None


def _rounded(value: float) -> float:
    """As finely as devices that send records measure, so that values repeat."""
    return round(value, 1 if abs(value) >= 10 else 2)


class Post:
    """Everything that reaches the gateway."""

    def __init__(self, city: City) -> None:
        """Nothing is computed yet."""
        self._city, self.faults = city, Faults(city)
        self._payloads = Payloads()

    def between(self, start: float, stop: float) -> Iterator[Arrival]:
        """What arrives in `[start, stop)` (Unix times), in that order."""
        faults = self.faults
        due: list[tuple[float, str, int, SimulatedDevice]] = []
        for device in self._city.devices:
            for number, t in device.times(start - faults.lookback(device, start, stop), stop):
                at = faults.arrival(device, t)
                if start <= at < stop and faults.speaks(device, t):
                    due.append((at, device.id, number, device))
        due.sort(key=lambda each: each[:3])
        again: list[Arrival] = []
        for at, _, number, device in due:
            while again and again[0].at <= at:
                yield heapq.heappop(again)
            arrival = Arrival(at, device.kind.network if device.kind.decoder else PLAIN, *self.message(device, number))
            yield arrival
            if device.kind.decoder and number % EVERY_NTH == 0:
                heapq.heappush(again, arrival._replace(at=at + 1.5))
        yield from sorted(again)
        yield from self._strays(start, stop)

    def message(self, device: SimulatedDevice, number: int) -> wrap.Message:
        """The topic and body of a device's message."""
        kind, fault = device.kind, self.faults.of(device)
        t = number * kind.interval + device.phase
        values = self.faults.values(device, t)
        wrong = fault is not None and t >= self.faults.sick[device.id].since
        if not kind.decoder:
            return wrap.plain(device.id, values, UNSET_CLOCK + t % DAY if wrong and fault is Fault.CLOCK else t)
        payload = self._payloads.write(kind.decoder, values, kind.port)
        if wrong and fault is Fault.GARBAGE:
            payload = GARBAGE
        decoder = registry.by_id(kind.decoder)
        assert decoder is not None
        if kind.network == "tts":
            brand, _, model = decoder.identifiers["ttn"][0].partition("/")
            return wrap.tts(device.id, f"{model}-{device.id[4:12]}", payload, kind.port, t, number % 65536,
                            (brand, model))  # fmt: skip
        clock = UNSET_CLOCK if wrong and fault is Fault.CLOCK else None
        return wrap.chirpstack(device.id, device.name, payload, kind.port, t, number % 65536,
                               {"decoder": kind.decoder, "ort": device.place.name}, clock=clock)  # fmt: skip

    def _strays(self, start: float, stop: float) -> Iterator[Arrival]:
        """Once in the history: a poisoned payload, a torn message, and a device that nobody knows."""
        at = self._city.ago(0.2)
        if not start <= at < stop:
            return
        poisoned = next(device for device in self._city.devices if device.kind.decoder == "dragino-lht65n")
        tags, number = {"decoder": "dragino-lht65n"}, int(at // poisoned.kind.interval) % 65536
        yield Arrival(at, "chirpstack", *wrap.chirpstack(poisoned.id, poisoned.name, GARBAGE * 20, 2, at, number, tags))
        yield Arrival(at, PLAIN, "sensors/wupp-00-air-0/telemetry", b'{"time":17000')
        stranger = wrap.chirpstack("0badc0de00000001", "unbekannt", b"\x01\x02\x03", 7, at, 1, {})
        yield Arrival(at, "chirpstack", *stranger)
