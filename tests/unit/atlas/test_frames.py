"""Public frames: printed ratios, ranks and legends over shown values only."""

from __future__ import annotations

from datetime import date

import polars as pl

from gateway.atlas.burden import burden
from gateway.atlas.frames import legend, ranks, register_frame
from gateway.atlas.registers import Registers
from tests.unit.atlas.support import released


def test_frames_hold_printed_ratios_and_rank_shown_values_only(registers: Registers, demo):
    released(registers, demo, 2023)
    edition = registers.find("sozialdatenatlas", date(2023, 12, 31), public=True)
    frame = register_frame(edition)
    assert frame.height == 69
    assert set(frame["register_stand"]) == {"2023-12-31"}
    rates = frame["all.sgb2_rate"].drop_nulls()
    assert all(round(value, 1) == value for value in rates)
    assert len(rates) < 69
    order = ranks(frame, "all.sgb2_rate")
    assert order.height == len(rates)
    assert order["rank"][0] == 1
    assert order["all.sgb2_rate"][0] == rates.max()
    breaks = legend(frame, "all.sgb2_rate")
    assert breaks[0] == rates.min()
    assert breaks[-1] == rates.max()
    assert len(breaks) == 6
    assert legend(frame.with_columns(pl.lit(None, pl.Float64).alias("none")), "none") == ()


def test_burden_over_a_register_frame_joined_with_sensor_columns(registers: Registers, demo):
    released(registers, demo, 2023)
    frame = register_frame(registers.find("sozialdatenatlas", date(2023, 12, 31), public=True))
    heat = pl.Series("heat", [24 + 0.1 * (n % 17) for n in range(frame.height)])
    found = burden(frame.with_columns(heat), {"heat": 1}, {"all.sgb2_rate": 1})
    assert found.n == frame["all.sgb2_rate"].drop_nulls().len()
    hidden = frame.filter(pl.col("all.sgb2_rate").is_null())["area"].to_list()
    left_out = found.table.filter(pl.col("excluded") != "")["area"].to_list()
    assert left_out == hidden
