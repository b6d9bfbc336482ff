"""When a source connects to its broker again, and what is said about it: alike for MQTT 5 and 3.1.1."""

from __future__ import annotations

import asyncio
import random

from structlog.typing import FilteringBoundLogger

from gateway.config import Mqtt5Source, Mqtt311Source
from gateway.transports.mqtt_batch import MqttStatus
from gateway.transports.mqtt_words import MqttError, Patience


def backoff(attempt: int, shortest: float, longest: float, jitter: float) -> float:
    """Seconds to wait before the attempt after `attempt` failures in a row.

    It doubles each time; `jitter` in [0, 1) takes up to half of it away, so that a city's gateways do not all come
    back to a restarted broker in the same moment.
    """
    return min(longest, shortest * 2.0 ** min(attempt, 30)) * (1 - jitter / 2)


class Attempts:
    """The connections of one source, one after the other."""

    def __init__(self, settings: Mqtt5Source | Mqtt311Source, status: MqttStatus, log: FilteringBoundLogger) -> None:
        self._settings, self._status, self._log = settings, status, log
        self._failures = 0
        self._up_since: float | None = None

    def accepted(self, *, session_present: bool, lasting: bool) -> None:
        """The broker has accepted a connection; `lasting`: whether the session of the one before should be there."""
        status = self._status
        self._up_since = asyncio.get_running_loop().time()
        status.connects += 1
        status.reconnects = status.connects - 1
        if status.reconnects and lasting and not session_present:
            status.sessions_lost += 1
            self._log.warning("the broker has forgotten the session: messages in between may be missing")

    def failed(self, error: MqttError) -> None:
        """Log a change of state once: an outage of hours is one line for each different cause."""
        words = str(error)
        if words != self._status.last_error:
            log = self._log.info if error.patience is Patience.NONE else self._log.warning
            log("not connected", reason=words, next_attempt=error.patience.value)
        self._status.last_error = words

    async def wait(self, patience: Patience) -> None:
        """A connection, or an attempt at one, has ended: return when the next one makes sense."""
        longest, up_since, self._up_since = self._settings.backoff_max, self._up_since, None
        if up_since is not None and asyncio.get_running_loop().time() - up_since > longest:
            self._failures = 0
        if patience is Patience.NONE:
            return
        shortest = longest if patience is Patience.LONG else self._settings.backoff_min
        await asyncio.sleep(backoff(self._failures, shortest, longest, random.random()))  # noqa: S311 - jitter, no secret
        self._failures += 1
