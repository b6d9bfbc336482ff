"""`GET /v1/devices/status`: the report as it is, and no answer instead of a wrong one."""

from __future__ import annotations

import sqlite3

import pytest
from prometheus_client import CollectorRegistry

from gateway.api.app import create_app
from gateway.api.blocking import Blocking
from gateway.api.routes.devices import PATH, devices_router
from gateway.monitoring.views import NeverRunError
from tests.asgi import call


def app(read):
    return create_app(checks={}, registry=CollectorRegistry(), routers=[devices_router(read, Blocking())])


async def test_the_report_without_what_only_tables_need():
    report = {
        "round": "…Z",
        "round_ns": 1,
        "counts": {"ok": 1},
        "sources": [],
        "devices": [{"device": "a", "since_ns": 1}],
    }
    answer = await call(app(lambda: report), "GET", PATH)
    assert answer.status == 200
    assert answer.json() == {"round": "…Z", "counts": {"ok": 1}, "sources": [], "devices": [{"device": "a"}]}
    assert (await call(app(lambda: report), "HEAD", PATH)).status == 200


@pytest.mark.parametrize("error", [NeverRunError("/a/path"), sqlite3.OperationalError("/a/path is locked")])
async def test_what_cannot_be_read_is_not_answered(error):
    def read():
        raise error

    answer = await call(app(read), "GET", PATH)
    assert answer.status == 503
    assert "path" not in answer.body.decode()
