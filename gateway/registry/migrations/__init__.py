"""One history of the tables of registry and atlas (Alembic), which may share a database."""

HEAD = "r0001"
"""The newest version; known without importing Alembic."""
