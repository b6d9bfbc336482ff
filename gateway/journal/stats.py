"""What the journal tells about itself, for metrics and readiness."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalStats:
    """What the journal tells about itself; counters since the start.

    Attributes:
        available: it takes messages.
        detail: why not, "" when it does.
        file: name of the file being written.
        head: offset of the newest durable entry.
        pending_messages: taken and not yet durable.
        pending_bytes: the same in bytes, with what goes around a message.
        commits: how many succeeded.
        messages: how many became durable.
        bytes: the same in bytes.
        failures: commits that the disk refused.
        refused: messages refused, in `append` or by a failed commit.
        last_commit: duration of the last commit in seconds.
    """

    available: bool
    detail: str
    file: str
    head: int
    pending_messages: int
    pending_bytes: int
    commits: int
    messages: int
    bytes: int
    failures: int
    refused: int
    last_commit: float
