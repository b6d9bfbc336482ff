"""What aggregating costs while 1,000 observations/s arrive, and how soon a figure shows them.

    python -m benchmarks.aggregation_incremental [--devices 2070 12075] [--seconds 60] [--rate 1000] [--minutes 30]

A real DuckDB store with marks is fed at that pace by one thread while the worker of the service runs beside it. So
many minutes of the hour have passed when it begins: the longer, the more each recomputed hour holds. What counts is the
processor time of the whole process, all libraries' threads included, less that of feeding and of storing. A probe at a
site of its own, once a second in turn now and a day ago, is looked for in the results until it is there.

Targets: 25 µs for each observation; 5 s.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.year import Year
from gateway.aggregation.calendar import DAY_NS, HOUR_NS, DayBasis
from gateway.aggregator.engine import Engine
from gateway.aggregator.marking import MarkingStore, marking
from gateway.aggregator.places import Places, Site
from gateway.aggregator.reading import NumberedReading
from gateway.aggregator.results import Results
from gateway.aggregator.worker import Worker
from gateway.aggregator.written import Writer
from gateway.areas.tilemap import demo_areas
from gateway.model import SECOND_NS, Observation, Refused
from gateway.store.duckdb import DuckStore

PROBE = "probe"
BATCH = 0.1
"""Seconds for which uplinks gather before they are stored, as in the service at this rate."""


class Facts:
    """A city of the benchmark's devices, at sites in the Quartiere of the tile map."""

    def __init__(self, year: Year) -> None:
        areas = demo_areas()
        quartiere = [each for each in areas if each.level == "quartier"]
        names = [*year.sites(), PROBE]
        points = [quartiere[at % len(quartiere)].geometry.representative_point() for at in range(len(names))]
        sites = [Site(id=name, longitude=at.x, latitude=at.y) for name, at in zip(names, points, strict=True)]
        hung = year.installations()
        probe = hung[:1].with_columns(device=_text(PROBE), site=_text(PROBE))
        self._places = Places(
            revision=1, sites=sites, installations=hung.vstack(probe), facts=year.facts(), areas=areas
        )

    def revision(self) -> int:
        """Nothing changes."""
        return 1

    def places(self) -> Places:
        """All of it."""
        return self._places


class Metered:
    """Adds up the processor time of the calling thread in the inner store's `write`."""

    def __init__(self, inner: DuckStore) -> None:
        self._inner, self.seconds = inner, 0.0

    def write(self, observations: Sequence[Observation], offset: int) -> Sequence[Refused]:
        """See `gateway.model.Store.write`."""
        began = time.thread_time()
        refused = self._inner.write(observations, offset)
        self.seconds += time.thread_time() - began
        return refused

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


class Feeder(threading.Thread):
    """Stores what the devices send, at their pace; `spent` is its processor time, marking left out."""

    def __init__(self, store: MarkingStore, year: Year, begin: int, seconds: float) -> None:
        super().__init__(name="feeder")
        self._store, self._begin, self._seconds = store, begin, seconds
        self.count, self.spent, self.marking = 0, 0.0, 0.0
        self._first, self._turn, self._since = begin, 0, time.monotonic()
        devices = list(year.devices())
        step = year.every / len(devices)
        # Device n sends at n * step and then every `every` seconds.
        self._uplinks = [(round(at * step * SECOND_NS), device, what) for at, (device, what) in enumerate(devices)]
        self._period = year.every * SECOND_NS

    def now(self) -> int:
        """The benchmark's time, ns."""
        return self._first + round((time.monotonic() - self._since) * SECOND_NS)

    def start(self) -> None:
        """Begin now."""
        self._first, self._since = self._begin, time.monotonic()
        super().start()

    def warm(self) -> None:
        """Every device sends once, all of it stored in one go; what follows is later."""
        self._store.write(self._batch(self._period), 0)
        self._begin += self._period

    def _batch(self, until: int) -> list[Observation]:
        """What is sent until then, ns from the begin, and was not yet."""
        found: list[Observation] = []
        while True:
            offset, device, what = self._uplinks[self._turn % len(self._uplinks)]
            at = self._turn // len(self._uplinks) * self._period + offset
            if at >= until:
                return found
            value, moment = self._turn % 1013 / 10, self._begin + at
            found += [Observation(device, channel, name, moment, value, 1, self._turn) for channel, name in what]
            self._turn += 1

    def run(self) -> None:
        """Until the time is over."""
        at, stop, begin = 0, round(self._seconds * SECOND_NS), self._begin
        metered = self._store.inner
        assert isinstance(metered, Metered)
        metered.seconds = 0.0
        self._begin -= self._period  # of the turns, one has passed
        while at < stop:
            time.sleep(BATCH)
            at = min(self.now() - begin, stop)
            batch = self._batch(at + self._period)
            before, inner = time.thread_time(), metered.seconds
            self._store.write(batch, self._turn)
            self.marking += time.thread_time() - before - (metered.seconds - inner)
            self.count += len(batch)
        self.spent = time.thread_time() - self.marking


