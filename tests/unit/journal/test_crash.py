"""A real process is killed in the middle of its work; what it acknowledged is there, under the offsets it named."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from gateway.journal import JournalReader, check

WRITER = """
import asyncio, sys, time
from pathlib import Path
import gateway.journal.committer as committer
from gateway.journal import SegmentedJournal
from gateway.model import Received

committer.CHECKPOINT_BYTES = 1_000_000
now = int(sys.argv[2]) * 86400 * 10**9
hours = 0

def clock():
    global hours
    hours += int(sys.argv[3])
    return now + hours * 3600 * 10**9

async def write(journal, worker):
    number = 0
    while True:
        sent = [Received("s", f"{sys.argv[2]}/{worker}", b"%d " % (number + i) * 300, number + i) for i in range(7)]
        last = await journal.append(sent)
        sys.stdout.write(f"{last} {worker} {number}\\n")
        sys.stdout.flush()
        number += 7

async def main():
    async with SegmentedJournal(Path(sys.argv[1]), clock=clock) as journal, asyncio.TaskGroup() as group:
        for worker in range(4):
            group.create_task(write(journal, worker))

asyncio.run(main())
"""
ROOT = Path(__file__).resolve().parents[3]


def run_and_kill(folder: Path, day: int, hours: int, lines: int) -> list[list[int]]:
    """Acknowledgements (last offset, worker, first number) of a writer killed after about `lines` of them."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, folder, str(day), str(hours)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        head = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines(keepends=True)
    return [[int(word) for word in line.split()] for line in head + rest if line.endswith("\n")]


def test_what_was_acknowledged_survives_sigkill(folder):
    rng = random.Random(1)
    acknowledged: dict[int, tuple[str, bytes]] = {}
    for day, hours in ((20000, 0), (20000, 0), (20003, 1), (20002, 0), (19000, 3), (20004, 0)):
        before = max(acknowledged, default=0)
        for last, worker, number in run_and_kill(folder, day, hours, rng.randrange(5, 120)):
            for place in range(7):
                offset = last - 6 + place
                assert offset > before, "an offset was used twice"
                assert offset not in acknowledged
                acknowledged[offset] = (f"{day}/{worker}", b"%d " % (number + place) * 300)
        assert check(folder, thorough=True).problems == ()
    found = {}
    with JournalReader(folder) as reader:
        after = 0
        while entries := reader.read(after, 1000):
            for entry in entries:
                assert entry.offset == after + 1, "offsets grow by one"
                after = entry.offset
                found[entry.offset] = (entry.received.topic, entry.received.body)
    assert len(acknowledged) > 1000
    assert {offset: found[offset] for offset in acknowledged} == acknowledged
    assert len(list(folder.glob("*.sqlite"))) > 3
