"""Puts the HTTP interface together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.middleware import Middleware

from gateway.api.blocking import Blocking
from gateway.api.errors import install
from gateway.api.guard import Guard
from gateway.api.routes.health import Check, health_router
from gateway.api.routes.metrics import metrics_router
from gateway.api.routes.observations import observations_router
from gateway.model import Store

_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
}


def create_app(
    *,
    checks: Mapping[str, Check],
    registry: CollectorRegistry,
    store: Store | None = None,
    ingest: APIRouter | None = None,
    routers: Sequence[APIRouter] = (),
    clock: Callable[[], int] = time.time_ns,
    version: str = "0",
) -> FastAPI:
    """The application.

    Args:
        checks: what `/readyz` asks, by name.
        registry: what `/metrics` shows.
        store: answers `/v1/observations`; None leaves that route out.
        ingest: routes through which messages come in; None leaves them out.
        routers: further routes.
        clock: ns since the epoch, the end of an open time range.
        version: of the product, for the OpenAPI document.
    """
    app = _App(
        title="Quartier-Gateway",
        version=version,
        description="Messwerte der Sensoren im Stadtgebiet. Observations of the city's sensors.",
        docs_url=None,  # the default pages load their scripts from a content delivery network
        redoc_url=None,
        middleware=[Middleware(Guard)],
        redirect_slashes=False,
    )
    install(app)
    app.include_router(health_router(checks))
    app.include_router(metrics_router(registry))
    if store is not None:
        app.include_router(observations_router(store, Blocking(), clock))
    if ingest is not None:
        app.include_router(ingest)
    for router in routers:
        app.include_router(router)
    return app


class _App(FastAPI):
    """FastAPI whose document names the ways to show a token."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        document = super().openapi()
        document.setdefault("components", {})["securitySchemes"] = _SECURITY
        return document
