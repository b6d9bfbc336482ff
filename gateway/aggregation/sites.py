"""Stage 2: the series-hours of a site become the hour of a measuring point (one quantity at one site)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from gateway.aggregation.calendar import HOUR_NS
from gateway.aggregation.hourly import VALID_NS, lean, united
from gateway.aggregation.plan import FAMILY, Plan
from gateway.aggregation.slab import Floats, Numbers

SITE_HOUR: dict[str, type[pl.DataType]] = {
    "point": pl.Int32, "start": pl.Int64, "linear": pl.Float64, "u": pl.Float64, "v": pl.Float64, "w": pl.Float64,
    "capacity": pl.Float64, "minimum": pl.Float64, "maximum": pl.Float64, "n": pl.Int32, "excluded": pl.Int32,
    "covered": pl.Int64, "sensor_class": pl.Int8, "valid": pl.Boolean,
}  # fmt: skip
"""linear: what is averaged or added later: the value itself, 10^(L/10) for levels in dB, occupied places.
u, v, w: the means of w sin, w cos and w. covered in ns. sensor_class 4: not classified."""

KINDS = tuple(str(kind.value) for kind in FAMILY)
_SUMS = ("increment", "count", "accumulator")


def site_hours(hours: pl.DataFrame, plan: Plan, start: int, stop: int, *, facts: Facts | None = None) -> pl.DataFrame:
    """Site-hours (schema SITE_HOUR) of the hours in `[start, stop)` ns from rows of schema LEAN_HOUR (or SERIES_HOUR).

    The mean of the valid series-hours: energy mean of levels in dB, vector sum of directions, the largest (smallest)
    of extremes; counts (two directions, two doors) are summed; of parking places the occupied and the capacity are
    summed. When no series-hour is valid, the others make a value that is marked invalid,
    and the best of them says how much of the hour was covered. `facts` of the plan, where they are at hand.
    """
    if "energy" in hours.columns:
        hours = lean(hours)
    facts = facts or Facts(plan)
    # Of a device whose other quantities nobody asks for, the plan has parts without a point.
    asked = facts.asked[hours["part"].to_numpy()]
    hours = hours if asked.all() else hours.filter(pl.Series(asked))
    part = hours["part"].to_numpy()
    alone = facts.alone[part]
    simple = _simple(hours if alone.all() else hours.filter(pl.Series(alone)), facts)
    if alone.all():
        return simple
    # A series that was taken down and hung up again at the same site is one series still.
    others = hours.filter(pl.Series(~alone))
    shown = _shown(united(others, facts.several), facts)
    return pl.concat([simple, _combined(_with_capacity(shown, others, facts.several), facts.several, start, stop)])


class Facts:
    """What is known of each part, by its number: arrays to be indexed with it.

    `several` is the part of the plan with points of several series, and those of parking places.
    """

    def __init__(self, plan: Plan) -> None:
        rows = plan.parts.select("part", "point", "sensor_class").join(
            plan.points.select("point", "kind", "alone"), on="point"
        )
        part = rows["part"].to_numpy()
        size = int(plan.parts["part"].to_numpy().max(initial=-1)) + 1
        kind = rows["kind"].replace_strict({name: number for number, name in enumerate(KINDS)}, return_dtype=pl.Int8)
        self.asked = _scattered(part, pl.repeat(value=True, n=len(part), eager=True), size, np.bool_)
        self.point = _scattered(part, rows["point"], size, np.int32)
        self.kind = _scattered(part, kind, size, np.int8)
        self.sensor_class = _scattered(part, rows["sensor_class"], size, np.int8)
        # How full a car park is needs its capacity, even where it is alone.
        self.alone = _scattered(part, rows["alone"] & (rows["kind"] != "occupancy"), size, np.bool_)
        points = plan.points.filter(~pl.col("alone") | (pl.col("kind") == "occupancy"))
        parts = plan.parts.filter(pl.col("point").is_in(points["point"].implode()))
        self.several = replace(
            plan, points=points, parts=parts,
            stretches=plan.stretches.filter(pl.col("part").is_in(parts["part"].implode())),
        )  # fmt: skip


def _scattered(part: Numbers, column: pl.Series, size: int, dtype: type[np.generic]) -> Numbers:
    found = np.zeros(size, dtype=dtype)
    found[part] = column.to_numpy()
    return found


def _simple(hours: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The site-hours of points with one series."""
    part, covered = hours["part"].to_numpy(), hours["covered"].to_numpy()
    seconds = covered / 1e9
    with np.errstate(divide="ignore", invalid="ignore"):
        u, v, w = (hours[name].to_numpy() / seconds for name in ("u", "v", "weight"))
    nothing = np.full(len(part), np.nan)
    columns = {
        "point": facts.point[part], "start": hours["hour"], "linear": _linear(hours, facts.kind[part]),
        "u": u, "v": v, "w": w, "capacity": nothing, "minimum": hours["minimum"], "maximum": hours["maximum"],
        "n": hours["n"], "excluded": hours["excluded"], "covered": np.minimum(covered, HOUR_NS),
        "sensor_class": facts.sensor_class[part], "valid": covered >= VALID_NS,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=SITE_HOUR, nan_to_null=False).with_columns(pl.col(pl.Float64).fill_nan(None))


