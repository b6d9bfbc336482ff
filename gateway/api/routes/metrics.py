"""`/metrics`: the numbers of this process for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import Response


def metrics_router(registry: CollectorRegistry) -> APIRouter:
    """The route over a registry; text format or OpenMetrics, as the scraper asks."""
    router = APIRouter(tags=["metrics"])

    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": content_type})

    router.add_api_route(
        "/metrics",
        metrics,
        methods=["GET"],
        response_class=Response,
        response_model=None,
        summary="Kennzahlen für Prometheus (metrics)",
        responses={200: {"description": "ok", "content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    return router
