"""Blocking work beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def finished(work: Callable[[], T], hurry: Callable[[], object] = lambda: None) -> T:
    """Run in a thread and wait for its end even when cancelled: a thread cannot be taken back, but told to `hurry`."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        hurry()
        await asyncio.wait([task])
        raise
