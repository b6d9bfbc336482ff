"""Has a replay carried out: by the running service if there is one, else here and now."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from gateway.app import parts
from gateway.app.jobs import AlreadyRunningError, Jobs, ReplayRequest, ReplayResult, have_done, ownership
from gateway.app.replays import Replays
from gateway.config import Settings
from gateway.deadletters import DeadLetters


def carry_out(settings: Settings, request: ReplayRequest, progress: Callable[[str], None]) -> ReplayResult:
    """Block until it is done; raises ConfigError with the cause when it fails."""
    try:
        with ownership(settings.data_dir), DeadLetters(settings.data_dir) as deadletters:
            store = parts.open_store(settings)
            try:
                return Replays(settings, store, deadletters, contextlib.nullcontext()).run(request, progress)
            finally:
                store.close()
    except AlreadyRunningError:
        return have_done(Jobs(settings.data_dir), "replay", request, progress)
