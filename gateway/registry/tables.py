"""Tables of the registry, alike in SQLite and PostgreSQL; all begin with registry_.

Times are ns UTC; a null stop is open. Channel and quantity "*" mean every one. Foreign keys are checked by the
service layer, in words, because a person has to understand what is missing.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()
_ID = String(200)
_WORD = String(40)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _moment(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=True)


state = Table(
    "registry_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
"""One row. `version` grows with every change; whoever changes something holds the row."""

tenant = Table("registry_tenant", metadata, Column("id", _ID, primary_key=True), _text("name"))

owner = Table(
    "registry_owner",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant", _ID, nullable=False),
    _text("name"),
    _flag("private"),
    _text("contact"),
)

site = Table(
    "registry_site",
    metadata,
    Column("id", _ID, primary_key=True),
    _text("name"),
    Column("longitude", Double, nullable=True),
    Column("latitude", Double, nullable=True),
    Column("height", Double, nullable=True),
    Column("above_ground", Double, nullable=True),
    Column("siting", _WORD, nullable=False),
    _flag("private"),
    Column("owner", _ID, nullable=False),
    _text("note"),
)

device = Table(
    "registry_device",
    metadata,
    Column("id", _ID, primary_key=True),
    _text("name"),
    Column("network", _WORD, nullable=False),
    Column("decoder", _ID, nullable=False),
    _text("codec"),
    _text("mapping"),
    _text("brand"),
    _text("model"),
    _text("serial"),
    Column("source", _ID, nullable=False),
    Column("owner", _ID, nullable=False),
    Column("privacy", _WORD, nullable=False),
    _flag("mobile"),
    _moment("retired_at"),
    _text("note"),
)

identifier = Table(
    "registry_identifier",
    metadata,
    Column("identifier", _ID, primary_key=True),
    Column("device", _ID, nullable=False, index=True),
    Column("network", _WORD, nullable=False),
)

installation = Table(
    "registry_installation",
    metadata,
    Column("device", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    _moment("stop"),
    Column("site", _ID, nullable=False, index=True),
    _flag("special"),
)

fact = Table(
    "registry_fact",
    metadata,
    Column("device", _ID, primary_key=True),
    Column("site", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("quantity", _ID, primary_key=True),
    Column("attribute", _WORD, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    _moment("stop"),
    Column("value", Double, nullable=False),
)

source = Table(
    "registry_source",
    metadata,
    Column("id", _ID, primary_key=True),
    _text("title"),
    _text("description"),
    Column("owner", _ID, nullable=False),
    _text("purpose"),
    _text("legal_basis"),
    _text("controller"),
    Column("privacy", _WORD, nullable=False),
    _text("dpia"),
    Column("publication", JSON, nullable=False),
    _text("licence"),
    Column("keywords", JSON, nullable=False),
    Column("themes", JSON, nullable=False),
    _text("contact"),
    Column("status", _WORD, nullable=False),
    _text("proposed_by"),
    _moment("proposed_at"),
    _text("approved_by"),
    _moment("approved_at"),
    _moment("active_at"),
    _moment("retired_at"),
    _moment("changed_at"),
)

area = Table(
    "registry_area",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("start", String(10), primary_key=True),
    Column("stop", String(10), nullable=False),
    Column("level", _WORD, nullable=False),
    Column("number", _WORD, nullable=False),
    _text("name"),
    Column("parent", _ID, nullable=False),
    _flag("schematic"),
    _flag("number_confirmed"),
    Column("geometry", LargeBinary, nullable=False),
)

dirty = Table(
    "registry_dirty",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("device", _ID, nullable=False),
    Column("channel", _ID, nullable=False),
    Column("quantity", _ID, nullable=False),
    Column("site", _ID, nullable=False),
    Column("start", BigInteger, nullable=False),
    _moment("stop"),
    Column("at", BigInteger, nullable=False),
    _text("reason"),
    sqlite_autoincrement=True,
)
"""Windows whose results no longer follow from the facts. Whoever recomputes them takes the rows away."""

audit = Table(
    "registry_audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    _text("who"),
    Column("action", _WORD, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("key", Text, nullable=False),
    Column("before", JSON, nullable=True),
    Column("after", JSON, nullable=True),
    _text("reason"),
    Index("registry_audit_entry", "kind", "key"),
    sqlite_autoincrement=True,
)
"""Every change: who, when, what stood there before and after. Rows are only ever added."""
