"""Process the journal again with today's decoders and make the store say what a first pass would have said.

The quality tests look at neighbours, so a replay begins `MEMORY_NS` earlier than asked (nothing of that is written)
and reads on after the end until every series has had a following value. Live traffic goes on meanwhile: a point that
a later entry wrote is never overwritten by an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from gateway.app.jobs import ReplayRequest, ReplayResult
from gateway.model import Entry, Event, Observation, Rejected, Uplink
from gateway.pipeline.choose import Chooser
from gateway.pipeline.processor import Parser, Processed, Processor
from gateway.pipeline.quality import MEMORY_NS

CHUNK = 5000


class Source(Protocol):
    """What a replay needs of the journal: entries by receive time, in offset order."""

    def between(self, start: int, stop: int) -> Iterable[Entry]:
        """Entries received in `[start, stop)` ns."""


class Sink(Protocol):
    """Where a replay writes; how depends on whether the store knows which entry a point came from."""

    def chunk(self, entries: Sequence[Entry], observations: Sequence[Observation], *, inside: bool) -> None:
        """A chunk that was processed again; `inside` says that it belongs to what was asked for."""

    def finish(self) -> None:
        """Everything was processed."""


class Scope:
    """Which uplinks a request means."""

    def __init__(self, request: ReplayRequest, parsers: dict[str, Parser], chooser: Chooser) -> None:
        """The parsers and the chooser say whose an entry is."""
        self._devices = frozenset(request.devices)
        self._request, self._parsers, self._chooser = request, parsers, chooser
        self.everything = not request.devices and not request.decoder

    def select(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The entries that hold something of the wanted devices or for the wanted decoder."""
        return entries if self.everything else [entry for entry in entries if self._wanted(entry)]

    def _wanted(self, entry: Entry) -> bool:
        parser = self._parsers.get(entry.received.source)
        if parser is None:
            return False
        try:
            events = parser(entry.received)
        except Exception:  # noqa: BLE001 - what cannot be read belongs to no device; the processor says why
            return False
        return any(self._means(event) for event in events)

    def _means(self, event: Event) -> bool:
        if not isinstance(event, Uplink):
            return getattr(event, "device", None) in self._devices
        if self._devices and event.device not in self._devices:
            return False
        if not self._request.decoder:
            return True
        decoder = self._chooser.choose(event)
        return decoder is not None and decoder.id == self._request.decoder


def chunks(entries: Iterable[Entry], size: int = CHUNK) -> Iterator[list[Entry]]:
    """Entries in lists of at most `size`."""
    chunk: list[Entry] = []
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def replay(
    request: ReplayRequest,
    source: Source,
    processor: Processor,
    scope: Scope,
    sink: Sink,
    *,
    resolved: Callable[[Sequence[int]], int],
    rejected: Callable[[Sequence[Rejected]], None],
    progress: Callable[[str], None] = lambda _: None,
) -> ReplayResult:
    """Process `[request.start, request.stop)` again.

    Args:
        request: what to process.
        source: the journal.
        processor: a fresh one, with memory of its own.
        scope: which entries are meant.
        sink: where the points go.
        resolved: told the offsets that give observations now; says how many dead letters that settles.
        rejected: told what gives nothing now.
        progress: told how far it is, in words.
    """
    result = ReplayResult(rejected={})

    def through(start: int, stop: int, *, inside: bool) -> Iterator[tuple[Sequence[Entry], Processed]]:
        for chunk in chunks(source.between(start, stop)):
            selected = scope.select(chunk)
            if selected:
                processed = processor.process(selected)
                sink.chunk(selected, processed.observations, inside=inside)
                yield selected, processed

    for _ in through(request.start - MEMORY_NS, request.start, inside=False):
        pass
    for selected, processed in through(request.start, request.stop, inside=True):
        result.entries += len(selected)
        bad = {letter.entry.offset for letter in processed.rejected}
        for letter in processed.rejected:
            result.rejected[letter.reason] = result.rejected.get(letter.reason, 0) + 1
        rejected(processed.rejected)
        result.resolved += resolved([entry.offset for entry in selected if entry.offset not in bad])
        progress(f"{result.entries} entries")
    for _ in through(request.stop, request.stop + MEMORY_NS, inside=False):
        pass
    sink.finish()
    return result
