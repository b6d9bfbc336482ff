"""The benchmarks of the aggregation run, small: what they claim to measure is what happens."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks import aggregation_duckdb, aggregation_incremental, aggregation_influxdb
from benchmarks.year import START, Year
from gateway.aggregation import tables
from gateway.aggregation.calendar import DAY_NS
from tests.conftest import require
from tests.servers.influxd import BINARY


def test_a_year_is_a_thousand_series_every_ten_minutes():
    year = Year()
    names = year.names()
    assert names.height == 1000
    assert year.observations == 52_560_000
    kinds = set(year.plan().points["kind"])
    assert {
        "state",
        "logarithmic",
        "circular",
        "increment",
        "count",
        "accumulator",
        "extreme_max",
        "occupancy",
    } <= kinds
    assert year.plan().memberships["area"].n_unique() == 69 + 10 + 1


def test_two_days_from_duckdb(tmp_path, capsys):
    year = Year(days=2, series=300)
    counts = aggregation_duckdb.measure(tmp_path, year)
    points = year.plan().points
    areas = year.plan().memberships.join(points.select("point", "quantity"), on="point")
    windows = areas.select("area", "quantity").n_unique()
    assert counts["site-hours"] == points.height * 48
    assert counts["hour"] == windows * 48
    assert counts["day"] == windows * 2
    with tables.connect(str(tmp_path / "results.duckdb")) as connection:
        days = tables.frame(connection, "select * from area_period where period = 'day'")
    assert set(days["start"]) == {START, START + DAY_NS}
    warm = days.filter(pl.col("quantity") == "air_temperature")
    assert (warm["status"] == "ok").all()
    assert warm["value"].is_between(10, 20).all()
    assert "bytes for each observation" in capsys.readouterr().out


@pytest.mark.influxd
def test_a_day_from_influxdb_is_the_same(tmp_path, capsys):
    require("influxd", BINARY is not None)
    year = Year(days=1, series=80)
    aggregation_influxdb.measure(tmp_path, year)
    with tables.connect(str(tmp_path / "results.duckdb")) as connection:
        found = tables.frame(connection, "select * from area_period where period = 'day'")
    assert found.height
    assert (found["status"] == "ok").all()
    assert "loading 11,520 observations" in capsys.readouterr().out


def test_the_live_edge_is_probed(capsys):
    aggregation_incremental.main(["--devices", "345", "--seconds", "3", "--rate", "200", "--minutes", "3"])
    said = capsys.readouterr().out
    assert "345 devices with 1000 series" in said
    assert "µs CPU for each of" in said
    assert "shown after median" in said
