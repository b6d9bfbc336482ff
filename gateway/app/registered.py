"""The pipeline beside the registry: a change there is noticed between two batches, and what must wait is held back.

What is held back stays in the journal; once its source is approved, a replay brings it in (`approvals`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gateway.config import PipelineSettings
from gateway.model import Entry
from gateway.pipeline.choose import Chooser
from gateway.pipeline.decode import Ahead, Recognise
from gateway.pipeline.memory import Memory
from gateway.pipeline.processed import Processed
from gateway.pipeline.processor import Parser, Processor


class Watched(Protocol):
    """What is asked of the registry."""

    @property
    def changes(self) -> int:
        """How often what is known was replaced, by whoever looked."""

    def refresh(self) -> bool:
        """Whether anything changed since the last look."""

    def held(self, source: str, device: str) -> bool:
        """Whether data of this device, which came by this source, is held back."""


class RegisteredProcessor(Processor):
    """A pipeline whose decoder choice and gate follow the registry."""

    def __init__(
        self,
        watched: Watched,
        chooser: Chooser,
        parsers: Mapping[str, Parser],
        settings: PipelineSettings,
        memory: Memory,
        *,
        gate: bool,
        ahead: Ahead | None = None,
        recognise: Recognise | None = None,
    ) -> None:
        """`gate`: hold back what is not approved. Everything else as for `Processor`."""
        super().__init__(parsers, chooser, settings, memory, ahead=ahead, recognise=recognise)
        self._watched, self._gate = watched, gate
        self._changes = watched.changes

    def process(self, entries: Sequence[Entry]) -> Processed:
        """See `Processor`; observations of sources that are not approved are counted as "held" and left out."""
        self._watched.refresh()
        if self._watched.changes != self._changes:
            self._changes = self._watched.changes
            self._chooser.forget()
        out = super().process(entries)
        if self._gate:
            held = self._watched.held
            source = {entry.offset: entry.received.source for entry in entries}
            passed = [point for point in out.observations if not held(source[point.offset], point.device)]
            if len(passed) < len(out.observations):
                out.nothing["held"] = out.nothing.get("held", 0) + len(out.observations) - len(passed)
                out.observations = passed
        return out
