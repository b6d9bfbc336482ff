"""Two databases of one process brought up at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import inspect

from gateway import engines, migrating
from gateway.atlas.migrations import HISTORY as ATLAS
from gateway.registry.opening import HISTORY as REGISTRY


def test_registry_and_atlas_are_brought_up_side_by_side(tmp_path: Path) -> None:
    pairs = [
        (engines.open_engine(f"sqlite:///{tmp_path / f'{n}.db'}"), history)
        for n, history in enumerate([REGISTRY, ATLAS] * 3)
    ]
    try:
        with ThreadPoolExecutor(len(pairs)) as pool:
            changed = list(pool.map(lambda pair: migrating.upgrade(*pair), pairs))
        assert all(changed)
        tables = [set(inspect(engine).get_table_names()) for engine, _ in pairs]
        assert tables[0] == tables[2] == tables[4]
        assert tables[1] == tables[3] == tables[5]
        assert not (tables[0] - {REGISTRY.table}) & (tables[1] - {ATLAS.table})
    finally:
        for engine, _ in pairs:
            engine.dispose()
