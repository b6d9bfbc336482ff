"""The database of observations: `[store]`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.config.section import Secret, Section


class InfluxSettings(Section):
    """InfluxDB 2."""

    url: str = "http://127.0.0.1:8086"
    org: str = "city"
    bucket: str = "raw"
    token: Secret = Secret()
    timeout: float = Field(30, gt=0)
    batch_points: int = Field(10000, ge=1)
    gzip: bool = False


class StoreSettings(Section):
    """Where observations go. DuckDB is one file in `data_dir`, owned by one process."""

    kind: Literal["duckdb", "influxdb"] = "duckdb"
    influxdb: InfluxSettings = InfluxSettings()
