"""Which dead letters a batch makes."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.model import Entry, Reason, Refused, Rejected


def lettered(rejected: Sequence[Rejected]) -> list[tuple[str, Rejected]]:
    """Each with its part: "" the first of a message, then "1", "2", ..."""
    seen: dict[int, int] = {}
    letters = []
    for letter in rejected:
        number = seen[letter.entry.offset] = seen.get(letter.entry.offset, -1) + 1
        letters.append((str(number) if number else "", letter))
    return letters


def refusals(refused: Sequence[Refused], entries: Sequence[Entry]) -> list[tuple[str, Rejected]]:
    """Dead letters for the points that the database refuses, each with the entry it came from; by quantity."""
    by_offset = {entry.offset: entry for entry in entries}
    letters: dict[tuple[int, str], Rejected] = {}
    for point in refused:
        observation = point.observation
        entry = by_offset.get(observation.offset)
        if entry is not None:
            part = f"{observation.quantity} {observation.channel}".rstrip()
            detail = f"{part}: {point.detail}"
            letters[entry.offset, part] = Rejected(entry, Reason.STORE, detail, observation.device)
    return [(part, letter) for (_, part), letter in letters.items()]
