"""Alembic's entry: works on the connection it is given, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from gateway.registry import tables
from gateway.registry.opening import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
