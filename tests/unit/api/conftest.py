from __future__ import annotations

import httpx
import pytest
from prometheus_client import CollectorRegistry

from gateway.api.app import create_app
from gateway.model import Observation, StoreUnavailableError


class FakeStore:
    """A store of lists: the order and the limit of the contract, and a switch for being down."""

    def __init__(self):
        self.rows: list[Observation] = []
        self.down = False
        self.calls = []

    def add(self, time, value=1.0, device="d1", quantity="air_temperature", channel="", flag=1):
        self.rows.append(Observation(device, channel, quantity, time, value, flag, -1))

    def observations(self, device, quantity, start, stop, *, limit):
        self.calls.append((device, quantity, start, stop, limit))
        if self.down:
            raise StoreUnavailableError("http://user:secret@db refused", retry_after=7)
        found = [
            row
            for row in self.rows
            if row.device == device and quantity in (None, row.quantity) and start <= row.time < stop
        ]
        return sorted(found, key=lambda row: (row.time, row.channel, row.quantity))[:limit]

    def ping(self):
        if self.down:
            raise StoreUnavailableError("database refused")
        return "lists 1.0"


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def build(store):
    def build(**options):
        options = {"checks": {}, "registry": CollectorRegistry(), "store": store, **options}
        return create_app(clock=lambda: 1_800_000_000 * 10**9, **options)

    return build


@pytest.fixture
async def client(build):
    transport = httpx.ASGITransport(build(), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client
