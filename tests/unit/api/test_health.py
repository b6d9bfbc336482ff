import asyncio
import threading

import pytest
from prometheus_client import CollectorRegistry

from gateway.api.app import create_app
from gateway.api.routes.health import CheckResult, health_router, store_check
from tests.asgi import call


def app_with(**checks):
    return create_app(checks=checks, registry=CollectorRegistry())


async def good():
    return CheckResult(ok=True, detail="fine", value=3.0)


async def bad():
    return CheckResult(ok=False, detail="disk full")


async def broken():
    raise RuntimeError("password=hunter2")


async def test_alive_is_alive_whatever_else_is_not():
    answer = await call(app_with(journal=bad), "GET", "/healthz")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})
    assert (await call(app_with(), "HEAD", "/readyz")).status == 200


async def test_ready_when_every_check_is_ok():
    answer = await call(app_with(journal=good, store=good), "GET", "/readyz")
    assert answer.status == 200
    assert answer.json() == {
        "status": "ok",
        "checks": [
            {"name": "journal", "ok": True, "detail": "fine", "value": 3.0},
            {"name": "store", "ok": True, "detail": "fine", "value": 3.0},
        ],
    }


async def test_not_ready_names_what_is_missing_and_hides_what_is_internal():
    answer = await call(app_with(journal=bad, mqtt=good, lag=broken), "GET", "/readyz")
    assert answer.status == 503
    assert [(check["name"], check["ok"]) for check in answer.json()["checks"]] == [
        ("journal", False), ("mqtt", True), ("lag", False),
    ]  # fmt: skip
    assert answer.json()["checks"][0]["detail"] == "disk full"
    assert b"hunter2" not in answer.body


async def test_a_check_that_hangs_is_not_ready():
    from fastapi import FastAPI

    async def hang():
        await asyncio.Event().wait()

    app = FastAPI(openapi_url=None)
    app.include_router(health_router({"store": hang, "journal": good}, timeout=0.02))
    answer = await call(app, "GET", "/readyz")
    assert answer.status == 503
    assert answer.json()["checks"][0]["detail"] == "no answer within 0.02 s"


async def test_the_store_is_pinged(store):
    check = store_check(store)
    assert await check() == CheckResult(ok=True, detail="lists 1.0")
    store.down = True
    assert not (await check()).ok
    store.down = False
    assert (await check()).ok


async def test_a_store_that_hangs_costs_one_thread_however_often_it_is_asked(store):
    release, calls = threading.Event(), []

    def ping():
        calls.append(1)
        release.wait(10)
        return "back"

    store.ping = ping
    check = store_check(store)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await check()
    release.set()
    assert (await check()).detail == "back"
    assert len(calls) == 1
