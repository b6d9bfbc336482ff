"""One history of the registry's tables (Alembic); the atlas has its own, and both may share a database."""

HEAD = "r0001"
"""The newest version; known without importing Alembic."""
