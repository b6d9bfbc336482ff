"""Deliveries that are due or late and editions that are computed are told once, to real receivers."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from datetime import UTC, datetime, time

import pytest

from gateway.app.monitoring import channels
from gateway.app.notices import Notices
from gateway.atlas.outbox import NoticeOutbox
from gateway.atlas.registers import Registers
from gateway.config import AtlasNotifySettings, QuietHours
from gateway.model import SECOND_NS
from gateway.monitoring.notifier import Deliverer
from tests.flow.gateway_process import wait_for
from tests.unit.atlas.support import deliver
from tests.unit.monitoring.receiver import Receiver
from tests.unit.monitoring.smtp import SmtpServer

DAY = 86400 * SECOND_NS


class Desk:
    """A service's notices on a clock of the test's own."""

    def __init__(self, registers: Registers, clock, **settings: object) -> None:
        self.registers, self.clock = registers, clock
        self.settings = AtlasNotifySettings.model_validate(settings)
        self.restart()

    def now(self) -> int:
        return int(self.clock.now.timestamp()) * SECOND_NS

    def restart(self) -> None:
        self.channels = [build() for build in channels(self.settings).values()]
        self.outbox = NoticeOutbox(self.registers.engine, self.settings)
        self.deliverer = Deliverer(self.outbox, self.channels, self.settings, clock=self.now)

    def at(self, year: int, month: int, day: int, hour: int = 9) -> None:
        """Look and deliver at this time."""
        self.clock.now = datetime(year, month, day, hour, tzinfo=UTC)
        self.registers.remind()
        self.outbox.make(self.channels, self.now())

        async def attempts() -> None:
            for channel in self.channels:
                await self.deliverer.attempt(channel)

        asyncio.run(attempts())


def kinds(receiver: Receiver) -> list[list[tuple[str, str]]]:
    return [[(row["kind"], row["subject"]) for row in json.loads(r.body)["data"]] for r in receiver.requests]


def test_due_late_and_computed_are_told_once_each(registers: Registers, clock, demo):
    clock.now = datetime(2024, 3, 1, tzinfo=UTC)
    deliver(registers, demo["melderegister", 2023])
    with Receiver() as receiver:
        desk = Desk(registers, clock, name="Statistikstelle", webhook={"url": {"value": receiver.url}})
        for day in range(1, 31):
            desk.at(2024, 6, day)
        for day in range(1, 11):
            desk.at(2024, 7, day)
        deliver(registers, demo["ba-sgb2", 2023])
        for day in range(11, 21):
            desk.restart()
            desk.at(2024, 7, day)
    assert kinds(receiver) == [
        [("due", "ba-sgb2 2023-12-31")],
        [("late", "ba-sgb2 2023-12-31")],
        [("computed", "sozialdatenatlas 2023-12-31 #1")],
    ]
    first = json.loads(receiver.requests[0].body)
    assert first["installation"] == "Statistikstelle"
    assert first["title"] == "1 Hinweis / 1 notice"
    assert "fällig am 2024-06-30 / " in first["text"]
    assert "Bundesagentur" in first["text"]
    assert "fällig seit 2024-06-30" in json.loads(receiver.requests[1].body)["text"]


def test_by_mail_too_german_first(registers: Registers, clock, demo):
    deliver(registers, demo["bewohnerparken", 2023])
    with SmtpServer() as server:
        mail = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "g@example.org",
                "recipients": ["statistik@example.org"]}  # fmt: skip
        desk = Desk(registers, clock, mail=mail)
        desk.at(2024, 8, 1)
        desk.at(2024, 8, 2)
    (delivered,) = server.mails
    found = email.message_from_bytes(delivered.data, policy=email.policy.default)
    assert found["Subject"] == "[Sozialdatenatlas] 1 Hinweis / 1 notice"
    assert "berechnet, wartet auf Prüfung / computed, waits for its check" in found.get_content()
    assert delivered.recipients == ("statistik@example.org",)


def test_a_refused_message_is_tried_again_with_the_same_id_and_a_restart_doubles_nothing(
    registers: Registers, clock, demo
):
    deliver(registers, demo["bewohnerparken", 2023])
    with Receiver(answers=[(503, {}), (503, {})]) as receiver:
        desk = Desk(registers, clock, webhook={"url": {"value": receiver.url}})
        for hour in range(9, 14):
            desk.at(2024, 8, 1, hour)
            desk.restart()
    assert len(receiver.requests) == 3
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1


def test_quiet_hours_and_digests_gather(registers: Registers, clock, demo):
    """22:00 to 06:30 in Berlin; everything of the night stands in one message."""
    night = QuietHours(start=time(22), stop=time(6, 30))
    with Receiver() as receiver:
        hook = {"url": {"value": receiver.url}}
        desk = Desk(registers, clock, quiet=night, digest=3600 * 24, notices=["computed"], webhook=hook)
        deliver(registers, demo["bewohnerparken", 2022])
        desk.at(2024, 8, 1, 23)
        deliver(registers, demo["bewohnerparken", 2023])
        desk.at(2024, 8, 2, 3)
        assert receiver.requests == []
        desk.at(2024, 8, 2, 6)
        deliver(registers, demo["bewohnerparken", 2021])
        desk.at(2024, 8, 2, 12)
        assert len(receiver.requests) == 1
        desk.at(2024, 8, 3, 12)
    assert [len(data) for data in kinds(receiver)] == [2, 1]


def test_only_chosen_notices_are_told_and_old_ones_to_no_new_channel(registers: Registers, clock, demo):
    with Receiver() as receiver:
        hook = {"url": {"value": receiver.url}}
        deliver(registers, demo["bewohnerparken", 2023])
        Desk(registers, clock, notices=["late"], webhook=hook).at(2024, 8, 1)
        assert receiver.requests == []
        Desk(registers, clock, notices=["computed"], webhook=hook).at(2025, 1, 1)
        assert receiver.requests == []


async def test_the_service_tells_what_another_process_wrote(registers: Registers, demo, monkeypatch):
    monkeypatch.setattr("gateway.app.notices.LOOK", 0.02)
    registers.clock = lambda: datetime.now(UTC)
    with Receiver() as receiver:
        settings = AtlasNotifySettings.model_validate({"webhook": {"url": {"value": receiver.url}}})
        running = asyncio.create_task(Notices(registers, settings).run())
        await asyncio.to_thread(deliver, registers, demo["bewohnerparken", 2023])
        await asyncio.to_thread(wait_for, lambda: bool(receiver.requests), 10, "a request")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert ("computed", "bewohnerparken 2023-12-31 #1") in kinds(receiver)[0]
