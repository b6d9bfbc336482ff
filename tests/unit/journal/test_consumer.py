from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.journal import Consumer, ConsumerOffsets, JournalDamagedError, Lag, SegmentedJournal, committed_offsets
from gateway.model import JournalUnavailableError

ROOT = Path(__file__).resolve().parents[3]

WRITER = """
import asyncio, sys
from pathlib import Path
from gateway.journal import SegmentedJournal
from gateway.model import Received

async def main():
    async with SegmentedJournal(Path(sys.argv[1])) as journal:
        for line in sys.stdin:
            await journal.append([Received("s", line.strip(), b"", 1)])

asyncio.run(main())
"""


async def test_a_consumer_goes_on_where_it_committed(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(5))
        with Consumer(folder, "store") as consumer:
            assert consumer.committed == 0
            entries = consumer.read(consumer.committed, 3)
            consumer.commit(entries[-1].offset)
        with Consumer(folder, "store") as consumer:
            assert consumer.committed == 3
            assert [entry.offset for entry in consumer.read(consumer.committed, 10)] == [4, 5]
        with Consumer(folder, "another") as consumer:
            assert consumer.committed == 0
    assert committed_offsets(folder) == {"another": 0, "store": 3}


async def test_a_commit_never_goes_backwards(folder):
    with Consumer(folder, "store") as one, Consumer(folder, "store") as other:
        one.commit(7)
        other.commit(5)
        one.commit(6)
    assert committed_offsets(folder) == {"store": 7}


async def test_lag(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        await journal.append(messages(5))
    clock.set("2026-11-22T12:01:00")
    with Consumer(folder, "store", clock=clock) as consumer:
        assert consumer.lag() == Lag(offsets=5, seconds=60)
        consumer.commit(5)
        assert consumer.lag() == Lag(offsets=0, seconds=0)


async def test_waiting_in_the_process_of_the_writer(folder, clock, messages):
    async with SegmentedJournal(folder, clock=clock) as journal:
        with Consumer(folder, "store", journal=journal) as consumer:
            waiting = asyncio.create_task(consumer.wait(0))
            await asyncio.sleep(0)
            assert not waiting.done()
            await journal.append(messages(1))
            await waiting
            assert [entry.offset for entry in consumer.read(0, 10)] == [1]
    with pytest.raises(JournalUnavailableError, match="stopped"):
        await consumer.wait(1)


async def test_waiting_for_a_writer_in_another_process(folder):
    with (
        subprocess.Popen(  # noqa: ASYNC220 - starting it may block: nothing else runs here
            [sys.executable, "-c", WRITER, folder],
            stdin=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as process,
        Consumer(folder, "store") as consumer,
    ):
        after = 0
        for topic in ("one", "two", "three"):
            process.stdin.write(f"{topic}\n")
            process.stdin.flush()
            await asyncio.wait_for(consumer.wait(after), 20)
            (entry,) = consumer.read(after, 10)
            assert entry.received.topic == topic
            after = entry.offset
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.parametrize("in_process", [True, False])
async def test_files_taken_away_are_waited_for_without_spinning(folder, clock, messages, in_process):
    async with SegmentedJournal(folder, clock=clock, floor=100) as journal:
        with Consumer(folder, "store", journal=journal if in_process else None) as consumer:
            await consumer.wait(0)
            assert consumer.read(0, 10) == []
            waiting = asyncio.create_task(consumer.wait(0))
            done, _ = await asyncio.wait([waiting], timeout=0.15)
            assert not done
            await journal.append(messages(1))
            await waiting
            assert [entry.offset for entry in consumer.read(0, 10)] == [101]


async def test_offsets_follow_what_consumers_have_committed(folder, clock, messages):
    with ConsumerOffsets(folder) as consumers:
        consumers.commit("store", 500)
    async with SegmentedJournal(folder, clock=clock) as journal:
        assert await journal.append(messages(1)) == 501


def test_a_consumer_can_be_forgotten(folder):
    with ConsumerOffsets(folder) as consumers:
        consumers.register("old")
        assert consumers.forget("old")
        assert not consumers.forget("old")
        assert consumers.all() == {}


@pytest.mark.parametrize(
    ("ruin", "what"), [(b"no database" * 1000, "file is not a database"), (b"", "no such table: consumer")]
)
async def test_a_broken_file_of_offsets_is_named_and_does_not_stop_the_writer(folder, clock, messages, ruin, what):
    with ConsumerOffsets(folder) as consumers:
        consumers.commit("store", 5)
    path = folder / "consumers.sqlite"
    path.write_bytes(ruin)
    async with SegmentedJournal(folder, clock=clock) as journal:
        assert await journal.append(messages(1)) == 1
    with pytest.raises(JournalDamagedError, match=rf"consumers\.sqlite: {what}; delete this file"):
        Consumer(folder, "store").__enter__()


def test_a_file_that_cannot_be_opened_is_unavailable(folder):
    (folder / "consumers.sqlite").mkdir(parents=True)
    with pytest.raises(JournalUnavailableError, match=r"consumers\.sqlite"):
        Consumer(folder, "store").__enter__()
