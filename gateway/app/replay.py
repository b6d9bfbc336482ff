"""Process the journal again with today's decoders and make the store say what a first pass would have said.

The quality tests look at neighbours, so a replay begins earlier than asked and reads on after the end; nothing of
that is written but flags of points inside. Live traffic goes on meanwhile: a point that a later entry wrote is never
overwritten by an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from gateway.app.jobs import ReplayRequest, ReplayResult
from gateway.model import Entry, Event, Rejected, Uplink
from gateway.pipeline.choose import Chooser
from gateway.pipeline.processed import Processed
from gateway.pipeline.processor import Parser, Processor

CHUNK = 5000


class Source(Protocol):
    """What a replay needs of the journal: entries by receive time, in offset order."""

    def between(self, start: int, stop: int, *, containing: Sequence[str], limit: int) -> Iterable[Sequence[Entry]]:
        """Entries received in `[start, stop)` ns that hold one of the texts (all when there are none), in lists."""

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        """Entries that follow `after`."""


class Sink(Protocol):
    """Where a replay writes; how depends on whether the store knows which entry a point came from.

    `complete` says that it has to see every entry up to now before it may finish.
    """

    complete: bool

    def chunk(self, entries: Sequence[Entry], processed: Processed, inside: Sequence[int]) -> None:
        """A chunk that was processed again; `inside` are the offsets in it that were asked for."""

    def finish(self) -> None:
        """Everything was processed."""


class Scope:
    """Which uplinks a request means."""

    def __init__(
        self, request: ReplayRequest, parsers: Mapping[str, Parser], chooser: Chooser,
        belongs: Callable[[str, str], str] = lambda source, _: source,
    ) -> None:  # fmt: skip
        """The parsers and the chooser say whose an entry is, `belongs(source, device)` to which source that belongs."""
        self._devices = frozenset(request.devices)
        self._sources, self._belongs = frozenset(request.sources), belongs
        self._request, self._parsers, self._chooser = request, parsers, chooser
        self._everything = not request.devices and not request.decoder and not request.sources
        self.texts = tuple(device.rpartition("/")[2] for device in request.devices)

    def select(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The entries that hold something of the wanted devices or for the wanted decoder."""
        return entries if self._everything else [entry for entry in entries if self._wanted(entry)]

    def _wanted(self, entry: Entry) -> bool:
        parser = self._parsers.get(entry.received.source)
        if parser is None:
            return False
        try:
            events = parser(entry.received)
        except Exception:  # noqa: BLE001 - what cannot be read belongs to no device; the processor says why
            return False
        return any(self._means(event, entry.received.source) for event in events)

    def _means(self, event: Event, source: str) -> bool:
        device = getattr(event, "device", None)
        if self._sources and (device is None or self._belongs(source, device) not in self._sources):
            return False
        if self._sources and not isinstance(event, Uplink):
            return True
        if not isinstance(event, Uplink):
            return getattr(event, "device", None) in self._devices
        if self._devices and event.device not in self._devices:
            return False
        if not self._request.decoder:
            return True
        decoder = self._chooser.choose(event)
        return decoder is not None and decoder.id == self._request.decoder


class Replay:
    """One replay: what it processes again, and who is told."""

    def __init__(
        self,
        request: ReplayRequest,
        source: Source,
        processor: Processor,
        scope: Scope,
        sink: Sink,
        *,
        record: Callable[[Sequence[Rejected], Sequence[int]], int],
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Build it.

        Args:
            request: what to process.
            source: the journal.
            processor: a fresh one, with memory of its own.
            scope: which entries are meant.
            sink: where the points go.
            record: told what gives nothing now, and which entries were processed; says how many dead letters that
                settles.
            progress: told how far it is, in words.
        """
        self._request, self._source, self._processor = request, source, processor
        self._scope, self._sink = scope, sink
        self._record, self._progress = record, progress
        self._only = frozenset(request.offsets)
        self._last = 0

    def run(
        self,
        result: ReplayResult,
        reach: tuple[int, int],
        exclusive: AbstractContextManager[object],
        extra: Sequence[Entry] = (),
    ) -> None:
        """Process `[request.start, request.stop)` again, adding to `result`.

        Args:
            result: counters.
            reach: receive times (ns) to begin and end at; what lies outside the request serves as neighbours only.
            exclusive: while it is held, nobody else writes to the store.
            extra: entries that the journal no longer holds.
        """
        start, stop = self._request.start, self._request.stop
        self._through(reach[0], start, None)
        if extra:
            self._process(extra, result)
        self._through(start, stop, result)
        self._through(stop, reach[1], None)
        with exclusive:
            while self._sink.complete and (entries := self._source.read(self._last, CHUNK)):
                self._last = entries[-1].offset
                self._process(entries, None)
            self._sink.finish()

    def _through(self, start: int, stop: int, result: ReplayResult | None) -> None:
        """Process what was received in between; `result` None: as neighbours only."""
        for chunk in self._source.between(start, stop, containing=self._scope.texts, limit=CHUNK):
            self._last = max(self._last, chunk[-1].offset)
            self._process(chunk, result)

    def _process(self, chunk: Sequence[Entry], result: ReplayResult | None) -> None:
        entries = self._scope.select(chunk)
        if not entries:
            return
        processed = self._processor.process(entries)
        inside = [] if result is None else [e.offset for e in entries if not self._only or e.offset in self._only]
        self._sink.chunk(entries, processed, inside)
        if result is None:
            return
        counted = frozenset(inside)
        rejected = [letter for letter in processed.rejected if letter.entry.offset in counted]
        for letter in rejected:
            result.rejected[letter.reason] = result.rejected.get(letter.reason, 0) + 1
        result.entries += len(inside)
        result.resolved += self._record(rejected, inside)
        self._progress(f"{result.entries} entries")
