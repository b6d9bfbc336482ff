"""Stage 1: observations to series-hour statistics, which merge: two disjoint halves of an hour give the whole.

Pure: a frame of observations and a plan go in, a frame of schema SERIES_HOUR comes out, one row for each part (a
series during one installation) and UTC hour that has an observation or coverage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from gateway.aggregation import kinds
from gateway.aggregation.calendar import DAY_NS, HOUR_NS
from gateway.aggregation.kinds import Cells
from gateway.aggregation.plan import Plan
from gateway.aggregation.rules import capture
from gateway.aggregation.slab import Floats, Ints, Numbers, Rows, Slab, make_slab

USED = (1, 2)
"""QARTOD flags that enter by default: good and not evaluated. 4 (fail) and 9 (missing) never enter."""
VALID_NS = capture().needed("hour", HOUR_NS)
"""Covered time from which an hour is valid: 45 minutes (39. BImSchV Anl. 11 A)."""

SERIES_HOUR: dict[str, type[pl.DataType]] = {
    "part": pl.Int32, "hour": pl.Int64, "n": pl.Int32, "good": pl.Int32, "unevaluated": pl.Int32,
    "suspect": pl.Int32, "failed": pl.Int32, "missing": pl.Int32, "covered": pl.Int64, "weighted": pl.Float64,
    "squares": pl.Float64, "minimum": pl.Float64, "maximum": pl.Float64, "first": pl.Float64,
    "first_time": pl.Int64, "last": pl.Float64, "last_time": pl.Int64, "energy": pl.Float64, "sine": pl.Float64,
    "cosine": pl.Float64, "u": pl.Float64, "v": pl.Float64, "weight": pl.Float64, "total": pl.Float64,
    "summands": pl.Int32, "resets": pl.Int32, "rollovers": pl.Int32,
}  # fmt: skip
"""covered in ns; weighted, squares, energy, sine, cosine, u, v, weight are integrals over seconds; times in ns UTC.
What a kind does not have is null. u and v are the integrals of w sin and w cos, weight that of w."""
LEAN_HOUR: dict[str, type[pl.DataType]] = {
    "part": pl.Int32, "hour": pl.Int64, "n": pl.Int32, "excluded": pl.Int32, "covered": pl.Int64,
    "integral": pl.Float64, "u": pl.Float64, "v": pl.Float64, "weight": pl.Float64, "total": pl.Float64,
    "minimum": pl.Float64, "maximum": pl.Float64,
}  # fmt: skip
"""What site-hours are made of, without nulls (NaN instead). integral: energy for levels in dB, else weighted."""
SERIES_HOUR_CATEGORY = {"part": pl.Int32, "hour": pl.Int64, "category": pl.Float64, "covered": pl.Int64}
OBSERVATION = {
    "series": pl.Int32, "time": pl.Int64, "value": pl.Float64, "flag": pl.UInt8, "offset": pl.Int64,
}  # fmt: skip

_SUMS = ("n", "good", "unevaluated", "suspect", "failed", "missing", "covered", "weighted", "squares", "energy",
         "sine", "cosine", "u", "v", "weight", "total", "summands", "resets", "rollovers")  # fmt: skip


def reach(plan: Plan) -> tuple[int, int]:
    """How far (ns, whole hours) before and after a window its values may lie."""
    hold = -(-plan.longest_hold // HOUR_NS) * HOUR_NS
    return (max(hold, DAY_NS) if (plan.stretches["family"] == 5).any() else hold), hold


def latest(observations: pl.DataFrame) -> pl.DataFrame:
    """One observation for each (series, time): of duplicates the one with the largest `offset`, written last."""
    return observations.sort("offset").unique(["series", "time"], keep="last")


def series_hours(
    observations: pl.DataFrame,
    plan: Plan,
    start: int,
    stop: int,
    *,
    used: Iterable[int] = USED,
    first_used: Mapping[int, int] | None = None,
) -> pl.DataFrame:
    """Statistics (schema SERIES_HOUR) of the hours in `[start, stop)` ns.

    Args:
        observations: series, time (ns), value, flag of at least `[start - reach, stop + reach)`, in any order,
            without duplicates (see `latest`).
        plan: where the series hang.
        start: whole hour.
        stop: whole hour.
        used: QARTOD flags that enter.
        first_used: for each part with an accumulator when its first used reading was; None: the frame holds it.
    """
    return pl.concat(_families(_slab(observations, plan, start, stop, used), first_used, start, stop, lean=False))


def lean_hours(
    observations: pl.DataFrame,
    plan: Plan,
    start: int,
    stop: int,
    *,
    used: Iterable[int] = USED,
    first_used: Mapping[int, int] | None = None,
) -> pl.DataFrame:
    """As `series_hours`, but only what site-hours are made of (schema LEAN_HOUR): half the time."""
    return pl.concat(_families(_slab(observations, plan, start, stop, used), first_used, start, stop, lean=True))


def lean(statistics: pl.DataFrame) -> pl.DataFrame:
    """Rows of schema SERIES_HOUR as rows of schema LEAN_HOUR."""
    read = pl.col("good") + pl.col("unevaluated") + pl.col("suspect")
    integral = pl.coalesce("energy", "weighted")
    return statistics.with_columns(
        pl.col("u", "v", "weight", "total", "minimum", "maximum").fill_null(np.nan),
        excluded=read - pl.col("n"), integral=integral.fill_null(np.nan),
    ).select(pl.col(name).cast(dtype) for name, dtype in LEAN_HOUR.items())  # fmt: skip


def united(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Rows of schema LEAN_HOUR with the parts of a series at one point made one row, of the last part in that hour."""
    series = plan.parts.select("part", "series", "point")
    if not series.select("series", "point").is_duplicated().any():
        return rows
    first = series.with_columns(one=pl.col("part").min().over("series", "point")).select("part", "one")
    sums = ("n", "excluded", "covered", "integral", "u", "v", "weight", "total")
    return (
        rows.with_columns(pl.col(pl.Float64).fill_nan(None))
        .join(first, on="part")
        .group_by("one", "hour", maintain_order=True)
        .agg(
            pl.col("part").max(),
            *(pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in sums),
            pl.col("minimum").min(), pl.col("maximum").max(),
        )
        .with_columns(pl.col(pl.Float64).fill_null(np.nan))
        .select(pl.col(name).cast(dtype) for name, dtype in LEAN_HOUR.items())
    )  # fmt: skip


