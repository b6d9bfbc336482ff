"""What storing costs: µs CPU for each observation in both stores, bytes on disk in DuckDB, memory, reading.

`python -m benchmarks store`; `python benchmarks/store.py 20000000` fills DuckDB with that many rows first.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gateway.model import Observation, Store
from gateway.store.duckdb import DuckStore
from gateway.store.influxdb import InfluxStore
from gateway.store.line_protocol import LineWriter
from tests.servers.influxd import BINARY, Influxd

SECOND = 1_000_000_000
START = 1_764_547_200 * SECOND
QUANTITIES = ("air_temperature", "relative_humidity", "battery_voltage")
DEVICES = 3000
UPLINKS_PER_SECOND = 5
DEVICE = "a84041{:010x}"


def uplinks(first: int, count: int, *, late: float = 0) -> list[Observation]:
    """Three observations of each of `count` uplinks; `late` is the share that lies up to a week back."""
    chance = random.Random(first)
    points = []
    for n in range(first, first + count):
        at = START + n * SECOND // UPLINKS_PER_SECOND + chance.randrange(1000) * 1_000_000
        if late and chance.random() < late:
            at -= chance.randrange(7 * 86_400) * SECOND
        device = DEVICE.format(n % DEVICES)
        points += [Observation(device, "", quantity, at, chance.randrange(4000) / 100, 1, n) for quantity in QUANTITIES]
    return points


def measure(name: str, batches: Iterator[list[Observation]], write: Callable[[list[Observation]], object]) -> None:
    """Print µs CPU of this process for each observation, and of the wall clock."""
    cpu = wall = 0.0
    rows = calls = 0
    for batch in batches:
        c, w = time.process_time(), time.perf_counter()
        write(batch)
        cpu += time.process_time() - c
        wall += time.perf_counter() - w
        rows += len(batch)
        calls += 1
    print(
        f"{name:52} {cpu / rows * 1e6:7.2f} µs CPU {wall / rows * 1e6:7.2f} µs wall per observation"
        f" {cpu / calls * 1e3:7.2f} ms CPU per batch of {rows // calls}"
    )


def memory() -> float:
    """Resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def lines() -> None:
    """Line protocol alone."""
    writer = LineWriter()
    batch = uplinks(0, 2000)
    writer.encode(batch)
    measure("line protocol", (batch for _ in range(30)), writer.encode)


def stores(name: str, store: Store, batches: int) -> None:
    """The same for both."""

    def write(batch: list[Observation]) -> None:
        assert not store.write(batch, batch[-1].offset)

    write(uplinks(0, DEVICES))
    at = DEVICES
    measure(f"{name}: 2,000 uplinks at once", (uplinks(at + n * 2000, 2000) for n in range(batches)), write)
    measure(f"{name}: the same again", (uplinks(at + n * 2000, 2000) for n in range(batches // 3)), write)
    at += batches * 2000
    measure(f"{name}: 20 uplinks at once", (uplinks(at + n * 20, 20) for n in range(100)), write)
    at += 2000
    measure(
        f"{name}: 2,000, 1 % of them up to a week late",
        (uplinks(at + n * 2000, 2000, late=0.01) for n in range(batches // 3)),
        write,
    )
    at += batches // 3 * 2000
    measure(
        f"{name}: 20, every fifth batch with a late one",
        (uplinks(at + n * 20, 20, late=0.01) for n in range(100)),
        write,
    )
    start, stop = START - 8 * 86_400 * SECOND, START + 30 * 86_400 * SECOND
    list(store.frames("battery_voltage", start, stop))  # loads libraries
    wall = time.perf_counter()
    count = len(store.observations(DEVICE.format(7), None, start, stop, limit=1000))
    print(f"{name}: {count} points of one device in {(time.perf_counter() - wall) * 1e3:.1f} ms")
    wall = time.perf_counter()
    rows = sum(frame.height for frame in store.frames("air_temperature", start, stop))
    wall = time.perf_counter() - wall
    print(f"{name}: frames {rows / wall / 1e6:.2f} million points/s ({rows} points)")


def duckdb(folder: Path, fill: int, batches: int) -> None:
    """DuckDB, if asked for behind a table that is large already."""
    path = folder / "observations.duckdb"
    store = DuckStore(path)
    if fill:
        store.committed()
        with store._file.cursor() as db:  # noqa: SLF001 - fills by SQL what would take minutes through the front
            db.execute(
                "insert into observation select i % 9000 + 1, ? - i // 3 * 200000000, round(random() * 40, 2), 1, -i"
                " from range(?) t(i) order by i desc",
                [START - SECOND, fill],
            )
    before = memory()
    stores("DuckDB", store, batches)
    store.close()
    if not fill:
        with DuckStore(path)._file.cursor() as db:  # noqa: SLF001 - a count
            (rows,) = db.execute("select count(*) from point").fetchone() or (0,)
        print(f"DuckDB: {path.stat().st_size / rows:.2f} bytes per observation ({rows} rows)")
    print(f"DuckDB: {before:.0f} MB before, {memory():.0f} MB after")
    store = DuckStore(path)
    known = batches // 3
    measure(
        "DuckDB: replay (replace) of what is stored",
        (uplinks(DEVICES + n * 2000, 2000) for n in range(known)),
        lambda batch: store.replace(batch, sorted({point.offset for point in batch})),
    )
    store.close()


def influxdb(folder: Path, batches: int) -> None:
    """InfluxDB, when there is one on this machine."""
    if BINARY is None:
        print("influxd is not there: INFLUXD, PATH and the cache of .ci/build-influxd were looked at")
        return
    with Influxd(folder / "influxd") as server:
        store = InfluxStore(server.settings(server.bucket(), timeout=120))
        stores("InfluxDB", store, batches)
        store.close()


def main(fill: int = 0, batches: int = 60) -> None:
    """Print everything."""
    lines()
    with tempfile.TemporaryDirectory() as folder:
        duckdb(Path(folder), fill, batches)
    with tempfile.TemporaryDirectory() as folder:
        influxdb(Path(folder), batches)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
