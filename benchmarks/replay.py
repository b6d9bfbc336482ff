"""Replay of a journal of 200,000 ChirpStack uplinks into DuckDB, CPU and wall clock of one process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from pathlib import Path

from benchmarks.peers import uplink
from gateway.app import parts
from gateway.app.jobs import ReplayRequest
from gateway.app.replays import Replays
from gateway.config import JournalSettings, Settings
from gateway.deadletters import DeadLetters
from gateway.journal import SegmentedJournal
from gateway.model import Received

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "200000"))


def main() -> None:
    """Fill a journal, replay it into an empty store and again over what is there."""
    with tempfile.TemporaryDirectory() as name:
        source = {"type": "http", "format": "chirpstack", "token": {"value": "x" * 32}}
        settings = Settings(data_dir=Path(name), sources={"cs": source})  # type: ignore[arg-type]  # pydantic parses it
        start = time.time()

        async def fill() -> None:
            async with SegmentedJournal(parts.journal_folder(settings), JournalSettings()) as journal:
                for at in range(0, MESSAGES, 2000):
                    now = time.time_ns()
                    await journal.append([Received("cs", *uplink(n, start), now) for n in range(at, at + 2000)])

        asyncio.run(fill())
        store = parts.open_store(settings)
        request = ReplayRequest(start=0, stop=2**62)
        with DeadLetters(settings.data_dir) as letters:
            for what in ("into an empty store", "over the same points"):
                wall, used = time.monotonic(), time.process_time()
                result = Replays(settings, store, letters, contextlib.nullcontext()).run(request)
                wall, used = time.monotonic() - wall, time.process_time() - used
                assert result.entries == MESSAGES, result
                print(f"replay {what}: {MESSAGES / wall:7.0f} uplinks/s, {used / MESSAGES * 1e6:.1f} µs CPU each")
        store.close()


if __name__ == "__main__":
    main()
