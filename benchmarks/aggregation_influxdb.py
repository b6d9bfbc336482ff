"""A year of 1,000 series every 10 minutes to all levels and periods, read from a real InfluxDB.

    python -m benchmarks.aggregation_influxdb [--days 365]

Loading is not counted, but told. Results go to a DuckDB file, as in the service. InfluxDB runs on the same machine and
takes part of its processors; what it used is told, too. Target: 90 s, 1.5 GB in this process.
"""

from __future__ import annotations

import argparse
import http.client
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.aggregation_duckdb import Laps, compute
from benchmarks.peers import cpu
from benchmarks.year import Year
from gateway.aggregator.reading import Chosen, FramesReading
from gateway.store.influxdb import InfluxStore
from tests.servers.influxd import BINARY, ORG, TOKEN, Influxd

LINES = 20_000


def load(server: Influxd, bucket: str, year: Year) -> None:
    """Write all observations, as line protocol made by Polars."""
    named = year.names()
    channel = pl.when(pl.col("channel") != "").then(pl.format(",channel={}", "channel")).otherwise(pl.lit(""))
    keys = named.select("series", key=pl.format("{}{},device={}", "quantity", channel, "device"))
    path, headers = f"/api/v2/write?org={ORG}&bucket={bucket}&precision=ns", {"Authorization": f"Token {TOKEN}"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    with duckdb.connect() as db:
        db.register("named", named.to_arrow())
        for query in year.queries(144):
            found = pl.from_arrow(db.sql(query).to_arrow_table())
            assert isinstance(found, pl.DataFrame)
            lines = found.join(keys, on="series").select(
                pl.format("{} value={},flag={}i {}", "key", "value", "flag", "time").alias("line")
            )
            for piece in lines.iter_slices(LINES):
                connection.request("POST", path, piece["line"].str.join("\n")[0].encode(), headers)
                response = connection.getresponse()
                answer = response.read()
                assert response.status == 204, answer[:500]
    connection.close()


def measure(folder: Path, year: Year) -> None:
    """Load, then aggregate."""
    with Influxd(folder / "influxd") as server:
        assert server._process is not None  # noqa: SLF001 - its processor time is told
        bucket = server.bucket()
        began = time.perf_counter()
        load(server, bucket, year)
        took = time.perf_counter() - began
        print(
            f"loading {year.observations:,} observations took {took:.0f} s ({year.observations / took:,.0f}/s)",
            flush=True,
        )
        names = year.names()
        numbers = {(row[1], row[2], row[3]): row[0] for row in names.iter_rows()}
        store = InfluxStore(server.settings(bucket, timeout=300))
        reading = Chosen(FramesReading(store, lambda _: numbers), names["series"])
        before = cpu(server._process.pid)  # noqa: SLF001 - as above
        compute(folder / "results.duckdb", reading, year, Laps())
        print(f"processor time of InfluxDB meanwhile: {cpu(server._process.pid) - before:.1f} s")  # noqa: SLF001 - as above
        store.close()


def main(arguments: Sequence[str] = ()) -> None:
    """Print the time of each step."""
    if BINARY is None:
        print("influxd is not there: INFLUXD, PATH and the cache of .ci/build-influxd were looked at")
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks.aggregation_influxdb")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--series", type=int, default=None)
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        measure(Path(folder), Year(days=chosen.days, series=chosen.series))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
