"""Blocking calls of the store run in threads, a few at a time, so that the event loop keeps serving."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Blocking:
    """Runs blocking functions in threads, at most `workers` at once."""

    def __init__(self, workers: int = 4) -> None:
        self._slots = asyncio.Semaphore(workers)

    async def __call__(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's result; raises what it raises."""
        async with self._slots:
            return await asyncio.to_thread(function, *args, **kwargs)
