"""Messages with several parts: the good ones are kept, the faults of the others go with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from gateway.model import Event, RejectedError, Uplink

MAX_PROBLEMS = 20
"""Faults that are told one by one."""

T = TypeVar("T")


def shorten(problems: Sequence[str]) -> tuple[str, ...]:
    """The first faults, and how many more there are."""
    more = len(problems) - MAX_PROBLEMS
    return (*problems[:MAX_PROBLEMS], f"and {more} more") if more > 0 else tuple(problems)


def gather(parts: Iterable[T], build: Callable[[T], Event], problems: Iterable[str] = ()) -> Sequence[Event]:
    """An event for each part that gives one.

    Args:
        parts: of one message.
        build: makes an event of a part, or raises RejectedError.
        problems: faults of the message that are known already.

    Returns:
        the events; what the other parts got wrong stands in `problems` of the first uplink.

    Raises:
        RejectedError: no part gave an uplink, and one was refused; its reason is the first part's.
    """
    events: list[Event] = []
    faults = list(problems)
    first: RejectedError | None = None
    refused = 0
    for index, part in enumerate(parts):
        try:
            events.append(build(part))
        except RejectedError as error:
            first = first or error
            refused += 1
            faults.append(f"item {index}: {error.detail}")
    at = next((i for i, event in enumerate(events) if isinstance(event, Uplink)), None)
    if at is None and first is not None:
        more = f" (and {refused - 1} more items)" if refused > 1 else ""
        raise RejectedError(first.reason, f"{first.detail}{more}", first.device) from None
    if at is not None and faults:
        good = events[at]
        assert isinstance(good, Uplink)
        events[at] = msgspec.structs.replace(good, problems=shorten((*good.problems, *faults)))
    return events
