"""A small town: three Quartiere of one Bezirk, a store that marks, and an engine over it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from shapely.geometry import box

from gateway.aggregation.plan import FACTS, INSTALLATIONS
from gateway.aggregator.engine import Engine
from gateway.aggregator.marking import MarkingStore, marking
from gateway.aggregator.places import Places, Site
from gateway.aggregator.reading import FramesReading, NumberedReading
from gateway.aggregator.results import Results
from gateway.areas.model import Area
from gateway.model import Observation
from gateway.store.duckdb import DuckStore

S = 10**9
HOUR = 3600 * S
START = 1_780_272_000 * S  # 2026-06-01T00:00:00Z

QUARTIERE = tuple(
    Area(
        id=f"quartier:0{n}",
        level="quartier",
        number=f"0{n}",
        name=f"Viertel {n}",
        parent="stadtbezirk:0",
        geometry=box(7 + n, 51, 8 + n, 52),
    )
    for n in range(3)
)
AREAS = (
    *QUARTIERE,
    Area(id="stadtbezirk:0", level="stadtbezirk", number="0", name="Mitte", geometry=box(7, 51, 10, 52)),
)
SITES = tuple(Site(id=f"s{n}", longitude=7.5 + n, latitude=51.5, height=150.0 + n) for n in range(3))


class Facts:
    """Places that a test changes."""

    def __init__(self) -> None:
        self.number = 1
        self.sites = list(SITES)
        self.areas = list(AREAS)
        self.installations = [(f"d{n}", f"s{n}") for n in range(3)]
        self.spans: dict[str, list[tuple[str, int, int | None]]] = {}
        self.facts: list[dict[str, object]] = []

    def changed(self) -> None:
        self.number += 1

    def revision(self) -> int:
        return self.number

    def places(self) -> Places:
        rows = []
        for device, site in self.installations:
            for where, start, stop in self.spans.get(device, [(site, 0, None)]):
                rows.append((device, None, where, False, start, stop))
        facts = [dict.fromkeys(FACTS) | {"start": 0} | row for row in self.facts]
        return Places(
            revision=self.number,
            sites=self.sites,
            installations=pl.DataFrame(rows, schema=INSTALLATIONS, orient="row"),
            facts=pl.DataFrame(facts, schema=FACTS, orient="row"),
            areas=self.areas,
        )


@dataclass
class Town:
    folder: Path
    store: MarkingStore
    facts: Facts
    engine: Engine
    results: Results
    now: int = START + 30 * 24 * HOUR
    offset: int = 0

    def write(self, *rows: tuple[object, ...]) -> None:
        """Rows (device, quantity, time, value[, flag])."""
        self.offset += 1
        self.store.write(
            [
                Observation(str(r[0]), "", str(r[1]), int(r[2]), r[3], int(r[4]) if len(r) > 4 else 1, self.offset)  # type: ignore[arg-type, call-overload]  # rows are loose on purpose
                for r in rows
            ],
            self.offset,
        )

    def hours(self, as_of: int | None = None) -> pl.DataFrame:
        """Site-hours by name, without revisions, sorted."""
        points = {number: name for name, number in self.results.numbers().items()}
        found = self.results.site_hours(list(points), 0, START + 400 * 24 * HOUR, as_of)
        names = [points[number] for number in found["point"]]
        return (
            found.with_columns(
                site=pl.Series([n[0] for n in names], dtype=pl.String),
                quantity=pl.Series([n[2] for n in names], dtype=pl.String),
            )
            .drop("point", "computed_at")
            .sort("site", "quantity", "start")
        )


def town(folder: Path, facts: Facts, *, frames: bool = False, name: str = "a") -> Town:
    """A town over the store in `folder`; `frames`: read as InfluxDB would be read."""
    store = marking(DuckStore(folder / "o.duckdb"), folder / name)
    results = Results(folder / name / "aggregates.duckdb")
    reading = FramesReading(store.inner, results.number_series) if frames else NumberedReading(store.inner)  # type: ignore[arg-type]  # the inner store is a DuckStore
    made = Town(folder, store, facts, None, results)  # type: ignore[arg-type]  # the engine follows
    made.engine = Engine(results, reading, facts, store.dirty, clock=lambda: made.now)
    return made


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture(params=["numbered", "frames"])
def place(request, tmp_path, facts):
    made = town(tmp_path, facts, frames=request.param == "frames")
    yield made
    made.store.close()
    made.results.close()
