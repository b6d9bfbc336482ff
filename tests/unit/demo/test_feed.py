"""The past as a source: everything into the journal in order, then it says that it has caught up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway.app.health import StateReader
from gateway.demo.feed import Feed
from gateway.demo.state import Progress, State, load
from gateway.demo.weather import DAY, HOUR
from gateway.model import JournalUnavailableError, Received

BEGUN = 1_790_000_000.0


class Memory:
    """A journal that is unavailable once, then keeps everything."""

    def __init__(self) -> None:
        self.kept: list[Received] = []
        self.refusals = 1
        self.filled = asyncio.Event()

    async def append(self, messages: Sequence[Received]) -> int:
        if self.refusals:
            self.refusals -= 1
            raise JournalUnavailableError("full", 0.0)
        self.kept.extend(messages)
        self.filled.set()
        return len(self.kept)


def progress(folder: Path, hours: float) -> Progress:
    return Progress(folder, State(begun=BEGUN, days=1, until=BEGUN - hours * HOUR))


async def test_all_of_the_past_is_journalled_once_and_noted(tmp_path: Path) -> None:
    journal = Memory()
    feed = Feed(journal, progress(tmp_path, 5), BEGUN, lambda: len(journal.kept))
    assert feed.status.catching_up
    await asyncio.wait_for(feed.run(), 60)
    assert not feed.status.catching_up
    assert feed.fed.is_set()
    assert feed.status.received == len(journal.kept) > 1000
    assert all(BEGUN - 5 * HOUR <= message.received_at / 1e9 < BEGUN + 2 for message in journal.kept)
    noted = load(tmp_path)
    assert noted is not None
    assert noted.until == BEGUN


async def test_it_has_not_caught_up_before_everything_is_stored(tmp_path: Path) -> None:
    journal = Memory()
    stored = 0
    feed = Feed(journal, progress(tmp_path, 1), BEGUN, lambda: stored)
    running = asyncio.create_task(feed.run())
    await asyncio.wait_for(feed.fed.wait(), 60)
    assert feed.status.catching_up
    stored = len(journal.kept)
    await asyncio.wait_for(running, 10)
    assert not feed.status.catching_up


async def test_a_stop_ends_the_process_that_computes(tmp_path: Path) -> None:
    journal = Memory()
    feed = Feed(journal, Progress(tmp_path, State(begun=BEGUN, days=30, until=BEGUN - 30 * DAY)), BEGUN, lambda: 0)
    running = asyncio.create_task(feed.run())
    await asyncio.wait_for(journal.filled.wait(), 60)
    running.cancel()
    await asyncio.wait_for(asyncio.wait([running]), 10)
    assert running.cancelled()
    noted = load(tmp_path)
    assert noted is not None
    assert noted.until < BEGUN


async def test_old_messages_of_a_source_that_catches_up_are_no_lag(tmp_path: Path) -> None:
    state = StateReader(tmp_path)
    feed = Feed(Memory(), progress(tmp_path, 1), BEGUN, lambda: 0)
    assert not state.catching_up()
    state.clients = {"history": feed}
    assert state.catching_up()
    feed.status.catching_up = False
    assert not state.catching_up()
