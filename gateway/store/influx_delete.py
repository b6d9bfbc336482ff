"""Which spans of time to delete from InfluxDB, so that exactly the wanted points go and few requests are made.

One request takes about 5 ms whatever it deletes; neighbouring points of a series therefore go together. What is
stored between the wanted points decides how far a span may reach.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from gateway.model import Observation

if TYPE_CHECKING:
    import polars as pl

_time = attrgetter("time")
_GAP = 86_400_000_000_000
_POINTS = 10_000
"""A stretch that is looked at in one go: no pause longer than a day, and no more wanted points than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Points of a series to delete, from `first` to `last` ns, both included.

    `others` are points of other channels that the request takes along.
    """

    device: str
    channel: str
    quantity: str
    first: int
    last: int
    others: list[Observation] = field(default_factory=list)


def spans(keys: Sequence[tuple[str, str, str, int]], read: Callable[..., pl.DataFrame]) -> Iterator[Span]:
    """The spans that hold all of `keys` (device, channel, quantity, time) that are stored, and nothing else of theirs.

    `read(start, stop, quantity=, devices=)` gives what is stored, as `InfluxClient.points` does.
    """
    for (device, channel, quantity), of_series in groupby(sorted(set(keys)), key=lambda key: key[:3]):
        for times in stretches([key[3] for key in of_series]):
            stored = read(times[0], times[-1] + 1, quantity=quantity, devices=[device])
            own, others = [], []
            for name, of, what, time, value, flag in stored.sort("time").iter_rows():
                if of == channel:
                    own.append(time)
                elif not channel:
                    others.append(Observation(name, of, what, time, value, flag, -1))
            for first, last in runs(own, set(times)):
                taken = others[bisect_left(others, first, key=_time) : bisect_right(others, last, key=_time)]
                yield Span(device=device, channel=channel, quantity=quantity, first=first, last=last, others=taken)


def stretches(times: Sequence[int]) -> Iterator[list[int]]:
    """Sorted times, cut at long pauses and at a bounded number."""
    stretch: list[int] = []
    for time in times:
        if stretch and (time - stretch[-1] > _GAP or len(stretch) == _POINTS):
            yield stretch
            stretch = []
        stretch.append(time)
    if stretch:
        yield stretch


def runs(stored: Sequence[int], wanted: set[int]) -> Iterator[tuple[int, int]]:
    """First and last of each unbroken run of wanted times among the stored ones, which are sorted."""
    for is_wanted, run in groupby(stored, key=wanted.__contains__):
        if is_wanted:
            times = list(run)
            yield times[0], times[-1]
