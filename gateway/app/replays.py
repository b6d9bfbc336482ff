"""Carries out replays that were asked for: builds journal, processor and sink, and says how far it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import structlog

from gateway.app import parts
from gateway.app.jobs import Jobs, JobWorker, ReplayRequest, ReplayResult
from gateway.app.letters import lettered
from gateway.app.replay import Replay, Scope, Sink
from gateway.app.sinks import DirectSink, OffsetStore, ReconcilingSink
from gateway.codecs.decoder import Codecs
from gateway.config import Settings
from gateway.deadletters import DeadLetters
from gateway.journal import JournalReader
from gateway.model import SECOND_NS, Entry, Refused, Rejected, Store
from gateway.pipeline.memory import Memory
from gateway.pipeline.quality import MEMORY_NS

FOREVER_NS = 2**62
_log = structlog.get_logger(__name__)


class Replays:
    """Replays beside or instead of a running service. Every call blocks and belongs in a thread."""

    def __init__(
        self, settings: Settings, store: Store, deadletters: DeadLetters, exclusive: AbstractContextManager[object]
    ) -> None:
        """`exclusive` is held while nobody else may write to the store."""
        self._settings, self._store = settings, store
        self._deadletters, self._exclusive = deadletters, exclusive

    def run(self, request: ReplayRequest, progress: Callable[[str], None] = lambda _: None) -> ReplayResult:
        """Carry out one request; the same again changes nothing."""
        result = ReplayResult(rejected={})
        envelopes = parts.parsers(self._settings)
        codecs = Codecs()
        known = parts.known_devices(self._settings)
        chooser = parts.registered_chooser(known, codecs)
        processor = parts.processor(self._settings, chooser, codecs, Memory(), known)
        scope = Scope(request, envelopes, chooser, known.belongs)
        scratch = Path(tempfile.mkdtemp(prefix="replay-", dir=self._settings.data_dir))
        try:
            with JournalReader(parts.journal_folder(self._settings)) as reader:
                sink, reach, close = self._sink(request, reader, scratch, result)
                try:
                    replay = Replay(
                        request,
                        reader,
                        processor,
                        scope,
                        sink,
                        record=self._record,
                        progress=progress,
                    )
                    replay.run(result, reach, self._exclusive, self._lost(request, reader))
                finally:
                    close()
        finally:
            codecs.close()
            known.close()
            shutil.rmtree(scratch, ignore_errors=True)
        return result

    def _sink(
        self, request: ReplayRequest, reader: JournalReader, scratch: Path, result: ReplayResult
    ) -> tuple[Sink, tuple[int, int], Callable[[], None]]:
        """The sink, which receive times it needs, and how to close it."""
        if isinstance(self._store, OffsetStore):
            reach = (max(0, request.start - 2 * MEMORY_NS), request.stop + MEMORY_NS)
            return DirectSink(self._store, result, frozenset(request.offsets)), reach, lambda: None
        pipeline = self._settings.pipeline
        future, past = round(pipeline.max_future * SECOND_NS), round(pipeline.max_past * SECOND_NS)
        span = (max(0, request.start - past), request.stop + future)
        first = reader.read(0, 1)
        # An entry is received no earlier than its time less `future`: what is older may come from an entry that
        # retention removed. Where the first entry of all is still there, nothing was.
        complete = bool(first) and first[0].offset == 1
        oldest = span[0] if complete else first[0].received.received_at + future if first else FOREVER_NS
        truth = parts.open_scratch(scratch)
        sink = ReconcilingSink(
            self._store, truth, result, refused=self._refused, span=span, oldest=max(oldest, span[0])
        )
        return sink, (max(0, span[0] - future - 2 * MEMORY_NS), FOREVER_NS), truth.close

    def _lost(self, request: ReplayRequest, reader: JournalReader) -> list[Entry]:
        """Entries asked for by offset that retention has removed, as their dead letters keep them."""
        if not request.offsets:
            return []
        first = reader.read(0, 1)
        oldest = first[0].offset if first else FOREVER_NS
        lost = [self._deadletters.show(offset) for offset in request.offsets if offset < oldest]
        kept = [letters[0] for letters in lost if letters and letters[0].size == len(letters[0].received.body)]
        return [Entry(letter.offset, letter.received) for letter in kept]

    def _record(self, rejected: Sequence[Rejected], reprocessed: Sequence[int]) -> int:
        return self._deadletters.record(lettered(rejected), reprocessed=reprocessed)

    def _refused(self, refused: Sequence[Refused]) -> None:
        for point in refused:
            _log.warning("point refused by the store", quantity=point.observation.quantity, detail=point.detail)


class ReplayWorker(JobWorker[ReplayRequest, ReplayResult]):
    """Carries out replays while the service runs."""

    def __init__(self, jobs: Jobs, replays: Replays, every: float = 1.0) -> None:
        """`every` is how often the table of jobs is looked at, s."""
        super().__init__(jobs, replays.run, every)
