"""What a dead letter is, and which ones to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from gateway.model import Reason, Received


class DeadLettersError(Exception):
    """The file of dead letters cannot be read or written; the message names it and the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One letter as it is kept; times in ns since the epoch.

    Attributes:
        offset: the journal entry it came from.
        part: which of several within that message ("" the whole, else what the writer chose: "3", "air_temperature").
        reason: why there is no observation.
        detail: the reason for people, without values of the payload.
        received: the message; its body is empty in lists (`size` tells its length) and for reason privacy.
        device: as far as it is known.
        size: bytes of the body that came in.
        first_at: when it was first written.
        last_at: when it was last written.
        resolved_at: when a replay brought this message to observations; None: it is still dead.
    """

    offset: int
    part: str
    reason: Reason
    detail: str
    received: Received
    device: str
    size: int
    first_at: int
    last_at: int
    resolved_at: int | None

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """The letter in a row of `statements.LETTERS`."""
        offset, part, reason, detail, device, size, first_at, last_at, resolved_at, *message = row
        source, topic, received_at, retained, duplicate, content_type, body = message
        return cls(
            offset=offset,
            part=part,
            reason=Reason(reason),
            detail=detail,
            device=device,
            size=size,
            first_at=first_at,
            last_at=last_at,
            resolved_at=resolved_at,
            received=Received(source, topic, body or b"", received_at, bool(retained), bool(duplicate), content_type),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which letters to list; everything that is set has to hold. Times of receipt in `[start, stop)` ns."""

    reason: Reason | None = None
    source: str | None = None
    device: str | None = None
    start: int | None = None
    stop: int | None = None
    resolved: bool | None = False

    def conditions(self) -> tuple[str, list[object]]:
        """The filter as an SQL condition over letters joined with their messages, and the values for its marks."""
        conditions: list[str] = ["1"]
        values: list[object] = []
        for condition, value in (
            ("reason = ?", self.reason),
            ("source = ?", self.source),
            ("device = ?", self.device),
            ("received_at >= ?", self.start),
            ("received_at < ?", self.stop),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        if self.resolved is not None:
            conditions.append("resolved_at IS NOT NULL" if self.resolved else "resolved_at IS NULL")
        return " AND ".join(conditions), values
