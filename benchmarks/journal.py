"""Cost of the journal: CPU per message of about 1 kB appended (fsync included) and read.

    python -m benchmarks.journal [MESSAGES] [FOLDER]

The load comes as from a socket: a transport reads what has arrived, appends it and goes on reading, until
`RECEIVE_MAXIMUM` messages are not acknowledged. The files are written below FOLDER (a temporary one in the working
directory when absent), because a temporary folder of the system may lie in memory, where fsync costs nothing.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from gateway.journal import JournalReader, SegmentedJournal
from gateway.model import Received

RECEIVE_MAXIMUM = 5000
CHUNK = 60
"""Messages of 1 kB in one read of a socket (64 KiB)."""


def message(number: int) -> Received:
    body = b'{"deviceInfo":{"devEui":"%016x"},"fCnt":%d,"rxInfo":[%s]}' % (number % 1000, number, b"0123456789" * 90)
    topic = f"application/f9f94ebf-8a2f-4b1d-9c9b-5f7c3f1d2e60/device/{number % 1000:016x}/event/up"
    return Received("chirpstack", topic, body, time.time_ns())


async def load(journal: SegmentedJournal, chunks: list[list[Received]]) -> None:
    """Append chunk after chunk without waiting for the acknowledgement, within the receive maximum."""
    permits = asyncio.Semaphore(RECEIVE_MAXIMUM // CHUNK)

    async def append(chunk: list[Received]) -> None:
        await journal.append(chunk)
        permits.release()

    async with asyncio.TaskGroup() as group:
        for chunk in chunks:
            await permits.acquire()
            group.create_task(append(chunk))


async def trickle(journal: SegmentedJournal, count: int) -> None:
    """One message at a time, each acknowledged before the next."""
    for number in range(count):
        await journal.append([message(number)])


def report(what: str, count: int, cpu: float, wall: float) -> None:
    print(f"{what:44} {cpu / count * 1e6:8.2f} us CPU {wall / count * 1e6:8.2f} us wall per message")


async def appends(folder: Path, count: int) -> None:
    messages = [message(number) for number in range(count)]
    chunks = [messages[at : at + CHUNK] for at in range(0, count, CHUNK)]
    async with SegmentedJournal(folder) as journal:
        cpu, wall = time.process_time(), time.perf_counter()
        await load(journal, chunks)
        stats = journal.stats()
        report(f"append, {count // stats.commits} messages in a commit", count, *since(cpu, wall))
        cpu, wall = time.process_time(), time.perf_counter()
        await trickle(journal, 1000)
        report("append, each acknowledged before the next", 1000, *since(cpu, wall))


def since(cpu: float, wall: float) -> tuple[float, float]:
    return time.process_time() - cpu, time.perf_counter() - wall


def reads(folder: Path) -> None:
    with JournalReader(folder) as reader:
        cpu, wall = time.process_time(), time.perf_counter()
        after = 0
        while entries := reader.read(after, 2000):
            after = entries[-1].offset
        report("read, 2000 at a time", after, *since(cpu, wall))
        cpu, wall = time.process_time(), time.perf_counter()
        found = sum(len(entries) for entries in reader.between(0, 1 << 62, containing=["00000000000000a7"]))
        report(f"read those of one device ({found})", after, *since(cpu, wall))
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(1000):
            reader.head()
        report("look for the head", 1000, *since(cpu, wall))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else ".") as folder:
        uvloop.run(appends(Path(folder) / "journal", count))
        reads(Path(folder) / "journal")


if __name__ == "__main__":
    main()
