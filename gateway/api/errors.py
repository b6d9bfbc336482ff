"""Every error of the API becomes a problem (RFC 9457); nothing internal ever gets out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.model import StoreUnavailableError
from gateway.problems import Fault, Kind, ProblemError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

_log = structlog.get_logger(__name__)
_BY_STATUS = {kind.status: kind for kind in Kind}
_TEXTS = {
    Kind.NOT_FOUND: ("Unter dieser Adresse gibt es nichts.", "There is nothing at this address."),
    Kind.METHOD: ("Diese Adresse kennt die Methode nicht.", "This address does not know the method."),
}
_OTHER = ("Die Anfrage ist nicht lesbar.", "The request cannot be read.")


def install(app: FastAPI) -> None:
    """Register the handlers; what none of them knows is caught by `gateway.api.guard`."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(StoreUnavailableError, _store)


def internal(error: BaseException) -> ProblemError:
    """Log an unexpected error and give the problem that stands for it; `instance` joins the two."""
    instance = f"urn:uuid:{uuid4()}"
    _log.error("unexpected error in a request", instance=instance, exc_info=error)
    return ProblemError(
        Kind.INTERNAL,
        "Ein Fehler dieses Programms; im Protokoll steht er unter der angegebenen Kennung.",
        "A fault of this program; the log has it under the given instance.",
        instance=instance,
    )


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return error.response()


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, Kind.BAD_REQUEST)
    return ProblemError(kind, *_TEXTS.get(kind, _OTHER), headers=error.headers).response()


async def _validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = tuple(
        Fault(
            where=".".join(str(part) for part in one["loc"]),
            what=str(one.get("input"))[:100],
            why="Wert passt nicht.",
            why_en=str(one["msg"]),
        )
        for one in error.errors()
    )
    return ProblemError(Kind.INVALID, "Parameter sind ungültig.", "Parameters are invalid.", errors=faults).response()


async def _store(_: Request, error: Exception) -> Response:
    assert isinstance(error, StoreUnavailableError)
    _log.warning("store unavailable for a query", error=str(error))
    return ProblemError(
        Kind.UNAVAILABLE,
        "Die Zeitreihendatenbank ist zurzeit nicht erreichbar.",
        "The timeseries database cannot be reached at present.",
        retry_after=error.retry_after,
    ).response()
