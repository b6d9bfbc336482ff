"""The whole way of a batch: envelope, decoder, normalisation, quality; list in, lists out, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from decoders.kit import DecodeError, Decoder, Reading, Readings
from gateway.config import PipelineSettings
from gateway.model import (
    Entry,
    Event,
    Join,
    NetworkLog,
    Nothing,
    Observation,
    Reason,
    Received,
    Rejected,
    RejectedError,
    TimeSource,
    Uplink,
)
from gateway.pipeline.choose import Chooser, Decodes
from gateway.pipeline.memory import Memory
from gateway.pipeline.normalise import Normaliser, Outcome
from gateway.pipeline.privacy import denied

Parser = Callable[[Received], Sequence[Event]]
Ahead = Callable[[Sequence[tuple[Decodes, Uplink]]], Mapping[int, Readings | DecodeError]]
"""Decodes what is dear to decode one by one, with the uplinks' times: results by `id(uplink)`; what it does not know is
not among them. It is false as long as there is nothing of the kind."""
Recognise = Callable[[Any], Sequence[Reading]]
"""Reads a network server's own decoded object, for devices that no decoder is known for."""
MAX_PROBLEMS = 100
"""Dead letters of one message: its bytes stand once, more reasons help nobody."""


class Seen(msgspec.Struct):
    """What a batch told about one device; `uplink` is its last one, and `chosen` what decoded that."""

    device: str
    source: str
    last_seen: int
    count: int = 0
    joined_as: str = ""
    uplink: Uplink | None = None
    chosen: Decodes | None = None
    rejected_clocks: int = 0
    location: tuple[float, float, float | None] | None = None
    undated: int = 0
    failures: int = 0
    joins: int = 0

    @property
    def name(self) -> str:
        """Its display name in the network server."""
        return (self.uplink.name if self.uplink else "") or self.joined_as

    @property
    def hints(self) -> tuple[str, ...]:
        """What its network server says it is."""
        return self.uplink.hints if self.uplink else ()

    @property
    def counter(self) -> int | None:
        """Its last frame counter."""
        return self.uplink.counter if self.uplink else None

    @property
    def decoder(self) -> str:
        """Which decoder read it, "" for none."""
        return self.chosen.id if self.chosen else ""


class Processed(msgspec.Struct):
    """What a batch of journal entries became.

    Attributes:
        observations: for the store, in the order they came.
        rejected: for the dead letters.
        seen: by device.
        uplinks: how many uplinks gave observations.
        nothing: messages that rightly mean no observation, by what they are.
        unmapped: (decoder or source, name) of readings that the vocabulary lacks or whose unit it cannot convert.
        clocks: rejected network clocks, by gateway id.
    """

    observations: list[Observation]
    rejected: list[Rejected]
    seen: dict[str, Seen]
    uplinks: int = 0
    nothing: dict[str, int] = {}
    unmapped: set[tuple[str, str]] = set()
    clocks: dict[str, int] = {}


