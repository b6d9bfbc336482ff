"""Timeseries databases behind one Protocol, `gateway.model.Store`."""

from __future__ import annotations

from pathlib import Path

from gateway.config import StoreSettings
from gateway.model import Store


def open_store(settings: StoreSettings, data_dir: Path) -> Store:
    """The configured store. No connection is made yet: a database that is away at the start is waited for.

    Raises:
        ConfigError: the configuration names a secret that cannot be read.
    """
    if settings.kind == "duckdb":
        from gateway.store.duckdb import DuckStore  # noqa: PLC0415 - each database's library is loaded only if used

        return DuckStore(data_dir / "observations.duckdb")
    from gateway.store.influxdb import InfluxStore  # noqa: PLC0415 - as above

    return InfluxStore(settings.influxdb)