def category_hours(
    observations: pl.DataFrame, plan: Plan, start: int, stop: int, *, used: Iterable[int] = USED
) -> pl.DataFrame:
    """How long each category lasted in each hour (schema SERIES_HOUR_CATEGORY), for categorical series."""
    slab = _slab(observations, plan, start, stop, used)
    rows = slab.family(1)
    frames = [pl.DataFrame(schema=SERIES_HOUR_CATEGORY)]
    if rows is not None:
        value = rows.value
        cells = Cells(slab.grid)
        names = {str(category): float(category) for category in np.unique(value).tolist()}
        kinds.held(rows, slab, {name: (value == category).astype(float) for name, category in names.items()}, cells)
        for name, category in names.items():
            seconds = cells.columns[name].astype(np.float64)
            there = np.flatnonzero(seconds > 0)
            frames.append(
                pl.DataFrame(
                    {
                        "part": slab.parts[there // slab.grid.hours],
                        "hour": slab.grid.start + there % slab.grid.hours * HOUR_NS,
                        "category": np.full(len(there), category),
                        "covered": np.rint(seconds[there] * 1e9).astype(np.int64),
                    },
                    schema=SERIES_HOUR_CATEGORY,
                )
            )
    return pl.concat(frames).filter(pl.col("hour").is_between(start, stop, closed="left"))


def merge(statistics: pl.DataFrame) -> pl.DataFrame:
    """Merge rows that describe disjoint pieces of the same (part, hour): any partition, any order."""
    merged = statistics.group_by("part", "hour").agg(
        *(pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in _SUMS),
        pl.col("minimum").min(),
        pl.col("maximum").max(),
        pl.col("first").sort_by("first_time", nulls_last=True).first(),
        pl.col("first_time").min(),
        pl.col("last").sort_by("last_time", nulls_last=False).last(),
        pl.col("last_time").max(),
    )
    return merged.select(pl.col(name).cast(dtype) for name, dtype in SERIES_HOUR.items()).sort("part", "hour")


def _slab(observations: pl.DataFrame, plan: Plan, start: int, stop: int, used: Iterable[int]) -> Slab:
    if start % HOUR_NS or stop % HOUR_NS:
        raise ValueError(f"series-hours are asked for whole hours, not from {start} to {stop} ns")
    before, after = reach(plan)
    low, high = start - before, stop + after
    near = observations
    if near.height and not (near["time"].min() >= low and near["time"].max() < high):  # type: ignore[operator]  # Int64's bounds are int
        near = near.filter(pl.col("time").is_between(low, high, closed="left"))
    return make_slab(near, plan.stretches, low, high, used)


def _firsts(slab: Slab) -> dict[int, int]:
    rows = slab.family(5)
    if rows is None:
        return {}
    edges, _ = kinds.runs(rows.part)
    return {int(slab.parts[rows.part[edge]]): int(rows.time[edge]) for edge in edges.tolist()}


def _families(
    slab: Slab, first_used: Mapping[int, int] | None, start: int, stop: int, *, lean: bool
) -> list[pl.DataFrame]:
    """The hours of each family of series there is, behind an empty frame of their schema."""
    firsts = dict(first_used) if first_used is not None else _firsts(slab)
    frame, schema = (_lean_frame, LEAN_HOUR) if lean else (_frame, SERIES_HOUR)
    frames = [pl.DataFrame(schema=schema)]
    for number in range(6):
        rows = slab.family(number)
        if rows is not None:
            frames.append(frame(_family(number, rows, slab, firsts, lean=lean), slab, start, stop))
    return frames


def _family(number: int, rows: Rows, slab: Slab, firsts: dict[int, int], *, lean: bool = False) -> Cells:
    cells = kinds.observed(rows, lean=lean)
    if number == 4:
        kinds.summed(rows, slab, cells)
    elif number == 5:
        kinds.differences(rows, slab, firsts, cells)
    else:
        for chunk in rows.chunks():
            integrands = lean_integrands if lean else _integrands
            kinds.held(chunk, slab, integrands(number, chunk, slab), cells)
    return cells


def lean_integrands(number: int, rows: Rows, slab: Slab) -> dict[str, Floats]:
    """The same without what only SERIES_HOUR has."""
    match number:
        case 1:
            return {"integral": kinds.switched(rows.value)}
        case 2:
            return {"integral": kinds.energy(rows.value)}
        case 3:
            weight, angle = kinds.wind_weights(rows, slab), np.radians(rows.value)
            return {"u": weight * np.sin(angle), "v": weight * np.cos(angle), "weight": weight}
        case _:
            return {"integral": rows.value}


def _integrands(number: int, rows: Rows, slab: Slab) -> dict[str, Floats]:
    """What is integrated over the hour, by name of its sum."""
    value = rows.value
    match number:
        case 1:
            on = kinds.switched(value)
            return {"weighted": on, "squares": on}
        case 2:
            return {"weighted": value, "squares": value * value, "energy": kinds.energy(value)}
        case 3:
            weight = kinds.wind_weights(rows, slab)
            sine, cosine = np.sin(np.radians(value)), np.cos(np.radians(value))
            return {"sine": sine, "cosine": cosine, "u": weight * sine, "v": weight * cosine, "weight": weight}
        case _:
            return {"weighted": value, "squares": value * value}


def _there(cells: Cells, start: int, stop: int) -> Ints:
    """Cells of `[start, stop)` in which something was observed or covered."""
    grid = cells.grid
    low, high = (start - grid.start) // HOUR_NS, (stop - grid.start) // HOUR_NS
    seen = kinds.any_row(cells).reshape(grid.parts, grid.hours)
    seen[:, :low] = False
    seen[:, high:] = False
    return np.flatnonzero(seen)


def _lean_frame(cells: Cells, slab: Slab, start: int, stop: int) -> pl.DataFrame:
    """These cells as rows of LEAN_HOUR."""
    there, hours = _there(cells, start, stop), slab.grid.hours
    columns: dict[str, Numbers] = {
        "part": slab.parts[there // hours].astype(np.int32), "hour": slab.grid.start + there % hours * HOUR_NS,
    }  # fmt: skip
    for name, dtype in LEAN_HOUR.items():
        if name in cells.columns:
            columns[name] = cells.columns[name][there]
        elif name not in columns:
            # Nothing of this family could be used, as when a batch brings nothing but missing values of it.
            columns[name] = np.full(len(there), np.nan) if dtype is pl.Float64 else np.zeros(len(there), np.int64)
    return pl.DataFrame({name: pl.Series(columns[name], dtype=dtype) for name, dtype in LEAN_HOUR.items()})


def _frame(cells: Cells, slab: Slab, start: int, stop: int) -> pl.DataFrame:
    """Cells in which something was observed or covered, as rows."""
    grid = slab.grid
    there = _there(cells, start, stop)
    columns: dict[str, pl.Series] = {
        "part": pl.Series(slab.parts[there // grid.hours].astype(np.int32)),
        "hour": pl.Series(grid.start + there % grid.hours * HOUR_NS),
    }
    for name, dtype in SERIES_HOUR.items():
        if name in {"part", "hour"}:
            continue
        if name in cells.columns:
            column = pl.Series(cells.columns[name][there])
            if dtype is pl.Float64:
                column = column.fill_nan(None) if column.is_nan().any() else column
            elif name in {"first_time", "last_time"}:
                column = column.set(column < 0, None)
            columns[name] = column.cast(dtype)
        else:
            absent = 0 if name in {"n", "covered"} else None
            columns[name] = pl.repeat(absent, len(there), dtype=dtype, eager=True)
    return pl.DataFrame({name: columns[name].alias(name) for name in SERIES_HOUR})
