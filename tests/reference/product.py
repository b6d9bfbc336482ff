"""A world put into the product as its users do, registry, boundaries and store, and asked over HTTP."""

from __future__ import annotations

import json
import random
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from gateway.aggregator.marking import marking
from gateway.api.app import create_app
from gateway.app.aggregates import Aggregates
from gateway.areas.files import read_layer
from gateway.areas.loading import Mapping, to_areas
from gateway.config import Settings
from gateway.model import Observation
from gateway.registry.model import Device, Fact, Installation, Site
from gateway.registry.opening import create_file
from gateway.registry.service import Registry
from gateway.store.duckdb import DuckStore
from tests.reference.worlds import PARENT, QUARTIERE, SITES


def boundaries(folder):
    """Three levels, each read from its GeoJSON file."""
    boxes = dict(QUARTIERE)
    for id_, (west, south, east, north) in QUARTIERE.items():
        above = PARENT.get(id_)
        while above:
            w, s, e, n = boxes.get(above, (west, south, east, north))
            boxes[above] = (min(w, west), min(s, south), max(e, east), max(n, north))
            above = PARENT.get(above)
    found = []
    for level, parent in (("quartier", "stadtbezirk"), ("stadtbezirk", "stadt"), ("stadt", "")):
        features = [
            {"type": "Feature", "properties": {"number": id_.split(":")[1], "name": id_, "parent": PARENT.get(id_, ":").split(":")[1]},
             "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}}
            for id_, (w, s, e, n) in boxes.items() if id_.startswith(f"{level}:")
        ]  # fmt: skip
        path = folder / f"{level}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        found += to_areas(
            read_layer(path),
            Mapping(
                level=level, parent="parent" if parent else None, parent_level=parent, number="number", name="name"
            ),
        )
    return found


def register(registry, world, folder):
    with registry.change("test") as edit:
        for id_, (longitude, latitude) in SITES.items():
            edit.save_site(Site(id=id_, longitude=longitude, latitude=latitude))
        for device in sorted({row.device for row in world.hung}):
            edit.save_device(Device(id=device))
        for row in world.hung:
            edit.install(Installation(device=row.device, channel="*" if row.channel is None else row.channel, site=row.site,
                                      start=row.start, stop=row.stop, special=row.special))  # fmt: skip
        for row in world.facts:
            edit.set_fact(Fact(device=row.device, channel="*" if row.channel is None else row.channel, quantity=row.quantity or "*",
                               attribute=row.attribute, start=row.start, stop=row.stop, value=row.value))  # fmt: skip
        edit.load_areas(boundaries(folder))


@contextmanager
def product(world, seed, folder):
    """The application. Observations come in two batches; the registry learns its facts before, between or after."""
    settings = Settings(
        data_dir=folder, aggregation={"enabled": True}, store={"kind": "duckdb"}, registry={"gate": False}
    )
    registry, store = Registry(create_file(settings)), marking(DuckStore(folder / "observations.duckdb"), folder)
    aggregates = Aggregates(settings, store)
    try:
        known_after, size = random.Random(seed).randrange(3), len(world.obs) // 2 + 1
        for batch in range(3):
            if batch == known_after:
                register(registry, world, folder)
            rows = world.obs[batch * size : (batch + 1) * size]
            store.write(
                [Observation(row.device, row.channel, row.quantity, row.t, row.v, row.flag, batch) for row in rows],
                batch,
            )
            aggregates.engine.work()
        assert not aggregates.engine.problem
        yield create_app(checks={}, registry=CollectorRegistry(), routers=[aggregates.router])
    finally:
        aggregates.close()
        registry.close()
        store.close()
