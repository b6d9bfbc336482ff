"""The disk refuses: nothing is acknowledged, nothing half written, and writing goes on when there is room again."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import JournalSettings
from gateway.journal import JournalReader, SegmentedJournal, check
from gateway.journal.segments import Segment
from gateway.model import JournalUnavailableError

ROOT = Path(__file__).resolve().parents[3]

WRITER = """
import asyncio, json, resource, sys, time
from pathlib import Path
from gateway.config import JournalSettings
from gateway.journal import SegmentedJournal
from gateway.journal.segments import Segment
from gateway.model import JournalUnavailableError, Received

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def sent(number):
    return [Received("s", "t", b"%d " % (number + place) * 200, 1) for place in range(10)]

async def fill(journal, acknowledged, number):
    while number < 100000:
        try:
            acknowledged[await journal.append(sent(number))] = number
        except JournalUnavailableError as error:
            return number
        number += 10

async def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited for 20 s"
        await asyncio.sleep(0.01)

async def main():
    acknowledged, story = {}, {}
    if sys.argv[2] == "from the start":
        limit(1)
    async with SegmentedJournal(Path(sys.argv[1]), JournalSettings(retry_after=0.2)) as journal:
        if sys.argv[2] == "from the start":
            story["at start"] = journal.available
        else:
            await journal.append(sent(0))
            acknowledged[10] = 0
            limit(500_000)
        number, refused = 10, 0
        while refused < 3:  # room is found at first: what the log holds moves into the database
            failures = journal.stats().failures
            await until(lambda: journal.available or journal.stats().failures >= failures + 3)
            refused = 0 if journal.available else 3
            number = await fill(journal, acknowledged, number)
        story["full"] = [journal.available, journal.stats().detail, journal.stats().failures]
        waiting = await asyncio.gather(*(journal.append(sent(0)) for _ in range(3)), return_exceptions=True)
        story["meanwhile"] = sorted({type(error).__name__ for error in waiting})
        failures = journal.stats().failures
        await until(lambda: journal.stats().failures >= failures + 2)
        story["still"] = journal.available
        limit(resource.RLIM_INFINITY)
        await until(lambda: journal.available)
        for _ in range(100):
            acknowledged[await journal.append(sent(number))] = number
            number += 10
        story["after"] = [journal.available, journal.stats().detail]
    story["acknowledged"] = sorted(acknowledged.items())
    print(json.dumps(story))

asyncio.run(main())
"""


@pytest.mark.parametrize("when", ["while running", "from the start"])
def test_a_file_size_limit_stops_acknowledging_until_it_is_lifted(folder, when):
    result = subprocess.run(
        [sys.executable, "-c", WRITER, folder, when],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert result.returncode == 0, result.stderr
    story = json.loads(result.stdout.splitlines()[-1])
    assert story.get("at start", False) is False
    assert story["full"][0] is False
    assert story["full"][1]
    assert story["meanwhile"] == ["JournalUnavailableError"]
    assert story["still"] is False
    assert story["after"] == [True, ""]
    with JournalReader(folder) as reader:
        entries = []
        while more := reader.read(entries[-1].offset if entries else 0, 1000):
            entries += more
    bodies = {entry.offset: entry.received.body for entry in entries}
    expected = {
        last - 9 + place: b"%d " % (number + place) * 200
        for last, number in story["acknowledged"]
        for place in range(10)
    }
    assert bodies == expected, "what was acknowledged, and nothing else"
    assert sorted(expected) == list(range(1, len(expected) + 1)), "without a gap"
    assert check(folder, thorough=True).problems == ()


class Refusing:
    """Stands before the segment's database and refuses as a full disk does, a number of times."""

    def __init__(self, connection, times):
        self.connection, self.times = connection, times

    def execute(self, statement, values=()):
        if self.times and statement.startswith("INSERT"):
            self.times -= 1
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self.connection.execute(statement, values)

    def close(self):
        self.connection.close()


async def test_the_same_messages_can_be_appended_again(folder, clock, messages):
    async with SegmentedJournal(folder, JournalSettings(retry_after=0.05), clock) as journal:
        await journal.append(messages(1))
        segment = journal._committer._segment
        segment._connection = Refusing(segment._connection, 1)
        sent = messages(3)
        with pytest.raises(JournalUnavailableError, match="disk is full") as caught:
            await journal.append(sent)
        assert caught.value.retry_after == 0.05
        assert not journal.available
        while not journal.available:
            await journal._loop.run_in_executor(None, journal._pending.stopped, 0.01)
        assert await journal.append(sent) == 4
        stats = journal.stats()
        assert stats.available
        assert stats.failures == 1
        assert stats.pending_messages == 0
        assert stats.refused == 3


async def test_a_file_given_up_for_a_new_day_is_never_written_again(folder, clock, messages, monkeypatch):
    async with SegmentedJournal(folder, JournalSettings(retry_after=0.05), clock) as journal:
        await journal.append(messages(1))
        day, create = clock.now, Segment.create

        def half(*arguments):
            create(*arguments)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Segment, "create", half)
        clock.set("2026-11-23T00:00:00")
        with pytest.raises(JournalUnavailableError, match="No space left"):
            await journal.append(messages(1))
        monkeypatch.undo()
        clock.now = day
        while not journal.available:
            await journal._loop.run_in_executor(None, journal._pending.stopped, 0.01)
        assert await journal.append(messages(1)) == 2
        assert journal.stats().file == "2026-11-23-0000000000000002.sqlite"
    assert check(folder, thorough=True).problems == ()
