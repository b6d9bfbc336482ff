"""A registry with a few sites and devices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.registry.model import Device, Installation, Site
from gateway.registry.service import Registry

HOUR = 3_600_000_000_000
DAY = 24 * HOUR


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    found = Registry(f"sqlite:///{tmp_path}/registry.sqlite")
    yield found
    found.close()


def settle_city(registry: Registry) -> Registry:
    """Device d at A since day 10, sites A and B; the windows of its making are settled."""
    with registry.change("maker") as edit:
        edit.save_site(Site(id="A", longitude=7.15, latitude=51.25, height=150.0))
        edit.save_site(Site(id="B", longitude=7.20, latitude=51.27))
        edit.save_device(Device(id="d", decoder="dragino-lht65n"))
        edit.install(Installation(device="d", site="A", start=10 * DAY))
    registry.settle(registry.dirty()[-1].id)
    return registry


@pytest.fixture
def city(registry: Registry) -> Registry:
    """See `settle_city`."""
    return settle_city(registry)