class Processor:
    """Turns journal entries into observations, in offset order. Not thread-safe; deterministic for its memory."""

    def __init__(
        self,
        parsers: Mapping[str, Parser],
        chooser: Chooser,
        settings: PipelineSettings,
        memory: Memory | None = None,
        *,
        ahead: Ahead | None = None,
        recognise: Recognise | None = None,
    ) -> None:
        """`parsers` are the envelopes by source name."""
        self.memory = memory or Memory()
        self._parsers, self._chooser, self._settings = parsers, chooser, settings
        self._ahead, self._recognise = ahead, recognise
        self._parsed: dict[int, Sequence[Event]] = {}
        self._decoded: Mapping[int, Readings | DecodeError] = {}
        self._normaliser = Normaliser(settings, self.memory.series)

    def process(self, entries: Sequence[Entry]) -> Processed:
        """Process a batch; nothing in an entry raises out of here."""
        out = Processed([], [], {})
        if self._ahead:
            self._decode_ahead(self._ahead, entries)
        for entry in entries:
            try:
                self._entry(entry, out)
            except RejectedError as error:
                if error.uplink is not None:
                    self._heard(entry, error.uplink, out)
                if (seen := out.seen.get(error.device)) is not None:
                    seen.failures += 1
                out.rejected.append(Rejected(entry, error.reason, error.detail, error.device))
            except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the stream; it is kept and shown
                detail = f"{type(error).__name__} in {_place(error)}"
                out.rejected.append(Rejected(entry, Reason.INTERNAL, detail))
        return out

    def _decode_ahead(self, ahead: Ahead, entries: Sequence[Entry]) -> None:
        """Parse the whole batch and have together decoded what is better decoded together."""
        self._parsed = {}
        asked: list[tuple[Decodes, Uplink]] = []
        for entry in entries:
            parser = self._parsers.get(entry.received.source)
            with suppress(Exception):  # its turn comes, and with it the reason
                events = parser(entry.received) if parser is not None else ()
                asked += [
                    (decoder, event)
                    for event in events
                    if isinstance(event, Uplink) and event.payload and (decoder := self._chooser.choose(event))
                ]
                self._parsed[entry.offset] = events
        self._decoded = ahead(asked)

    def bound(self) -> None:
        """Keep the memory of the sequence tests bounded, whatever devices call themselves."""
        self._normaliser.bound()

    def _entry(self, entry: Entry, out: Processed) -> None:
        received = entry.received
        parser = self._parsers.get(received.source)
        if parser is None:
            raise RejectedError(Reason.ENVELOPE, f"source {received.source!r} is not configured")
        events = self._parsed.get(entry.offset) or parser(received) if self._parsed else parser(received)
        if len(events) == 1 and not received.duplicate:  # nearly always: one uplink that its network dates
            event = events[0]
            if event.__class__ is Uplink and event.time_source is not TimeSource.RECEIVED:
                self._uplink(entry, event, out)
                return
        if received.duplicate or _dated_by_us(events):
            first = self.memory.first_arrival(received)
            if first != received.received_at:
                events = parser(msgspec.structs.replace(received, received_at=first))
        for event in events:
            if event.__class__ is Uplink:
                self._uplink(entry, event, out)
            elif event.__class__ is NetworkLog:
                if event.dedup:
                    self.memory.remember_log(event)
                out.nothing["log"] = out.nothing.get("log", 0) + 1
            elif event.__class__ is Join:
                self._see(entry, event.device, event.name, out).joins += 1
                out.nothing["join"] = out.nothing.get("join", 0) + 1
            elif isinstance(event, Nothing):
                out.nothing[event.what] = out.nothing.get(event.what, 0) + 1

    def _see(self, entry: Entry, device: str, name: str, out: Processed) -> Seen:
        seen = out.seen.get(device)
        if seen is None:
            seen = out.seen[device] = Seen(device, entry.received.source, 0)
        received_at = entry.received.received_at
        seen.last_seen = max(seen.last_seen, received_at)
        seen.count += 1
        if name:
            seen.joined_as = name
        return seen

    def _heard(self, entry: Entry, uplink: Uplink, out: Processed) -> Seen:
        received = entry.received
        seen = out.seen.get(uplink.device)
        if seen is None:
            seen = out.seen[uplink.device] = Seen(uplink.device, received.source, received.received_at)
        elif received.received_at > seen.last_seen:
            seen.last_seen = received.received_at
        seen.count += 1
        seen.uplink = uplink
        if uplink.location is not None:
            seen.location = uplink.location
        if uplink.time_source is TimeSource.RECEIVED:
            seen.undated += 1
        if uplink.clock_rejected:
            seen.rejected_clocks += 1
            out.clocks[uplink.clock_gateway] = out.clocks.get(uplink.clock_gateway, 0) + 1
        return seen

    def _uplink(self, entry: Entry, uplink: Uplink, out: Processed) -> None:
        device = uplink.device
        seen = self._heard(entry, uplink, out)
        if uplink.decoded is not None and (path := denied(uplink.decoded)) is not None:
            raise RejectedError(Reason.PRIVACY, f"personal identifier at {path}", device)

        decoder = self._chooser.choose(uplink)
        readings, origin = self._readings(uplink, decoder)
        seen.chosen = decoder
        if not readings and not uplink.problems:
            out.nothing["empty"] = out.nothing.get("empty", 0) + 1
            return
        before = len(out.observations)
        outcome = self._normaliser.normalise(
            device,
            uplink.time,
            entry.received.received_at,
            entry.offset,
            readings,
            out.observations,
            fail=uplink.simulated,
        )
        if len(out.observations) > before:
            out.uplinks += 1
        if outcome is not None:
            where = outcome.position
            if "latitude" in where and "longitude" in where:
                seen.location = (where["latitude"], where["longitude"], where.get("altitude"))
            for name in (*outcome.unknown, *outcome.units):
                out.unmapped.add((origin or entry.received.source, name))
            if len(out.observations) == before and not where and not uplink.problems:
                raise RejectedError(*_why(outcome), device)
        for problem in uplink.problems[:MAX_PROBLEMS]:
            out.rejected.append(Rejected(entry, Reason.ENVELOPE, problem, device))

    def _readings(self, uplink: Uplink, decoder: Decodes | None) -> tuple[Sequence[Reading], str]:
        """What the payload and the envelope say, and which decoder read it ("" for none)."""
        radio = _radio(uplink) if self._settings.radio and uplink.radio is not None else ()
        if not uplink.payload:
            return (*radio, *(_measured(uplink) or self._network_decoded(uplink))), ""
        if decoder is None:
            # What the network server normalised, or decoded, is second choice behind a decoder of ours.
            if values := _measured(uplink) or self._network_decoded(uplink):
                return (*radio, *values), ""
            raise RejectedError(Reason.UNKNOWN_DEVICE, _unknown(uplink, self.memory), uplink.device)
        try:
            ready = None
            if self._ahead is not None and decoder.__class__ is not Decoder:
                ready = self._decoded.get(id(uplink)) or self._ahead([(decoder, uplink)]).get(id(uplink))
            if isinstance(ready, DecodeError):
                raise ready
            result = ready or decoder.decode(uplink.payload, uplink.port or 0)
        except DecodeError as error:
            detail = f"{decoder.id}: {error}{self._network_says(uplink)}"
            raise RejectedError(Reason.DECODE, detail, uplink.device) from error
        return (*radio, *result.readings) if radio else result.readings, decoder.id

    def _network_decoded(self, uplink: Uplink) -> Sequence[Reading]:
        return self._recognise(uplink.decoded) if self._recognise and uplink.decoded is not None else ()

    def _network_says(self, uplink: Uplink) -> str:
        log = self.memory.logs.pop(uplink.dedup, None) if uplink.dedup else None
        return f"; network server: {log.code}: {log.description}" if log else ""


