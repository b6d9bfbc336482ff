"""What several tests of transports need."""

from __future__ import annotations

import pytest


@pytest.fixture
def quick_goodbye(monkeypatch):
    """The scripted broker does not close after DISCONNECT by itself; a real one does."""
    monkeypatch.setattr("gateway.transports.mqtt_link._CLOSE_WITHIN", 0.05)
