"""HTTP ingest: `POST /ingest/{source}` for webhooks of network servers and for devices that speak HTTP.

    token → rate → slot → body within its bounds → journal (fsync) → 204

The order matters: nobody without a token makes this process read a body or hold memory, and an answer of 2xx means
that the message is on disk. ChirpStack appends `?event=up`, The Things Stack appends `/up`, `/join`, …: path and query
below `/ingest/{source}` become the topic. A gzip body is journalled unpacked.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.config import HttpSource
from gateway.model import Journal, JournalUnavailableError, Received
from gateway.problems import Kind, ProblemError, documented
from gateway.transports.http_body import Budget, Hold, read_body
from gateway.transports.rate import TokenBucket
from gateway.transports.tokens import Keyring, NoKeyring, presented

MAX_PATH = 512
MAX_QUERY = 2048
MAX_CONTENT_TYPE = 200
BODY_TIMEOUT = 30.0
_BUDGET = 32 << 20
_PATH = re.compile(r"[^\x00-\x1f\x7f?#%]*")


@dataclass(slots=True)
class HttpStatus:
    """What came in at one source: messages and bytes journalled, refusals by status code, time (ns) of the last."""

    received: int = 0
    bytes: int = 0
    rejected: Counter[int] = field(default_factory=Counter)
    last_message_at: int | None = None


@dataclass(slots=True)
class _Door:
    """One source and what guards it."""

    name: str
    settings: HttpSource
    keyring: Keyring
    buckets: dict[str, TokenBucket] = field(default_factory=dict)
    status: HttpStatus = field(default_factory=HttpStatus)


class IngestRouter(APIRouter):
    """The routes below /ingest. `status` holds one entry for each source, and "" for sources that do not exist."""

    def __init__(
        self,
        sources: Mapping[str, HttpSource],
        journal: Journal,
        *,
        clock: Callable[[], int],
        monotonic: Callable[[], float],
        max_concurrent: int,
        body_timeout: float,
    ) -> None:
        super().__init__(tags=["ingest"])
        self._journal, self._clock, self._monotonic = journal, clock, monotonic
        self._free, self._body_timeout = max_concurrent, body_timeout
        self._budget = Budget(max(_BUDGET, *(2 * source.max_body for source in sources.values()), 0))
        self._doors = {name: _Door(name, source, Keyring(name, source)) for name, source in sources.items()}
        self._nowhere = _Door("", HttpSource(type="http", format="plain"), NoKeyring())
        self.status = {door.name: door.status for door in (*self._doors.values(), self._nowhere)}
        self.add_api_route("/ingest/{source}", self._post, **_ROUTE, name="ingest", openapi_extra=_BODY)
        self.add_api_route(
            "/ingest/{source}/{path:path}", self._post, **_ROUTE, name="ingest_path", include_in_schema=False
        )

    async def _post(self, request: Request) -> Response:
        door = self._doors.get(request.path_params["source"], self._nowhere)
        try:
            await self._take(door, request)
        except ProblemError as problem:
            door.status.rejected[problem.kind.status] += 1
            return problem.response()
        return Response(status_code=204)

    async def _take(self, door: _Door, request: Request) -> None:
        path = request.path_params.get("path", "")
        owner = door.keyring.admits(presented(request.headers), path)
        if owner is None:
            raise _unauthorized()
        now = self._monotonic()
        bucket = door.buckets.get(owner)
        if bucket is None:
            bucket = door.buckets[owner] = TokenBucket(door.settings.rate, door.settings.burst, now)
        if wait := bucket.take(now):
            raise ProblemError(
                Kind.RATE,
                f"Erlaubt sind {door.settings.rate:g} Nachrichten je Sekunde und Token.",
                f"Allowed are {door.settings.rate:g} messages per second and token.",
                retry_after=wait,
            )
        topic = _topic(path, request.scope["query_string"])
        if not self._free:
            raise ProblemError(
                Kind.UNAVAILABLE,
                "Zu viele Anfragen zugleich.",
                "Too many requests at once.",
                retry_after=1,
            )
        self._free -= 1
        try:
            with Hold(self._budget) as hold:
                await self._journalise(door, request, topic, hold)
        finally:
            self._free += 1

    async def _journalise(self, door: _Door, request: Request, topic: str, hold: Hold) -> None:
        headers = request.headers
        try:
            body = await read_body(
                request.stream(),
                encoding=", ".join(headers.getlist("content-encoding")),
                declared=headers.get("content-length", ""),
                limit=door.settings.max_body,
                hold=hold,
                seconds=self._body_timeout,
            )
        except ClientDisconnect:
            raise ProblemError(
                Kind.BAD_REQUEST, "Die Verbindung brach im Inhalt ab.", "The connection broke within the content."
            ) from None
        received_at = self._clock()
        message = Received(
            source=door.name,
            topic=topic,
            body=body,
            received_at=received_at,
            content_type=headers.get("content-type", "")[:MAX_CONTENT_TYPE],
        )
        try:
            await self._journal.append([message])
        except JournalUnavailableError as error:
            raise ProblemError(
                Kind.UNAVAILABLE,
                "Das Journal nimmt zurzeit nichts an; die Nachricht wurde nicht übernommen.",
                "The journal takes nothing at present; the message was not accepted.",
                retry_after=error.retry_after,
            ) from error
        door.status.received += 1
        door.status.bytes += len(body)
        door.status.last_message_at = received_at


def create_ingest_router(
    sources: Mapping[str, HttpSource],
    journal: Journal,
    *,
    clock: Callable[[], int] = time.time_ns,
    monotonic: Callable[[], float] = time.monotonic,
    max_concurrent: int = 256,
    body_timeout: float = BODY_TIMEOUT,
) -> IngestRouter:
    """The routes through which messages come in by HTTP; to be included in an application.

    Args:
        sources: the configured HTTP sources by name.
        journal: where messages go before they are acknowledged.
        clock: receive time, ns since the epoch.
        monotonic: seconds, for the rate limits.
        max_concurrent: requests that may hold a body at once; more get 503.
        body_timeout: seconds a client has to send its body.

    Raises:
        ConfigError: a source has no token, or one that cannot protect it.
    """
    return IngestRouter(
        sources,
        journal,
        clock=clock,
        monotonic=monotonic,
        max_concurrent=max_concurrent,
        body_timeout=body_timeout,
    )


def _topic(path: str, query: bytes) -> str:
    """Path and query below the source; a slash in the query is quoted, so that topic levels are those of the path."""
    if len(path) > MAX_PATH or len(query) > MAX_QUERY:
        raise ProblemError(
            Kind.URI_TOO_LONG,
            f"Pfad höchstens {MAX_PATH}, Abfrage höchstens {MAX_QUERY} Zeichen.",
            f"Path {MAX_PATH} characters at most, query {MAX_QUERY}.",
        )
    if not _PATH.fullmatch(path):
        raise ProblemError(
            Kind.BAD_REQUEST,
            "Der Pfad enthält Zeichen, die er nicht enthalten darf (?, #, %, Steuerzeichen).",
            "The path has characters that it must not have (?, #, %, control characters).",
        )
    topic = f"/{path}" if path else ""
    return f"{topic}?{query.decode('latin-1').replace('/', '%2F')}" if query else topic


def _unauthorized() -> ProblemError:
    return ProblemError(
        Kind.UNAUTHORIZED,
        "Quelle oder Token sind falsch.",
        "Source or token are wrong.",
        headers={"WWW-Authenticate": 'Bearer realm="ingest", Basic realm="ingest", charset="UTF-8"'},
    )


_ROUTE: dict[str, Any] = {
    "methods": ["POST"],
    "status_code": 204,
    "response_class": Response,
    "response_model": None,
    "summary": "Nachricht annehmen (take a message in)",
    "responses": documented(
        Kind.BAD_REQUEST,
        Kind.UNAUTHORIZED,
        Kind.TIMEOUT,
        Kind.TOO_LARGE,
        Kind.URI_TOO_LONG,
        Kind.ENCODING,
        Kind.RATE,
        Kind.UNAVAILABLE,
    ),
}
_BODY: dict[str, Any] = {
    "parameters": [
        {"name": "source", "in": "path", "required": True, "schema": {"type": "string"}, "example": "chirpstack"}
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {}, "example": {"device": "pegel-7", "water_level": 1.42}},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "security": [{"bearer": []}, {"basic": []}, {"apiKey": []}],
}
