"""A year of 1,000 series every 10 minutes (52.6 million observations) to all levels and periods.

    python -m benchmarks.aggregation [folder] [days]

Makes a DuckDB file as the store keeps it (jittered times, random values, 1 % suspect) in `folder` unless it is there,
then aggregates it to site-hours and, for 69 Quartiere, 10 Stadtbezirke and the Stadt, to hours, days, weeks, months,
quarters and the year (Europe/Berlin). Prints wall and processor time of each step, peak memory and bytes on disk.
Targets: 20 s with two threads, 1.5 GB, 10 bytes for each observation.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from gateway.aggregation import aggregate as run
from gateway.aggregation import periods, tables
from gateway.aggregation import plan as planning
from gateway.aggregation.calendar import DAY_NS, DayBasis, Period

START = 1_735_686_000_000_000_000  # 2025-01-01T00:00+01:00
SITES = 250
QUANTITIES = ("air_temperature", "relative_humidity", "pm2_5", "sound_level_a_eq")


def make(path: Path, days: int) -> None:
    with tables.connect(str(path)) as connection:
        connection.execute(
            'create table observation (series integer, time bigint, value double, flag utinyint, "offset" bigint)'
        )
        rows = 1000 * 144 * days
        connection.execute(
            f"insert into observation select (i % 1000)::integer, {START} + (i // 1000 * 600 + hash(i % 1000) % 600) "
            "* 1000000000, round(random() * 20 + 5, 2), case when random() < 0.01 then 3 else 1 end, i "
            f"from range({rows}) r(i)"
        )
        connection.execute("checkpoint")


def make_plan() -> planning.Plan:
    series = [(i, f"device{i // 4}", "", QUANTITIES[i % 4]) for i in range(4 * SITES)]
    hung = [(f"device{i}", None, f"site{i}", False, 0, None) for i in range(SITES)]
    lies = [
        (f"site{i}", area, level, 0, None)
        for i in range(SITES)
        for area, level in (
            (f"quartier:{i % 69:02d}", "quartier"), (f"stadtbezirk:{i % 69 % 10}", "stadtbezirk"), ("stadt", "stadt"),
        )
    ]  # fmt: skip
    return planning.make_plan(
        pl.DataFrame(series, schema=planning.SERIES, orient="row"),
        pl.DataFrame(hung, schema=planning.INSTALLATIONS, orient="row"),
        areas=pl.DataFrame(lies, schema=planning.AREAS, orient="row"),
    )


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


def main(folder: Path | None = None, days: int = 365) -> None:
    if folder is None:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name), days)
        return
    source, result = folder / f"observations-{days}.duckdb", folder / "results.duckdb"
    if not source.exists():
        make(source, days)
    result.unlink(missing_ok=True)
    with tables.connect(str(result)) as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        plan, stop = make_plan(), START + days * DAY_NS
        laps = Laps()
        observations = run.TableObservations(connection, "source.observation")
        run.fill_site_hours(connection, observations, plan, START, stop)
        laps.lap("series and site hours")
        run.fill_area_hours(connection, plan, START, stop)
        laps.lap("area hours")
        windows = periods.site_days(connection, plan, DayBasis.BERLIN, START, stop)
        run.fill_areas(connection, plan, Period.DAY, DayBasis.BERLIN, windows)
        laps.lap("days")
        for period in run.LONGER:
            windows = periods.site_periods(connection, plan, period, DayBasis.BERLIN, START, stop)
            run.fill_areas(connection, plan, period, DayBasis.BERLIN, windows)
        laps.lap("weeks to year")
        laps.lap("all", laps.begin)
        counts = connection.execute(
            "select (select count(*) from source.observation), (select count(*) from site_hour), "
            "(select count(*) from area_period where period = 'hour'), (select count(*) from area_period)"
        ).fetchone()
        assert counts is not None
        print("observations {:,}, site-hours {:,}, area-hours {:,}, area rows {:,}".format(*counts))
        assert counts[1] == 1000 * 24 * days, "hours are missing"
        print(f"{source.stat().st_size / counts[0]:.1f} bytes for each observation")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else 365)
