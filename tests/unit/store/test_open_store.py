"""Choosing the store by the configuration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import ConfigError, InfluxSettings, Secret, StoreSettings
from gateway.store import open_store
from gateway.store.duckdb import DuckStore
from gateway.store.influxdb import InfluxStore


def test_duckdb_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    store = open_store(StoreSettings(), tmp_path / "data")
    assert isinstance(store, DuckStore)
    assert not (tmp_path / "data").exists()
    assert str(tmp_path / "data" / "observations.duckdb") in store.ping()
    store.close()


def test_influxdb_needs_its_token_but_not_yet_its_server(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret\n")
    store = open_store(StoreSettings(kind="influxdb", influxdb=InfluxSettings(token=Secret(file=token))), tmp_path)
    assert isinstance(store, InfluxStore)
    store.close()
    with pytest.raises(ConfigError, match=str(tmp_path / "none")):
        open_store(
            StoreSettings(kind="influxdb", influxdb=InfluxSettings(token=Secret(file=tmp_path / "none"))), tmp_path
        )


@pytest.mark.parametrize(
    ("store", "absent"),
    [
        ("gateway.store.influxdb", {"duckdb", "numpy", "polars", "pyarrow", "influxdb_client"}),
        ("gateway.store.duckdb", {"polars", "pyarrow", "influxdb_client", "pandas"}),
    ],
)
def test_a_store_loads_only_what_writing_needs(store: str, absent: set[str]) -> None:
    """Each of these libraries costs 0.1 to 0.7 s of the start."""
    code = f"import sys, {store}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not absent & set(loaded)
