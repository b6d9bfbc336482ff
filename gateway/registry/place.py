"""Where the registry's database is, told without opening it."""

from __future__ import annotations

from gateway.config import Settings

FILE = "registry.sqlite"


def has_database(settings: Settings) -> bool:
    """Whether there is one: configured, or the file in `data_dir`."""
    return settings.registry.url is not None or (settings.data_dir / FILE).exists()
