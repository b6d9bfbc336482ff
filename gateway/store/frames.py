"""Stored points as dataframes, for whoever reads many of them: in pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

SCHEMA = {"device": pl.String, "channel": pl.String, "time": pl.Int64, "value": pl.Float64, "flag": pl.UInt8}
"""Columns of a frame of one quantity; `time` in ns since 1970, `value` null where the flag is MISSING."""

ROWS = 500_000
"""Most rows of one piece, about 30 MB."""


def in_pieces(
    count: Callable[[int, int], int],
    read: Callable[[int, int], pl.DataFrame],
    start: int,
    stop: int,
    *,
    rows: int = ROWS,
) -> Iterator[pl.DataFrame]:
    """Read `[start, stop)` in pieces that follow each other in time, each of about `rows` rows at most.

    Args:
        count: says how many points a range has; cheap beside reading them.
        read: reads a range.
        start: ns.
        stop: ns.
        rows: what a piece may hold; more only where one nanosecond has more.
    """
    at, span = start, max(1, stop - start)
    while at < stop:
        while True:
            end = min(stop, at + span)
            found = count(at, end)
            if found <= rows or end - at == 1:
                break
            span = max(1, (end - at) * rows // (2 * found))
        if found:
            yield read(at, end)
        at = end
        span = span * 4 if found < rows // 4 else span
