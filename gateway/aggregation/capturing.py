"""What a capture rule asks beyond a number of valid parts: even coverage, no long gap, daylight hours, whole months.

Pure: frames of a site's days and hours go in, the windows that fail come out.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from gateway.aggregation.calendar import HOUR_NS, DayBasis, hour_keys
from gateway.aggregation.rules import Daytime, Need

_KEY = ["point", "window"]
_FAILED = {"point": pl.Int32, "window": pl.Int64}


def failing(
    period: str, need: Need, basis: DayBasis, windows: pl.DataFrame, days: pl.DataFrame, hours: pl.DataFrame,
    month: Need | None = None,
) -> pl.DataFrame:  # fmt: skip
    """(point, window) that `need` refuses: `window` is the start of one of `windows`.

    Args:
        period: of the windows, week or longer.
        need: see `rules.Need`; what it counts without more is not looked at here.
        basis: whose midnights.
        windows: start, stop in ns.
        days: point, start, valid, n_valid (hours) of the days in the windows; a missing row is a day without data.
        hours: point, start, valid of the hours in the windows, where `need` or `month` asks for daylight hours.
        month: what makes a month valid, for rules that count months.
    """
    points = pl.concat([days.select("point"), hours.select("point")]).unique()
    if need.simple or not windows.height or not points.height:
        return pl.DataFrame(schema=_FAILED)
    low, high = int(windows["start"][0]), int(windows["stop"][-1])
    keys = hour_keys(basis, low, high).with_columns(window=pl.col(period))
    grid = _grid(keys, points, days)
    found = []
    if need.gap is not None:
        found.append(_gaps(grid, need.gap))
    if need.hours and not need.seasons:
        found.append(_below(grid, [], need.share, hours=True))
    if need.seasons:
        number = {each: index for index, season in enumerate(need.seasons) for each in season}
        seasonal = grid.with_columns(season=pl.col("month_number").replace_strict(number, default=None))
        seasonal = seasonal.filter(pl.col("season").is_not_null())
        found.append(_below(seasonal, ["season"], need.share, hours=need.hours))
    found += [_below(grid, [each], need.share, hours=need.hours) for each in need.evenly]
    if need.daytime is not None:
        found.append(_daylight(keys, points, hours, need.daytime))
    if need.months:
        found.append(_months(grid, need, month or Need(), basis, hours))
    return pl.concat([each.select(_KEY).cast(_FAILED) for each in found]).unique()  # type: ignore[arg-type]  # dtypes are classes


def daylight(first: int, stop: int, rule: Daytime) -> list[int]:
    """Starts of the hours of `[first, stop)` ns that lie in the daytime of `rule`."""
    keys = hour_keys(DayBasis.MEZ, first, stop)
    return _lit(keys, rule)["hour"].to_list()


def _lit(mez: pl.DataFrame, rule: Daytime) -> pl.DataFrame:
    number = pl.from_epoch(pl.col("day") + HOUR_NS, time_unit="ns").dt.month()
    return mez.filter(
        (pl.col("local_hour") >= rule.first) & (pl.col("local_hour") < rule.last) & number.is_in(list(rule.months))
    )


def _grid(keys: pl.DataFrame, points: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Every day of the windows for every point, with what is known of it."""
    calendar = keys.group_by("day").agg(
        pl.first("window", "weekday", "month", "quarter"), parts=pl.len().cast(pl.Int64)
    )
    # Half a day after midnight lies on the same date in every zone used here.
    middle = pl.from_epoch(pl.col("month") + 12 * HOUR_NS, time_unit="ns")
    calendar = calendar.with_columns(month_number=middle.dt.month())
    return (
        points.join(calendar, how="cross")
        .join(days.select("point", "valid", "n_valid", day="start"), on=["point", "day"], how="left")
        .with_columns(pl.col("valid").fill_null(value=False), pl.col("n_valid").fill_null(0).cast(pl.Int64))
        .sort("point", "day")
    )


def _gaps(grid: pl.DataFrame, most: int) -> pl.DataFrame:
    """Windows with more than `most` days in a row that are not valid."""
    run = grid.with_columns(run=pl.struct("point", "window", "valid").rle_id())
    missing = run.filter(~pl.col("valid")).group_by("run").agg(pl.first("point", "window"), length=pl.len())
    return missing.filter(pl.col("length") > most)


def _below(grid: pl.DataFrame, within: list[str], share: Fraction, *, hours: bool) -> pl.DataFrame:
    """Windows in which fewer than ceil(share x parts) of the days (hours) of some group are valid."""
    there = pl.col("n_valid").sum() if hours else pl.col("valid").sum().cast(pl.Int64)
    parts = pl.col("parts").sum() if hours else pl.len().cast(pl.Int64)
    counted = grid.group_by(*_KEY, *within).agg(there=there, of=parts)
    return counted.filter(pl.col("there") * share.denominator < pl.col("of") * share.numerator)


def _daylight(keys: pl.DataFrame, points: pl.DataFrame, hours: pl.DataFrame, rule: Daytime) -> pl.DataFrame:
    low, high = int(keys["hour"][0]), int(keys["hour"][-1]) + HOUR_NS
    lit = keys.select("hour", "window").join(_lit(hour_keys(DayBasis.MEZ, low, high), rule).select("hour"), on="hour")
    possible = lit.group_by("window").agg(of=pl.len().cast(pl.Int64))
    valid = hours.filter("valid").select("point", hour="start").join(lit, on="hour")
    there = valid.group_by(_KEY).agg(there=pl.len().cast(pl.Int64))
    counted = points.join(possible, how="cross").join(there, on=_KEY, how="left")
    counted = counted.with_columns(pl.col("there").fill_null(0))
    return counted.filter(pl.col("there") * rule.share.denominator < pl.col("of") * rule.share.numerator)


def _months(grid: pl.DataFrame, need: Need, month: Need, basis: DayBasis, hours: pl.DataFrame) -> pl.DataFrame:
    """Windows in which too few of the months that count are valid themselves."""
    chosen = grid.filter(pl.col("month_number").is_in(list(need.months)))
    months = chosen.group_by("point", "window", "month").agg(
        there=pl.col("valid").sum().cast(pl.Int64), of=pl.len().cast(pl.Int64)
    )
    enough = months.filter(pl.col("there") * month.share.denominator >= pl.col("of") * month.share.numerator)
    if month.daytime is not None and enough.height:
        low, high = int(grid["day"].min()), int(grid["day"].max()) + HOUR_NS  # type: ignore[arg-type]  # Int64's bounds are int
        keys = hour_keys(basis, low, high + 24 * HOUR_NS).with_columns(window=pl.col("month"))
        dark = _daylight(keys, grid.select("point").unique(), hours, month.daytime)
        enough = enough.join(dark.select("point", month="window"), on=["point", "month"], how="anti")
    counted = grid.select(_KEY).unique().join(
        enough.group_by(_KEY).agg(there=pl.len().cast(pl.Int64)), on=_KEY, how="left"
    )  # fmt: skip
    return counted.filter(pl.col("there").fill_null(0) < need.months_needed)
