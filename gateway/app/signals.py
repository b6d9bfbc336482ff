"""SIGTERM and SIGINT begin an orderly stop.

Polars hooks SIGINT when it is imported: a query that runs when Ctrl-C comes, in whatever thread, then ends with
KeyboardInterrupt and takes the process with it. Whoever registers last is asked alone, so handlers that stand when
Polars is imported (wherever that is: it takes 0.4 s, so nothing does it before it must) are registered once more.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

LOOK = 0.5
"""Seconds between two looks whether Polars was imported."""


def take(stop: Callable[[], None]) -> None:
    """Have the running loop call `stop` on either signal. Outside the main thread nothing happens: the owner stops."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(ValueError, RuntimeError):
            loop.add_signal_handler(number, stop)


async def keep(stop: Callable[[], None]) -> None:
    """Take them once more as soon as Polars is there, then end."""
    while getattr(sys.modules.get("polars"), "DataFrame", None) is None:  # noqa: ASYNC110 - an import announces itself to nobody
        await asyncio.sleep(LOOK)
    take(stop)
