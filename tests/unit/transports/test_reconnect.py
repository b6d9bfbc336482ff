"""How soon a source connects again."""

from __future__ import annotations

import asyncio

import structlog
from hypothesis import given
from hypothesis import strategies as st

from gateway.transports.mqtt_batch import MqttStatus
from gateway.transports.mqtt_words import MqttError, Patience
from gateway.transports.reconnect import Attempts, backoff
from tests.unit.transports.mqtt_doubles import mqtt_settings


@given(st.integers(0, 10_000), st.floats(0.01, 60), st.floats(0.01, 600), st.floats(0, 1, exclude_max=True))
def test_backoff_stays_within_its_bounds(attempt, shortest, longest, jitter):
    wait = backoff(attempt, shortest, longest, jitter)
    assert min(shortest, longest) / 2 <= wait <= longest


def test_backoff_doubles():
    assert [backoff(n, 0.5, 60, 0) for n in (0, 1, 2, 7)] == [0.5, 1, 2, 60]


def test_an_outage_is_one_line_for_each_cause():
    status = MqttStatus("broker")
    attempts = Attempts(mqtt_settings(), status, structlog.get_logger())
    with structlog.testing.capture_logs() as logs:
        for words in ("refused", "refused", "timeout", "refused"):
            attempts.failed(MqttError(words))
    assert [log["reason"] for log in logs] == ["refused", "timeout", "refused"]
    assert status.last_error == "refused"


async def test_after_a_connection_ended_on_purpose_the_next_one_follows_at_once():
    attempts = Attempts(mqtt_settings(backoff_min=60, backoff_max=60), MqttStatus("broker"), structlog.get_logger())
    async with asyncio.timeout(5):
        await attempts.wait(Patience.NONE)


async def test_only_a_session_that_should_last_can_be_lost():
    status = MqttStatus("broker")
    attempts = Attempts(mqtt_settings(), status, structlog.get_logger())
    for lasting, present in ((True, False), (True, True), (False, False), (True, False)):
        attempts.accepted(session_present=present, lasting=lasting)
    assert (status.connects, status.reconnects, status.sessions_lost) == (4, 3, 1)
