"""The outermost layer of the API: bounds on the address, security headers, and no exception gets past it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.errors import internal
from gateway.problems import Kind, ProblemError

MAX_PATH = 2048
MAX_QUERY = 8192

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware. Headers that a route sets itself are kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if len(scope["path"]) > MAX_PATH or len(scope["query_string"]) > MAX_QUERY:
            await _too_long().response()(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            if started:  # the connection must break, so that nobody takes half an answer for a whole one
                raise
            await internal(error).response()(scope, receive, guarded)


def _too_long() -> ProblemError:
    return ProblemError(
        Kind.URI_TOO_LONG,
        f"Pfad höchstens {MAX_PATH}, Abfrage höchstens {MAX_QUERY} Zeichen.",
        f"Path {MAX_PATH} characters at most, query {MAX_QUERY}.",
    )
