"""What may not be shown has no value and says that it is confidential."""

from __future__ import annotations

import polars as pl
from city import ns

from gateway.aggregation.disclosure import protect
from gateway.aggregation.tables import AREA_PERIOD

NOON, NIGHT = ns("2026-06-01T10:00Z"), ns("2026-06-01T20:00Z")


def shown(**row):
    base = dict.fromkeys(AREA_PERIOD) | {
        "period": "hour", "start": NOON, "status": "ok", "n_sites_valid": 3, "n_private": 0, "value": 10.0, "max": 5.0, "n": 6,
        "quantity": "air_temperature",
    }  # fmt: skip
    out = protect(pl.DataFrame([base | row], schema=AREA_PERIOD)).row(0, named=True)
    return out["status"], out["value"]


def test_few_people_at_night_are_not_shown():
    assert shown(quantity="people_count", start=NIGHT, value=2.0) == ("confidential", None)
    assert shown(quantity="people_count", start=NIGHT, value=0.0) == ("ok", 0)
    assert shown(quantity="people_count", start=NIGHT, value=3.0) == ("ok", 3)
    assert shown(quantity="people_count", start=NOON, value=2.0) == ("ok", 2)
    assert shown(quantity="people_count", start=NIGHT, value=2.0, period="day") == ("ok", 2)


def test_meters_need_fifteen_units_and_none_of_them_large():
    assert shown(quantity="energy", n_sites_valid=14, value=100.0, max=1.0) == ("confidential", None)
    assert shown(quantity="energy", n_sites_valid=15, value=100.0, max=15.0) == ("ok", 100)
    assert shown(quantity="energy", n_sites_valid=15, value=100.0, max=15.1) == ("confidential", None)


def test_a_single_private_garden_is_not_an_area():
    assert shown(n_sites_valid=1, n_private=1) == ("confidential", None)
    assert shown(n_sites_valid=2, n_private=2) == ("ok", 10)
    assert shown(n_sites_valid=1, n_private=0) == ("ok", 10)
    assert shown(n_sites_valid=0, n_private=0, status="no_data", value=None) == ("no_data", None)


def test_nothing_else_of_a_hidden_row_tells_its_value():
    row = dict.fromkeys(AREA_PERIOD) | {
        "period": "day", "start": NOON, "status": "ok", "quantity": "energy", "n_sites_valid": 2, "n_private": 0, "value": 7.0,
        "mean": 3.5, "median": 3.5, "min": 3.0, "max": 4.0, "sd": 0.7, "lowest": 1.0, "highest": 4.0, "n": 12, "bound": ">=",
    }  # fmt: skip
    out = protect(pl.DataFrame([row], schema=AREA_PERIOD)).row(0, named=True)
    assert all(
        out[name] is None for name in ("value", "mean", "median", "min", "max", "sd", "lowest", "highest", "bound", "n")
    )
