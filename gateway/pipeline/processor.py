"""The whole way of a batch: envelope, decoder, normalisation, quality; list in, lists out, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from gateway.config import PipelineSettings
from gateway.model import (
    Entry,
    Event,
    Join,
    NetworkLog,
    Nothing,
    Reason,
    Received,
    Rejected,
    RejectedError,
    TimeSource,
    Uplink,
)
from gateway.pipeline.choose import Chooser, Decodes
from gateway.pipeline.decode import Ahead, Decoding, Recognise
from gateway.pipeline.memory import Memory
from gateway.pipeline.normalise import Normaliser, Outcome
from gateway.pipeline.privacy import denied
from gateway.pipeline.processed import Processed, Seen

Parser = Callable[[Received], Sequence[Event]]
MAX_PROBLEMS = 100
"""Dead letters of one message: its bytes stand once, more reasons help nobody."""
_RECEIVED = TimeSource.RECEIVED


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
        self._parsers, self._chooser = parsers, chooser
        self._decoding = Decoding(self.memory, radio=settings.radio, ahead=ahead, recognise=recognise)
        self._ahead = ahead
        self._parsed: dict[int, Sequence[Event]] = {}
        self._normaliser = Normaliser(settings, self.memory.series)

    def process(self, entries: Sequence[Entry]) -> Processed:
        """Process a batch; nothing in an entry raises out of here."""
        out = Processed([], [], {})
        if self._ahead:
            self._decode_ahead(entries)
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

    def _decode_ahead(self, entries: Sequence[Entry]) -> None:
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
        self._decoding.together(asked)

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
            if event.__class__ is Uplink and event.time_source is not _RECEIVED:
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
        if uplink.time_source is _RECEIVED:
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
        readings, origin = self._decoding.readings(uplink, decoder)
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


def _dated_by_us(events: Sequence[Event]) -> bool:
    return any(event.__class__ is Uplink and event.time_source is _RECEIVED for event in events)


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
