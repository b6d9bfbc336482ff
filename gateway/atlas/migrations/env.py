"""Alembic's entry: works on the connection it is given, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from gateway.atlas import tables
from gateway.atlas.migrations import HISTORY

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table=HISTORY.table,
)
with context.begin_transaction():
    context.run_migrations()
