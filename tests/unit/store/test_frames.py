"""Reading many points in pieces that fit into memory."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.store.frames import in_pieces

DAY = 86_400_000_000_000


class Points:
    """Stored times, and what was asked of them."""

    def __init__(self, times: list[int]) -> None:
        self.times, self.counted = times, 0

    def count(self, start: int, stop: int) -> int:
        self.counted += 1
        return sum(start <= time < stop for time in self.times)

    def read(self, start: int, stop: int) -> pl.DataFrame:
        return pl.DataFrame({"time": [time for time in self.times if start <= time < stop]})


@given(
    st.lists(st.integers(0, 40 * DAY) | st.integers(10 * DAY, 10 * DAY + 99), max_size=60),
    st.integers(0, 20 * DAY),
    st.integers(0, 45 * DAY),
    st.integers(1, 10),
)
def test_every_point_of_the_range_is_read_once_in_pieces_of_bounded_size(
    times: list[int], start: int, stop: int, rows: int
) -> None:
    points = Points(times)
    pieces = [piece["time"].to_list() for piece in in_pieces(points.count, points.read, start, stop, rows=rows)]
    assert sorted(time for piece in pieces for time in piece) == sorted(time for time in times if start <= time < stop)
    assert all(len(piece) <= rows or len(set(piece)) == 1 for piece in pieces)
    assert all(pieces)
    assert all(max(first) < min(second) for first, second in pairwise(pieces))


@pytest.mark.parametrize("gap", [0, 50_000])
def test_empty_centuries_cost_few_questions_and_a_dense_end_is_still_cut(gap: int) -> None:
    points = Points([gap * DAY + n for n in range(1000)])
    pieces = list(in_pieces(points.count, points.read, -(2**62), 2**62, rows=100))
    assert sum(piece.height for piece in pieces) == 1000
    assert max(piece.height for piece in pieces) <= 100
    assert points.counted < 300
