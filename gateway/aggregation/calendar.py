"""Calendar windows as half-open UTC intervals: hour to year, DWD's days, noise periods, profile keys.

    local    25 Oct 2026, Europe/Berlin                       26 Oct
             00:00 … 02:00 (+02:00)  02:00 (+01:00) … 24:00
    UTC      24 Oct 22:00 ─────────────────────────── 25 Oct 23:00    = 25 hours

Times are int ns since the epoch, UTC. Every zone used here lies whole hours from UTC, so a window is made of whole
UTC hours. The rules of the zone come from `zoneinfo`; nothing is computed by a database's own calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS

HOUR_KEYS_SCHEMA = {
    "hour": pl.Int64, "local_hour": pl.Int8, "weekday": pl.Int8, "day": pl.Int64, "week": pl.Int64,
    "month": pl.Int64, "quarter": pl.Int64, "year": pl.Int64,
}  # fmt: skip
WINDOW_SCHEMA = {"start": pl.Int64, "stop": pl.Int64, "label": pl.String, "hours": pl.Int32, "days": pl.Int32}


class DayBasis(StrEnum):
    """Whose midnight begins a day: civil time, the law's constant MEZ (UTC+1), or UTC."""

    BERLIN = "berlin"
    MEZ = "mez"
    UTC = "utc"


class Period(StrEnum):
    """Lengths of time a result may be asked for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-open interval `[start, stop)` in ns UTC and its name ("2026-10-25", "2026-W43", "2026-Q4")."""

    start: int
    stop: int
    label: str

    @property
    def hours(self) -> int:
        """Length in hours: a civil day has 23, 24 or 25."""
        return (self.stop - self.start) // HOUR_NS


# The POSIX sign: Etc/GMT-1 lies one hour EAST of Greenwich.
_ZONES = {DayBasis.BERLIN: "Europe/Berlin", DayBasis.MEZ: "Etc/GMT-1", DayBasis.UTC: "Etc/UTC"}


@cache
def zone(basis: DayBasis) -> tzinfo:
    """The zone whose midnights `basis` means."""
    return ZoneInfo(_ZONES[basis])


def to_ns(moment: datetime) -> int:
    """A timezone-aware datetime as ns since the epoch, exact to the microsecond."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} names no zone")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


def to_datetime(ns: int, basis: DayBasis = DayBasis.UTC) -> datetime:
    """A moment in ns since the epoch as a datetime in the zone of `basis` (cut to microseconds)."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)).astimezone(zone(basis))


def midnight(day: date, basis: DayBasis, hour: int = 0) -> int:
    """Local `hour` o'clock of `day` in ns UTC. An hour that summer time skips is the moment the clocks change."""
    return to_ns(datetime.combine(day, time(hour), zone(basis)))


def local_date(ns: int, basis: DayBasis) -> date:
    """The civil date on which `ns` falls."""
    return to_datetime(ns, basis).date()


def first_day(day: date, period: Period) -> date:
    """The first day of the week (ISO, Monday), month, quarter or year that contains `day`."""
    match period:
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Period.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day


