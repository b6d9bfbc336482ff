"""Stored observations as the aggregation reads them: by number of their series, many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

import polars as pl

from gateway.aggregation.plan import SERIES
from gateway.model import Store
from gateway.quantities import QUANTITIES

EVER = (1 << 62) - 1
ROWS = {"series": pl.Int32, "time": pl.Int64, "value": pl.Float64, "flag": pl.UInt8}


class Reading(Protocol):
    """Where observations are read from."""

    def series(self) -> pl.DataFrame:
        """Every series (schema SERIES); a number stays its series' for good."""

    def count(self) -> int:
        """How many series there are: asked in every round, it costs little."""

    def between(self, low: int, high: int, series: Sequence[int] | None) -> pl.DataFrame:
        """Points of these series (None: all) in `[low, high)` ns (schema ROWS), in any order."""

    def bounds(self, series: Sequence[int], flags: Sequence[int] | None = None) -> Mapping[int, tuple[int, int]]:
        """Times of the first and the last point of each series, of these flags and with a value when they are given."""


@runtime_checkable
class Numbered(Protocol):
    """A store that numbers its series itself (DuckDB)."""

    def series(self) -> pl.DataFrame:
        """Schema SERIES."""

    def series_count(self) -> int:
        """How many rows that has."""

    def numbered(self, start: int, stop: int, series: Sequence[int] | None = None) -> pl.DataFrame:
        """Points by number of their series."""

    def bounds(self, series: Sequence[int], flags: Sequence[int] | None = None) -> dict[int, tuple[int, int]]:
        """See Reading."""

    def said_since(self, offset: int) -> Sequence[tuple[str, int]]:
        """(device, time) of what came from journal entries after `offset`."""


class NumberedReading:
    """Reads a store that numbers its series."""

    def __init__(self, store: Numbered) -> None:
        self._store = store

    def series(self) -> pl.DataFrame:
        """See Reading."""
        return self._store.series().cast(SERIES)  # type: ignore[arg-type]  # dtypes are classes

    def count(self) -> int:
        """See Reading."""
        return self._store.series_count()

    def bounds(self, series: Sequence[int], flags: Sequence[int] | None = None) -> Mapping[int, tuple[int, int]]:
        """See Reading."""
        return self._store.bounds(series, flags)

    def between(self, low: int, high: int, series: Sequence[int] | None) -> pl.DataFrame:
        """See Reading."""
        return self._store.numbered(low, high, series).cast(ROWS)  # type: ignore[arg-type]  # dtypes are classes


class FramesReading:
    """Reads any store through its `frames`, quantity by quantity (InfluxDB).

    Series are numbered by `number`, which remembers; they are learnt from the devices that are `heard`.
    """

    def __init__(
        self, store: Store, number: Callable[[Iterable[tuple[str, str, str]]], Mapping[tuple[str, str, str], int]]
    ) -> None:
        self._store, self._number = store, number

    def series(self) -> pl.DataFrame:
        """See Reading."""
        rows = [(number, *name) for name, number in self._number(()).items()]
        return pl.DataFrame(rows, schema=SERIES, orient="row")

    def count(self) -> int:
        """See Reading."""
        return len(self._number(()))

    def learn(self, devices: Sequence[str], start: int, stop: int) -> None:
        """Number the series that these devices have in `[start, stop)` ns."""
        known = {key[:3] for key in self._store.keys(devices, start, stop)}
        self._number(name for name in sorted(known) if name[2] in QUANTITIES)

    def between(self, low: int, high: int, series: Sequence[int] | None) -> pl.DataFrame:
        """See Reading."""
        return pl.concat([pl.DataFrame(schema=ROWS), *self._pieces(low, high, series)])

    def bounds(self, series: Sequence[int], flags: Sequence[int] | None = None) -> Mapping[int, tuple[int, int]]:
        """See Reading; reads everything these series have."""
        found: dict[int, tuple[int, int]] = {}
        for rows in self._pieces(0, EVER, series):
            good = (
                rows if flags is None else rows.filter(pl.col("flag").is_in(list(flags)) & pl.col("value").is_finite())
            )
            for number, low, high in good.group_by("series").agg(pl.min("time"), pl.max("time").alias("t")).iter_rows():
                before = found.get(number, (low, high))
                found[number] = (min(low, before[0]), max(high, before[1]))
        return found

    def _pieces(self, low: int, high: int, series: Sequence[int] | None) -> Iterator[pl.DataFrame]:
        known = self.series()
        wanted = known if series is None else known.filter(pl.col("series").is_in(list(series)))
        for (quantity,), names in wanted.partition_by("quantity", as_dict=True).items():
            for rows in self._store.frames(str(quantity), low, high):
                yield rows.join(names, on=["device", "channel"]).select(
                    pl.col(name).cast(kind) for name, kind in ROWS.items()
                )


class Chosen:
    """The part of a reading that a plan needs, as `gateway.aggregation.aggregate.Observations`."""

    def __init__(self, reading: Reading, plan_series: pl.Series) -> None:
        self._reading, self._series = reading, plan_series.unique().to_list()

    def between(self, low: int, high: int) -> pl.DataFrame:
        """Rows of `[low, high)`."""
        return self._reading.between(low, high, self._series)

    def first_used(self, parts: pl.DataFrame, used: Iterable[int]) -> Mapping[int, int]:
        """For each part the time of its first used observation."""
        return first_used(self._reading, parts, used)


def first_used(reading: Reading, parts: pl.DataFrame, used: Iterable[int]) -> dict[int, int]:
    """For each part (schema PART) the time of its first used observation, as far as there is one."""
    flags = list(used)
    bounds = reading.bounds(parts["series"].unique().to_list(), flags) if parts.height else {}
    found: dict[int, int] = {}
    for part, number, start, stop in parts.select("part", "series", "start", "stop").iter_rows():
        if number not in bounds or bounds[number][1] < start:
            continue
        first, last = bounds[number]
        if first < start:
            rows = reading.between(start, min(stop, last + 1), [number])
            first = rows.filter(pl.col("flag").is_in(flags) & pl.col("value").is_finite())["time"].min()  # type: ignore[assignment]  # Int64's min is int or None
        if first is not None and first < stop:
            found[part] = first
    return found
