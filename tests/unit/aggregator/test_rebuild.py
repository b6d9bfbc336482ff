"""A rebuild makes of the store what would be there had every figure been right from the beginning."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import HOUR, START, S, town

from gateway.aggregation.calendar import DayBasis, Period
from gateway.aggregator.rebuild import Rebuilder, RebuildRequest, span_of
from gateway.aggregator.written import Writer

DAY = 24 * HOUR
MINUTE = 60 * S


class Sink:
    """A second database as a dict, with whatever somebody else put there."""

    def __init__(self) -> None:
        self.rows: dict[tuple[object, ...], float | None] = {}

    def write(self, rows: pl.DataFrame, before: pl.DataFrame) -> None:  # noqa: ARG002 - the signature of Sink
        for row in rows.iter_rows(named=True):
            self.rows[row["period"], row["area"], row["quantity"], row["start"]] = row["value"]

    def clear(self, period: str, low: int, high: int, areas: tuple[str, ...] = ()) -> None:
        gone = [
            key for key in self.rows if key[0] == period and low <= key[3] < high and (not areas or key[1] in areas)
        ]
        for key in gone:
            del self.rows[key]


def rebuilder(place, sink: Sink) -> tuple[Rebuilder, Writer]:
    writer = Writer(place.results, DayBasis.UTC, sink)
    made = Rebuilder(place.engine, writer, place.store.dirty, place.engine._reading, place.store.inner, sink)
    return made, writer


def filled(place) -> tuple[Rebuilder, Writer, Sink]:
    sink = Sink()
    made, writer = rebuilder(place, sink)
    rows = [
        (f"d{n}", "air_temperature", START + m * 10 * MINUTE, 10.0 * n + m % 5) for m in range(300) for n in range(3)
    ]
    place.write(*rows)
    done = place.engine.work()
    writer.note(done.changed, place.engine.moved())
    writer.work(place.engine.plan)
    return made, writer, sink


def written(place) -> pl.DataFrame:
    with place.results.cursor() as db:
        return pl.from_arrow(
            db.sql("select period, area, quantity, start, value, status from area_result order by all").to_arrow_table()
        )


def test_a_rebuild_of_what_is_right_changes_nothing(place):
    made, _, sink = filled(place)
    before, hours, there = written(place), place.hours(), dict(sink.rows)
    result = made.run(RebuildRequest(start=START - DAY, stop=START + 40 * DAY))
    assert (result.hours, result.removed, result.written) == (0, before.height, before.height)
    assert result.observations >= 900
    assert written(place).equals(before)
    assert sink.rows == there
    assert place.hours().equals(hours)  # revisions, too


def test_what_was_changed_past_the_gateway_comes_in_and_stale_points_go(place):
    made, _, sink = filled(place)
    late = START + 5 * HOUR
    place.store.inner.delete([("d1", "", "air_temperature", late + m * 10 * MINUTE) for m in range(6)])
    sink.rows["day", "quartier:99", "air_temperature", START] = 1.0  # of an area that is no more
    sink.rows["hour", "quartier:01", "air_temperature", START - 30 * DAY] = 2.0  # not asked for
    assert place.engine.work().changed == {}  # nobody said so
    result = made.run(RebuildRequest(start=START, stop=START + DAY))
    assert result.hours == 1
    assert sink.rows["hour", "quartier:01", "air_temperature", START + 4 * HOUR] == pytest.approx(12, abs=3)
    assert sink.rows.get(("hour", "quartier:01", "air_temperature", late)) is None
    assert ("day", "quartier:99", "air_temperature", START) not in sink.rows
    assert ("hour", "quartier:01", "air_temperature", START - 30 * DAY) in sink.rows


def test_one_area_alone(place):
    made, _, sink = filled(place)
    before = dict(sink.rows)
    sink.rows["hour", "quartier:00", "air_temperature", START] = -1.0
    sink.rows["hour", "quartier:02", "air_temperature", START] = -1.0
    made.run(RebuildRequest(start=START, stop=START + DAY, areas=("quartier:02",)))
    assert sink.rows["hour", "quartier:02", "air_temperature", START] == before[
        "hour", "quartier:02", "air_temperature", START
    ]  # fmt: skip
    assert sink.rows["hour", "quartier:00", "air_temperature", START] == -1.0


def test_figures_that_were_lost_come_back(place, tmp_path):
    _, _, sink = filled(place)
    frames = place.engine._reading.__class__.__name__ == "FramesReading"
    fresh = town(tmp_path, place.facts, frames=frames, name="fresh")
    fresh.store.close()
    fresh.store.inner = fresh.engine._reading._store = place.store.inner
    again = Sink()
    made, _ = rebuilder(fresh, again)
    result = made.run(RebuildRequest(start=START, stop=START + 60 * DAY))
    assert result.written == len(again.rows)
    assert again.rows == sink.rows
    assert fresh.results.note("newest") == place.results.note("newest")  # the watermark does not run ahead
    fresh.results.close()


def test_the_span_of_windows_holds_every_basis_and_no_window_beside():
    start = START - 2 * HOUR  # 1 June, local midnight
    assert span_of(Period.HOUR, start, start + HOUR) == (start, start + 1)
    assert span_of(Period.DAY, start, start + DAY) == (START - DAY - HOUR, START + 1)  # MEZ begins at 23:00 UTC
    low, high = span_of(Period.MONTH, START + DAY, START + 2 * DAY)
    assert (low, high) == (START - 2 * HOUR, START + 1)
