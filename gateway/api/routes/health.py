"""`/healthz`: this process answers. `/readyz`: everything it needs answers as well."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog
from fastapi import APIRouter
from starlette.responses import Response

from gateway.model import Store, StoreUnavailableError

CHECK_TIMEOUT = 3.0
_log = structlog.get_logger(__name__)


class CheckResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How something is that the gateway needs. `detail` for people, without secrets; `value`: a number, if any."""

    ok: bool
    detail: str = ""
    value: float | None = None


Check = Callable[[], Awaitable[CheckResult]]


def store_check(store: Store) -> Check:
    """Whether the store answers. One ping at a time: while one hangs no second thread is spent."""
    running: asyncio.Task[str] | None = None

    async def check() -> CheckResult:
        nonlocal running
        if running is None or running.done():
            running = asyncio.create_task(asyncio.to_thread(store.ping), name="store ping")
        try:
            return CheckResult(ok=True, detail=await asyncio.shield(running))
        except StoreUnavailableError as error:
            return CheckResult(ok=False, detail=str(error))

    return check


def health_router(checks: Mapping[str, Check], *, timeout: float = CHECK_TIMEOUT) -> APIRouter:
    """The two routes. `timeout` in seconds holds for each check; a check that raises is not ok."""
    router = APIRouter(tags=["health"])

    async def healthz() -> Response:
        return _answer(ok=True, body={"status": "ok"})

    async def readyz() -> Response:
        names = list(checks)
        results = await asyncio.gather(*(_run(name, checks[name], timeout) for name in names))
        ok = all(result.ok for result in results)
        listed = [{"name": name, **msgspec.to_builtins(result)} for name, result in zip(names, results, strict=True)]
        return _answer(ok=ok, body={"status": "ok" if ok else "not ready", "checks": listed})

    for path, function, summary in (
        ("/healthz", healthz, "Prozess lebt (process is alive)"),
        ("/readyz", readyz, "Bereit (ready)"),
    ):
        router.add_api_route(
            path, function, response_class=Response, response_model=None, summary=summary, responses=_DOCUMENTED
        )
        router.add_api_route(path, function, methods=["HEAD"], response_model=None, include_in_schema=False)
    return router


async def _run(name: str, check: Check, seconds: float) -> CheckResult:
    try:
        async with asyncio.timeout(seconds):
            return await check()
    except TimeoutError:
        return CheckResult(ok=False, detail=f"no answer within {seconds:g} s")
    except Exception:  # noqa: BLE001 - a broken check means not ready, not a broken answer
        _log.exception("readiness check failed", check=name)
        return CheckResult(ok=False, detail="the check itself failed; the log says why")


def _answer(*, ok: bool, body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), status_code=200 if ok else 503, media_type="application/json")


_EXAMPLE = {"status": "ok", "checks": [{"name": "journal", "ok": True, "detail": "", "value": 0.0}]}
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}}},
    503: {"description": "nicht bereit (not ready)"},
}
