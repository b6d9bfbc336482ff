"""Which spans of time are deleted from InfluxDB."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Observation
from gateway.store.influx_delete import Span, runs, spans, stretches

DAY = 86_400_000_000_000


def test_times_are_looked_at_in_stretches() -> None:
    assert list(stretches([])) == []
    assert list(stretches([1, 2, DAY + 2, 2 * DAY + 3])) == [[1, 2, DAY + 2], [2 * DAY + 3]]
    assert [len(part) for part in stretches(range(25_000))] == [10_000, 10_000, 5_000]


def test_runs_end_where_a_point_stays() -> None:
    assert list(runs([1, 2, 3, 4, 5, 6], {1, 2, 4, 6, 9})) == [(1, 2), (4, 4), (6, 6)]
    assert list(runs([], {1})) == []


@given(
    st.dictionaries(st.tuples(st.sampled_from(["", "a", "b"]), st.integers(0, 20)), st.floats(0, 1), max_size=40),
    st.sets(st.tuples(st.sampled_from(["", "a", "b"]), st.integers(0, 20)), max_size=20),
)
def test_spans_and_what_is_written_again_leave_all_but_the_named_points(
    stored: dict[tuple[str, int], float], gone: set[tuple[str, int]]
) -> None:
    left = dict(stored)

    def read(start: int, stop: int, *, quantity: str, devices: list[str]) -> pl.DataFrame:
        rows = [
            (devices[0], channel, quantity, time, value, 1)
            for (channel, time), value in left.items()
            if start <= time < stop
        ]
        return pl.DataFrame(
            rows,
            ["device", "channel", "quantity", "time", "value", "flag"],
            orient="row",
            schema_overrides={"time": pl.Int64},
        )

    for span in spans([("d", channel, "q", time) for channel, time in gone], read):
        assert isinstance(span, Span)
        for channel, time in list(left):
            if span.first <= time <= span.last and (not span.channel or channel == span.channel):
                del left[channel, time]
        left |= {(point.channel, point.time): point.value or 0 for point in span.others}
        assert all(isinstance(point, Observation) for point in span.others)
    assert left == {key: value for key, value in stored.items() if key not in gone}
