"""A year of 1,000 series every 10 minutes (52.6 million observations) from the DuckDB store to all levels and periods.

    python -m benchmarks.aggregation_duckdb [--days 365] [--series 1000] [--folder F]

Makes the store's file (see `year`) unless `F` holds it, then aggregates it to site-hours and, for 69 Quartiere, 10
Stadtbezirke and the Stadt, to hours, days, weeks, months, quarters and the year (Europe/Berlin). Prints wall and
processor time of each step, peak memory and bytes on disk; and, not part of the target, the profiles by hour of day
and of week, which the service makes when asked. Targets: 20 s with two threads, 1.5 GB, 10 bytes for each observation.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.year import START, Year
from gateway.aggregation import aggregate as run
from gateway.aggregation import periods, tables
from gateway.aggregation.calendar import DayBasis, Period


class Laps:
    """Prints what each step took."""

    def __init__(self) -> None:
        self.begin = self.last = (time.perf_counter(), time.process_time())

    def lap(self, name: str, since: tuple[float, float] | None = None) -> None:
        """Print the time since the last lap, or since a given moment."""
        wall, cpu = since or self.last
        now = (time.perf_counter(), time.process_time())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{name:24s} {now[0] - wall:7.2f} s   processor {now[1] - cpu:7.2f} s   peak {peak:5.2f} GB", flush=True)
        self.last = now


def compute(path: Path, observations: run.Observations, year: Year, laps: Laps) -> dict[str, int]:
    """Everything into the file of results; returns how many rows there are."""
    path.unlink(missing_ok=True)
    # Two threads work on slices; each does its own part of the database's work.
    with tables.connect(str(path), threads=1, memory="400MB") as connection:
        plan, stop = year.plan(), year.stop
        run.fill_hours(connection, observations, plan, START, stop)
        laps.lap("site-hours, area-hours")
        windows = periods.site_days(connection, plan, DayBasis.BERLIN, START, stop)
        run.fill_areas(connection, plan, Period.DAY, DayBasis.BERLIN, windows)
        laps.lap("days")
        for period in run.LONGER:
            windows = periods.site_periods(connection, plan, period, DayBasis.BERLIN, START, stop)
            run.fill_areas(connection, plan, period, DayBasis.BERLIN, windows)
        laps.lap("weeks to year")
        laps.lap("all", laps.begin)
        for profile in periods.PROFILES:
            windows = periods.site_profiles(connection, plan, profile, DayBasis.BERLIN, START, stop)
            run.fill_areas(connection, plan, profile, DayBasis.BERLIN, windows, span=(START, stop))
        laps.lap("profiles (on request)")
        counted = connection.execute(
            "select 'site-hours', count(*) from site_hour union all "
            "select period, count(*) from area_period group by period"
        ).fetchall()
        counts = {str(name): int(number) for name, number in counted}
        print("rows:", ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items())))
        return counts


def measure(folder: Path, year: Year) -> dict[str, int]:
    """Make the store's file if it is not there, and aggregate it."""
    source = folder / f"observations-{year.series or 'all'}-{year.days}.duckdb"
    if not source.exists():
        began = time.perf_counter()
        year.fill(source)
        print(f"made {year.observations:,} observations in {time.perf_counter() - began:.0f} s")
    print(f"{source.stat().st_size / year.observations:.2f} bytes for each observation; load {os.getloadavg()[0]:.1f}")
    with tables.connect(threads=1, memory="128MB") as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        return compute(folder / "results.duckdb", run.TableObservations(connection, "source.point"), year, Laps())


def main(arguments: Sequence[str] = ()) -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.aggregation_duckdb")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--series", type=int, default=None)
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args(arguments)
    year = Year(days=chosen.days, series=chosen.series)
    if chosen.folder is not None:
        measure(chosen.folder, year)
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), year)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
