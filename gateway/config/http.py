"""The server for ingest, queries, health and metrics: `[http]`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from gateway.config.section import Section


class HttpSettings(Section):
    """The server for ingest, queries, health and metrics."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    certificate: Path | None = None
    key: Path | None = None
