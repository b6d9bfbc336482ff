"""A clock that tests set, and messages to write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.model import SECOND_NS, Received


class Clock:
    """Gives the time that was set, in ns since the epoch."""

    def __init__(self) -> None:
        self.now = 0
        self.set("2026-11-22T12:00:00")

    def __call__(self) -> int:
        return self.now

    def set(self, text: str) -> int:
        self.now = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND_NS
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def messages(clock: Clock) -> Callable[..., list[Received]]:
    """`messages(3)`: three different messages received now; `messages(3, body=...)`: with this body."""
    made = 0

    def make(count: int, body: bytes | None = None, topic: str = "t") -> list[Received]:
        nonlocal made
        made += count
        return [
            Received("source", f"{topic}/{number}", body if body is not None else b"body %d" % number, clock())
            for number in range(made - count, made)
        ]

    return make
