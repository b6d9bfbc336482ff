"""`GET /v1/devices/status`: which devices are silent or wrong, as the last round of monitoring found them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from gateway.api.blocking import Blocking
from gateway.monitoring.views import NeverRunError, plain
from gateway.problems import Kind, ProblemError, documented

PATH = "/v1/devices/status"
_EXAMPLE = {
    "round": "2026-11-22T17:53:20Z",
    "counts": {"silent": 1, "ok": 399, "unregistered": 2},
    "sources": [],
    "devices": [
        {
            "device": "a840410000000001",
            "name": "Laurentiusplatz, Mast 4",
            "source": "chirpstack",
            "state": "silent",
            "since": "2026-11-22T12:40:00Z",
            "last_seen": "2026-11-22T12:40:00Z",
            "expected_interval": 600.0,
            "faults": [
                {
                    "condition": "silent",
                    "subject": "",
                    "since": "2026-11-22T12:40:00Z",
                    "value": None,
                    "limit": 1860.0,
                    "text_de": "stumm seit 2026-11-22 13:40+01:00 (Grenze 31 min)",
                    "text_en": "silent since 2026-11-22 13:40+01:00 (limit 31 min)",
                }
            ],
        }
    ],
}


def devices_router(read: Callable[[], dict[str, Any]], blocking: Blocking) -> APIRouter:
    """The route. `read` gives the report (`monitoring.views.report`) and blocks."""
    router = APIRouter(tags=["devices"])

    async def status() -> Response:
        try:
            report = await blocking(read)
        except (NeverRunError, sqlite3.Error):
            raise ProblemError(
                Kind.UNAVAILABLE,
                "Die Überwachung gibt zurzeit keine Auskunft.",
                "Monitoring gives no answer at present.",
            ) from None
        return Response(msgspec.json.encode(plain(report)), media_type="application/json")

    ok = {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}}}
    router.add_api_route(
        PATH,
        status,
        response_class=Response,
        response_model=None,
        summary="Zustand der Geräte (state of the devices)",
        responses={200: ok, **documented(Kind.UNAVAILABLE)},
    )
    router.add_api_route(PATH, status, methods=["HEAD"], response_model=None, include_in_schema=False)
    return router
