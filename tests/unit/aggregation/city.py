"""Small frames for tests: series, where they hang, what they saw."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from gateway.aggregation import plan as p
from gateway.aggregation import tables
from gateway.aggregation.aggregate import FrameObservations, aggregate
from gateway.aggregation.calendar import HOUR_NS, to_ns
from gateway.aggregation.hourly import OBSERVATION, series_hours

S = 10**9


def ns(text):
    return to_ns(datetime.fromisoformat(text))


def series(*rows):
    """Rows (device, channel, quantity); the number is the place."""
    return pl.DataFrame([(i, *row) for i, row in enumerate(rows)], schema=p.SERIES, orient="row")


def installed(*rows):
    """Rows (device, site) or (device, site, {more})."""
    filled = [
        {"device": row[0], "channel": None, "site": row[1], "special": False, "start": 0, "stop": None}
        | (row[2] if len(row) > 2 else {})
        for row in rows
    ]
    return pl.DataFrame(filled, schema=p.INSTALLATIONS, orient="row")


def facts(*rows):
    """Dicts with device and what is known."""
    nothing = dict.fromkeys(p.FACTS) | {"start": 0}
    return pl.DataFrame([nothing | row for row in rows], schema=p.FACTS, orient="row")


def areas(*rows):
    """Rows (site, area) or (site, area, level, start, stop)."""
    return pl.DataFrame(
        [(*row, "quartier", 0, None) if len(row) == 2 else row for row in rows], schema=p.AREAS, orient="row"
    )


def observations(*rows):
    """Rows (series, time ns, value) or with flag; offsets in order."""
    return pl.DataFrame(
        [(row[0], row[1], row[2], row[3] if len(row) > 3 else 1, i) for i, row in enumerate(rows)],
        schema=OBSERVATION,
        orient="row",
    )


def one_series(quantity, values, start, stop, **known):
    """Series-hours of one series as a dict by hour; values are (time, value[, flag])."""
    plan = p.make_plan(
        series(("d", "", quantity)), installed(("d", "s")), facts=facts({"device": "d", **known}) if known else None
    )
    found = series_hours(observations(*((0, *row) for row in values)), plan, start, stop)
    return {row["hour"]: row for row in found.iter_rows(named=True)}


def run(plan, rows, start, stop, **options):
    """Everything aggregated in memory: (site_hour, site_period, area_period)."""
    connection = tables.connect()
    try:
        aggregate(connection, FrameObservations(rows), plan, start, stop, threads=1, **options)
        return tuple(
            tables.frame(connection, f"select * from {name}") for name in ("site_hour", "site_period", "area_period")
        )
    finally:
        connection.close()


def pick(frame, **key):
    """The one row with these values."""
    found = frame.filter(*(pl.col(name) == value for name, value in key.items()))
    assert found.height == 1, found
    return found.row(0, named=True)


__all__ = ["HOUR_NS", "S", "areas", "facts", "installed", "ns", "observations", "one_series", "pick", "run", "series"]
