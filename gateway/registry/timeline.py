"""Facts over time: step functions of half-open intervals `[start, stop)`, ns UTC. Pure.

    before   ──a──┤──────b──────├
    after    ──a──┤──c──├───b───├
    changed       ├─────┤

An open end is `OPEN` in here and null in the database.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise

OPEN = (1 << 63) - 1
"""Stands for an open end."""

Span = tuple[int, int]
Piece = tuple[int, int, Hashable]
"""start, stop, value."""


def union(spans: Iterable[Span]) -> list[Span]:
    """Overlapping or touching intervals made one, in order."""
    merged: list[Span] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        elif start < stop:
            merged.append((start, stop))
    return merged


def intersect(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """What lies in both."""
    others = union(other)
    return union(
        (max(start, low), min(stop, high))
        for start, stop in union(one)
        for low, high in others
        if max(start, low) < min(stop, high)
    )


def subtract(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """What lies in `one` and not in `other`."""
    left = union(one)
    for low, high in union(other):
        left = [
            piece for start, stop in left for piece in ((start, min(stop, low)), (max(start, high), stop))
            if piece[0] < piece[1]
        ]  # fmt: skip
    return left


def assign(pieces: Iterable[Piece], start: int, stop: int, value: Hashable) -> list[Piece]:
    """The step function with `value` in `[start, stop)`; None takes the value away. Equal neighbours become one."""
    kept = [
        (low, high, held)
        for before, after, held in pieces
        for low, high in subtract([(before, after)], [(start, stop)])
    ]
    if value is not None and start < stop:
        kept.append((start, stop, value))
    joined: list[Piece] = []
    for low, high, held in sorted(kept, key=lambda piece: piece[0]):
        if joined and joined[-1][1] == low and joined[-1][2] == held:
            joined[-1] = (joined[-1][0], high, held)
        else:
            joined.append((low, high, held))
    return joined


def changed(before: Sequence[Piece], after: Sequence[Piece]) -> list[Span]:
    """Where two step functions differ."""
    edges = sorted({edge for piece in (*before, *after) for edge in piece[:2]})
    return union((low, high) for low, high in pairwise(edges) if _at(before, low) != _at(after, low))


def _at(pieces: Sequence[Piece], moment: int) -> Hashable:
    return next((value for start, stop, value in pieces if start <= moment < stop), None)
