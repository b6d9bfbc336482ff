"""Problem details (RFC 9457) in German and English: the one form of every HTTP error.

Members beside those of the RFC: `title_en` and `detail_en` say the same in English; `errors` lists faults with
`where` (which part of the request), `what` (what stood there) and `why`/`why_en`. No member ever carries a secret,
a payload or an internal of this program.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:quartier-gateway:problem:"


class Kind(Enum):
    """The closed set of problems: status code, name in `type`, title in German and English."""

    BAD_REQUEST = (400, "bad-request", "Anfrage nicht lesbar", "Request cannot be read")
    UNAUTHORIZED = (401, "unauthorized", "Zugang verweigert", "Access denied")
    NOT_FOUND = (404, "not-found", "Nicht gefunden", "Not found")
    METHOD = (405, "method-not-allowed", "Methode nicht erlaubt", "Method not allowed")
    TIMEOUT = (408, "timeout", "Zeit überschritten", "Timed out")
    TOO_LARGE = (413, "too-large", "Inhalt zu groß", "Content too large")
    URI_TOO_LONG = (414, "uri-too-long", "Adresse zu lang", "Address too long")
    ENCODING = (415, "unsupported-encoding", "Kodierung nicht unterstützt", "Encoding not supported")
    INVALID = (422, "invalid-parameters", "Ungültige Parameter", "Invalid parameters")
    RATE = (429, "rate-limited", "Zu viele Anfragen", "Too many requests")
    INTERNAL = (500, "internal", "Interner Fehler", "Internal error")
    UNAVAILABLE = (503, "unavailable", "Zurzeit nicht verfügbar", "Temporarily unavailable")

    def __init__(self, status: int, slug: str, title: str, title_en: str) -> None:
        self.status, self.slug, self.title, self.title_en = status, slug, title, title_en


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong in a request: `where` it stands, `what` stood there (shortened), `why` it is wrong."""

    where: str
    what: str
    why: str
    why_en: str


class _Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    type: str
    title: str
    title_en: str
    status: int
    detail: str
    detail_en: str
    instance: str = ""
    errors: tuple[Fault, ...] = ()


class ProblemError(Exception):
    """Ends a request with a problem. `headers` go onto the response, `retry_after` (seconds) becomes Retry-After."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        detail_en: str,
        *,
        errors: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        instance: str = "",
    ) -> None:
        super().__init__(f"{kind.status} {kind.slug}: {detail_en}")
        self.kind, self.detail, self.detail_en, self.errors, self.instance = kind, detail, detail_en, errors, instance
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, math.ceil(retry_after)))

    def response(self) -> Response:
        """The problem as a response."""
        body = _Body(
            type=_TYPE_PREFIX + self.kind.slug,
            title=self.kind.title,
            title_en=self.kind.title_en,
            status=self.kind.status,
            detail=self.detail,
            detail_en=self.detail_en,
            instance=self.instance,
            errors=self.errors,
        )
        return Response(
            msgspec.json.encode(body),
            status_code=self.kind.status,
            media_type=MEDIA_TYPE,
            headers={"Content-Language": "de, en", "Cache-Control": "no-store", **self.headers},
        )


_TEXT = {"type": "string"}
_FAULT_SCHEMA = {
    "type": "object",
    "required": ["where", "what", "why", "why_en"],
    "properties": {"where": _TEXT, "what": _TEXT, "why": _TEXT, "why_en": _TEXT},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "title_en", "status", "detail", "detail_en"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "title_en": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "detail_en": _TEXT,
        "instance": _TEXT,
        "errors": {"type": "array", "items": _FAULT_SCHEMA},
    },
}
"""JSON Schema of a problem, for OpenAPI."""


def documented(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` entries of these problems."""
    return {
        kind.status: {
            "description": f"{kind.title} ({kind.title_en})",
            "content": {
                MEDIA_TYPE: {
                    "schema": SCHEMA,
                    "example": {
                        "type": _TYPE_PREFIX + kind.slug,
                        "title": kind.title,
                        "title_en": kind.title_en,
                        "status": kind.status,
                        "detail": "…",
                        "detail_en": "…",
                    },
                }
            },
        }
        for kind in kinds
    }