def _dated_by_us(events: Sequence[Event]) -> bool:
    return any(event.__class__ is Uplink and event.time_source is TimeSource.RECEIVED for event in events)


def _measured(uplink: Uplink) -> Sequence[Reading]:
    return [Reading(m.quantity, m.value, m.unit, m.channel, 0.0, m.time) for m in uplink.measured]


def _radio(uplink: Uplink) -> list[Reading]:
    radio = uplink.radio
    assert radio is not None
    values = (
        ("rssi", radio.rssi),
        ("snr", radio.snr),
        ("spreading_factor", radio.spreading_factor),
        ("airtime", radio.airtime),
    )
    return [Reading(quantity, value) for quantity, value in values if value is not None]


def _unknown(uplink: Uplink, memory: Memory) -> str:
    log = memory.logs.pop(uplink.dedup, None) if uplink.dedup else None
    named = ", ".join(uplink.hints) or "neither tag, brand and model nor profile"
    says = f"; network server: {log.code}: {log.description}" if log else ""
    return f"no decoder is known for this device (the network server names {named}){says}"


def _why(outcome: Outcome) -> tuple[Reason, str]:
    if outcome.late:
        return Reason.TIME, f"{outcome.late} readings carry times out of bounds"
    if outcome.units:
        return Reason.QUANTITY, f"units cannot be converted: {', '.join(outcome.units)}"
    return Reason.QUANTITY, f"not in the vocabulary: {', '.join(outcome.unknown)}"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
