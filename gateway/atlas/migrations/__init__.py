"""One history of the atlas's tables (Alembic); they may share a database with the registry, which has its own."""

from __future__ import annotations

from pathlib import Path

from gateway.migrating import History

HISTORY = History(folder=Path(__file__).parent, head="a0002", table="atlas_version", lock=0x41544C41)
