"""A writer and its files' coming and going in one process, readers and retention in another."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from gateway.config import JournalSettings
from gateway.journal import Consumer, check, enforce

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = 1500

WRITER = """
import asyncio, sys
from pathlib import Path
import gateway.journal.committer as committer
from gateway.journal import SegmentedJournal
from gateway.model import Received

committer.CHECKPOINT_BYTES = 100_000
now = 20_000 * 86400 * 10**9

def clock():
    global now
    now += 3600 * 10**9
    return now

async def main():
    async with SegmentedJournal(Path(sys.argv[1]), clock=clock) as journal:
        for _ in range(int(sys.argv[2]) // 3):
            await journal.append([Received("s", "t", bytes(1000), now)] * 3)
        sys.stdin.read()

asyncio.run(main())
"""


async def test_readers_see_every_entry_once_while_files_come_and_go(folder):
    with (
        subprocess.Popen(  # noqa: ASYNC220 - starting it may block: nothing else runs here
            [sys.executable, "-c", WRITER, folder, str(MESSAGES)],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as process,
        Consumer(folder, "one") as one,
        Consumer(folder, "other") as other,
    ):
        removed, after = 0, {one: 0, other: 0}
        while min(after.values()) < MESSAGES:
            for consumer, limit in ((one, 40), (other, 500)):
                if after[consumer] < MESSAGES:
                    await asyncio.wait_for(consumer.wait(after[consumer]), 20)
                for entry in consumer.read(after[consumer], limit):
                    assert entry.offset == after[consumer] + 1
                    after[consumer] = entry.offset
                consumer.commit(after[consumer])
                assert consumer.lag().offsets <= MESSAGES - after[consumer]
            removed += len(enforce(folder, JournalSettings(retention_bytes=300_000), 1 << 62).removed)
            assert check(folder).problems == ()
        process.stdin.close()
        assert process.wait(20) == 0
    assert removed > 5
    assert check(folder, thorough=True).problems == ()
