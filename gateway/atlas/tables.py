"""Tables of the atlas, alike in SQLite and PostgreSQL; all begin with atlas_.

Times are ISO 8601 texts in UTC and numbers are decimal texts: both sort and compare the same in either database. How
they came to be, version by version, stands in `migrations`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

delivery = Table(
    "atlas_delivery",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("dataset", String(80), nullable=False),
    Column("dataset_version", String(40), nullable=False),
    Column("stichtag", String(10), nullable=False),
    Column("sender", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("person", Text, nullable=False),
    Column("state", String(20), nullable=False),  # accepted | replaced | withdrawn
    Column("reason", Text, nullable=False, server_default=""),
    Column("replaced_by", Integer, ForeignKey("atlas_delivery.id"), nullable=True),
)
Index(
    "atlas_delivery_one",
    delivery.c.dataset,
    delivery.c.stichtag,
    unique=True,
    sqlite_where=text("state = 'accepted'"),
    postgresql_where=text("state = 'accepted'"),
)

value = Table(
    "atlas_value",
    metadata,
    Column("delivery", Integer, ForeignKey("atlas_delivery.id"), primary_key=True),
    Column("area", String(80), primary_key=True),
    Column("variable", String(80), primary_key=True),
    Column("population_group", String(40), primary_key=True),
    Column("number", String(60), nullable=True),
    Column("symbol", String(20), nullable=True),
)

edition = Table(
    "atlas_edition",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("product", String(80), nullable=False),
    Column("product_version", String(40), nullable=False),
    Column("stichtag", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # provisional | checked | released | superseded | withdrawn
    Column("computed_at", String(40), nullable=False),
    Column("deliveries", JSON, nullable=False),
    Column("results", JSON, nullable=False),
    Column("changes", JSON, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("checked_by", Text, nullable=True),
    Column("released_by", Text, nullable=True),
    Column("released_at", String(40), nullable=True),
    Column("public", JSON, nullable=True),
    Column("facts", JSON, nullable=True),
    Index("atlas_edition_one", "product", "stichtag", "revision", unique=True),
)

log = Table(
    "atlas_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("person", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)

notice = Table(
    "atlas_notice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("kind", String(20), nullable=False),  # due | late | computed
    Column("subject", String(200), nullable=False),
    Column("message", Text, nullable=False),
    Index("atlas_notice_once", "kind", "subject", unique=True),
)

message = Table(
    "atlas_message",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("id", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("notices", JSON, nullable=False),  # ids
    Column("made_at", BigInteger, nullable=False),  # ns
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),  # ns
)

told = Table(
    "atlas_told",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("notice", Integer, ForeignKey("atlas_notice.id"), primary_key=True),
    Column("at", BigInteger, nullable=False),  # ns
)
