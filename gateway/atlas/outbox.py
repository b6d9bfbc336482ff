"""Notices on their way to people: each is told once on each channel, several of them in one message.

    atlas_notice ──not yet told──▶ atlas_message (one waits for each channel) ──delivered──▶ atlas_told

A message keeps its id and body however often it is tried, so receivers know one that arrives twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, delete, func, insert, select, update

from gateway.atlas import tables
from gateway.atlas.errors import text
from gateway.config import AtlasNotifySettings
from gateway.engines import READING
from gateway.model import SECOND_NS
from gateway.monitoring.channels import TextChannel
from gateway.monitoring.digest import is_quiet
from gateway.monitoring.storage import Message

MOST = 200
"""Notices of one message; the others follow in the next."""
KEPT = timedelta(days=30)
"""Older notices are not told to a channel that is new."""
TITLES = {
    "due": text("bald fällig", "due soon"),
    "late": text("überfällig", "overdue"),
    "computed": text("berechnet, wartet auf Prüfung", "computed, waits for its check"),
}


class NoticeOutbox:
    """Implements `gateway.monitoring.notifier.Outbox` over the atlas's database. Calls block."""

    def __init__(self, engine: Engine, settings: AtlasNotifySettings) -> None:
        """`settings` says which notices are told, how often, and when nobody is disturbed."""
        self._engine, self._settings = engine, settings
        self._reader = engine.execution_options(**{READING: True})

    def make(self, channels: Sequence[TextChannel], now: int) -> bool:
        """Make a message for each channel that has none waiting and does not know everything; whether there is one."""
        settings = self._settings
        if is_quiet(now, settings.quiet, settings.zone):
            return False
        made = [self._make(channel, now) for channel in channels]  # every channel, not up to the first
        return any(made)

    def _make(self, channel: TextChannel, now: int) -> bool:
        n, t, m = tables.notice.c, tables.told.c, tables.message.c
        since = datetime.fromtimestamp(now // SECOND_NS, UTC) - KEPT
        known = select(t.notice).where(t.channel == channel.name)
        wanted = (
            select(tables.notice)
            .where(n.kind.in_(self._settings.notices), n.at >= since.isoformat(), n.id.not_in(known))
            .order_by(n.id)
            .limit(MOST)
        )
        with self._reader.connect() as connection:
            last = connection.execute(select(func.max(t.at)).where(t.channel == channel.name)).scalar() or 0
            if now - last < self._settings.digest * SECOND_NS and last:
                return False
            if connection.execute(select(m.id).where(m.channel == channel.name)).first() is not None:
                return False
            found = list(connection.execute(wanted).mappings())
        if not found:
            return False
        id_ = f"msg_{uuid.uuid4().hex}"
        count = len(found)
        headline = text(f"{count} {'Hinweis' if count == 1 else 'Hinweise'}", f"{count} notice{'s'[: count != 1]}")
        lines = [f"- {TITLES[row['kind']]}: {row['message']}" for row in found]
        data = [{key: row[key] for key in ("kind", "subject", "at", "message")} for row in found]
        body = channel.compose_text(id_, headline, "\n".join([headline, *lines]) + "\n", data, now)
        with self._engine.begin() as connection:
            connection.execute(
                insert(tables.message).values(
                    channel=channel.name,
                    id=id_,
                    body=body,
                    notices=[row["id"] for row in found],
                    made_at=now,
                    attempts=0,
                    next_at=0,
                )
            )
        return True

    def message(self, channel: str) -> Message | None:
        """See `Outbox.message`."""
        with self._reader.connect() as connection:
            query = select(tables.message).where(tables.message.c.channel == channel)
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Message(
            channel=channel,
            id=row["id"],
            body=row["body"],
            began=(),
            ended=(),
            made_at=row["made_at"],
            attempts=row["attempts"],
            next_at=row["next_at"],
        )

    def delivered(self, message: Message) -> None:
        """See `Outbox.delivered`."""
        with self._engine.begin() as connection:
            query = select(tables.message.c.notices).where(_this(message))
            notices = connection.execute(query).scalar()
            if notices is None:
                return
            rows = [{"channel": message.channel, "notice": notice, "at": message.made_at} for notice in notices]
            connection.execute(insert(tables.told), rows)
            connection.execute(delete(tables.message).where(_this(message)))

    def failed(self, message: Message, next_at: int) -> None:
        """See `Outbox.failed`."""
        with self._engine.begin() as connection:
            changed = update(tables.message).where(_this(message))
            connection.execute(changed.values(attempts=tables.message.c.attempts + 1, next_at=next_at))

    def give_up(self, message: Message) -> None:
        """See `Outbox.give_up`: its notices stand in the next message."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.message).where(_this(message)))


def _this(message: Message) -> ColumnElement[bool]:
    m = tables.message.c
    return and_(m.channel == message.channel, m.id == message.id)