def _linear(hours: pl.DataFrame, kind: Numbers) -> Floats:
    """The linear value of each series-hour, by its kind."""
    with np.errstate(divide="ignore", invalid="ignore"):
        linear = hours["integral"].to_numpy() * 1e9 / hours["covered"].to_numpy()
    for names, column in ((("extreme_max",), "maximum"), (("extreme_min",), "minimum"), (_SUMS, "total")):
        which = np.isin(kind, [KINDS.index(name) for name in names])
        if which.any():
            linear[which] = hours[column].to_numpy()[which]
    return np.asarray(linear)


def _shown(hours: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Series-hours with the facts of their point; `linear` is the value of the hour."""
    part, plan = hours["part"].to_numpy(), facts.several
    names = plan.parts.select("part", "point", "device", "channel", "sensor_class").join(
        plan.points.select("point", "quantity", "kind"), on="point"
    )
    linear = pl.Series(_linear(hours, facts.kind[part])).fill_nan(None)
    return (
        hours.with_columns(pl.col("u", "v", "weight", "minimum", "maximum").fill_nan(None), linear=linear)
        .join(names, on="part", how="inner")
        .select(
            "part", "point", "device", "channel", "quantity", "kind", "sensor_class", "minimum", "maximum", "n",
            "linear", "u", "v", "excluded", w="weight", start="hour", seconds=pl.col("covered") / 1e9,
            ok=pl.col("covered") >= VALID_NS, covered=pl.min_horizontal(pl.col("covered"), HOUR_NS),
        )
    )  # fmt: skip


def _with_capacity(shown: pl.DataFrame, hours: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Add `capacity`: 1 for a single place; of a car park what its device says in that hour, else the registry."""
    told = (
        hours.join(plan.parts.select("part", "point", "device", "channel"), on="part")
        .join(plan.points.filter(pl.col("quantity") == "parking_capacity").select("point", "site"), on="point")
        .filter(pl.col("covered") > 0)
        .group_by("device", "channel", "site", start="hour")
        .agg(told=pl.col("integral").sum() * 1e9 / pl.col("covered").sum())
    )
    known = plan.stretches.filter(pl.col("capacity").is_not_null()).select(
        "part", "capacity", from_="start", until="stop"
    )
    places = shown.filter(pl.col("quantity") == "parking_occupied").select("part", "start")
    registered = (
        places.join(known, on="part")
        .filter((pl.col("from_") < pl.col("start") + HOUR_NS) & (pl.col("until") > pl.col("start")))
        .sort("from_")
        .unique(["part", "start"], keep="last")
        .select("part", "start", registered="capacity")
    )
    joined = (
        shown.join(plan.points.select("point", "site"), on="point")
        .join(told, on=["device", "channel", "site", "start"], how="left")
        .join(registered, on=["part", "start"], how="left")
        .drop("site")
    )
    return joined.with_columns(
        capacity=pl.when(pl.col("quantity") == "occupancy")
        .then(1.0)
        .when(pl.col("quantity") == "parking_occupied")
        .then(pl.coalesce("told", "registered"))
    ).with_columns(
        # Without its capacity a car park says nothing about how full it is.
        ok=pl.col("ok") & ((pl.col("quantity") != "parking_occupied") | pl.col("capacity").is_not_null())
    )


def _combined(several: pl.DataFrame, plan: Plan, start: int, stop: int) -> pl.DataFrame:
    """One row for each (point, hour) with several series, or parking."""
    hour = ["point", "start"]
    chosen = several.with_columns(enters=pl.col("ok") | ~pl.col("ok").any().over(hour))
    entering = chosen.filter("enters")
    extreme = pl.col("kind").first()
    # Passages are added over directions, whether a device says how many there were or how far its counter is.
    added = plan.points.filter(pl.col("estimator") == "sum_of_panel")["point"]
    lane = pl.when(pl.col("point").is_in(added.implode())).then(pl.col("part")).otherwise(-1).alias("lane")
    lanes = entering.group_by(*hour, lane).agg(
        pl.col("kind").first(),
        pl.when(extreme == "extreme_max").then(pl.col("linear").max())
        .when(extreme == "extreme_min").then(pl.col("linear").min())
        .when((extreme == "occupancy") & pl.col("linear").is_not_null().any()).then(pl.col("linear").sum())
        .otherwise(pl.col("linear").mean()).alias("linear"),
        pl.when(pl.col("u").is_not_null().any()).then(pl.col("u", "v", "w").sum() / pl.col("seconds").sum()),
        pl.when(pl.col("capacity").is_not_null().any()).then(pl.col("capacity").sum()).alias("capacity"),
        pl.when(pl.col("ok").any()).then(pl.col("covered").mean()).otherwise(pl.col("covered").max()),
        pl.col("sensor_class").max(), pl.col("ok").any(),
    )  # fmt: skip
    merged = lanes.group_by(hour).agg(
        pl.when(pl.col("linear").is_not_null().any()).then(pl.col("linear").sum()).alias("linear"),
        pl.col("u", "v", "w", "capacity").first(),
        pl.col("covered").sum(), pl.col("sensor_class").max(), pl.col("ok").any(), pl.col("kind").first(),
    )  # fmt: skip
    read = chosen.group_by(hour).agg(
        pl.col("minimum").min(), pl.col("maximum").max(), pl.col("n").sum(), pl.col("excluded").sum()
    )
    result = merged.join(read, on=hour).join(_lanes(plan, start, stop), on=hour, how="left").with_columns(
        covered=(pl.col("covered") / pl.col("lanes").fill_null(1)).round()
    )  # fmt: skip
    return result.with_columns(valid=pl.col("ok") & (pl.col("covered") >= VALID_NS)).select(
        pl.col(name).cast(dtype) for name, dtype in SITE_HOUR.items()
    )


def _lanes(plan: Plan, start: int, stop: int) -> pl.DataFrame:
    """How many counters hang at a point in each hour: a silent one makes the sum of the others a lower bound."""
    counting = plan.parts.join(
        plan.points.filter(~pl.col("alone") & (pl.col("estimator") == "sum_of_panel")).select("point"), on="point"
    )
    low = pl.max_horizontal(pl.col("start") - pl.col("start") % HOUR_NS, pl.lit(start))
    high = pl.min_horizontal("stop", pl.lit(stop))
    return (
        counting.with_columns(low=low, high=high)
        .filter(pl.col("low") < pl.col("high"))
        .with_columns(hour=pl.int_ranges("low", "high", HOUR_NS))
        .explode("hour")
        .group_by("point", start="hour")
        .agg(lanes=pl.col("series").n_unique())
    )