def next_first_day(day: date, period: Period) -> date:
    """The day after the last of the period that begins on `day`."""
    match period:
        case Period.WEEK:
            return day + timedelta(days=7)
        case Period.MONTH | Period.QUARTER | Period.YEAR:
            months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
            month = day.month - 1 + months
            return date(day.year + month // 12, month % 12 + 1, 1)
        case _:
            return day + timedelta(days=1)


def window(period: Period, basis: DayBasis, ns: int) -> Window:
    """The window of `period` that contains the moment `ns`."""
    if period is Period.HOUR:
        start = ns - ns % HOUR_NS
        return Window(start=start, stop=start + HOUR_NS, label=to_datetime(start, basis).isoformat(timespec="minutes"))
    first = first_day(local_date(ns, basis), period)
    after = next_first_day(first, period)
    return Window(start=midnight(first, basis), stop=midnight(after, basis), label=_label(first, period))


def windows(period: Period, basis: DayBasis, start: int, stop: int) -> Iterator[Window]:
    """Every window of `period` that shares a moment with `[start, stop)`, in order."""
    while start < stop:
        found = window(period, basis, start)
        yield found
        start = found.stop


@lru_cache(maxsize=256)
def window_frame(period: Period, basis: DayBasis, start: int, stop: int) -> pl.DataFrame:
    """`windows` as a table (start, stop, label, hours, days), `days` counted in days of `basis`."""
    rows = [
        (each.start, each.stop, each.label, each.hours, round(each.hours / 24))
        for each in windows(period, basis, start, stop)
    ]
    return pl.DataFrame(rows, schema=WINDOW_SCHEMA, orient="row")


@lru_cache(maxsize=256)
def hour_keys(basis: DayBasis, start: int, stop: int) -> pl.DataFrame:
    """For each UTC hour of `[start, stop)`: local hour 0-23, ISO weekday 1-7, and the starts of its larger windows.

    On the day clocks go back, local hour 2 stands twice; on the day they go forward it is missing.
    """
    days: list[tuple[int, ...]] = []
    local_hours: list[int] = []
    for day in windows(Period.DAY, basis, start, stop):
        first, last = max(day.start, start - start % HOUR_NS), min(day.stop, stop)
        hours = range(first, last, HOUR_NS)
        if day.hours == 24:
            begin = (first - day.start) // HOUR_NS
            local_hours.extend(range(begin, begin + len(hours)))
        else:
            local_hours.extend(to_datetime(hour, basis).hour for hour in hours)
        local = local_date(day.start, basis)
        days.append((local.isoweekday(), day.start, *_longer(local, basis), len(hours)))
    if not days:
        return pl.DataFrame(schema=HOUR_KEYS_SCHEMA)
    *columns, count = (np.array(column, dtype=np.int64) for column in zip(*days, strict=True))
    low = start - start % HOUR_NS
    keys = {"hour": low + np.arange(len(local_hours)) * HOUR_NS, "local_hour": np.array(local_hours, dtype=np.int64)}
    keys |= {name: np.repeat(column, count) for name, column in zip(list(HOUR_KEYS_SCHEMA)[2:], columns, strict=True)}
    return pl.DataFrame(keys).cast(HOUR_KEYS_SCHEMA)  # type: ignore[arg-type]  # dtypes are classes


@lru_cache(maxsize=4096)
def _longer(local: date, basis: DayBasis) -> tuple[int, int, int, int]:
    """Starts of the week, month, quarter and year of a date."""
    week, month, quarter, year = (
        midnight(first_day(local, period), basis) for period in (Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR)
    )
    return week, month, quarter, year


def rain_day(day: date) -> Window:
    """DWD's rain day of `day`: 06:00 UTC to 06:00 UTC of the following day ("FT")."""
    start = midnight(day, DayBasis.UTC, 6)
    return Window(start=start, stop=start + DAY_NS, label=day.isoformat())


def temperature_day(day: date) -> Window:
    """DWD's day of temperature extremes: 00-24 UTC."""
    start = midnight(day, DayBasis.UTC)
    return Window(start=start, stop=start + DAY_NS, label=day.isoformat())


def tropical_night(day: date) -> Window:
    """The night that ends on `day`: 18:00 UTC of the day before to 06:00 UTC (20-08 o'clock summer time)."""
    stop = midnight(day, DayBasis.UTC, 6)
    return Window(start=stop - 12 * HOUR_NS, stop=stop, label=day.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisePeriods:
    """The three periods of a date after 34. BImSchV § 2. The night belongs to the date on which it starts."""

    day: Window
    evening: Window
    night: Window


def noise_periods(day: date, basis: DayBasis = DayBasis.BERLIN) -> NoisePeriods:
    """06-18, 18-22 and 22-06 o'clock local time; the night has 7 or 9 hours when the clocks change in it."""
    morning, evening, night = (midnight(day, basis, hour) for hour in (6, 18, 22))
    after = midnight(day + timedelta(days=1), basis, 6)
    label = day.isoformat()
    return NoisePeriods(
        day=Window(start=morning, stop=evening, label=label),
        evening=Window(start=evening, stop=night, label=label),
        night=Window(start=night, stop=after, label=label),
    )


def _label(first: date, period: Period) -> str:
    match period:
        case Period.WEEK:
            year, week, _ = first.isocalendar()
            return f"{year}-W{week:02d}"
        case Period.MONTH:
            return f"{first:%Y-%m}"
        case Period.QUARTER:
            return f"{first.year}-Q{(first.month - 1) // 3 + 1}"
        case Period.YEAR:
            return f"{first.year}"
        case _:
            return first.isoformat()
