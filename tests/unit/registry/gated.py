"""A registry that holds back what is not approved, on the clock of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.config import Settings, load
from gateway.registry.model import Source
from gateway.registry.opening import create_file
from gateway.registry.service import Registry

AIR = Source(id="air", title="Luft", purpose="Luft", legal_basis="§", controller="Amt")
TOKEN = {"value": "x" * 32}
PLAIN: dict[str, Any] = {
    "type": "http", "format": "plain", "token": TOKEN,
    "mapping": {"device": "topic:1", "fields": [{"path": "t", "quantity": "air_temperature", "unit": "Cel"}]},
}  # fmt: skip
"""A source of the gateway's configuration whose device stands in the topic."""


class Clock:
    """Seconds that pass when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def gated(data_dir: Path, sources: Mapping[str, Any]) -> Settings:
    """Settings with these sources; nothing passes that the registry has not approved."""
    return load(data_dir=data_dir, sources=dict(sources), registry={"gate": True})


@contextmanager
def made(settings: Settings) -> Iterator[Registry]:
    """The registry of these settings, made as the first command makes it."""
    found = Registry(create_file(settings))
    try:
        yield found
    finally:
        found.close()


def approve(registry: Registry, *sources: Source) -> None:
    """Two people let these sources in."""
    with registry.change("petra") as edit:
        for source in sources:
            edit.propose(source)
    with registry.change("andrea") as edit:
        for source in sources:
            edit.approve(source.id)
