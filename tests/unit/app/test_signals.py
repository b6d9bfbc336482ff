"""Ctrl-C is an orderly stop also while Polars, which hooks SIGINT, is at work."""

from __future__ import annotations

import subprocess
import sys

import pytest

SERVICE = """
import asyncio, os, signal, sys, threading
import uvloop
from gateway.app import signals

def query(begun):
    import polars as pl
    many = pl.DataFrame({"a": range(200_000)}).with_columns(b=pl.col("a") * 7919 % 10_003)
    begun.set()
    for _ in range(50):
        many.lazy().group_by("b").agg(pl.col("a").sort().last()).collect()

async def main():
    stopping, begun = asyncio.Event(), threading.Event()
    signals.take(stopping.set)
    await asyncio.to_thread(__import__, "polars")
    await signals.keep(stopping.set)
    work = asyncio.create_task(asyncio.to_thread(query, begun))
    await asyncio.to_thread(begun.wait)
    os.kill(os.getpid(), getattr(signal, sys.argv[2]))
    await stopping.wait()
    await work
    print("orderly")

with asyncio.Runner(loop_factory=uvloop.new_event_loop if sys.argv[1] == "uvloop" else None) as runner:
    runner.run(main())
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_a_query_under_way_is_finished_and_the_stop_is_orderly(loop: str, number: str) -> None:
    run = subprocess.run([sys.executable, "-c", SERVICE, loop, number], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "orderly\n"), run.stderr
