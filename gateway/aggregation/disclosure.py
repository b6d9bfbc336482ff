"""What may not leave the house: sensors that watch people, homes and private gardens. Status `confidential`.

A rule takes the value away and says so; it never changes it. What a value could be computed back from (a larger area
less its parts) is the matter of whoever publishes both.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gateway.aggregation.calendar import HOUR_NS, DayBasis, hour_keys

PEOPLE = ("people_count", "people_total", "device_count")
METERS = ("water_volume", "energy", "energy_exported", "heat_energy", "gas_volume", "heat_cost_units")

_VALUES = ("value", "mean", "median", "min", "max", "sd", "lowest", "highest", "concentration", "worst_class")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Thresholds of disclosure.

    Attributes:
        people_below: counts of people from 1 to below this are not shown for hours between 22 and 06 o'clock.
        meter_units: a sum of meters needs at least so many (15/15 rule).
        meter_share: and none of them more than this share of it.
        hosts: an area whose sites are all privately hosted needs at least so many of them.
    """

    people_below: int = 3
    meter_units: int = 15
    meter_share: float = 0.15
    hosts: int = 2


def protect(areas: pl.DataFrame, rules: Disclosure = Disclosure()) -> pl.DataFrame:
    """Rows of schema AREA_PERIOD as the public may see them: what is confidential has no value, and says so.

    `max` is the largest site's value: with it the 15/15 rule needs no other table.
    """
    if not areas.height:
        return areas
    people = pl.col("quantity").is_in(PEOPLE)
    few = (
        people
        & (pl.col("period") == "hour")
        & _night(areas)
        & pl.col("value").is_between(0, rules.people_below, closed="none")
    )
    meter = pl.col("quantity").is_in(METERS) & (
        (pl.col("n_sites_valid") < rules.meter_units) | (pl.col("max") > rules.meter_share * pl.col("value"))
    )
    hosted = (pl.col("n_private") == pl.col("n_sites_valid")) & (pl.col("n_sites_valid") < rules.hosts)
    hidden = (pl.col("status") == "ok") & (few | meter | hosted).fill_null(value=False)
    return areas.with_columns(hidden=hidden).with_columns(
        *(pl.when(~pl.col("hidden")).then(pl.col(name)).alias(name) for name in _VALUES),
        bound=pl.when(~pl.col("hidden")).then("bound"),
        n=pl.when(~pl.col("hidden")).then("n"),
        status=pl.when("hidden").then(pl.lit("confidential")).otherwise("status"),
    ).drop("hidden")  # fmt: skip


def _night(areas: pl.DataFrame) -> pl.Expr:
    """Whether the row's hour begins between 22 and 06 o'clock local time."""
    hours = areas.filter(pl.col("period") == "hour")["start"].unique()
    if not len(hours):
        return pl.lit(value=False)
    keys = hour_keys(DayBasis.BERLIN, int(hours.min()), int(hours.max()) + HOUR_NS)  # type: ignore[arg-type]  # Int64's bounds are int
    dark = keys.filter((pl.col("local_hour") >= 22) | (pl.col("local_hour") < 6))["hour"]
    return pl.col("start").is_in(dark.implode())
