"""The register-based atlas: `[atlas]`."""

from __future__ import annotations

from pathlib import Path

from gateway.config.section import Secret, Section


class AtlasSettings(Section):
    """The register-based atlas: its database (SQLite in `data_dir` unless a URL is given), inbox and people."""

    enabled: bool = False
    url: Secret = Secret()
    inbox: Path | None = None
    people: Path | None = None
