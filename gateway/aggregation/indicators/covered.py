"""Whether a capture rule is kept by the days and hours of one site in a calendar period."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping

import polars as pl

from gateway.aggregation.calendar import DayBasis, Period
from gateway.aggregation.capturing import failing
from gateway.aggregation.indicators.model import Hours, Range


def covered(asked: Range, basis: DayBasis, days: Mapping[int, bool], hours: Hours) -> bool | None:
    """Whether the range, when it is a week, month, quarter or year, is valid by its rule; None when it is another one.

    Args:
        asked: the range.
        basis: whose midnights begin the days.
        days: by their begin, whether they are valid.
        hours: of the site.
    """
    whole = asked.whole(basis)
    if whole is None or whole[0] is Period.DAY:
        return None
    period, window = whole
    need = asked.rule.need(period)
    if sum(days.values()) < need.needed(len(days)) or not any(days.values()):
        return False
    if need.simple:
        return True
    valid = {at for at, hour in hours.items() if hour.value is not None and window.start <= at < window.stop}
    starts = sorted(days)
    counted = Counter(starts[bisect_right(starts, at) - 1] for at in valid)
    frame = pl.DataFrame(
        [(0, day, good, counted[day]) for day, good in days.items()],
        schema={"point": pl.Int32, "start": pl.Int64, "valid": pl.Boolean, "n_valid": pl.Int32}, orient="row",
    )  # fmt: skip
    lit = pl.DataFrame(
        [(0, at, True) for at in sorted(valid)],
        schema={"point": pl.Int32, "start": pl.Int64, "valid": pl.Boolean}, orient="row",
    )  # fmt: skip
    windows = pl.DataFrame({"start": [window.start], "stop": [window.stop]})
    return not failing(str(period), need, basis, windows, frame, lit, asked.rule.need(Period.MONTH)).height