class Probe(threading.Thread):
    """Writes a value nobody else has and waits until a result shows it."""

    def __init__(self, store: MarkingStore, results: Results, feeder: Feeder) -> None:
        super().__init__(name="probe")
        self._store, self._results, self._feeder = store, results, feeder
        self.live: list[float] = []
        self.late: list[float] = []
        self._points: list[int] = []
        self.spent = 0.0

    def run(self) -> None:
        """Probe after probe while uplinks arrive."""
        number = 0
        while self._feeder.is_alive():
            number += 1
            late = number % 2 == 0
            at = self._feeder.now() - (DAY_NS if late else 0) + number
            began = time.monotonic()
            self._store.write([Observation(PROBE, "", "air_temperature", at, 100.0 + number, 1, 0)], 0)
            while not self._shown(at - at % HOUR_NS, 100.0 + number):
                time.sleep(0.05)
            (self.late if late else self.live).append(time.monotonic() - began)
            time.sleep(1)
        self.spent = time.thread_time()

    def _shown(self, hour: int, value: float) -> bool:
        if not self._points:  # looked up once: a probe that works much disturbs what it measures
            self._points = [number for name, number in self._results.numbers().items() if name[0] == PROBE]
        found = self._results.site_hours(self._points, hour, hour + HOUR_NS)
        return bool(found.height) and found["maximum"].max() == value


async def _measure(folder: Path, year: Year, seconds: float) -> None:
    path = folder / "observations.duckdb"
    year.fill(path)
    begin = year.stop
    store = DuckStore(path)
    metered = Metered(store)
    marks = marking(metered, folder)  # type: ignore[arg-type]  # what it does not have itself it takes from the store
    results = Results(folder / "aggregates.duckdb")
    feeder = Feeder(marks, year, begin, seconds)
    clock = feeder.now
    facts = Facts(year)
    engine = Engine(results, NumberedReading(store), facts, marks.dirty, clock=clock)
    marks.write([Observation(PROBE, "", "air_temperature", begin - DAY_NS, 99.0, 1, 0)], 0)
    marks.write([Observation(PROBE, "", "air_temperature", begin, 99.0, 1, 0)], 0)
    began = time.process_time(), time.perf_counter()
    engine.work()
    cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    print(f"  facts taken over and first hours: {wall:.1f} s, {cpu:.1f} s CPU; load {os.getloadavg()[0]:.1f}")
    worker = Worker(engine, Writer(results, DayBasis.BERLIN), marks.dirty)
    # Until each device has sent once, its last hours are read from their beginning.
    feeder.warm()
    engine.work()
    worker.once()
    writing = worker.seconds
    probe = Probe(marks, results, feeder)
    used, rounds, own = time.process_time(), worker.rounds, worker.seconds
    feeder.start()
    probe.start()
    task = asyncio.create_task(worker.run())
    await asyncio.to_thread(feeder.join)
    await asyncio.to_thread(probe.join)
    task.cancel()
    await asyncio.wait([task])
    cpu = time.process_time() - used - feeder.spent - probe.spent
    each = 1e6 / feeder.count
    print(
        f"  {cpu * each:.1f} µs CPU for each of {feeder.count} observations (marking {feeder.marking * each:.1f}, "
        f"worker's thread {(worker.seconds - own) * each:.1f}), {worker.rounds - rounds} rounds; storing, not counted, "
        f"{metered.seconds * each:.1f} µs"
    )
    print(f"  writing out all areas before that: {writing:.1f} s CPU; it is paced to a hundredth of a processor")
    for name, delays in (("now", probe.live), ("a day late", probe.late)):
        if delays:
            median, most = statistics.median(delays), max(delays)
            print(f"  {name:10s} shown after median {median:.2f} s, at most {most:.2f} s ({len(delays)} probes)")
    results.close()
    marks.close()


def _text(value: str) -> object:
    import polars as pl  # noqa: PLC0415 - one literal

    return pl.lit(value)


def main(arguments: Sequence[str] = ()) -> None:
    """For each number of devices."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.aggregation_incremental")
    parser.add_argument("--devices", type=int, nargs="+", default=[2000, 12000])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--minutes", type=int, default=30)
    chosen = parser.parse_args(arguments)
    for devices in chosen.devices:
        times = max(1, round(devices / 345))
        year = Year(times=times, every=max(1, round(1000 * times / chosen.rate)), days=chosen.minutes / 1440)
        print(f"{345 * times} devices with {1000 * times} series, each every {year.every} s:")
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(_measure(Path(folder), year, chosen.seconds))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
